/* Programs of the user, by key: the command run. */
#ifndef FZ_APP_RUN_RUN_H
#define FZ_APP_RUN_RUN_H

#include "app/run/runner.h"
#include "ctl/command.h"

#include <stdbool.h>

struct fz_app;
struct fz_job;

enum { FZ_RUNS_MOST = 256 }; /* under way */

struct fz_runs {
    struct fz_programs programs; /* immutable once the config files are read */
    struct fz_runner *runner;    /* NULL: nothing was run yet */
    struct fz_ready done;        /* struct fz_run, from the runner */
    struct fz_run *first; /* a list of all that are under way, as they were asked for: they run, or wait, */
    size_t under_way;     /* or what became of their files is not known yet */
};

/* Render thread only, all of these. */
/* Main thread, once the config files are read; complains of faults in them. */
void fz_run_init(struct fz_app *app);
/* Main thread, after the loop: hands what was asked for last to the runner, which begins it before it ends. Waits a moment for a look at
 * its files, and not for programs. */
void fz_run_finish(struct fz_app *app);
/* Programs that run are left alone. False where the thread could not be ended in that time, or somewhat more where any are under way: the
 * log has those that it did not begin. */
bool fz_run_stop(struct fz_app *app, int patience_ms);
/* Main thread, when no worker runs any more. */
void fz_run_stop_looking(struct fz_app *app);
void fz_run_fini(struct fz_app *app);

enum fz_err fz_run_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);
/* Tells of those that have ended. */
void fz_run_collect(struct fz_app *app);
/* What the argument of the command runs, as it is written; the argument itself where that is nothing. */
const char *fz_run_line(const struct fz_app *app, const char *argument);

#endif
