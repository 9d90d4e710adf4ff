/* Pictures inside an SVG, in data: URIs: how much they take, before any of them is decoded. */
#ifndef FZ_IMAGE_SVG_EMBEDDED_H
#define FZ_IMAGE_SVG_EMBEDDED_H

#include "image/bytes.h"

/* Any thread. Size in px of the largest picture in a base64 data: URI, by its header; 0 x 0 where there is none. What is written in
 * another way is not seen. */
void fz_svg_largest_embedded(const struct fz_bytes *file, uint32_t *width, uint32_t *height);

#endif
