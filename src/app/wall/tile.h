/* One tile of the wall: what stands in its box. */
#ifndef FZ_APP_WALL_TILE_H
#define FZ_APP_WALL_TILE_H

#include "source/list.h"
#include "view/geometry.h"

struct fz_app;

/* Render thread only, all of these; within a frame. Draws it and returns where its picture stands; sets *fading while it is not
 * fully there. */
struct fz_rect fz_tile_draw(struct fz_app *app, fz_item_id item, struct fz_rect box, bool *fading);

/* In the lower left corner: damage stands in the upper right one. */
void fz_tile_draw_mark(struct fz_app *app, struct fz_rect rect);

/* Its name, below the box. */
void fz_tile_draw_caption(struct fz_app *app, fz_item_id item, struct fz_rect box);

#endif
