/* frieze scale with a folder on the console: its pictures are listed, each gets a name, then the workers write them. */
#include "app/scale/batch.h"
#include "app/scale/scale.h"
#include "app/signals.h"
#include "app/subcommand/crew.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/path.h"

#include <stdio.h>

enum {
    AHEAD = 4,          /* jobs a worker has before it, so that none ever waits */
    CANCEL_US = 500000, /* what is under way has so long to end, or is given up */
};

/* Main thread. */
struct console {
    const struct fz_scale_settings *settings;
    struct fz_crew crew;
    struct fz_scale_batch batch;
};

/* --- what is said --------------------------------------------------------------------------------------------------- */

static void say_progress(struct console *c, const char *name)
{
    const struct fz_task *task = &c->batch.task;
    if (!fz_progress_is_due(&c->crew.progress) || task->state == FZ_TASK_CANCELED)
        return;
    char text[120], left[40] = "";
    double left_s = fz_task_left_s(task, fz_now_us());
    if (left_s >= 0)
        snprintf(left, sizeof left, "%.0f s left", left_s);
    snprintf(text, sizeof text, "%zu of %zu, %.0f/s, %s:", task->done, task->total,
             fz_task_rate(task, fz_now_us()), left);
    fz_progress_say(&c->crew.progress, text, name);
}

/* One line for each picture, where they do not pass by on a terminal. */
static void say_done(struct console *c, const struct fz_scale_item *item)
{
    static const char *const words[] = {
        [FZ_SCALE_MADE] = "scaled", [FZ_SCALE_COPIED] = "copied", [FZ_SCALE_SKIPPED] = "skipped"};
    if (item->state == FZ_SCALE_FAILED)
        return;
    if (!c->settings->quiet && !c->crew.progress.is_shown)
        fz_log("%s: %s", item->name, words[item->state]);
    say_progress(c, item->name);
}

static void say(void *ctx, const char *name, const char *text)
{
    struct console *c = ctx;
    fz_crew_say(&c->crew, name, text);
}

/* --- what the crew asks for ----------------------------------------------------------------------------------------- */

static void take_names(void *ctx, const struct fz_source_event *event)
{
    struct console *c = ctx;
    if (c->batch.planned) /* a reader that took the place of another one may find more */
        return;
    for (uint32_t i = 0; i < event->count; i++)
        fz_scale_batch_add(&c->batch, fz_path_join(event->dir, event->names[i]), event->root, 0,
                           event->doubts && event->doubts[i] == FZ_SOURCE_UNKNOWN);
}

static void begin_jobs(void *ctx)
{
    struct console *c = ctx;
    struct fz_job *job;
    while (c->batch.jobs_out < c->crew.workers * AHEAD && (job = fz_scale_batch_next(&c->batch)) != NULL)
        fz_pool_submit(&c->crew.pool, job, c->batch.next);
}

static void take_result(void *ctx, const struct fz_job *job)
{
    struct console *c = ctx;
    const struct fz_scale_item *item = fz_scale_batch_take(&c->batch, job);
    if (item)
        say_done(c, item);
}

static bool is_listed(void *ctx)
{
    const struct console *c = ctx;
    return c->crew.listed_count > 0;
}

static bool is_over(void *ctx)
{
    const struct console *c = ctx;
    return fz_scale_batch_is_over(&c->batch);
}

/* --- all of it ------------------------------------------------------------------------------------------------------ */

/* Each picture under way ends at its next block of rows. */
static void cancel(struct console *c, const struct fz_crew_work *work)
{
    fz_progress_clear(&c->crew.progress);
    if (!c->settings->quiet)
        fputs("canceling...\n", stderr);
    fz_task_cancel(&c->batch.task, fz_now_us());
    fz_crew_cancel(&c->crew, work, CANCEL_US);
}

static enum fz_err list_names(const struct fz_scale_batch *batch, struct fz_error *err)
{
    for (size_t i = 0; i < batch->count; i++)
        puts(batch->items[i].name);
    return fz_flush_output(err);
}

static enum fz_err scale(struct console *c, struct fz_error *err)
{
    struct fz_crew_work work = {take_names, take_result, begin_jobs, is_listed, c};
    struct fz_scale_batch *batch = &c->batch;
    bool goes_on = fz_crew_do(&c->crew, &work);
    bool is_list = !batch->in && batch->count > 0; /* else its folder is known, or there is nothing to do */
    if (goes_on && is_list && fz_scale_batch_find_folders(batch, err) != FZ_OK)
        return err->code;
    if (goes_on) {
        fz_scale_batch_plan(batch);
        fz_scale_batch_is_planned(batch);
    }
    if (c->settings->lists && goes_on) {
        if (list_names(batch, err) != FZ_OK)
            return err->code;
    } else if (!c->settings->lists) {
        work.is_done = is_over;
        goes_on = goes_on && fz_crew_do(&c->crew, &work);
        if (!goes_on)
            cancel(c, &work);
        fz_progress_clear(&c->crew.progress);
        if (fz_scale_batch_print_summary(batch, c->crew.workers, c->crew.zygotes.decoders != NULL, err) !=
            FZ_OK)
            return err->code;
    }
    if (!goes_on)
        return FZ_E_CANCELLED;
    return batch->task.failed > 0 || c->crew.source_failed ? FZ_E_IO : FZ_OK;
}

int fz_scale_folder(const struct fz_scale_settings *settings)
{
    struct fz_error err = {0};
    struct console c = {.settings = settings};
    fz_signals_block();
    fz_scale_batch_init(&c.batch, settings, &c.crew.quit);
    c.batch.say = say;
    c.batch.say_ctx = &c;
    fz_task_begin(&c.batch.task, fz_now_us());
    enum fz_err code = settings->in ? fz_scale_batch_find_folders(&c.batch, &err) : FZ_OK;
    if (code == FZ_OK) {
        const char *source = c.batch.in ? c.batch.in : settings->source;
        const struct fz_crew_options how = {.sources = &source,
                                            .source_count = 1,
                                            .recursive = settings->recursive,
                                            .quiet = settings->quiet,
                                            .task = &c.batch.task};
        code = fz_crew_start(&c.crew, settings->options, &how, &err);
        if (code == FZ_OK)
            code = scale(&c, &err);
        fz_crew_stop(&c.crew);
    }
    if (code != FZ_OK && err.msg[0])
        fz_log_error(&err);
    fz_scale_batch_fini(&c.batch);
    return fz_err_exit_status(code);
}
