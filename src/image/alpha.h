/* Transparent pixels over a background: results are always opaque. */
#ifndef FZ_IMAGE_ALPHA_H
#define FZ_IMAGE_ALPHA_H

#include <stdint.h>

/* What the fourth byte of a pixel is. */
enum fz_alpha { FZ_ALPHA_OPAQUE, FZ_ALPHA_STRAIGHT, FZ_ALPHA_PREMULTIPLIED };

/* Any thread. Rounded (value * alpha + background * (255 - alpha)) / 255, exact for all bytes. */
static inline uint8_t fz_alpha_mix(unsigned value, unsigned alpha, unsigned background)
{
    unsigned t = value * alpha + background * (255 - alpha) + 128;
    return (uint8_t)((t + (t >> 8)) >> 8);
}

/* Any thread. Lays `width` straight-alpha pixels, B G R A, over 0xRRGGBB, in place: B G R 255. */
static inline void fz_alpha_over(uint8_t *row, int width, uint32_t background)
{
    const unsigned b = background & 255, g = background >> 8 & 255, r = background >> 16 & 255;
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        if (row[3] == 255)
            continue;
        row[0] = fz_alpha_mix(row[0], row[3], b);
        row[1] = fz_alpha_mix(row[1], row[3], g);
        row[2] = fz_alpha_mix(row[2], row[3], r);
        row[3] = 255;
    }
}

/* Any thread. The same of premultiplied pixels. */
static inline void fz_alpha_over_premultiplied(uint8_t *row, int width, uint32_t background)
{
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        for (int c = 0; c < 3 && row[3] < 255; c++) {
            unsigned v = row[c] + (unsigned)fz_alpha_mix(0, row[3], background >> (8 * c) & 255);
            row[c] = (uint8_t)(v < 255 ? v : 255);
        }
        row[3] = 255;
    }
}

#endif
