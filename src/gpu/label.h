/* A label: a text as pixels, on the text thread. */
#ifndef FZ_GPU_LABEL_H
#define FZ_GPU_LABEL_H

#include <SDL_surface.h>
#include <stdbool.h>

struct fz_fonts;

/* The line is w x h px, whatever marks stand above and below it; the surface holds `over` rows above the line, the line, and
 * maybe rows below. */
struct fz_label {
    SDL_Surface *surface; /* ARGB8888, fz_surface_new: white where a glyph is, to be tinted */
    bool has_colors; /* then a second layer as high stands under the first: glyphs in their own colours */
    int w, h, over;
};

/* The text thread. Draws any bytes at a font height of `px`: controls as marks, shortened in the middle where it is wider
 * than max_w. False where it cannot be drawn; else the caller frees the surface. */
bool fz_label_draw(struct fz_fonts *fonts, const char *text, int px, int max_w, bool bold,
                   struct fz_label *label);

#endif
