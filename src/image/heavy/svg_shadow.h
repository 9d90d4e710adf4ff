/* feDropShadow, which librsvg 2.54 does not know, so that nothing is left of what it is for; 2.60 does, but not what its result is
 * called, so that nothing is left of what takes it by that name. */
#ifndef FZ_IMAGE_HEAVY_SVG_SHADOW_H
#define FZ_IMAGE_HEAVY_SVG_SHADOW_H

#include "image/svg/markup.h"

#define FZ_SVG_SHADOW_NAME "feDropShadow"

/* What each primitive has that one is short for, in place of its name. */
#define FZ_SVG_SHADOW_SELECTOR "[frieze-shadow]"

/* What librsvg makes of them by itself. */
enum fz_svg_shadows {
    FZ_SVG_SHADOWS_NONE,
    FZ_SVG_SHADOWS_UNNAMED, /* but for the names of their results */
    FZ_SVG_SHADOWS_ALL,
};

/* One that librsvg is helped with, and by what: all that it is short for, in front of it, where its tag is passed over; where that is
 * drawn, a primitive that gives its result the name, behind it. */
struct fz_svg_shadow {
    const uint8_t *at;  /* where they go; NULL: there is none */
    const uint8_t *end; /* where the next one is to be looked for */
    char *primitives;   /* to be freed by g_free */
};

/* The decoder's thread. Of this librsvg. */
enum fz_svg_shadows fz_svg_shadows_known(void);

/* The decoder's thread. The next one between from and end, for who knows less than all of them. *lacks is set where one before it has a
 * tag that is too long. */
struct fz_svg_shadow fz_svg_next_shadow(enum fz_svg_shadows known, const uint8_t *from, const uint8_t *end,
                                        bool *lacks);

/* The decoder's thread. Where its name stands next, in this sheet from `at` on or in one that follows, to be replaced by what selects the
 * primitives; NULL: nowhere. *sheet moves on; an empty one at the drawing's start has all of them follow. */
const uint8_t *fz_svg_next_shadow_selector(struct fz_svg_sheet *sheet, const uint8_t *end);

#endif
