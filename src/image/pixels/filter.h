/* The two halves of a separable filter, over rows of pixels of four channels, in whole numbers. */
#ifndef FZ_IMAGE_PIXELS_FILTER_H
#define FZ_IMAGE_PIXELS_FILTER_H

#include <stddef.h>
#include <stdint.h>

enum {
    FZ_FILTER_ONE = 1 << 14, /* what the weights of a result add up to */
    FZ_FILTER_BLOCK = 32,    /* values that are worked on together: rows have room for whole blocks */
    FZ_FILTER_MAX_TAPS = 60  /* even, as all numbers of taps are */
};

/* One way to do it; all give the same to the last bit. */
struct fz_filter {
    const char *name;
    /* Any thread. Weighs `taps` rows, one above the other, of `count` values, in whole blocks: 64 times what comes out, to
     * keep fractions. */
    void (*down)(int16_t *to, const uint8_t *const *rows, const int16_t *weights, int taps, size_t count);
    /* Any thread. `count` pixels out of a row as `down` gives it: pixel i is `taps` pixels from firsts[i] on, weighed by as
     * many of the weights, which follow each other. Clipped to 0..255. */
    void (*across)(uint8_t *to, const int16_t *from, const int *firsts, const int16_t *weights, int taps,
                   int count);
};

/* Any thread. The ways that this machine can go, the fastest first, plain C last; static. */
const struct fz_filter *fz_filter_ways(int *count);

#endif
