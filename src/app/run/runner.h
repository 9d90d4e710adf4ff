/* The thread that runs the user's programs: starts them, waits for them, and ends those that take too long. */
#ifndef FZ_APP_RUN_RUNNER_H
#define FZ_APP_RUN_RUNNER_H

#include "base/error.h"
#include "ctl/program.h"
#include "source/marks.h"
#include "sync/doorbell.h"
#include "sync/ready.h"

#include <stdatomic.h>
#include <stdint.h>

enum {
    FZ_RUN_AT_ONCE = 8, /* others wait for one of these to end */
    FZ_RUN_TEXT = 4096, /* bytes kept of what a program writes */
};

/* What became of a program. */
enum fz_run_end {
    FZ_RUN_DONE,    /* `status` as waitpid(2) gives it */
    FZ_RUN_LATE,    /* it was ended: its time was over */
    FZ_RUN_REFUSED, /* it was not started: `error` says why */
};

/* One run of a program: a request that comes back as its own result. */
struct fz_run {
    struct fz_ready_node node;
    const struct fz_program *program; /* borrowed, longer than the runner lives */
    char *path;                       /* of the selected picture, absolute; owned; NULL: none */
    uint32_t root;                    /* that it comes from */
    struct fz_marked *marked;         /* owned until the render thread ends it; NULL: not wanted */
    double timeout_s;
    /* the render thread's */
    struct fz_run *next;        /* of all that are under way */
    struct fz_job *job;         /* that looks at its files, before or after; NULL: none */
    struct fz_recheck *recheck; /* owned while no job has it */
    bool submitted, ran;
    atomic_bool begun; /* atomic: or refused; the runner waits for its file no more */
    /* the result */
    enum fz_run_end end;
    int status;
    struct fz_error error;
    char out[FZ_RUN_TEXT + 1]; /* the beginning of its standard output */
    char err[FZ_RUN_TEXT + 1]; /* the end of its standard error */
};

struct fz_runner;

/* Render thread. Results go to `done`; then `bell` rings. */
enum fz_err fz_runner_start(struct fz_runner **runner, struct fz_ready *done, struct fz_doorbell *bell,
                            struct fz_error *err);

/* Render thread. Takes the run. */
void fz_runner_submit(struct fz_runner *runner, struct fz_run *run);

/* Main thread. Programs that run are left alone; what was submitted before is started, unless so many run already that it waits for one
 * of them (FZ_RUN_REFUSED, FZ_E_BUSY). What has no result yet goes back by `done` as it is. False where the thread does not end within
 * that time (a program's file on a share that hangs). NULL-safe. */
bool fz_runner_stop(struct fz_runner *runner, int patience_ms);

#endif
