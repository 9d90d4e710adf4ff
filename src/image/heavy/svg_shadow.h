/* feDropShadow, which librsvg 2.54 does not know, so that nothing is left of what it is for; later ones do. */
#ifndef FZ_IMAGE_HEAVY_SVG_SHADOW_H
#define FZ_IMAGE_HEAVY_SVG_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FZ_SVG_SHADOW_NAME "feDropShadow"

/* What each primitive has that one is short for, in place of its name. */
#define FZ_SVG_SHADOW_SELECTOR "[frieze-shadow]"

/* The tag of one, at..end, and the primitives that it is short for. They go in front of it: the tag stays, and is passed over. */
struct fz_svg_shadow {
    const uint8_t *at, *end; /* NULL: there is none */
    char *primitives;        /* to be freed by g_free */
};

/* The decoder's thread. Whether this librsvg draws them itself. */
bool fz_svg_knows_shadows(void);

/* The decoder's thread. The next one between from and end. *lacks is set where one before it has a tag that is too long. */
struct fz_svg_shadow fz_svg_next_shadow(const uint8_t *from, const uint8_t *end, bool *lacks);

/* The style sheets from `at` on; `end`, of that in which `at` lies, is NULL where it lies in none. */
struct fz_svg_sheets {
    const uint8_t *at, *end;
};

/* The decoder's thread. Where its name stands next in a style sheet, to be replaced by what selects the primitives; NULL: nowhere. */
const uint8_t *fz_svg_next_shadow_selector(struct fz_svg_sheets *sheets, const uint8_t *end);

#endif
