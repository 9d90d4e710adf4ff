/* The folder that results of frieze scale go to: all that touches it. In the window a reader of its own does that (FZ_ASK_TARGET,
 * FZ_ASK_PUT of decode/ask.h), so that a share which hangs holds no worker; without one, the worker in place. */
#ifndef FZ_DECODE_TARGET_H
#define FZ_DECODE_TARGET_H

#include "base/error.h"
#include "process/parcel.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the pictures lie, and no result is written. */
struct fz_originals {
    const char *folder; /* borrowed; absolute, without links; NULL: nowhere */
    bool and_below;
};

/* Where a file is to be put, and how. */
struct fz_placing {
    const char *path; /* borrowed; absolute; with `originals` its folder is made where it is missing */
    struct fz_originals originals;
    bool never_replaces;
    bool synced; /* on the disk before it gets its name */
};

/* Its bytes. */
struct fz_placed {
    const void *bytes; /* borrowed; NULL: those of `fd` */
    uint64_t len;      /* of them; of `fd`: what it takes of memory, 0: it is on a disk */
    int fd;
};

/* Any thread but a running render thread, all of these. */

/* USAGE where `folder` is one of the originals'; by its text. */
enum fz_err fz_originals_check(const struct fz_originals *originals, const char *folder,
                               struct fz_error *err);

/* Makes the folder, and those above it, none of which is one of the originals'. *real: owned by the caller, without links; NULL
 * where it fails. */
enum fz_err fz_target_find(const struct fz_originals *originals, const char *folder, char **real,
                           struct fz_error *err);

/* Nothing has a name there until it is whole. CANCELLED where `stops`, which is asked now and then, says so. */
enum fz_err fz_target_put(const struct fz_placing *placing, const struct fz_placed *file,
                          bool (*stops)(void *ctx), void *ctx, struct fz_error *err);

/* --- The same, asked for --- */

struct fz_parcel fz_target_find_request(const struct fz_originals *originals, const char *folder);
/* `fd` of it is a file of its own, -1 with errno where there is none; `value`: what that takes of memory. */
struct fz_parcel fz_target_put_request(const struct fz_placing *placing, const struct fz_placed *file);

/* Who is asked. */
void fz_target_answer_find(const struct fz_parcel *request, struct fz_parcel *answer);
void fz_target_answer_put(const struct fz_parcel *request, bool (*stops)(void *ctx), void *ctx,
                          struct fz_parcel *answer);

/* What the answer says; *real (may be NULL) as above. */
enum fz_err fz_target_take(const struct fz_parcel *answer, char **real, struct fz_error *err);

#endif
