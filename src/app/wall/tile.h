/* One tile of the wall: what stands in its box. */
#ifndef FZ_APP_WALL_TILE_H
#define FZ_APP_WALL_TILE_H

#include "source/list.h"
#include "view/geometry.h"

struct fz_app;

/* Render thread only, all of these; within a frame. Where its picture stands; the box while there is none. */
struct fz_rect fz_tile_rect(const struct fz_app *app, fz_item_id item, struct fz_rect box);

/* Sets *fading while it is not fully there. Its picture may come with the end of the batch: gpu/draw.h. */
void fz_tile_draw(struct fz_app *app, fz_item_id item, struct fz_rect box, bool *fading);

/* All of these over the picture, which stands in `rect`: that it stands for several, that it is damaged. */
void fz_tile_draw_badges(struct fz_app *app, fz_item_id item, struct fz_rect box, struct fz_rect rect);

/* In the lower left corner: damage stands in the upper right one. */
void fz_tile_draw_mark(struct fz_app *app, struct fz_rect box, struct fz_rect rect);

/* Its name, below the box. */
void fz_tile_draw_caption(struct fz_app *app, fz_item_id item, struct fz_rect box);

#endif
