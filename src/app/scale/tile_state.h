/* What a tile shows of its picture's scaling: dim until the pixels that were made of it are there, which fill it from below, and by
 * a badge what became of it. */
#ifndef FZ_APP_SCALE_TILE_STATE_H
#define FZ_APP_SCALE_TILE_STATE_H

#include "source/list.h"
#include "view/geometry.h"

#include <stdbool.h>

struct fz_app;

/* Render thread, within a frame, over the tile. Sets *filling while it fills. */
void fz_scale_draw_state(struct fz_app *app, fz_item_id item, struct fz_rect rect, bool *filling);

#endif
