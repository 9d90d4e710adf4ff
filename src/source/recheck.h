/* Files that a program was given: looked at before and after, so that what became of them is known at once, whether or not
 * anybody watches their folders. */
#ifndef FZ_SOURCE_RECHECK_H
#define FZ_SOURCE_RECHECK_H

#include "source/source.h"

struct fz_recheck;

/* One thread, which may block, all of these. */
struct fz_recheck *fz_recheck_new(void);
void fz_recheck_free(struct fz_recheck *recheck); /* NULL-safe */

/* Looks at an absolute path as it is now. */
void fz_recheck_add(struct fz_recheck *recheck, uint32_t root, const char *path);

/* Looks at all of them again: what is gone is REMOVED, what was renamed within its folder is ADDED under its new name,
 * what has new bytes is CHANGED. Events go to `ready`; returns their number. */
size_t fz_recheck_report(const struct fz_recheck *recheck, struct fz_ready *ready);

#endif
