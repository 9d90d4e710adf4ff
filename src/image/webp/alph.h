/* The alpha of a lossy WebP (its chunk ALPH: RFC 9649, section 2.7.1.2), row by row. */
#ifndef FZ_IMAGE_WEBP_ALPH_H
#define FZ_IMAGE_WEBP_ALPH_H

#include "image/bytes.h"

#include "base/error.h"

/* What is wanted of a decode. */
struct fz_alph_rows {
    int width, height;
    uint64_t tables_most; /* see image/webp/vp8l.h */
    /* The next row, `width` bytes, borrowed for the call. False: no more are wanted. */
    bool (*take)(void *ctx, const uint8_t *row);
    void *ctx;
};

/* Any thread. What a decode allocates. */
uint64_t fz_alph_bytes(int width, uint64_t tables_most);

/* One thread. Decodes what stands in the chunk; all rows that are whole are given. OK: to the last one that was wanted. DAMAGED,
 * LIMIT, MEMORY. */
enum fz_err fz_alph_decode(const struct fz_bytes *chunk, const struct fz_alph_rows *rows,
                           struct fz_error *err);

#endif
