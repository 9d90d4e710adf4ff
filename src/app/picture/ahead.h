/* Which pictures are loaded ahead of the picture in view, and in what order. */
#ifndef FZ_APP_PICTURE_AHEAD_H
#define FZ_APP_PICTURE_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_app;

/* On either side; steps 1 to their sum are taken in this order: nearest in the direction of travel first. */
enum {
    FZ_PICTURES_AHEAD = 3,
    FZ_PICTURES_BEHIND = 1,
    FZ_PICTURES_AROUND = FZ_PICTURES_AHEAD + FZ_PICTURES_BEHIND
};

/* Render thread only, both. The index of step `step` from index `at`; step 0 is `at` itself. False: there is none. While a show runs the
 * list's end leads to its start, and what it passes over is left out. */
bool fz_ahead_at(const struct fz_app *app, size_t at, long step, size_t *index);

/* Which step leads from the picture in view to `index`; false where none does. */
bool fz_ahead_wants(const struct fz_app *app, size_t index, uint32_t *step);

#endif
