#include "app/scale/window.h"

#include "app/app.h"
#include "app/scale/panel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "decode/decoder.h"
#include "decode/files.h"
#include "source/marks.h"
#include "sync/thread.h"

#include <stdlib.h>

enum { AHEAD = 16 }; /* jobs a worker has before it: a frame takes as long as many small pictures do */

/* --- planning: a worker reads folders and orders names -------------------------------------------------------------- */

/* A job's load. */
struct plan {
    struct fz_scale_batch *batch; /* borrowed */
    struct fz_marked *pictures;   /* the list's, to be given back there */
    uint32_t *places;             /* owned until they are taken */
    size_t place_count;
    bool keeps_off; /* nothing is written where pictures of the list lie */
    /* owned: where the target is to be, from when its reader is asked to make it on; NULL: not yet */
    char *wanted;
};

static void free_plan(void *load)
{
    struct plan *plan = load;
    fz_marked_free(plan->pictures);
    free(plan->places);
    free(plan->wanted);
    free(plan);
}

static enum fz_err find_in(struct plan *plan, struct fz_error *err)
{
    struct fz_scale_batch *batch = plan->batch;
    char *out = fz_path_locate(batch->settings->out);
    bool is_listed = plan->keeps_off && fz_marked_is_listed(plan->pictures, out);
    enum fz_err code = is_listed ? fz_fail(err, FZ_E_USAGE, 0, "%s: pictures of the wall lie there", out)
                                 : fz_scale_batch_find_in(batch, &plan->wanted, err);
    free(out);
    return code;
}

/* False where it cannot be, or the job is parked. */
static bool find_out(struct fz_job *job)
{
    struct plan *plan = job->load;
    const struct fz_originals originals = fz_scale_batch_originals(plan->batch);
    struct fz_parcel answer, request = fz_target_find_request(&originals, plan->wanted);
    job->root = plan->batch->target;
    if (!fz_files_ask(job->decoder->files, job, &request, &answer))
        return false;
    enum fz_err code = fz_target_take(&answer, &plan->batch->out, &job->error);
    fz_parcel_fini(&answer);
    return code == FZ_OK;
}

static void note_places(struct plan *plan)
{
    const struct fz_scale_batch *batch = plan->batch;
    for (size_t i = 0; i < batch->count; i++)
        if (FZ_ITEM_SLOT(batch->items[i].id) >= plan->place_count)
            plan->place_count = FZ_ITEM_SLOT(batch->items[i].id) + 1;
    plan->places = fz_calloc(plan->place_count + 1, sizeof *plan->places);
    for (size_t i = 0; i < batch->count; i++)
        plan->places[FZ_ITEM_SLOT(batch->items[i].id)] = (uint32_t)i + 1;
}

static void add_pictures(const struct plan *plan, const struct fz_cancel *cancel)
{
    for (size_t i = 0; i < fz_marked_items(plan->pictures) && !fz_cancel_is_set(cancel); i++)
        fz_scale_batch_add(plan->batch, fz_marked_path(plan->pictures, i), fz_marked_root(plan->pictures, i),
                           fz_marked_id(plan->pictures, i), false);
}

static void run_plan(struct fz_job *job)
{
    FZ_NOT_MAIN();
    struct plan *plan = job->load;
    if (!plan->wanted) {
        add_pictures(plan, &job->cancel);
        if (find_in(plan, &job->error) != FZ_OK)
            return;
    }
    if (!find_out(job))
        return;
    fz_scale_batch_plan(plan->batch);
    note_places(plan);
}

static void end(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    char text[120];
    fz_task_end(&w->batch.task, app->now_us);
    fz_scale_batch_format(&w->batch, text, sizeof text);
    w->told_anew = true;
    if (w->batch.task.failure.code == FZ_OK && w->batch.out && !w->shown)
        fz_log("%s into %s%s", text, w->batch.out, w->batch.task.was_canceled ? ", canceled" : "");
    app->dirty = true;
}

static void take_plan(struct fz_app *app, struct fz_job *job)
{
    struct fz_scale_window *w = &app->scale;
    struct plan *plan = job->load;
    w->plan = NULL;
    fz_list_marked_end(app->list, plan->pictures);
    plan->pictures = NULL;
    if (job->error.code != FZ_OK && w->batch.task.state != FZ_TASK_CANCELED) {
        w->batch.task.failure = job->error;
        fz_log_error(&job->error);
    }
    if (job->error.code != FZ_OK) {
        end(app);
        return;
    }
    w->places = plan->places;
    w->place_count = plan->place_count;
    plan->places = NULL;
    fz_scale_batch_is_planned(&w->batch);
}

static const struct fz_work planning = {run_plan, free_plan, take_plan};

