/* What the file of the current picture tells of it beside its pixels, for the info overlay: asked for when it is wanted,
 * one at a time, and read by a worker. */
#ifndef FZ_APP_ABOUT_H
#define FZ_APP_ABOUT_H

#include "image/metadata/metadata.h"
#include "source/list.h"

#include <stdbool.h>

struct fz_app;
struct fz_job;

/* Render thread only. */
struct fz_about {
    fz_item_id item; /* that `metadata` is of; NONE: of none */
    struct fz_metadata metadata;
    struct fz_job *job; /* on its way (borrowed; NULL: none) */
};

/* Render thread, all of these. */

/* What the file tells, borrowed until the next call of any of these; NULL while it is being read. */
const struct fz_metadata *fz_about_get(struct fz_app *app, fz_item_id item);

/* Its file, or what stands beside it, has changed. */
void fz_about_forget(struct fz_app *app, fz_item_id item);

/* A job of this file came back; the caller retires it. */
void fz_about_take(struct fz_app *app, struct fz_job *job);

#endif
