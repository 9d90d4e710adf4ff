/* feDropShadow, which librsvg 2.54 does not know, so that nothing is left of what it is for; later ones do. */
#ifndef FZ_IMAGE_HEAVY_SVG_SHADOW_H
#define FZ_IMAGE_HEAVY_SVG_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The tag of one, at..end, and the primitives that it is short for. They go in front of it: the tag stays, and is passed over. */
struct fz_svg_shadow {
    const uint8_t *at, *end; /* NULL: there is none */
    char *primitives;        /* to be freed by g_free */
};

/* The decoder's thread. Whether this librsvg draws them itself. */
bool fz_svg_knows_shadows(void);

/* The decoder's thread. The next one between from and end. *lacks is set where one before it has a tag that is too long. What a style
 * sheet says by the element's name, which hardly any does, is not taken; by class and id it is. */
struct fz_svg_shadow fz_svg_next_shadow(const uint8_t *from, const uint8_t *end, bool *lacks);

#endif
