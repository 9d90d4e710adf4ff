/* What librsvg reads pictures inside an SVG with: gdk-pixbuf, whose modules lie in files of their own. */
#ifndef FZ_IMAGE_HEAVY_SVG_MODULES_H
#define FZ_IMAGE_HEAVY_SVG_MODULES_H

/* Zygote, before its sandbox closes. Loads all of them: later on none can be. */
void fz_svg_modules_load(void);

#endif
