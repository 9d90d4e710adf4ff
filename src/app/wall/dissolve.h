/* From one layout to the next: the wall as it was fades away over the wall as it is. Every place changes once, so that it never
 * flashes; tiles that pass over each other on their way do (measured: up to three times). */
#ifndef FZ_APP_WALL_DISSOLVE_H
#define FZ_APP_WALL_DISSOLVE_H

#include "source/list.h"
#include "view/geometry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_app;

/* A tile of the wall as it was, in the window. */
struct fz_dissolve_tile {
    fz_item_id item;
    struct fz_rect cell, rect; /* of it, and of the picture in it */
};

/* Render thread only. */
struct fz_dissolve {
    int64_t asked_us; /* when another layout was asked for, whose shapes are still read; 0: none */
    int64_t since_us; /* when the wall that was began to fade; 0: it does not */
    struct fz_dissolve_tile *tiles; /* owned */
    size_t count;
};

/* Render thread, all of these. */
void fz_dissolve_fini(struct fz_app *app);

/* What was there is no more. */
void fz_dissolve_end(struct fz_app *app);

/* A turn of the loop: true while anything fades, or waits for shapes. */
bool fz_dissolve_step(struct fz_app *app);

/* Within a frame, over the wall. */
void fz_dissolve_draw(struct fz_app *app);

#endif
