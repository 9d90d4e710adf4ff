/* Scaled and turned copies for SDL's own renderer, as OpenGL makes them: between whole pixels too, and of no more than the
 * window shows. SDL's would round each rectangle to whole pixels, and scale all of a picture before it cuts off what lies
 * outside: half a gigabyte for one that is zoomed in eight times. */
#ifndef FZ_GPU_STRETCH_H
#define FZ_GPU_STRETCH_H

#include "gpu/draw.h"

#include <SDL_render.h>

struct fz_page;

/* Render thread. `from`: what is copied, px of the page; samples beside it are taken from `within`, which holds it.
 * `rect`: where the turned copy stands, px of the window. The page's blend mode and alpha of now hold for it. Draws nothing
 * where the memory is not there. */
void fz_stretch(struct fz_head *head, const struct fz_page *page, const SDL_Rect *from,
                const SDL_Rect *within, struct fz_rect rect, struct fz_turn turn);

/* Render thread, once a frame. Gives back what no copy of this frame needed. */
void fz_stretch_rest(struct fz_head *head);

/* Render thread. Bytes of the budget that are left for copies: what textures do not take until something in view needs it. */
uint64_t fz_stretch_room(const struct fz_head *head);

/* Render thread. What is copied of `sdl` is blended as what is copied of `as`. */
void fz_stretch_blend_as(SDL_Texture *sdl, SDL_Texture *as);

struct fz_bitmap {
    uint32_t *at; /* NULL: none */
    int pitch_px;
};

/* Render thread. The memory of a streaming texture of SDL's own renderer, which it keeps as long as it lives. To lock it
 * for each copy would draw all that waits, so that every frame would be drawn in pieces. */
bool fz_stretch_map(SDL_Texture *texture, struct fz_bitmap *bitmap);

/* Pure. The same into memory: `to` is filled where it lies under `rect`; both in px, `to_at` is where `to` begins. Bilinear,
 * weights in 1/256. False: no memory. */
bool fz_stretch_pixels(struct fz_bitmap page, const SDL_Rect *from, const SDL_Rect *within,
                       struct fz_rect rect, struct fz_turn turn, struct fz_bitmap to, const SDL_Rect *to_at);

#endif
