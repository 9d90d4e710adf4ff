/* The pictures that were shown last: going back to one of them opens no file. As many as --history says keep the textures that they
 * were shown with, as far as --memory goes (least recently drawn first out); who leaves gives its texture back. */
#ifndef FZ_APP_PICTURE_HISTORY_H
#define FZ_APP_PICTURE_HISTORY_H

#include "source/list.h"

struct fz_app;

struct fz_history {
    fz_item_id *items; /* owned; the latest last, each once; some may be gone from the list */
    size_t count, capacity;
    int way; /* of travel when one came last that was not among them: -1 or 1 */
};

/* Render thread, all of these. It is shown from now on, come to by app->picture.direction. */
void fz_history_add(struct fz_app *app, fz_item_id item);
/* Whether the picture that was asked for is one of these, and the way back leads to it. */
bool fz_history_retraces(const struct fz_app *app);
void fz_history_fini(struct fz_history *history);

#endif
