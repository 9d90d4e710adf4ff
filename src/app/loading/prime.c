#include "app/loading/prime.h"

#include "app/app.h"
#include "app/loading/loader_internal.h"

#include <stdint.h>

enum {
    IDLE_US = 10 * 1000 * 1000, /* since anything was drawn: nobody is there, and nothing moves */
    LOOKS = 512,                /* items of one turn: a bound on its time */
    PX_PER_BYTE = 2,            /* of a tile in the cache, roughly */
};

static bool is_idle(const struct fz_app *app)
{
    return app->stats.startup.first_frame > 0 && app->now_us - app->stats.last_present_us > IDLE_US &&
           !app->dirty && !app->loading_paused && !app->ending && fz_app_is_listed(app) &&
           !fz_loader_uploads_wait(app) && app->prime.task.state != FZ_TASK_SUSPENDED &&
           app->prime.task.state != FZ_TASK_CANCELED;
}

static void begin_anew(struct fz_app *app)
{
    struct fz_prime *prime = &app->prime;
    const struct fz_loader *loader = &app->loader;
    uint64_t tile_bytes = (uint64_t)loader->box_w * (uint64_t)loader->box_h / PX_PER_BYTE + 1;
    uint64_t most = (uint64_t)app->options.values[FZ_OPTION_CACHE_SIZE].number / tile_bytes;
    prime->count = fz_list_count(app->list);
    prime->epoch = loader->epoch;
    prime->cursor = fz_wall_focus(app).last;
    prime->left = prime->count < most ? prime->count : (size_t)most;
    prime->task.was_canceled = false;
}

/* Those whose tiles were loaded are there already, nearly all. */
static bool is_wanted(const struct fz_app *app, fz_item_id item)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    bool is_kept = fz_loader_is_final(app, item) && !(tile && tile->not_kept);
    return !is_kept && !fz_loader_is_held_up(app, item);
}

static void issue(struct fz_app *app, fz_item_id item)
{
    const struct fz_loader *loader = &app->loader;
    struct fz_job *job = fz_loader_new_job(app, FZ_JOB_KEEP, item, loader->box_w, loader->box_h);
    job->want.covers = loader->covers;
    job->caching = FZ_CACHING_ON;
    app->prime.out++;
    fz_loader_launch(app, job, fz_prime_judge(app));
}

static void note(struct fz_app *app)
{
    struct fz_prime *prime = &app->prime;
    if (fz_task_is_over(&prime->task))
        return;
    if (prime->task.state == FZ_TASK_CANCELED)
        prime->left = 0;
    size_t open = prime->left + prime->out;
    prime->task.done = prime->task.total > open ? prime->task.total - open : 0;
    if (prime->task.state == FZ_TASK_CANCELED) { /* until there is something new */
        prime->count = fz_list_count(app->list);
        prime->epoch = app->loader.epoch;
    }
    bool rests = open == 0 || (prime->out == 0 && fz_task_goes_on(&prime->task) && !is_idle(app));
    if (rests) /* done, or somebody is there: it will begin again with what is left */
        fz_task_end(&prime->task, app->now_us);
}

/* Half of the workers, one at least, so that another one is free for who comes back. */
void fz_prime_step(struct fz_app *app)
{
    struct fz_prime *prime = &app->prime;
    uint64_t bytes;
    note(app);
    if (!app->cache || app->loader.box_w == 0 || !is_idle(app) || fz_loader_active(app, &bytes) > prime->out)
        return;
    if (prime->count != fz_list_count(app->list) || prime->epoch != app->loader.epoch)
        begin_anew(app);
    if (prime->left > 0 && fz_task_is_over(&prime->task) && !prime->task.was_canceled) {
        fz_task_begin(&prime->task, app->now_us);
        prime->task.total = prime->left;
    }
    size_t most = (size_t)(app->loader.workers + 1) / 2;
    for (int looks = 0; looks < LOOKS && prime->left > 0 && prime->out < most; looks++) {
        prime->cursor = prime->cursor + 1 < prime->count ? prime->cursor + 1 : 0;
        prime->left--;
        fz_item_id item = fz_list_at(app->list, prime->cursor);
        if (is_wanted(app, item))
            issue(app, item);
    }
}

uint64_t fz_prime_judge(const struct fz_app *app)
{
    return is_idle(app) ? fz_priority(FZ_PRIORITY_KEEP, 0) : FZ_HEAP_DROP;
}

void fz_prime_took(struct fz_app *app, fz_item_id item, enum fz_err code)
{
    bool undone = code == FZ_E_CANCELLED;
    struct fz_tile *tile = fz_loader_tile(app, item);
    if (tile && !undone)
        tile->not_kept = false; /* or it was tried twice */
    app->prime.out--;
    app->prime.task.failed += code != FZ_OK && !undone;
    if (undone && app->prime.task.state != FZ_TASK_CANCELED)
        app->prime.count = SIZE_MAX;
}

void fz_prime_note(struct fz_app *app, struct fz_tile *tile, const struct fz_job *job)
{
    if (job->purpose != FZ_FOR_WALL)
        return;
    tile->not_kept = job->not_kept;
    if (job->not_kept)
        app->prime.count = SIZE_MAX;
}
