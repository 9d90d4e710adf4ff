/* The command jobs, over any tasks: what is told of them, and what they can be asked. */
#ifndef FZ_CTL_JOBS_H
#define FZ_CTL_JOBS_H

#include "base/error.h"
#include "base/task.h"

#include <jansson.h>

/* Borrowed. */
struct fz_jobs {
    struct fz_task *const *tasks;
    size_t count;
};

/* The tasks' thread, all of these. One object each: name, state, total, done, failed, rate a second, left_s, error. */
json_t *fz_jobs_list(const struct fz_jobs *jobs, int64_t now_us);

/* Somebody waits for the end of a task. */
struct fz_jobs_wait {
    const struct fz_task *task; /* NULL: nobody */
    int64_t deadline_us;
};

/* `argv`: suspend, resume or cancel, and a name or none (all); or wait, a name, and seconds or none: then `wait` is filled in. USAGE,
 * NOT_FOUND where there is nothing to do that to. */
enum fz_err fz_jobs_obey(const struct fz_jobs *jobs, size_t argc, const char *const *argv, int64_t now_us,
                         struct fz_jobs_wait *wait, struct fz_error *err);

/* "30.5": seconds, 0 to a day; NULL: the usual 30. False where it is none. */
bool fz_jobs_read_patience(const char *seconds, int64_t *us);

#endif
