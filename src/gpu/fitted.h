/* Scaled copies that stay, for SDL's own renderer: what stands at another size than its own, as tiles of justified rows do, or turned,
 * is scaled once and not in every frame. While sizes change nothing is kept: a copy is made where a texture is drawn as it was in
 * the frame before, and goes with the first frame that does not draw it. */
#ifndef FZ_GPU_FITTED_H
#define FZ_GPU_FITTED_H

#include "gpu/draw.h"

#include <stdint.h>

struct fz_fitted;

/* Render thread, all of these. Draws all of a texture, scaled and turned, with the page's blend mode and alpha of now. False where there is
 * no copy and none is made: between whole pixels, for the first time, or for want of room. */
bool fz_fitted_draw(struct fz_head *head, struct fz_texture *texture, struct fz_rect rect,
                    struct fz_turn turn);

/* The texture goes, or shows something else from now on. */
void fz_fitted_drop(struct fz_head *head, struct fz_texture *texture);

/* Once a frame, when all is drawn. */
void fz_fitted_rest(struct fz_head *head);

/* Bytes of the budget that further copies may take, while there are any. */
uint64_t fz_fitted_room(const struct fz_head *head);

#endif
