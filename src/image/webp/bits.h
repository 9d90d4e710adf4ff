/* The bits of a lossless WebP stream (VP8L, RFC 9649, section 3), least significant first, out of a file that comes in pieces.
 * Behind its end they are 0. */
#ifndef FZ_IMAGE_WEBP_BITS_H
#define FZ_IMAGE_WEBP_BITS_H

#include "image/bytes.h"

#include <endian.h>

enum { FZ_VP8L_BITS_MOST = 56 }; /* that one refill vouches for */

/* One thread. No 32-bit numbers: a store of a pixel is none of these. */
struct fz_vp8l_bits {
    uint64_t acc;            /* the next bits */
    size_t count;            /* of them that are there for sure */
    size_t missing;          /* the last ones of these that are not in the file */
    const uint8_t *at, *end; /* borrowed: what of the piece has not been taken */
    /* What follows, in place of what came before, never empty; false: nothing. NULL: that is all. */
    bool (*more)(void *ctx, struct fz_bytes *next);
    void *ctx;
};

/* Private to fz_vp8l_refill: byte by byte, from one piece to the next. */
void fz_vp8l_refill_slowly(struct fz_vp8l_bits *bits);

/* At least FZ_VP8L_BITS_MOST bits are there afterwards. */
static inline void fz_vp8l_refill(struct fz_vp8l_bits *bits)
{
    uint64_t more;
    if (bits->end - bits->at < (ptrdiff_t)sizeof more) {
        fz_vp8l_refill_slowly(bits);
        return;
    }
    memcpy(&more, bits->at, sizeof more);
    bits->acc |= le64toh(more) << bits->count;
    bits->at += (63 - bits->count) >> 3;
    bits->count |= FZ_VP8L_BITS_MOST;
}

/* At most as many as are there. */
static inline void fz_vp8l_drop(struct fz_vp8l_bits *bits, unsigned count)
{
    bits->acc >>= count;
    bits->count -= count;
}

/* As many, up to 31, as are there. */
static inline unsigned fz_vp8l_take(struct fz_vp8l_bits *bits, unsigned count)
{
    const unsigned value = (unsigned)(bits->acc & ((UINT64_C(1) << count) - 1));
    fz_vp8l_drop(bits, count);
    return value;
}

/* Up to 31. */
static inline unsigned fz_vp8l_read(struct fz_vp8l_bits *bits, unsigned count)
{
    fz_vp8l_refill(bits);
    return fz_vp8l_take(bits, count);
}

/* Bits were taken that are not in the file. */
static inline bool fz_vp8l_overrun(const struct fz_vp8l_bits *bits)
{
    return bits->count < bits->missing;
}

#endif
