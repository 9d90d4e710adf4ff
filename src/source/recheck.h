/* Files that a program was given: looked at before and after, so that what became of them is known at once, whether or not
 * anybody watches their folders. Their readers look (decode/files.h), for the jobs of workers. */
#ifndef FZ_SOURCE_RECHECK_H
#define FZ_SOURCE_RECHECK_H

#include "source/source.h"

struct fz_job;
struct fz_recheck;

/* One thread at a time, all of these. */
struct fz_recheck *fz_recheck_new(void);
void fz_recheck_free(struct fz_recheck *recheck); /* NULL-safe */

/* An absolute path (copied). */
void fz_recheck_add(struct fz_recheck *recheck, uint32_t root, const char *path);

/* A worker, in the `work` of a job, both of these; they return where the job has to wait, and go on there when it runs again. */

/* Looks at all of them as they are now. */
void fz_recheck_look(struct fz_recheck *recheck, struct fz_job *job);

/* Looks again: what is gone is REMOVED, what was renamed within its folder is ADDED under its new name, what has new bytes is
 * CHANGED. Events go to `ready`. */
void fz_recheck_report(struct fz_recheck *recheck, struct fz_job *job, struct fz_ready *ready);

#endif
