/* What librsvg reads pictures inside an SVG with: gdk-pixbuf, whose modules lie in files of their own. */
#ifndef FZ_IMAGE_HEAVY_SVG_MODULES_H
#define FZ_IMAGE_HEAVY_SVG_MODULES_H

#include <stdbool.h>

/* Zygote, before its sandbox closes. Loads all of them: later on none can be. */
void fz_svg_modules_load(void);

/* Any thread. Whether there is one for pictures of that MIME type; true where librsvg does not tell what it reads. */
bool fz_svg_modules_read(const char *type);

#endif
