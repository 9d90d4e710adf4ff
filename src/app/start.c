/* Start and stop, in mirror order. */
#include "app/app.h"
#include "app/supervisor.h"
#include "app/isolation.h"
#include "app/wall/browse.h"
#include "app/limits.h"
#include "app/picture/shown.h"
#include "app/signals.h"
#include "app/tasks.h"
#include "base/clock.h"
#include "base/leftover.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/files.h"
#include "source/lookup.h"
#include "source/stacks.h"
#include "sync/thread.h"
#include "view/priority.h"

#include <SDL_cpuinfo.h>
#include <SDL_timer.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    RETENTION_PART =
        32, /* what freed blocks may still hold: a quarter of the eighth that nothing else takes */
    OWN_RETENTION = 64 << 10, /* the same where decoders are processes: what encodes a tile takes more */
    TEXTURES_PART = 2,        /* of the memory */
    HINT_US = 5000000,
    STUCK_MS = 150,        /* how long the end waits for a library that cannot be interrupted */
    FIRST_LOOK_US = 40000, /* how long a start waits for the first names before it opens its window */
};

/* By its name; what is a folder all the same is none. */
static bool may_become_file(const struct fz_app *app, const char *path)
{
    enum fz_source_doubt doubt;
    return !app->headless && fz_option_is_on(&app->options, FZ_OPTION_WAIT) &&
           fz_suffix_classify(path, &doubt) && doubt == FZ_SOURCE_PICTURE &&
           !fz_lookup_is_worth_opening(app->zygotes.readers, path, true);
}

/* Its path; NULL where there are others, or it is no file. */
static char *only_file(struct fz_app *app, const char *const *sources, size_t count)
{
    bool is_file = false;
    if (count != 1 || strcmp(sources[0], "-") == 0)
        return NULL;
    char *path = fz_lookup_locate(app->zygotes.readers, sources[0], &is_file);
    app->awaits_first = !is_file && may_become_file(app, path);
    if (is_file || app->awaits_first)
        return path;
    free(path);
    return NULL;
}

struct fz_source_options fz_app_source_options(const struct fz_app *app)
{
    const struct fz_options *o = &app->options;
    return (struct fz_source_options){
        .hidden = fz_option_is_on(o, FZ_OPTION_HIDDEN),
        .watch = !fz_option_is_on(o, FZ_OPTION_NO_WATCH),
        .wait = fz_option_is_on(o, FZ_OPTION_WAIT),
        .recursive = !app->scale.shown || app->scale.shown->recursive,
        .nul_separated = fz_option_is_on(o, FZ_OPTION_NUL),
        .readers = app->zygotes.readers,
        .files = app->pool.files,
    };
}

uint32_t fz_app_begin_writer(struct fz_app *app, struct fz_sources **writer, uint32_t root)
{
    struct fz_source_options options = fz_app_source_options(app);
    struct fz_error err = {0};
    options.writes = true;
    if (!*writer && app->zygotes.readers &&
        fz_sources_start_given(writer, root, &options, &app->events, &app->bell, &app->quit, &err) != FZ_OK)
        fz_log_error(&err);
    return *writer ? root : FZ_FILES_NO_ROOT;
}

/* A single file on a display opens, and the other pictures of its folder follow. */
static enum fz_err start_sources(struct fz_app *app, const char *const *sources, size_t count,
                                 struct fz_error *err)
{
    struct fz_source_options options = fz_app_source_options(app);
    const char *one[1];
    if (!app->headless && app->first_path) {
        app->first_folder = fz_path_dir(app->first_path);
        app->open_first = true;
        if (!fz_option_is_on(&app->options, FZ_OPTION_NO_SIBLINGS)) {
            one[0] = app->first_folder;
            sources = one;
            options.recursive = false;
            options.named = fz_path_name(app->first_path);
            options.awaits_named = app->awaits_first;
            options.hidden |= fz_name_is_hidden(options.named);
        }
    }
    fz_tasks_init(app);
    app->scan.roots = count;
    app->list = fz_list_new();
    fz_list_set_stacks(app->list, !fz_option_is_on(&app->options, FZ_OPTION_NO_STACK));
    fz_marks_load(app);
    fz_browse_sort_by_options(app);
    enum fz_err code =
        fz_sources_start(&app->sources, sources, count, &options, &app->events, &app->bell, &app->quit, err);
    for (size_t i = 0; i < count && code == FZ_OK; i++)
        fz_list_set_order(app->list, (uint32_t)i, fz_sources_order(app->sources, (uint32_t)i));
    return code;
}