static void launch_plan(struct fz_app *app, struct fz_marked *pictures)
{
    struct fz_scale_window *w = &app->scale;
    w->batch.target = fz_app_begin_writer(app, &w->target, FZ_SCALE_ROOT); /* reads what was written, too */
    struct plan *plan = fz_calloc(1, sizeof *plan);
    *plan = (struct plan){.batch = &w->batch, .pictures = pictures, .keeps_off = !w->settings.in};
    w->plan = fz_job_new_work(&planning, plan, FZ_ITEM_NONE, &w->batch.cancel);
    fz_loader_launch(app, w->plan, fz_priority(FZ_PRIORITY_NEIGHBOUR, 0));
}

/* A file of its own, other than the picture. */
static bool has_result(const struct fz_scale_item *item)
{
    return item->state == FZ_SCALE_MADE || item->state == FZ_SCALE_SKIPPED;
}

/* Nothing is left to be shown of the last one. */
static void take_away(struct fz_app *app)
{
    app->scale.stands = false;
    fz_loader_drop_results(app);
}

/* --- begin and end -------------------------------------------------------------------------------------------------- */

static void obey(void *ctx)
{
    struct fz_app *app = ctx;
    if (app->scale.batch.task.state == FZ_TASK_CANCELED)
        fz_cancel_set(&app->scale.batch.cancel);
    app->scale.told_anew = true;
    app->loader.moved = app->dirty = true; /* what is out is judged anew */
}

static void say(void *ctx, const char *name, const char *text)
{
    (void)ctx;
    fz_log("%s: %s", name, text);
}

/* Of the batch before: a hundred thousand names are no work for the render thread. */
struct remains {
    struct fz_scale_batch batch;
    uint32_t *places;
};

static void free_remains(void *load)
{
    struct remains *remains = load;
    fz_scale_batch_fini(&remains->batch);
    free(remains->places);
    free(remains);
}

static const struct fz_work throwing_away = {.free = free_remains};

static void throw_away_last(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    struct remains *remains = fz_calloc(1, sizeof *remains);
    *remains = (struct remains){w->batch, w->places};
    fz_pool_trash(&app->pool, fz_job_new_work(&throwing_away, remains, FZ_ITEM_NONE, &app->quit));
    w->places = NULL;
    w->place_count = 0;
}

/* The settings are there. */
static void begin(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    fz_scale_batch_init(&w->batch, &w->settings, &app->quit);
    w->batch.say = say;
    w->batch.task.obey = obey;
    w->batch.task.ctx = app;
    w->number++;
    w->stands = w->told_anew = true;
    fz_task_begin(&w->batch.task, fz_now_us());
    app->dirty = true;
}

void fz_scale_window_init(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    w->batch.task.name = "scale";
    if (!w->shown)
        return;
    w->settings = *w->shown;
    w->settings.out = fz_strdup(w->shown->out);
    begin(app);
}

enum fz_err fz_scale_window_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    int w, h;
    if (call->argc == 0 && fz_scale_window_works(app))
        return fz_fail(err, FZ_E_BUSY, 0, "pictures are being scaled already");
    if (call->argc == 0) {
        if (fz_app_current(app) == FZ_ITEM_NONE && fz_list_marked_count(app->list) == 0)
            return fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
        fz_scale_panel_open(app);
        return FZ_OK;
    }
    if (call->argc != 2)
        return fz_fail(err, FZ_E_USAGE, 0, "scale wants a size and a folder");
    if (fz_scale_read_size(call->argv[0], &w, &h, err) != FZ_OK)
        return err->code;
    return fz_scale_window_begin(app, fz_app_act_on_current(app), w, h, fz_path_typed(call->argv[1]), err);
}

enum fz_err fz_scale_window_begin(struct fz_app *app, fz_item_id item, int box_w, int box_h, char *out,
                                  struct fz_error *err)
{
    struct fz_scale_window *w = &app->scale;
    struct fz_marked *pictures = NULL;
    if (!fz_scale_window_works(app))
        pictures = fz_list_marked_count(app->list) > 0 ? fz_list_marked_begin(app->list)
                                                       : fz_list_marked_only(app->list, item);
    if (!pictures) {
        free(out);
        return fz_scale_window_works(app) ? fz_fail(err, FZ_E_BUSY, 0, "pictures are being scaled already")
                                          : fz_fail(err, FZ_E_NOT_FOUND, 0, "no picture is selected");
    }
    take_away(app);
    throw_away_last(app);
    free((char *)w->settings.out);
    w->settings = fz_scale_usual_settings;
    w->settings.options = &app->options;
    w->settings.out = out;
    w->settings.box_w = box_w;
    w->settings.box_h = box_h;
    begin(app);
    launch_plan(app, pictures);
    return FZ_OK;
}

/* All names are known. */
static void look(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    w->has_looked = true;
    launch_plan(app, fz_list_marked_all(app->list));
}

void fz_scale_window_fini(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    fz_scale_batch_fini(&w->batch);
    free(w->places);
    free((char *)w->settings.out);
    *w = (struct fz_scale_window){0};
}

/* --- jobs ----------------------------------------------------------------------------------------------------------- */

