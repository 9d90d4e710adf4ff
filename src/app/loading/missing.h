/* Pictures whose files were not there when they were to be read: most of them are gone from their folder too, which its reader
 * is about to tell. One line is said of each that stays in the list, as a link that leads nowhere does. */
#ifndef FZ_APP_LOADING_MISSING_H
#define FZ_APP_LOADING_MISSING_H

#include "source/list.h"

struct fz_app;
struct fz_tile;

struct fz_missing {
    fz_item_id *items; /* owned */
    size_t said, count, capacity;
    int64_t due_us, most_us; /* when the rest is said: nothing came for a second, or at the latest */
};

/* Render thread, all of these. */
void fz_missing_add(struct fz_app *app, struct fz_tile *tile);

/* Says of some what is due; returns when it is to be called again, or FZ_NEVER. */
int64_t fz_missing_step(struct fz_app *app);

/* Says what is left. */
void fz_missing_end(struct fz_app *app);

#endif
