/* What an idle wall does for later: it fills the tile cache with the pictures that no texture has room for, from the view
 * onwards and round, as many as the cache holds, and with what it went without while they were loaded. */
#ifndef FZ_APP_LOADING_PRIME_H
#define FZ_APP_LOADING_PRIME_H

#include "base/task.h"
#include "decode/job.h"
#include "source/list.h"

struct fz_app;
struct fz_tile;

struct fz_prime {
    size_t cursor, left; /* of the list: where to look next, and how many are to be looked at */
    size_t count;        /* of the list that this is about, */
    uint32_t epoch;      /* and the loader's */
    size_t out;          /* jobs */
    struct fz_task task;
};

/* Render thread, all of these. Once a turn; cheap. */
void fz_prime_step(struct fz_app *app);
/* Its priority, or FZ_HEAP_DROP where somebody is there again. */
uint64_t fz_prime_judge(const struct fz_app *app);
/* One of its jobs has come back, or was dropped: CANCELLED, and it begins anew, from where the view is. */
void fz_prime_took(struct fz_app *app, fz_item_id item, enum fz_err code);
/* A tile was decoded: what the cache went without is there for it to be filled with. */
void fz_prime_note(struct fz_app *app, struct fz_tile *tile, const struct fz_job *job);

#endif
