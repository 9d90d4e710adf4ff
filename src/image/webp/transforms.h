/* The transforms of VP8L (RFC 9649, section 4), undone row by row. Pixels are 0xAARRGGBB. */
#ifndef FZ_IMAGE_WEBP_TRANSFORMS_H
#define FZ_IMAGE_WEBP_TRANSFORMS_H

#include <stdint.h>

enum fz_vp8l_kind {
    FZ_VP8L_PREDICTOR,
    FZ_VP8L_COLOR,
    FZ_VP8L_SUBTRACT_GREEN,
    FZ_VP8L_INDEXING,
    FZ_VP8L_KINDS /* each at most once */
};

struct fz_vp8l_transform {
    enum fz_vp8l_kind kind;
    int width;  /* px of its rows once it is undone */
    int bits;   /* of the side of a block; indexing: 1 << bits indices stand in one pixel */
    int across; /* blocks, or colours of the palette */
    /* Owned. Predictor: a mode for each block, 0..15. Colour: three multipliers, as a pixel has them. Indexing: the palette. */
    uint8_t *modes;
    uint32_t *values;
};

/* Any thread. Channel by channel, without carries from one to the next. */
static inline uint32_t fz_vp8l_add(uint32_t a, uint32_t b)
{
    const uint32_t high = UINT32_C(0xff00ff00), low = UINT32_C(0x00ff00ff);
    return (((a & high) + (b & high)) & high) | (((a & low) + (b & low)) & low);
}

/* One thread. Undoes them, the last one first, in place. Rows come from the top, as wide as the last transform's, and become
 * those of the first one. `above` is the predictor's own: what it made of the row before, and one pixel more. */
void fz_vp8l_undo(const struct fz_vp8l_transform *transforms, int count, uint32_t *row, uint32_t *above,
                  int y);

#endif