/* Opening a window takes longer than reading a folder: the first screenful is under way meanwhile, and a folder without
 * pictures opens no window at all. */
static void look_first(struct fz_app *app)
{
    int64_t until = fz_now_us() + FIRST_LOOK_US;
    while (fz_now_us() < until && !app->ending) {
        app->now_us = fz_now_us();
        fz_app_take_source_events(app);
        fz_loader_collect(app, 0);
        if (fz_list_count(app->list) > 0) /* whose tiles wait until it is known how large they are */
            break;
        fz_app_judge_scan(app);
        fz_loader_issue(app);
        SDL_Delay(1);
    }
}

static void prefetch(struct fz_app *app, uint64_t texture_bytes, int w, int h)
{
    if (w <= 0 || h <= 0)
        return;
    fz_budgets_keep_for(app, texture_bytes, w, h);
    fz_wall_relayout(app, w, h);
    fz_resume_laid_out(app);
    fz_loader_issue(app);
}

static enum fz_err open_head(struct fz_app *app, uint64_t texture_bytes, struct fz_error *err)
{
    const struct fz_option_value *size = &app->options.values[FZ_OPTION_SIZE];
    bool may_be_headless = fz_option_is_set(&app->options, FZ_OPTION_SCREENSHOT) ||
                           fz_option_is_set(&app->options, FZ_OPTION_STATS) ||
                           fz_option_is_set(&app->options, FZ_OPTION_QUIT_WHEN);
    int w = size->w, h = size->h;
    prefetch(app, texture_bytes, w > 0 ? w : app->headless ? 1920 : 0, w > 0 ? h : app->headless ? 1080 : 0);
    enum fz_err code = fz_video_start(&app->headless, may_be_headless, err);
    if (code != FZ_OK)
        return code;
    if (app->headless && w == 0) {
        w = 1920;
        h = 1080;
    }
    bool fullscreen = w == 0;
    int screen_w = w, screen_h = h;
    if (!app->headless)
        fz_video_desktop_size(&screen_w, &screen_h);
    fz_budgets_keep_for(app, texture_bytes, screen_w, screen_h); /* which it may fill later on */
    if (fullscreen) {
        w = screen_w;
        h = screen_h;
    }
    prefetch(app, texture_bytes, w, h);
    struct fz_head_options options = {.w = w,
                                      .h = h,
                                      .headless = app->headless,
                                      .fullscreen = fullscreen,
                                      .title = "frieze",
                                      .texture_budget_bytes = texture_bytes,
                                      .text_scale = app->options.values[FZ_OPTION_TEXT_SCALE].factor,
                                      .texts = app->texts};
    code = fz_head_open(&app->head, &options, err);
    if (code == FZ_OK) {
        fz_budgets_keep_for(app, texture_bytes, fz_head_w(app->head), fz_head_h(app->head));
        fz_wall_relayout(app, fz_head_w(app->head), fz_head_h(app->head));
        fz_resume_laid_out(app);
    }
    app->stats.startup.window = fz_now_us();
    return code;
}

/* Xlib calls exit() where its server has gone (XSetIOErrorHandler(3)): with all threads running, libraries would be torn down
 * under them. */
static bool is_stopped; /* main thread */

static void end_with_display(void)
{
    if (is_stopped)
        return;
    fz_leftovers_end(FZ_LEFTOVERS_MS);
    _exit(fz_err_exit_status(FZ_E_DISPLAY));
}

/* Signal thread, or main thread. Gives the exit status. */
static int end_at_once(void *ctx)
{
    const struct fz_app *app = ctx;
    fz_supervised_end(fz_err_exit_status(app->status));
    fz_leftovers_end(FZ_LEFTOVERS_MS);
    return fz_err_exit_status(app->status);
}

static uint64_t picture_limit_px(uint64_t texture_bytes)
{
    uint64_t most = (texture_bytes - texture_bytes / FZ_BESIDE_PART) / 4 / FZ_PICTURES_IN_BUDGET;
    uint64_t output = fz_image_default_limits.max_output_px;
    return most < output ? most : output;
}

