/* Requests from the control socket, and those who wait for a state. */
#include "app/app.h"
#include "base/clock.h"
#include "base/json.h"
#include "ctl/jobs.h"
#include "source/marks.h"

#include <stdlib.h>
#include <string.h>

void fz_app_answer(struct fz_app *app, struct fz_request *request, const struct fz_error *err)
{
    if (err)
        request->error = *err;
    fz_server_answer(app->server, request);
}

void fz_app_take_requests(struct fz_app *app)
{
    for (struct fz_ready_node *node = fz_ready_take(&app->requests); node;) {
        struct fz_request *request = FZ_CONTAINER(node, struct fz_request, node);
        node = node->next;
        struct fz_command_call call = {
            .argc = request->argc, .argv = (const char *const *)request->argv, .request = request};
        struct fz_error err = {0};
        fz_arrange_finish_search(app);
        if (!fz_command_find(request->command, &call.id))
            fz_fail(&err, FZ_E_USAGE, 0, "unknown command %s", request->command);
        else
            err.code = fz_app_command(app, &call, &err);
        if (call.deferred)
            continue;
        request->result = call.result;
        bool asks_only = call.id == FZ_COMMAND_STATUS || call.id == FZ_COMMAND_STATISTICS ||
                         call.id == FZ_COMMAND_GET || call.id == FZ_COMMAND_JOBS;
        app->dirty |= err.code == FZ_OK && !asks_only;
        fz_app_answer(app, request, &err);
    }
}

enum fz_err fz_app_add_wait(struct fz_app *app, struct fz_command_call *call, const struct fz_wait *wait,
                            struct fz_error *err)
{
    if (!call->request)
        return fz_fail(err, FZ_E_USAGE, 0, "%s: only through frieze ctl", fz_command_name(call->id));
    for (int i = 0; i < FZ_MAX_WAITS; i++) {
        if (!app->waits[i].request) {
            app->waits[i] = *wait;
            app->waits[i].request = call->request;
            call->deferred = true;
            return FZ_OK;
        }
    }
    return fz_fail(err, FZ_E_LIMIT, 0, "too many waits");
}

enum fz_err fz_app_wait(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    static const char *const names[] = {
        [FZ_WAIT_IDLE] = "idle", [FZ_WAIT_SCREENFUL] = "screenful", [FZ_WAIT_LOADED] = "loaded"};
    int state = -1;
    for (int i = 0; i < 3; i++)
        if (call->argc >= 1 && strcmp(call->argv[0], names[i]) == 0)
            state = i;
    int64_t patience_us;
    if (state < 0 || call->argc > 2 ||
        !fz_jobs_read_patience(call->argc == 2 ? call->argv[1] : NULL, &patience_us))
        return fz_fail(err, FZ_E_USAGE, 0, "wait wants idle, screenful or loaded, and may have seconds");
    const struct fz_wait wait = {.state = (enum fz_wait_for)state, .deadline_us = app->now_us + patience_us};
    return fz_app_add_wait(app, call, &wait, err);
}

static bool is_idle(const struct fz_app *app)
{
    if (app->dirty || app->arrived || app->moving || app->fading || fz_loader_uploads_wait(app) ||
        fz_text_is_pending(app->head))
        return false;
    if (app->backlog || !fz_ready_is_empty(&app->events))
        return false;
    if (app->scan.roots_listed < app->scan.roots || !fz_ready_is_empty(&app->results))
        return false;
    if (app->mode == FZ_MODE_PICTURE && app->picture.shown != app->picture.item &&
        !fz_loader_is_away(app, app->picture.item))
        return false;
    if (app->loader.renew_us != FZ_NEVER || !fz_shapes_are_settled(app))
        return false;
    if (fz_animate_is_seeking(app) || fz_rate_is_busy(app) || fz_arrange_is_busy(app))
        return false;
    if (app->loading_paused)
        return true;
    if (fz_detail_is_missing(app, app->picture.shown))
        return false;
    for (size_t i = 0; i < app->loader.flying_count; i++) {
        const struct fz_job *job = app->loader.flying[i];
        if (job->kind == FZ_JOB_SNIFF || job->purpose == FZ_FOR_PICTURE || job == app->about.job ||
            (job->kind == FZ_JOB_DECODE && atomic_load(&job->priority) < fz_priority(FZ_PRIORITY_FILL, 0)))
            return false;
    }
    return fz_list_count(app->list) == 0 || fz_loader_screenful(app);
}

static bool is_reached(const struct fz_app *app, enum fz_wait_for state)
{
    switch (state) {
    case FZ_WAIT_IDLE:
        return is_idle(app);
    case FZ_WAIT_SCREENFUL:
        return app->stats.startup.first_frame > 0 && !app->dirty && !app->arrived && fz_loader_screenful(app);
    case FZ_WAIT_LOADED:
        return !app->dirty && !app->arrived && fz_loader_loaded(app);
    }
    return false;
}

