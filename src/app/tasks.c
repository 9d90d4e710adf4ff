#include "app/tasks.h"

#include "app/app.h"
#include "base/clock.h"
#include "ctl/jobs.h"
#include "source/listing.h"

/* --- reading the sources -------------------------------------------------------------------------------------------- */

static void obey_scan(void *ctx)
{
    struct fz_app *app = ctx;
    struct fz_sources *all[] = {app->sources, app->drop.sources};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i])
            continue;
        fz_sources_hold(all[i], app->scan.task.state == FZ_TASK_SUSPENDED);
        if (app->scan.task.state == FZ_TASK_CANCELED)
            fz_sources_end_listing(all[i]);
    }
    app->dirty = true;
}

void fz_tasks_init(struct fz_app *app)
{
    app->scan.task = (struct fz_task){.name = "scan", .obey = obey_scan, .ctx = app};
    fz_task_begin(&app->scan.task, fz_now_us());
    app->prime.task = (struct fz_task){.name = "prime", .knows_total = true};
    fz_scale_window_init(app);
}

void fz_tasks_step(struct fz_app *app)
{
    struct fz_task *scan = &app->scan.task;
    bool listed = fz_app_is_listed(app);
    if (!listed && fz_task_is_over(scan)) {
        fz_task_begin(scan, app->now_us);
        obey_scan(app);
    }
    if (scan->state == FZ_TASK_IDLE)
        return;
    scan->total = scan->done = fz_list_all_count(app->list);
    scan->failed = app->scan.explicit_failures;
    if (listed) {
        fz_task_end(scan, app->now_us);
        obey_scan(app);
    }
}

/* --- the command ---------------------------------------------------------------------------------------------------- */

enum fz_err fz_tasks_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    struct fz_task *const tasks[] = {&app->scan.task, &app->scale.batch.task, &app->prime.task};
    const struct fz_jobs jobs = {tasks, sizeof tasks / sizeof *tasks};
    struct fz_jobs_wait wait;
    if (call->argc == 0) {
        call->result = fz_jobs_list(&jobs, app->now_us);
        return FZ_OK;
    }
    if (fz_jobs_obey(&jobs, call->argc, call->argv, app->now_us, &wait, err) == FZ_OK && wait.task)
        fz_app_add_wait(app, call, &(struct fz_wait){.task = wait.task, .deadline_us = wait.deadline_us},
                        err);
    return err->code;
}
