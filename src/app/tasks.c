#include "app/tasks.h"

#include "app/app.h"
#include "base/clock.h"
#include "source/listing.h"

#include <string.h>

enum { TASKS = 3 };

static void list_tasks(struct fz_app *app, struct fz_task *tasks[TASKS])
{
    tasks[0] = &app->scan.task;
    tasks[1] = &app->scale.batch.task;
    tasks[2] = &app->keep.task;
}

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
    app->keep.task = (struct fz_task){.name = "prime", .knows_total = true};
    app->scale.batch.task.name = "scale";
}

void fz_tasks_step(struct fz_app *app)
{
    struct fz_task *scan = &app->scan.task;
    bool listed = fz_app_is_listed(app);
    if (!listed && fz_task_is_over(scan))
        fz_task_begin(scan, app->now_us);
    if (scan->state == FZ_TASK_IDLE)
        return;
    scan->total = scan->done = fz_list_all_count(app->list);
    scan->failed = app->scan.explicit_failures;
    if (listed)
        fz_task_end(scan, app->now_us);
}

/* --- the command ---------------------------------------------------------------------------------------------------- */

static json_t *tell(const struct fz_app *app, const struct fz_task *task)
{
    double left_s = fz_task_left_s(task, app->now_us);
    bool works = !fz_task_is_over(task);
    return json_pack("{sssssosIsIsfso}", "name", task->name, "state", fz_task_state_name(task->state),
                     "total", task->knows_total ? json_integer((json_int_t)task->total) : json_null(), "done",
                     (json_int_t)task->done, "failed", (json_int_t)task->failed, "rate",
                     fz_task_rate(task, app->now_us), "left_s",
                     works && left_s >= 0 ? json_real(left_s) : json_null());
}

static struct fz_task *find(struct fz_task *const tasks[TASKS], const char *name)
{
    for (int i = 0; i < TASKS; i++)
        if (strcmp(tasks[i]->name, name) == 0)
            return tasks[i];
    return NULL;
}

/* Of one task, or of all for which it means anything. */
static bool order(struct fz_app *app, bool (*verb)(struct fz_task *task, int64_t now_us),
                  struct fz_task *const tasks[TASKS], struct fz_task *one)
{
    bool any = false;
    for (int i = 0; i < TASKS; i++)
        if (!one || one == tasks[i])
            any |= verb(tasks[i], app->now_us);
    return any;
}

static enum fz_err obey(struct fz_app *app, struct fz_command_call *call, struct fz_task *const tasks[TASKS],
                        struct fz_error *err)
{
    static const struct {
        const char *word;
        bool (*verb)(struct fz_task *task, int64_t now_us);
    } verbs[] = {{"suspend", fz_task_suspend}, {"resume", fz_task_resume}, {"cancel", fz_task_cancel}};
    const char *word = call->argv[0], *name = call->argc > 1 ? call->argv[1] : NULL;
    struct fz_task *one = name ? find(tasks, name) : NULL;
    if (name && !one)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "jobs: %.60s is none of scan, scale, prime", name);
    if (strcmp(word, "wait") == 0 && one)
        return fz_app_add_wait(app, call, FZ_WAIT_TASK, one, call->argc == 3 ? call->argv[2] : NULL, err);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && call->argc < 3; i++) {
        if (strcmp(word, verbs[i].word) != 0)
            continue;
        return order(app, verbs[i].verb, tasks, one)
                   ? FZ_OK
                   : fz_fail(err, FZ_E_NOT_FOUND, 0, "jobs: there is nothing to %s", word);
    }
    return fz_fail(err, FZ_E_USAGE, 0,
                   "jobs wants suspend, resume or cancel, and may have a name; or wait, a name, and may have "
                   "seconds");
}

enum fz_err fz_tasks_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err)
{
    struct fz_task *tasks[TASKS];
    list_tasks(app, tasks);
    if (call->argc > 0)
        return obey(app, call, tasks, err);
    call->result = json_array();
    for (int i = 0; i < TASKS; i++)
        json_array_append_new(call->result, tell(app, tasks[i]));
    return FZ_OK;
}
