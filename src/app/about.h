/* What the file of the current picture tells of it beside its pixels, for the info overlay. Of what the picture view loads while that
 * is open it comes with the pixels, so that no file is read for it; else it is asked for when it is wanted, one at a time, and read by
 * a worker. What stands beside the file is always read so. */
#ifndef FZ_APP_ABOUT_H
#define FZ_APP_ABOUT_H

#include "image/metadata/metadata.h"
#include "source/list.h"

#include <stdbool.h>

struct fz_app;
struct fz_job;

/* As many as are loaded around the picture in view, and were shown before it. */
enum { FZ_ABOUT_FILES = 16 };

/* What a file told by itself. */
struct fz_about_file {
    fz_item_id item; /* NONE: of none */
    struct fz_metadata told;
};

/* Render thread only. */
struct fz_about {
    fz_item_id item; /* that `metadata` is of; NONE: of none */
    struct fz_metadata metadata;
    struct fz_job *job; /* on its way (borrowed; NULL: none) */
    struct fz_about_file files[FZ_ABOUT_FILES];
    unsigned next;   /* of them, to give way */
    fz_item_id anew; /* its file is to be read, whatever the tile cache says; NONE: none is */
};

/* Render thread, all of these. */

/* What the file tells, borrowed until the next call of any of these; NULL while it is being read. */
const struct fz_metadata *fz_about_get(struct fz_app *app, fz_item_id item);

/* Whether who loads this picture is to read with it what its file tells. */
bool fz_about_wants(const struct fz_app *app, fz_item_id item);

/* A picture that is now its file's was loaded. */
void fz_about_learn(struct fz_app *app, const struct fz_job *job);

/* What stands beside its file has changed; or the file itself. */
void fz_about_forget(struct fz_app *app, fz_item_id item);
void fz_about_forget_file(struct fz_app *app, fz_item_id item);

/* Once it was forgotten: of this item the tile cache is not believed the next time; of one at a time. */
void fz_about_read_anew(struct fz_app *app, fz_item_id item);

/* Whether it is that one: who reads what its file tells sets told_anew of the job. */
bool fz_about_reads_anew(const struct fz_app *app, fz_item_id item);

#endif
