/* A handle for long work: how far it is, and what it was asked to do. Who works looks at the state and counts; who watches or
 * commands need not know what the work is. */
#ifndef FZ_BASE_TASK_H
#define FZ_BASE_TASK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fz_task_state {
    FZ_TASK_IDLE,      /* not begun, or over: done, or as far as it got */
    FZ_TASK_WORKING,   /* goes on */
    FZ_TASK_SUSPENDED, /* what is under way may end, nothing is begun */
    FZ_TASK_CANCELED,  /* what is under way ends as soon as it can, then it is over */
};

/* One thread's, as all of these functions. Times are of fz_now_us. */
struct fz_task {
    const char *name; /* static */
    enum fz_task_state state;
    size_t total;            /* pieces of work; may grow while it works, */
    bool knows_total;        /* or is not all that there is */
    size_t done;             /* of these, failed ones too */
    size_t failed;           /* of these */
    int64_t since_us;        /* when it began to work, or did so again */
    int64_t worked_us;       /* before that */
    bool was_canceled;       /* the last time */
    struct fz_error failure; /* why it could not be done at all, the last time; code FZ_OK: it could */
    void (*obey)(
        void *
            ctx); /* called once the state has changed by a command; NULL: who works looks at it often enough */
    void *ctx;
};

/* Counts from 0. `obey` and `ctx` stay. */
void fz_task_begin(struct fz_task *task, int64_t now_us);
/* Nothing of it is under way any more. */
void fz_task_end(struct fz_task *task, int64_t now_us);

/* Commands. False where they mean nothing in this state. */
bool fz_task_suspend(struct fz_task *task, int64_t now_us);
bool fz_task_resume(struct fz_task *task, int64_t now_us);
bool fz_task_cancel(struct fz_task *task, int64_t now_us);

/* Whether new pieces may be begun. */
bool fz_task_goes_on(const struct fz_task *task);
/* Who waits for it waits no longer. */
bool fz_task_is_over(const struct fz_task *task);

/* "idle", "working", "suspended", "canceled". */
const char *fz_task_state_name(enum fz_task_state state);
/* Time that it worked, without what it was suspended for. */
int64_t fz_task_worked_us(const struct fz_task *task, int64_t now_us);
/* Pieces a second; 0: not known yet. */
double fz_task_rate(const struct fz_task *task, int64_t now_us);
/* Seconds to its end at that rate; negative: not known. */
double fz_task_left_s(const struct fz_task *task, int64_t now_us);

#endif
