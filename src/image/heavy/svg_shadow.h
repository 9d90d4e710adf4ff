/* feDropShadow, which librsvg 2.54 does not know, so that nothing is left of what it is for. */
#ifndef FZ_IMAGE_HEAVY_SVG_SHADOW_H
#define FZ_IMAGE_HEAVY_SVG_SHADOW_H

#include <stddef.h>
#include <stdint.h>

/* What stands in the place of a part of a file, at..end. */
struct fz_svg_shadow {
    const uint8_t *at, *end; /* NULL: there is none */
    char *by;                /* to be freed by g_free */
};

/* The decoder's thread. The next tag of one between from and end. */
struct fz_svg_shadow fz_svg_next_shadow(const uint8_t *from, const uint8_t *end);

#endif
