/* Files in folders that are polled (FZ_SOURCE_POLLED): nobody tells what changes within one. So those that are in view, and those
 * that failed or are shown in part, are looked at every few seconds by their reader, and what has changed is CHANGED, as if it
 * had been told. What failed may still be on its way: it is read again once it holds still. */
#ifndef FZ_APP_LOADING_REVISIT_H
#define FZ_APP_LOADING_REVISIT_H

#include "decode/job.h"
#include "source/list.h"

struct fz_app;

enum { FZ_REVISITS = 256 }; /* files that are looked at together */

/* What failed, and has changed since. */
struct fz_unsettled {
    fz_item_id item;
    struct fz_file_facts file; /* at the last look */
    int looks;
};

struct fz_revisit {
    bool *polled; /* by root; owned */
    size_t polled_capacity;
    bool any;
    struct fz_job *job; /* on its way; borrowed */
    int64_t began_us, due_us;
    size_t next_seen,
        next_slot; /* where the next looks go on: among the tiles in view, and in the slots of all */
    struct fz_unsettled unsettled[FZ_REVISITS];
    size_t unsettled_count;
};

/* Render thread, all of these. */
void fz_revisit_add_root(struct fz_app *app, uint32_t root);

/* Sends out a job where one is due; returns when it is to be called again, or FZ_NEVER. */
int64_t fz_revisit_step(struct fz_app *app);

void fz_revisit_fini(struct fz_revisit *revisit);

#endif
