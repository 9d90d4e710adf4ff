/* A lossy WebP with alpha of which libwebp holds more than there is room for. libwebp gives no rows of one but into memory for all of what
 * is asked of it: so its colours are cut out in bands, each of which takes all that stands above it once more, and alpha comes row by
 * row (image/webp/alph.h). */
#ifndef FZ_IMAGE_CODECS_WEBP_BANDS_H
#define FZ_IMAGE_CODECS_WEBP_BANDS_H

#include "image/format.h"

/* Any thread, after the header. What a decode allocates. */
uint64_t fz_webp_bands_bytes(const struct fz_decode *d);

/* The decoder's thread. As a format's `load`; the whole file is there. */
enum fz_err fz_webp_bands_load(struct fz_decode *d);

#endif