void fz_scale_window_step(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    if (w->plan || fz_task_is_over(&w->batch.task))
        return;
    if (w->shown && !w->has_looked && fz_app_is_listed(app) && fz_task_goes_on(&w->batch.task)) {
        look(app);
        return;
    }
    bool waits =
        fz_files_hangs(app->pool.files, w->batch.target) || /* those that are out wait there already */
        !fz_files_take_results(app->pool.files);
    size_t most = waits ? 0 : (size_t)app->loader.workers * AHEAD;
    struct fz_job *job;
    while (w->batch.jobs_out < (most < FZ_SCALE_MOST ? most : FZ_SCALE_MOST) &&
           (job = fz_scale_batch_next(&w->batch)) != NULL)
        fz_loader_launch(app, job, fz_scale_window_judge(app, job));
    if (fz_scale_batch_is_over(&w->batch))
        end(app);
}

void fz_scale_window_take(struct fz_app *app, struct fz_job *job)
{
    const struct fz_scale_item *item = fz_scale_batch_take(&app->scale.batch, job);
    struct fz_tile *tile = item ? fz_loader_tile(app, item->id) : NULL;
    if (item && has_result(item))
        fz_loader_show_result(app, item->id);
    else if (tile) /* copied: the picture itself is the result */
        tile->renditions[FZ_FOR_WALL].filled_us = app->now_us;
    app->arrived = true;
}

uint64_t fz_scale_window_judge(const struct fz_app *app, const struct fz_job *job)
{
    const struct fz_scale_batch *batch = &app->scale.batch;
    const struct fz_scale_item *item = job->context;
    return fz_task_goes_on(&batch->task) ? fz_priority(FZ_PRIORITY_SCALE, (uint32_t)(item - batch->items))
                                         : FZ_HEAP_DROP;
}

void fz_scale_window_lost(struct fz_app *app, struct fz_job *job)
{
    fz_scale_batch_return(&app->scale.batch, job);
}

size_t fz_scale_window_jobs(const struct fz_app *app)
{
    return app->scale.batch.jobs_out;
}

/* --- what others ask ------------------------------------------------------------------------------------------------ */

bool fz_scale_window_works(const struct fz_app *app)
{
    return !fz_task_is_over(&app->scale.batch.task);
}

bool fz_scale_window_back(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    if (fz_scale_window_works(app)) {
        fz_task_cancel(&w->batch.task, app->now_us);
        return true;
    }
    if (!w->stands || w->shown)
        return false;
    take_away(app);
    return true;
}

const char *fz_scale_window_state(const struct fz_app *app)
{
    const struct fz_scale_window *w = &app->scale;
    if (!w->batch.settings)
        return NULL;
    if (fz_task_is_over(&w->batch.task))
        return "IDLE";
    if (app->ending)
        return "TERMINATING";
    return w->batch.task.state == FZ_TASK_CANCELED ? "CANCELED" : "WORKING";
}

/* NULL: the batch that stands has nothing of it. */
static const struct fz_scale_item *row_of(const struct fz_scale_window *w, fz_item_id item)
{
    size_t slot = FZ_ITEM_SLOT(item);
    if (!w->stands || slot >= w->place_count || w->places[slot] == 0)
        return NULL;
    const struct fz_scale_item *row = &w->batch.items[w->places[slot] - 1];
    return row->id == item ? row : NULL;
}

enum fz_scale_state fz_scale_window_state_of(const struct fz_app *app, fz_item_id item)
{
    const struct fz_scale_item *row = row_of(&app->scale, item);
    return row ? row->state : FZ_SCALE_LEFT_OUT;
}

bool fz_scale_window_has_result(const struct fz_app *app, fz_item_id item)
{
    const struct fz_scale_item *row = row_of(&app->scale, item);
    return row && has_result(row);
}

char *fz_scale_window_result(const struct fz_app *app, fz_item_id item)
{
    const struct fz_scale_item *row = row_of(&app->scale, item);
    return row && has_result(row)
               ? fz_path_join(app->scale.batch.out, row->has_own_name ? row->name : row->out)
               : NULL;
}

enum fz_err fz_scale_window_summary(struct fz_app *app)
{
    struct fz_scale_window *w = &app->scale;
    const struct fz_task *task = &w->batch.task;
    bool is_empty = app->status == FZ_E_EMPTY; /* and it was said why */
    if (is_empty && !fz_task_is_over(task))
        fz_task_end(&w->batch.task, fz_now_us());
    bool is_whole = fz_task_is_over(task) && !task->was_canceled && !app->scan.task.was_canceled;
    if (task->failure.code != FZ_OK)
        return task->failure.code;
    fz_task_cancel(&w->batch.task, fz_now_us()); /* what did not end by itself */
    struct fz_error err;
    if (fz_scale_batch_print_summary(&w->batch, (size_t)app->loader.workers, app->zygotes.decoders != NULL,
                                     &err) != FZ_OK) {
        fz_log_error(&err);
        return err.code;
    }
    return !is_whole ? FZ_E_CANCELLED : task->failed > 0 || app->scan.failed || is_empty ? FZ_E_IO : FZ_OK;
}
