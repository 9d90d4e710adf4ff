/* Pictures inside an SVG, in data: URIs: how much they take, before any of them is decoded. */
#ifndef FZ_IMAGE_SVG_EMBEDDED_H
#define FZ_IMAGE_SVG_EMBEDDED_H

#include "image/bytes.h"

#include <stdbool.h>

struct fz_svg_embedded {
    uint32_t width, height; /* px of the largest picture, by its header; 0 x 0 where there is none */
    uint64_t coded_bytes;   /* of the file, that are base64 of any */
    uint64_t longest;       /* the same of one */
    bool has_bmp, has_webp, has_avif;
};

/* Any thread. Of what stands in base64 data: URIs. What is written in another way is not seen. */
void fz_svg_find_embedded(const struct fz_bytes *file, struct fz_svg_embedded *embedded);

/* A picture in base64: where its MIME type stands in the file, which may be empty, and its data. */
struct fz_svg_uri {
    const uint8_t *type, *type_end, *data, *end;
};

/* Any thread. The next one after *uri, which is all NULL for the first; false: there is none. */
bool fz_svg_next_uri(const struct fz_bytes *file, struct fz_svg_uri *uri);

/* Any thread. What browsers take it for, whatever it calls itself; NULL: none of theirs. Static. */
const char *fz_svg_type_by_bytes(const struct fz_svg_uri *uri);

#endif
