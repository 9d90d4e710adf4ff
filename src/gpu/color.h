/* Colours that can be read: contrast as https://www.w3.org/TR/WCAG21/ counts it. */
#ifndef FZ_GPU_COLOR_H
#define FZ_GPU_COLOR_H

#include "gpu/head.h"

/* What text needs at least. */
#define FZ_READABLE_CONTRAST 4.5

/* Any thread, all of these. From 1 (the same) to 21 (black on white); both opaque. */
double fz_color_contrast(struct fz_color a, struct fz_color b);

/* `wish` where it can be read on `background`, else black or white. */
struct fz_color fz_color_readable(struct fz_color wish, struct fz_color background);

#endif