void fz_app_answer_waits(struct fz_app *app)
{
    bool load_all = fz_option_choice(&app->options, FZ_OPTION_QUIT_WHEN) == FZ_QUIT_WHEN_LOADED;
    for (int i = 0; i < FZ_MAX_WAITS; i++) {
        struct fz_wait *wait = &app->waits[i];
        if (!wait->request)
            continue;
        struct fz_error err = {0};
        bool is_there = wait->task ? fz_task_is_over(wait->task) : is_reached(app, wait->state);
        bool reached = is_there || atomic_load(&wait->request->gone);
        if (reached && wait->task)
            err = wait->task->failure;
        if (!reached && app->now_us >= wait->deadline_us)
            fz_fail(&err, FZ_E_TIMEOUT, 0, "not reached in time");
        if (reached || err.code != FZ_OK) {
            fz_app_answer(app, wait->request, &err);
            wait->request = NULL;
        } else if (wait->state == FZ_WAIT_LOADED) {
            load_all = true;
        }
    }
    if (load_all && !app->loader.load_all)
        fz_loader_list_changed(app);
    app->loader.load_all = load_all;
}

static json_t *uri(const struct fz_app *app, fz_item_id item)
{
    char *path = item != FZ_ITEM_NONE ? fz_list_path(app->list, item) : NULL;
    if (!path)
        return json_null();
    json_t *json = fz_json_text(path);
    free(path);
    return json;
}

static json_t *title(const struct fz_app *app, fz_item_id item)
{
    return fz_json_text(item != FZ_ITEM_NONE ? fz_list_name(app->list, item) : NULL);
}

/* In the whole list, whatever is shown of it. */
static json_t *position(const struct fz_app *app, fz_item_id item)
{
    size_t index;
    return fz_list_all_index(app->list, item, &index) ? json_integer((json_int_t)index) : json_null();
}

/* The search that stands: its text, and how many it shows. */
static json_t *searched(const struct fz_app *app)
{
    if (!app->searched)
        return json_null();
    return json_pack("{s:o,s:I}", "text", fz_json_text(app->searched), "matches",
                     (json_int_t)fz_search_matches(app));
}

json_t *fz_app_status(struct fz_app *app)
{
    struct fz_focus focus = fz_wall_focus(app);
    fz_item_id current = fz_app_current(app);
    const char *mode = app->mode == FZ_MODE_WALL ? "wall" : app->show.running ? "slideshow" : "picture";
    json_t *status = json_object();
    json_object_set_new(status, "mode", json_string(mode));
    json_object_set_new(status, "index", position(app, current));
    json_object_set_new(status, "items", json_integer((json_int_t)fz_list_all_count(app->list)));
    json_object_set_new(status, "marked", json_integer((json_int_t)fz_list_marked_count(app->list)));
    json_object_set_new(status, "search", searched(app));
    json_object_set_new(status, "away", json_integer((json_int_t)app->scan.away_count));
    json_object_set_new(status, "scanning", json_boolean(!fz_app_is_listed(app)));
    json_object_set_new(status, "uri", uri(app, current));
    json_object_set_new(status, "title", title(app, current));
    json_object_set_new(status, "visible",
                        fz_list_count(app->list) > 0
                            ? json_pack("[o,o]", position(app, fz_list_at(app->list, focus.first)),
                                        position(app, fz_list_at(app->list, focus.last)))
                            : json_null());
    json_object_set_new(status, "pending", json_integer((json_int_t)fz_loader_pending(app)));
    json_object_set_new(status, "failed", json_integer((json_int_t)app->loader.failed_count));
    json_object_set_new(status, "paused", json_boolean(app->loading_paused));
    json_object_set_new(status, "show_paused", json_boolean(app->show.paused));
    json_object_set_new(status, "zoom",
                        app->mode == FZ_MODE_PICTURE ? json_real(app->picture.camera.zoom) : json_null());
    json_object_set_new(status, "animation", fz_animate_status(app));
    const char *batch = fz_scale_window_state(app);
    json_object_set_new(status, "batch", batch ? json_string(batch) : json_null());
    json_object_set_new(status, "programs", json_integer((json_int_t)app->run.under_way));
    json_object_set_new(status, "notice", fz_json_text(fz_app_notice_now(app)));
    json_object_set_new(status, "fullscreen", json_boolean(fz_head_is_fullscreen(app->head)));
    json_object_set_new(status, "sandbox_state",
                        json_string(fz_sandbox_state_name(fz_sandbox_state_of(fz_pool_layers(&app->pool)))));
    json_object_set_new(status, "uptime_ms", json_integer(app->now_us / 1000));
    return status;
}
