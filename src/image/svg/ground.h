/* What browsers paint under a drawing, as its root says. */
#ifndef FZ_IMAGE_SVG_GROUND_H
#define FZ_IMAGE_SVG_GROUND_H

#include "image/bytes.h"

#include <stdbool.h>

enum { FZ_SVG_GROUND_BYTES = 512 };

/* Any thread. What the `style` of the root, and before it what style sheets say of the root, give to `background` and
 * `background-color`, as declarations of `fill` in the order in which they count, so that who knows colours takes the last that is one;
 * of light-dark() the light one. There is nothing in it that could end an attribute or a declaration. False: it gives nothing. `css`
 * has room for FZ_SVG_GROUND_BYTES. */
bool fz_svg_ground(const struct fz_bytes *file, char *css);

#endif
