/* Fonts by fontconfig, opened by SDL_ttf; for the text thread alone. */
#ifndef FZ_GPU_FONT_H
#define FZ_GPU_FONT_H

#include <SDL_surface.h>
#include <stdbool.h>

struct fz_fonts;

/* The text thread, all of these. NULL where there is no font at all. */
struct fz_fonts *fz_fonts_new(void);
void fz_fonts_free(struct fz_fonts *fonts);

/* Draws valid UTF-8 in white on transparent (ARGB8888, fz_surface_new), in the first font that has all its
 * characters; shortened in the middle where it is wider than max_w > 0. NULL where it cannot be drawn. */
SDL_Surface *fz_fonts_draw(struct fz_fonts *fonts, const char *text, int px, int max_w, bool bold);

#endif
