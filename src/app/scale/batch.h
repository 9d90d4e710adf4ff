/* Many pictures made smaller: which file each becomes, the jobs that do it, and what came of them. Who has a batch runs its
 * jobs: the console's crew (folder.c), or the wall (window.c). */
#ifndef FZ_APP_SCALE_BATCH_H
#define FZ_APP_SCALE_BATCH_H

#include "app/scale/plan.h"
#include "app/scale/scale.h"
#include "base/error.h"
#include "base/task.h"
#include "decode/job.h"
#include "decode/target.h"

/* One thread's at a time: the owner's, but while it is planned whoever plans. */
struct fz_scale_batch {
    const struct fz_scale_settings *settings; /* borrowed */
    struct fz_image_limits limits;
    struct fz_task task;
    struct fz_cancel cancel; /* of all its jobs */
    uint32_t target;         /* the root whose reader reaches `out`; FZ_FILES_NO_ROOT: none does */
    char *in, *out;          /* owned; absolute, without links; NULL: not known yet */
    struct fz_scale_item *items;
    size_t count, capacity;
    size_t next; /* no item before it waits */
    size_t jobs_out;
    size_t made, copied, skipped, left_out;
    bool planned;
    /* One line about a picture. */
    void (*say)(void *ctx, const char *name, const char *text);
    void *say_ctx;
};

void fz_scale_batch_init(struct fz_scale_batch *batch, const struct fz_scale_settings *settings,
                         const struct fz_cancel *parent);
void fz_scale_batch_fini(struct fz_scale_batch *batch); /* no job is out */

/* Takes the absolute `path`. `root` and `id` are the source's and the list's, 0 without; `is_doubtful`: it may be no picture. */
void fz_scale_batch_add(struct fz_scale_batch *batch, char *path, uint32_t root, uint32_t id,
                        bool is_doubtful);

/* Not the render thread, both. Where from and where to: the settings' `in` (NULL: the folder that all have in common) and `out`,
 * which is made. */
enum fz_err fz_scale_batch_find_folders(struct fz_scale_batch *batch, struct fz_error *err);
/* The first half of that, for who has somebody else make `out`: nothing of it is touched. *wanted: where it is to be; owned by the
 * caller; NULL where that cannot be. */
enum fz_err fz_scale_batch_find_in(struct fz_scale_batch *batch, char **wanted, struct fz_error *err);
struct fz_originals fz_scale_batch_originals(const struct fz_scale_batch *batch);
/* Gives each picture its result's name, in order; those of other shards go. */
void fz_scale_batch_plan(struct fz_scale_batch *batch);
/* After that. */
void fz_scale_batch_is_planned(struct fz_scale_batch *batch);

/* The next job, which the caller sends out; its priority may be its `context`'s place. NULL: none waits, or none shall be begun.
 * Counts from the first on. */
struct fz_job *fz_scale_batch_next(struct fz_scale_batch *batch);

/* A job that nobody began. */
void fz_scale_batch_return(struct fz_scale_batch *batch, const struct fz_job *job);

/* A job has come back: what it was about, borrowed, with its new state; NULL: it was no picture, or waits again. Failures have been
 * said. */
const struct fz_scale_item *fz_scale_batch_take(struct fz_scale_batch *batch, const struct fz_job *job);

/* All is done, or whatever was begun when it was cancelled. */
bool fz_scale_batch_is_over(const struct fz_scale_batch *batch);

/* "copied 1 scaled 2 using 2 processes" to standard output, or the same as JSON, as the settings say. IO where that failed. */
enum fz_err fz_scale_batch_print_summary(const struct fz_scale_batch *batch, size_t workers,
                                         bool uses_processes, struct fz_error *err);
/* "copied 1 scaled 2", with what else there is to say. */
void fz_scale_batch_format(const struct fz_scale_batch *batch, char *out, size_t size);

#endif
