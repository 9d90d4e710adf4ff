/* The two halves of a separable filter, over rows of pixels of four channels, in whole numbers. */
#ifndef FZ_IMAGE_FILTER_H
#define FZ_IMAGE_FILTER_H

#include <stddef.h>
#include <stdint.h>

enum {
    FZ_FILTER_ONE = 1 << 14, /* what the weights of a result add up to */
    FZ_FILTER_BLOCK = 32,    /* values that are worked on together: rows have room for whole blocks */
    FZ_FILTER_MAX_TAPS = 40  /* even, as all numbers of taps are */
};

/* Any thread. Weighs `taps` rows, one above the other, of `count` values: 64 times what comes out, to keep fractions. */
void fz_filter_down(int16_t *to, const uint8_t *const *rows, const int16_t *weights, int taps, size_t count);

/* Any thread. `count` pixels out of a row as fz_filter_down gives it: pixel i is `taps` pixels from firsts[i] on, weighed
 * by as many of the weights, which follow each other. Clipped to 0..255. */
void fz_filter_across(uint8_t *to, const int16_t *from, const int *firsts, const int16_t *weights, int taps,
                      int count);

/* Any thread. The same two in plain C: what the others must equal to the last bit. */
void fz_filter_down_plain(int16_t *to, const uint8_t *const *rows, const int16_t *weights, int taps,
                          size_t count);
void fz_filter_across_plain(uint8_t *to, const int16_t *from, const int *firsts, const int16_t *weights,
                            int taps, int count);

#endif
