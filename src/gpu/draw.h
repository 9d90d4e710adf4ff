/* Drawing between fz_head_begin and fz_head_present. */
#ifndef FZ_GPU_DRAW_H
#define FZ_GPU_DRAW_H

#include "gpu/texture.h"

/* How a texture is turned: by quarters clockwise first, then mirrored. */
struct fz_turn {
    int quarters;
    bool flip_h, flip_v;
};

/* Render thread only, all of these; colours are not premultiplied, alpha 255 = opaque. */
void fz_draw_fill(struct fz_head *head, struct fz_rect rect, struct fz_color color);
/* The same for many in one colour: one draw of the renderer, where each of its own costs a software renderer as much as a
 * picture. At most FZ_FILLS_MOST. */
enum { FZ_FILLS_MOST = 512 };
void fz_draw_fills(struct fz_head *head, const struct fz_rect *rects, int count, struct fz_color color);
/* Over all of the window, at a third of what a fill costs SDL's own renderer. */
void fz_draw_veil(struct fz_head *head, struct fz_color color);
/* A frame of `thickness` px around `rect`, outside of it. */
void fz_draw_ring(struct fz_head *head, struct fz_rect rect, double thickness, struct fz_color color);
/* `rect` is where the turned picture stands. */
void fz_draw_texture(struct fz_head *head, struct fz_texture *texture, struct fz_rect rect, double alpha,
                     struct fz_turn turn);
/* What is drawn between these two, whole and opaque, stands there in the end, in any order: page by page, for a renderer draws
 * what comes from one texture in one call. Without a renderer that gains by it, in order and at once. */
void fz_draw_begin_batch(struct fz_head *head);
void fz_draw_end_batch(struct fz_head *head);
/* The same as fz_draw_texture of a part of the texture, px of that, opaque. */
void fz_draw_texture_part(struct fz_head *head, struct fz_texture *texture, const SDL_Rect *part,
                          struct fz_rect rect, struct fz_turn turn);
/* `rows` rows of a white mask (a text), from `row` on, in a colour. */
void fz_draw_mask(struct fz_head *head, struct fz_texture *texture, int row, int rows, double x, double y,
                  struct fz_color color);

#endif
