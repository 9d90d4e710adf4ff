/* Scaled copies that stay, for SDL's own renderer: what stands at another size than its own, as tiles of justified rows do, or turned,
 * is scaled once and not in every frame. A copy is made of what is drawn so for the second time: not of a coarse form that is replaced at once, nor while size or pixels
 * change from frame to frame. It goes with the first frame that does not draw it. */
#ifndef FZ_GPU_SCALED_COPY_H
#define FZ_GPU_SCALED_COPY_H

#include "gpu/draw.h"

#include <stdint.h>

struct fz_scaled_copy;

/* Render thread, all of these. Draws all of a texture, scaled and turned, with the page's blend mode and alpha of now. False where there is
 * no copy and none is made: between whole pixels, while it changes, or for want of room. */
bool fz_scaled_copy_draw(struct fz_head *head, struct fz_texture *texture, struct fz_rect rect,
                         struct fz_turn turn);

/* The texture shows something else from now on; it goes. */
void fz_scaled_copy_changed(struct fz_head *head, struct fz_texture *texture);
void fz_scaled_copy_drop(struct fz_head *head, struct fz_texture *texture);

/* Gives back what copies take beyond the budget, which may be less than it was. */
void fz_scaled_copy_trim(struct fz_head *head);

/* Once a frame, when all is drawn. */
void fz_scaled_copy_rest(struct fz_head *head);

/* Bytes of the budget that further copies may take, while there are any. */
uint64_t fz_scaled_copy_room(const struct fz_head *head);

#endif
