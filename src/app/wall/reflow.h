/* From one layout to the next: tiles glide from where they were to where they will be. */
#ifndef FZ_APP_WALL_REFLOW_H
#define FZ_APP_WALL_REFLOW_H

#include "view/geometry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_app;

/* Render thread only. */
struct fz_reflow {
    int64_t asked_us;     /* when another layout was asked for, whose shapes are still read; 0: none */
    int64_t since_us;     /* when tiles began to move; 0: they do not */
    size_t first, count;  /* tiles of which it is known where they were */
    struct fz_rect *from; /* in the window; owned */
};

/* Render thread, all of these. */
void fz_reflow_fini(struct fz_app *app);

/* Tiles stand where they do: what they came from is no more. */
void fz_reflow_end(struct fz_app *app);

/* A turn of the loop: true while anything moves, or waits for shapes. */
bool fz_reflow_step(struct fz_app *app);

/* Within a frame. Where a tile is on its way to a place in the window. */
struct fz_rect fz_reflow_rect(const struct fz_app *app, size_t index, struct fz_rect to);

/* The same. Makes a range of tiles in view hold those that are still leaving it. */
void fz_reflow_extend(const struct fz_app *app, size_t *first, size_t *last);

#endif
