/* The ground of an SVG that tells of one (image/svg/ground.h), painted by who draws the rest. */
#ifndef FZ_IMAGE_HEAVY_SVG_GROUND_H
#define FZ_IMAGE_HEAVY_SVG_GROUND_H

#include "image/bytes.h"

#include <cairo.h>

/* The decoder's thread. All over a surface of w x h px on which nothing is drawn yet. */
void fz_svg_paint_ground(const struct fz_bytes *file, cairo_surface_t *surface, int w, int h);

#endif
