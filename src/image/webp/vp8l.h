/* Lossless WebP (VP8L, RFC 9649, section 3) row by row. libwebp holds all pixels, since each may repeat any before it; of these none is
 * farther away than FZ_VP8L_WINDOW_PX, which are held here, besides the tables. For pictures that are too large to be held. */
#ifndef FZ_IMAGE_WEBP_VP8L_H
#define FZ_IMAGE_WEBP_VP8L_H

#include "image/webp/bits.h"

#include "base/error.h"

struct fz_vp8l_head {
    int width, height;
    bool has_alpha; /* else what its pixels have for one counts for nothing */
};

/* What is wanted of a decode. */
struct fz_vp8l_rows {
    int width, height;
    /* bytes of prefix codes and of what goes with blocks of pixels: the file says how many */
    uint64_t tables_most;
    /* The next row, `width` pixels 0xAARRGGBB; what is there is used up. False: no more are wanted. */
    bool (*take)(void *ctx, uint32_t *row);
    void *ctx;
};

/* Any thread. What a decode allocates. */
uint64_t fz_vp8l_bytes(int width, uint64_t tables_most);

/* One thread. The head of a stream, which the chunk VP8L has and ALPH has not. False: it is none. */
bool fz_vp8l_read_head(struct fz_vp8l_bits *bits, struct fz_vp8l_head *head);

/* One thread. Decodes behind the head; all rows that are whole are given. OK: to the last one that was wanted. DAMAGED (also where the
 * bits end before), LIMIT, MEMORY. */
enum fz_err fz_vp8l_decode(struct fz_vp8l_bits *bits, const struct fz_vp8l_rows *rows, struct fz_error *err);

#endif
