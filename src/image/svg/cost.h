/* How much drawing an SVG asks for by its references, before any of it is drawn. */
#ifndef FZ_IMAGE_SVG_COST_H
#define FZ_IMAGE_SVG_COST_H

#include "image/bytes.h"

enum { FZ_SVG_MOST_SURFACES = 8 };

struct fz_svg_cost {
    uint64_t elements;     /* with each reference counted as what it stands for */
    uint64_t own_elements; /* as they stand in the file */
    /* passes over the page: of each mask one, of filters what their primitives take, most of it for as much as they cover */
    uint64_t layers;
    uint64_t text_us;  /* to lay out all text, about */
    uint64_t style_us; /* the same to find what style sheets say of each element, at most */
    uint32_t surfaces; /* of the picture's size beside its own, at most: up to FZ_SVG_MOST_SURFACES */
    bool loops;        /* a `use` leads back to what it stands in: that one is drawn by nobody */
};

/* Any thread. `page` is how much of the picture's area the page shows, 0..1. False: out of memory. References in style sheets are not seen. What leads back to itself ends there, as it
 * does for who draws it; the numbers stop at UINT32_MAX. */
bool fz_svg_cost(const struct fz_bytes *file, double page, struct fz_svg_cost *cost);

#endif
