/* Pictures inside an SVG, in data: URIs: how much they take, before any of them is decoded. */
#ifndef FZ_IMAGE_SVG_EMBEDDED_H
#define FZ_IMAGE_SVG_EMBEDDED_H

#include "image/bytes.h"

struct fz_svg_embedded {
    uint32_t width, height; /* px of the largest picture, by its header; 0 x 0 where there is none */
    uint64_t coded_bytes;   /* of the file, that are base64 of any */
    uint64_t longest;       /* the same of one */
};

/* Any thread. Of what stands in base64 data: URIs. What is written in another way is not seen. */
void fz_svg_find_embedded(const struct fz_bytes *file, struct fz_svg_embedded *embedded);

#endif
