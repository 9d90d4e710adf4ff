/* Whether an SVG takes more than itself to draw: fonts for its text, modules of gdk-pixbuf for pictures inside it, which nobody can
 * open in a sandbox that is closed; or a browser. */
#ifndef FZ_IMAGE_SVG_NEEDS_H
#define FZ_IMAGE_SVG_NEEDS_H

#include "image/bytes.h"

#include <stdbool.h>

/* Any thread. There is an element called `text`, `image` or `feImage`, in whatever namespace, or an entity, which may stand
 * for one. Those in comments count too: true costs time, false would cost what they show. */
bool fz_svg_needs_files(const struct fz_bytes *file);

/* Any thread. There is a `foreignObject`, which librsvg passes over, and no `switch`, which most writers give it something in that stands
 * for it. */
bool fz_svg_needs_browser(const struct fz_bytes *file);

#endif
