/* What the style sheets of an SVG ask for. */
#ifndef FZ_IMAGE_SVG_SELECTORS_H
#define FZ_IMAGE_SVG_SELECTORS_H

#include <stdint.h>

/* How many there are, and of these how many tell of elements around the one that they are for. */
struct fz_svg_selectors {
    uint64_t all, of_ancestors, of_siblings;
};

/* Any thread. Adds those of the style sheet at..end. */
void fz_svg_count_selectors(const uint8_t *at, const uint8_t *end, struct fz_svg_selectors *selectors);

#endif
