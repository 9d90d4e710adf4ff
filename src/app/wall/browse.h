/* What keys do to the list: its order, a picture at random, what is dropped from it. */
#ifndef FZ_APP_WALL_BROWSE_H
#define FZ_APP_WALL_BROWSE_H

#include "source/sort.h"

#include <stddef.h>

struct fz_app;

/* Render thread only, all of these. */

/* Orders by a key; by the same key once more the other way round, RANDOM anew. */
void fz_browse_sort(struct fz_app *app, enum fz_sort_key key);
/* The order that the options name. */
void fz_browse_sort_by_options(struct fz_app *app);
/* To a random order, and back to the one before. */
void fz_browse_shuffle(struct fz_app *app);
/* Goes to another picture, each as likely as the others. */
void fz_browse_random(struct fz_app *app);

/* Drops `count` pictures, from the one selected on; brings the last drop back. Files are never touched. */
void fz_browse_drop(struct fz_app *app, size_t count);
void fz_browse_undo_drop(struct fz_app *app);

#endif