static enum fz_err start_threads(struct fz_app *app, uint64_t memory, struct fz_error *err)
{
    int jobs = fz_option_is_set(&app->options, FZ_OPTION_JOBS)
                   ? (int)app->options.values[FZ_OPTION_JOBS].number
                   : SDL_GetCPUCount();
    uint64_t textures = memory / TEXTURES_PART, retention = memory / RETENTION_PART / (uint64_t)jobs;
    fz_mem_set_retention(
        (size_t)(app->zygotes.decoders && retention > OWN_RETENTION ? OWN_RETENTION : retention));
    fz_loader_init(&app->loader, jobs, memory / 8);
    app->loader.picture_limit_px = picture_limit_px(textures);
    app->cache = fz_cache_by_options(&app->options, false, err);
    if (err->code != FZ_OK) { /* the wall works without */
        fz_log_error(err);
        *err = (struct fz_error){0};
    }
    struct fz_pool_options workers = {.workers = jobs,
                                      .working_bytes = memory / 4,
                                      .claimable_bytes = textures, /* less what the window needs */
                                      .cache = app->cache,
                                      .decoders = app->zygotes.decoders,
                                      .heavy_decoders = app->zygotes.heavy_decoders,
                                      .svg_decoders = app->zygotes.svg_decoders,
                                      .requires_all = fz_isolation_requires_all(&app->options),
                                      .max_cpu_us = fz_limits_from_options(&app->options).max_cpu_us,
                                      .calm = fz_priority(FZ_PRIORITY_FILL, 0)};
    enum fz_err code = fz_pool_start(&app->pool, &workers, &app->results, &app->bell, err);
    if (code == FZ_OK)
        code = fz_text_service_start(&app->texts, &app->bell, err);
    struct fz_error why = {0};
    if (code == FZ_OK &&
        fz_budgets_start(app, &fz_pressure_places, &why) != FZ_OK) /* the wall works without */
        fz_log("nobody looks whether memory is short: %s", why.msg);
    if (code == FZ_OK && fz_option_is_set(&app->options, FZ_OPTION_SHOWN))
        code = fz_shown_start(&app->shown, app->options.values[FZ_OPTION_SHOWN].text, err);
    return code;
}

/* By somebody at a terminal, or from a desktop's menu, dock or file manager (which leave one of these variables: the
 * startup notification and xdg-activation protocols, GIO), and not by a script that wants a file. */
static bool is_by_hand(const struct fz_app *app)
{
    bool wants_file = fz_option_is_set(&app->options, FZ_OPTION_QUIT_WHEN) ||
                      fz_option_is_set(&app->options, FZ_OPTION_SCREENSHOT);
    bool launched =
        getenv("DESKTOP_STARTUP_ID") || getenv("XDG_ACTIVATION_TOKEN") || getenv("GIO_LAUNCHED_DESKTOP_FILE");
    return !app->headless && !wants_file && (launched || isatty(STDERR_FILENO));
}

enum fz_err fz_app_listen(struct fz_app *app, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    fz_doorbell_init(&app->bell);
    enum fz_err code = fz_signals_start(&app->signals, &app->signalled, &app->bell, end_at_once, app, err);
    if (code == FZ_OK)
        return FZ_OK;
    fz_signals_stop(app->signals);
    app->signals = NULL;
    fz_doorbell_fini(&app->bell);
    return code;
}

enum fz_err fz_app_start(struct fz_app *app, const char *const *sources, size_t count, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    uint64_t memory = app->memory_bytes = fz_memory_bound(&app->options);
    fz_cancel_init(&app->quit, NULL);
    app->headless = fz_option_is_on(&app->options, FZ_OPTION_HEADLESS);
    app->start_show = fz_option_is_on(&app->options, FZ_OPTION_SLIDESHOW);
    fz_wall_init(app);
    fz_picture_init(app);
    fz_animate_init(&app->animate);
    fz_steady_init(&app->steady);
    tzset(); /* reads the time zone's file: no thread shall have to later on */
    enum fz_err code = start_threads(app, memory, err);
    if (code == FZ_OK && app->zygotes.readers)
        code = fz_pool_use_readers(&app->pool, err);
    if (code == FZ_OK)
        app->first_path = only_file(app, sources, count);
    if (code == FZ_OK)
        code = start_sources(app, sources, count, err);
    if (code != FZ_OK)
        return code;
    if (!app->first_path) /* which opens itself */
        fz_resume_start(app, sources, count);
    if (app->start_show || app->open_first)
        app->start_mode = FZ_MODE_PICTURE; /* Esc there ends the program */
    look_first(app);
    if (atomic_load(&app->signalled) > 0)
        fz_app_quit(app, FZ_OK);
    if (app->ending)
        return FZ_OK;

    code = fz_server_start(&app->server, app->options.values[FZ_OPTION_NAME].text, &app->requests, &app->bell,
                           err);
    bool is_asked_for = app->options.values[FZ_OPTION_NAME].origin == FZ_ORIGIN_COMMAND_LINE;
    if (code == FZ_E_USAGE && is_asked_for)
        return code;
    if (code != FZ_OK) /* the wall works without */
        fz_log("no control socket: %s", err->msg);
    code = open_head(app, memory / TEXTURES_PART, err);
    if (code != FZ_OK)
        return code;
    atexit(end_with_display); /* after those of the libraries that were loaded for it: it runs before them */
    app->now_us = fz_now_us();
    app->hint_until_us = is_by_hand(app) ? app->now_us + HINT_US : 0;
    fz_app_open_first(app);
    return FZ_OK;
}

