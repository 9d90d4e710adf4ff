#include "app/session.h"

#include "app/default_source.h"
#include "app/isolation.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uri.h"
#include "process/launcher.h"

#include <stdlib.h>

/* What a file manager names by its URI is a path from here on; `paths` holds those, owned. */
static enum fz_err check_sources(const char **sources, char **paths, size_t count, struct fz_error *err)
{
    enum fz_err code = FZ_OK;
    for (size_t i = 0; i < count && code == FZ_OK; i++) {
        if (fz_uri_is_file(sources[i])) {
            code = fz_uri_to_path(sources[i], &paths[i], err);
            sources[i] = paths[i];
        }
        if (code == FZ_OK)
            code = fz_source_check(sources[i], err);
    }
    return code;
}

static enum fz_err run(struct fz_app *app, const char **sources, char **paths, size_t count)
{
    struct fz_error err = {0};
    enum fz_err code = check_sources(sources, paths, count, &err);
    if (code == FZ_OK)
        code = fz_app_start(app, sources, count, &err);
    if (code != FZ_OK) {
        app->status = code;
        fz_log_error(&err);
    } else if (!app->ending) {
        fz_app_run(app);
    }
    if (app->scale.shown && (app->status == FZ_OK || app->status == FZ_E_EMPTY))
        app->status = fz_scale_window_summary(app);
    if (app->list) {
        fz_rate_finish(app);
        fz_marks_finish(app);
        /* Behind the ratings and the marks in files that it may go by; before what waits for a reader. */
        fz_run_finish(app);
        fz_marks_print(app);
    }
    const char *stats = app->options.values[FZ_OPTION_STATS].text;
    if (app->list && stats && fz_stats_write(app, stats, &err) != FZ_OK) {
        fz_log_error(&err);
        app->status = app->status == FZ_OK ? err.code : app->status;
    }
    fz_app_stop(app);
    return app->status;
}

static enum fz_err start_processes(struct fz_app *app, struct fz_error *err)
{
    enum fz_err code = fz_isolation_start(&app->options, &app->zygotes, err);
    fz_launcher_begin(FZ_LAUNCH_USERS);
    return code == FZ_OK ? fz_app_listen(app, err) : code;
}

static void read_config(struct fz_app *app)
{
    fz_config_load(&app->config, &app->options);
    fz_run_init(app);
    fz_keys_init(app);
    fz_config_report(&app->config);
}

/* `named` has room for one more. */
static enum fz_err run_named(struct fz_app *app, const char **named, size_t count)
{
    char **paths = fz_calloc(count + 1, sizeof *paths), *fallback = NULL;
    bool waits =
        fz_option_is_on(&app->options, FZ_OPTION_WATCH) || fz_option_is_on(&app->options, FZ_OPTION_WAIT);
    read_config(app);
    fz_video_prepare();
    if (count == 0 && (fallback = fz_default_source(app->zygotes.readers, waits)) != NULL)
        named[count++] = fallback;
    enum fz_err code = run(app, named, paths, count);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    free(fallback);
    return code;
}

enum fz_err fz_session_run(struct fz_app *app, const char *const *sources, size_t count)
{
    struct fz_error err = {0};
    const char **named = fz_calloc(count + 1, sizeof *named);
    for (size_t i = 0; i < count; i++)
        named[i] = sources[i];
    enum fz_err code = start_processes(app, &err);
    if (code == FZ_OK)
        code = run_named(app, named, count);
    else
        fz_log_error(&err);
    fz_isolation_stop(&app->zygotes);
    fz_keys_fini(app);
    fz_run_fini(app);
    fz_config_fini(&app->config);
    free(named);
    return code;
}
