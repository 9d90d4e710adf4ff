/* Whether an SVG takes more than itself to draw: fonts for its text, modules of gdk-pixbuf for pictures inside it, which nobody can
 * open in a sandbox that is closed; and what of it nobody here draws. */
#ifndef FZ_IMAGE_SVG_NEEDS_H
#define FZ_IMAGE_SVG_NEEDS_H

#include "image/bytes.h"

#include <stdbool.h>

/* Any thread. There is an element called `text`, `image` or `feImage`, in whatever namespace, or an entity, which may stand
 * for one. Those in comments count too: true costs time, false would cost what they show. */
bool fz_svg_needs_files(const struct fz_bytes *file);

/* Any thread. What librsvg passes over, and no `switch` may have something in that stands for it, in words; NULL: nothing is known of. HTML
 * in a `foreignObject`, text along a path, and properties of CSS whose values are variables' (librsvg 2.54 takes none of these). */
const char *fz_svg_left_out(const struct fz_bytes *file);

#endif
