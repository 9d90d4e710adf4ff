#include "app/budgets.h"

#include "app/app.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    LOOK_MS = 1000,
    ARMED_LOOK_MS = 2000, /* where the kernel tells of tasks that wait: a control group fills without any */
    SHORT_PART = 4,
    LEAST_PART = 4, /* of the textures, which libraries leave, and half of the pixels on their way */
    TRIM_US = 2000,
    KEPT_PART = 8, /* of the textures at first, which decodes leave however small the window is */
};

struct fz_budgets_watch {
    const struct fz_pressure_places *places; /* immutable */
    struct fz_pool *pool;                    /* immutable */
    struct fz_doorbell *bell;                /* immutable */
    int stop_fd;                             /* immutable */
    SDL_Thread *thread;                      /* main thread */
    atomic_int pressure;                     /* enum fz_pressure */
};

/* Only the first time: memory that is short may be so again and again. */
static void tell(struct fz_budgets_watch *watch, const struct fz_pressure_state *state, bool *told)
{
    atomic_store(&watch->pressure, (int)state->pressure);
    fz_doorbell_ring(watch->bell);
    if (!*told)
        fz_log("memory is short: %s; caches shrink", state->reason);
    *told = true;
}

static int watch_main(void *ctx)
{
    struct fz_budgets_watch *watch = ctx;
    struct fz_pressure_state state = {0};
    struct pollfd fds[] = {{.fd = watch->stop_fd, .events = POLLIN},
                           {.fd = fz_pressure_arm(watch->places->stalls), .events = POLLPRI}};
    bool told = false;
    for (;;) {
        bool rests = fds[1].fd >= 0 && state.pressure == FZ_PRESSURE_NONE;
        if (poll(fds, 2, rests ? ARMED_LOOK_MS : LOOK_MS) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            break;
        enum fz_pressure before = state.pressure;
        struct fz_pressure_look look;
        fz_pressure_look(watch->places, fz_now_us(), &look);
        if (fz_pressure_judge(&state, &look) != before)
            tell(watch, &state, &told);
        if (state.pressure != FZ_PRESSURE_NONE && state.short_us == look.at_us) {
            fz_pool_shrink(watch->pool, state.pressure == FZ_PRESSURE_DECODERS);
            fz_mem_trim();
        }
    }
    if (fds[1].fd >= 0)
        close(fds[1].fd);
    return 0;
}

enum fz_err fz_budgets_start(struct fz_app *app, const struct fz_pressure_places *places,
                             struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_budgets_watch *watch = fz_calloc(1, sizeof *watch);
    *watch = (struct fz_budgets_watch){.places = places, .pool = &app->pool, .bell = &app->bell};
    watch->stop_fd = eventfd(0, EFD_CLOEXEC);
    app->budgets.watch = watch;
    app->budgets.credit_bytes = app->loader.credit_limit_bytes;
    if (watch->stop_fd < 0)
        return fz_fail(err, FZ_E_INTERNAL, errno, "eventfd");
    return fz_thread_start(&watch->thread, "frieze:pressure", watch_main, watch, err);
}

void fz_budgets_stop(struct fz_app *app)
{
    struct fz_budgets_watch *watch = app->budgets.watch;
    if (!watch)
        return;
    if (watch->thread) {
        fz_wake(watch->stop_fd);
        SDL_WaitThread(watch->thread, NULL);
    }
    if (watch->stop_fd >= 0)
        close(watch->stop_fd);
    free(watch);
    app->budgets.watch = NULL;
}

static enum fz_pressure found(const struct fz_app *app)
{
    const struct fz_budgets_watch *watch = app->budgets.watch;
    return watch ? (enum fz_pressure)atomic_load(&watch->pressure) : FZ_PRESSURE_NONE;
}

static uint64_t find_library_bytes(const struct fz_app *app)
{
    return fz_zygote_front_warm_bytes(app->zygotes.heavy_decoders) +
           fz_zygote_front_warm_bytes(app->zygotes.svg_decoders);
}

static void settle_claims(struct fz_app *app)
{
    const struct fz_budgets *budgets = &app->budgets;
    uint64_t pictures = budgets->screen_bytes * FZ_PICTURES_IN_BUDGET,
             window = pictures + pictures / (FZ_BESIDE_PART - 1), part = budgets->most_bytes / KEPT_PART,
             kept = budgets->library_bytes + (window > part ? window : part);
    fz_ledger_set_claimable(&app->pool.ledger, budgets->most_bytes > kept ? budgets->most_bytes - kept : 0);
}

void fz_budgets_keep_for(struct fz_app *app, uint64_t texture_bytes, int w, int h)
{
    FZ_MAIN_ONLY();
    uint64_t bytes = (uint64_t)w * (uint64_t)h * 4;
    app->budgets.most_bytes = texture_bytes;
    if (bytes > app->budgets.screen_bytes)
        app->budgets.screen_bytes = bytes;
    settle_claims(app);
}

bool fz_budgets_is_due(const struct fz_app *app)
{
    return found(app) != app->budgets.pressure || find_library_bytes(app) != app->budgets.library_bytes ||
           fz_ledger_wanted(&app->pool.ledger) > app->budgets.giving_bytes;
}

/* Of what there is where neither memory is short nor libraries take any: these come out of the textures, then out of the pixels. */
static void set_budgets(struct fz_app *app)
{
    const struct fz_budgets *budgets = &app->budgets;
    uint64_t part = budgets->pressure != FZ_PRESSURE_NONE ? SHORT_PART : 1;
    uint64_t most = budgets->texture_bytes - budgets->texture_bytes / LEAST_PART,
             of_textures = budgets->library_bytes < most ? budgets->library_bytes : most,
             rest = budgets->library_bytes - of_textures, most_credit = budgets->credit_bytes / 2,
             of_credit = rest < most_credit ? rest : most_credit;
    fz_texture_set_budget(app->head, (budgets->texture_bytes - of_textures) / part);
    fz_history_fit(app);
    app->loader.credit_limit_bytes = (budgets->credit_bytes - of_credit) / part;
}

/* They came with the first picture of their formats, and stay. */
static void make_room_for_libraries(struct fz_app *app)
{
    struct fz_budgets *budgets = &app->budgets;
    uint64_t bytes = find_library_bytes(app);
    if (bytes == budgets->library_bytes)
        return;
    budgets->library_bytes = bytes;
    settle_claims(app);
    budgets->is_fitting = true;
    budgets->frames = 2;
    set_budgets(app);
}

static void follow(struct fz_app *app, enum fz_pressure pressure)
{
    struct fz_budgets *budgets = &app->budgets;
    bool was_short = budgets->pressure != FZ_PRESSURE_NONE, is_short = pressure != FZ_PRESSURE_NONE;
    budgets->pressure = pressure;
    if (was_short == is_short)
        return;
    budgets->count += is_short;
    budgets->frames = is_short ? 2 : 0;
    set_budgets(app);
    app->loader.view++; /* what found no room may find it now */
    fz_loader_list_changed(app);
}

/* Their budget first: what is in view may go on exceeding it. */
static void begin_to_give(struct fz_app *app)
{
    struct fz_budgets *budgets = &app->budgets;
    uint64_t wanted = fz_ledger_wanted(&app->pool.ledger);
    if (wanted <= budgets->giving_bytes)
        return;
    budgets->texture_bytes -= wanted - budgets->giving_bytes;
    budgets->giving_bytes = wanted;
    set_budgets(app);
}

/* True when all that can go has gone. */
static bool shrink(struct fz_app *app)
{
    struct fz_budgets *budgets = &app->budgets;
    if (budgets->pressure == FZ_PRESSURE_NONE && budgets->giving_bytes == 0 && !budgets->is_fitting)
        return true;
    bool done = fz_texture_trim(app->head, TRIM_US);
    budgets->is_fitting &= !done;
    if (done && budgets->giving_bytes > 0) {
        fz_ledger_give(&app->pool.ledger, budgets->giving_bytes);
        budgets->giving_bytes = 0;
    }
    return done;
}

int64_t fz_budgets_step(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    enum fz_pressure pressure = found(app);
    if (app->budgets.texture_bytes == 0)
        app->budgets.texture_bytes = fz_texture_budget(app->head);
    begin_to_give(app);
    make_room_for_libraries(app);
    if (pressure != app->budgets.pressure)
        follow(app, pressure);
    if (app->budgets.frames > 0 && !app->dirty) {
        app->dirty = true;
        app->budgets.frames--;
    }
    return shrink(app) ? FZ_NEVER : app->now_us;
}
