/* A lossless WebP of which libwebp holds more than there is room for, row by row. */
#ifndef FZ_IMAGE_CODECS_WEBP_ROWS_H
#define FZ_IMAGE_CODECS_WEBP_ROWS_H

#include "image/format.h"

/* Any thread, after the header. What fz_webp_rows_load allocates. */
uint64_t fz_webp_rows_bytes(const struct fz_decode *d);

/* The decoder's thread. As a format's `load`. */
enum fz_err fz_webp_rows_load(struct fz_decode *d);

#endif
