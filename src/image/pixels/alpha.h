/* Transparent pixels over a background: results are always opaque. */
#ifndef FZ_IMAGE_PIXELS_ALPHA_H
#define FZ_IMAGE_PIXELS_ALPHA_H

#include <stdbool.h>
#include <stdint.h>

/* What the fourth byte of a pixel is. On white: the colours are those that a white background gives. */
enum fz_alpha { FZ_ALPHA_OPAQUE, FZ_ALPHA_STRAIGHT, FZ_ALPHA_PREMULTIPLIED, FZ_ALPHA_ON_WHITE };

/* Any thread. Rounded (value * alpha + background * (255 - alpha)) / 255, exact for all bytes. */
static inline uint8_t fz_alpha_mix(unsigned value, unsigned alpha, unsigned background)
{
    unsigned t = value * alpha + background * (255 - alpha) + 128;
    return (uint8_t)((t + (t >> 8)) >> 8);
}

/* Any thread. Lays `width` straight-alpha pixels, B G R A, over 0xRRGGBB, in place: B G R 255. Whether any of it shows through. */
static inline bool fz_alpha_over(uint8_t *row, int width, uint32_t background)
{
    const unsigned b = background & 255, g = background >> 8 & 255, r = background >> 16 & 255;
    bool shows = false;
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        if (row[3] == 255)
            continue;
        row[0] = fz_alpha_mix(row[0], row[3], b);
        row[1] = fz_alpha_mix(row[1], row[3], g);
        row[2] = fz_alpha_mix(row[2], row[3], r);
        row[3] = 255;
        shows = true;
    }
    return shows;
}

/* Any thread. The same of premultiplied pixels. */
static inline bool fz_alpha_over_premultiplied(uint8_t *row, int width, uint32_t background)
{
    bool shows = false;
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        for (int c = 0; c < 3 && row[3] < 255; c++) {
            unsigned v = row[c] + (unsigned)fz_alpha_mix(0, row[3], background >> (8 * c) & 255);
            row[c] = (uint8_t)(v < 255 ? v : 255);
        }
        shows = shows || row[3] < 255;
        row[3] = 255;
    }
    return shows;
}

/* Any thread. Premultiplied pixels, in place: what is brighter than its alpha lets through, which some writers leave so, is as bright as
 * that. */
static inline void fz_alpha_limit(uint8_t *row, int width)
{
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4)
        for (int c = 0; c < 3 && row[3] < 255; c++)
            row[c] = row[c] < row[3] ? row[c] : row[3];
}

/* Any thread. Takes the white off: premultiplied pixels, in place. */
static inline void fz_alpha_off_white(uint8_t *row, int width)
{
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        const unsigned white = 255U - row[3];
        for (int c = 0; c < 3 && white > 0; c++)
            row[c] = (uint8_t)(row[c] > white ? row[c] - white : 0);
    }
}

#endif