/* Requests that nobody will answer any more. */
static void refuse_requests(struct fz_app *app)
{
    struct fz_error err = {0};
    fz_fail(&err, FZ_E_CANCELLED, 0, "frieze is ending");
    for (int i = 0; i < FZ_MAX_WAITS; i++)
        if (app->waits[i].request)
            fz_app_answer(app, app->waits[i].request, &err);
    for (int i = 0; i <= FZ_MAX_SAVES; i++)
        if (app->saves[i].request)
            fz_app_answer(app, app->saves[i].request, &err);
    for (size_t i = 0; i < app->loader.flying_count; i++) {
        struct fz_job *job = app->loader.flying[i];
        struct fz_request *request = job->kind == FZ_JOB_SAVE ? job->context : NULL;
        if (request)
            fz_app_answer(app, request, &err);
    }
    for (struct fz_ready_node *node = fz_ready_take(&app->requests); node;) {
        struct fz_request *request = FZ_CONTAINER(node, struct fz_request, node);
        node = node->next;
        fz_app_answer(app, request, &err);
    }
}

/* Those that came after that: their connections are closed. */
static void free_requests(struct fz_app *app)
{
    for (struct fz_ready_node *node = fz_ready_take(&app->requests); node;) {
        struct fz_request *request = FZ_CONTAINER(node, struct fz_request, node);
        node = node->next;
        fz_request_free(request);
    }
}

static void free_events(struct fz_ready_node *node)
{
    while (node) {
        struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
        node = node->next;
        fz_source_event_free(event);
    }
}

void fz_app_stop(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    is_stopped = true;
    fz_signals_arm(app->signals);
    fz_resume_end(app);
    fz_missing_end(app);
    fz_cancel_set(&app->quit);
    fz_picture_forget(app, app->picture.shown);
    if (app->server)
        refuse_requests(app);
    fz_server_stop(app->server);
    free_requests(app);
    fz_sources_stop(app->sources);
    fz_sources_stop(app->scale.target);
    fz_sources_stop(app->saver);
    if (!fz_run_stop(app, STUCK_MS))
        _exit(end_at_once(app));
    fz_drop_fini(app);
    free_events(app->backlog);
    free_events(fz_ready_take(&app->events));
    fz_prompt_fini(app);
    fz_board_fini(app);
    fz_menu_fini(app);
    fz_hints_fini(&app->hints);
    free(app->searched);
    fz_shown_stop(app->shown);
    fz_budgets_stop(app);
    bool stopped = fz_resume_stop(app, STUCK_MS);
    stopped = fz_pool_stop(&app->pool, STUCK_MS) && stopped;
    if (!stopped)
        _exit(end_at_once(app));
    fz_cache_close(app->cache); /* it writes while the window closes */
    fz_animate_fini(app);
    fz_history_fini(&app->picture.history);
    if (app->list)
        fz_loader_fini(app);
    fz_run_stop_looking(app);
    fz_scale_window_fini(app);
    fz_head_close(app->head);
    if (!fz_text_service_stop(app->texts, STUCK_MS))
        _exit(end_at_once(app));
    fz_video_stop();
    if (!fz_cache_stop(app->cache, STUCK_MS))
        _exit(end_at_once(app));
    fz_signals_stop(app->signals);
    fz_doorbell_fini(&app->bell);
    fz_marks_fini(app);
    fz_list_free(app->list);
    fz_wall_fini(app);
    free(app->scan.first_unsupported);
    free(app->scan.leaving);
    free(app->scan.away);
    free(app->scan.away_told);
    free(app->scan.stuck);
    free(app->first_path);
    free(app->first_folder);
    free(app->notice);
    free(app->title);
    for (int i = 0; i <= FZ_MAX_SAVES; i++)
        free(app->saves[i].path);
    fz_options_fini(&app->options);
}
