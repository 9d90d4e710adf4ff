#include "ctl/jobs.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

enum { USUAL_S = 30, MOST_S = 86400 };

static json_t *tell(const struct fz_task *task, int64_t now_us)
{
    double left_s = fz_task_left_s(task, now_us);
    bool is_known = !fz_task_is_over(task) && left_s >= 0;
    json_t *total = task->knows_total ? json_integer((json_int_t)task->total) : json_null();
    json_t *error = fz_json_text(task->failure.code != FZ_OK ? task->failure.msg : NULL);
    return json_pack("{sssssosIsIsfsoso}", "name", task->name, "state", fz_task_state_name(task->state),
                     "total", total, "done", (json_int_t)task->done, "failed", (json_int_t)task->failed,
                     "rate", fz_task_rate(task, now_us), "left_s", is_known ? json_real(left_s) : json_null(),
                     "error", error);
}

json_t *fz_jobs_list(const struct fz_jobs *jobs, int64_t now_us)
{
    json_t *list = json_array();
    for (size_t i = 0; i < jobs->count; i++)
        json_array_append_new(list, tell(jobs->tasks[i], now_us));
    return list;
}

bool fz_jobs_read_patience(const char *seconds, int64_t *us)
{
    char *end = NULL;
    double number = seconds ? strtod(seconds, &end) : USUAL_S;
    if ((seconds && (*end || end == seconds)) || !(number >= 0 && number <= MOST_S))
        return false;
    *us = (int64_t)(number * 1e6);
    return true;
}

static struct fz_task *find(const struct fz_jobs *jobs, const char *name)
{
    for (size_t i = 0; i < jobs->count; i++)
        if (strcmp(jobs->tasks[i]->name, name) == 0)
            return jobs->tasks[i];
    return NULL;
}

/* Of one task, or of all for which it means anything. */
static bool order(const struct fz_jobs *jobs, bool (*verb)(struct fz_task *task, int64_t now_us),
                  const struct fz_task *one, int64_t now_us)
{
    bool any = false;
    for (size_t i = 0; i < jobs->count; i++)
        if (!one || one == jobs->tasks[i])
            any |= verb(jobs->tasks[i], now_us);
    return any;
}

static enum fz_err await(const struct fz_task *task, const char *seconds, int64_t now_us,
                         struct fz_jobs_wait *wait, struct fz_error *err)
{
    int64_t patience_us;
    if (!fz_jobs_read_patience(seconds, &patience_us))
        return fz_fail(err, FZ_E_USAGE, 0, "jobs: %.60s are no seconds", seconds);
    *wait = (struct fz_jobs_wait){task, now_us + patience_us};
    return FZ_OK;
}

enum fz_err fz_jobs_obey(const struct fz_jobs *jobs, size_t argc, const char *const *argv, int64_t now_us,
                         struct fz_jobs_wait *wait, struct fz_error *err)
{
    static const struct {
        const char *word;
        bool (*verb)(struct fz_task *task, int64_t now_us);
    } verbs[] = {{"suspend", fz_task_suspend}, {"resume", fz_task_resume}, {"cancel", fz_task_cancel}};
    struct fz_task *one = argc > 1 ? find(jobs, argv[1]) : NULL;
    *wait = (struct fz_jobs_wait){0};
    if (argc > 1 && !one)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "jobs: there is no %.60s", argv[1]);
    if (strcmp(argv[0], "wait") == 0 && one && argc <= 3)
        return await(one, argc == 3 ? argv[2] : NULL, now_us, wait, err);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && argc < 3; i++) {
        if (strcmp(argv[0], verbs[i].word) != 0)
            continue;
        return order(jobs, verbs[i].verb, one, now_us)
                   ? FZ_OK
                   : fz_fail(err, FZ_E_NOT_FOUND, 0, "jobs: there is nothing to %s", argv[0]);
    }
    return fz_fail(err, FZ_E_USAGE, 0,
                   "jobs wants suspend, resume or cancel, and may have a name; or wait, a name, and may have "
                   "seconds");
}
