/* Samples of more than 8 bits. */
#ifndef FZ_IMAGE_PIXELS_DEEP_H
#define FZ_IMAGE_PIXELS_DEEP_H

#include <stdint.h>

/* Any thread. 0..65535 to the nearest of 0..255, exact for all: v / 257, rounded. */
static inline uint8_t fz_deep_byte(unsigned v)
{
    return (uint8_t)((v * 255 + 32895) >> 16);
}

/* Any thread. 0..max (at most 16 bits) to 0..65535, rounded; what is not below max counts as max. */
static inline uint16_t fz_deep_scale(unsigned v, unsigned max)
{
    return (uint16_t)(v >= max ? 65535 : (v * 65535 + max / 2) / max);
}

/* Any thread. What was multiplied with an alpha, both 0..65535; anything with an alpha of 0. */
static inline uint16_t fz_deep_unmultiply(unsigned v, unsigned alpha)
{
    return fz_deep_scale(v, alpha);
}

/* Any thread. 0..1 to 0..65535, rounded; what is beyond is clipped, and what is no number is 0. */
static inline uint16_t fz_deep_float(float v)
{
    if (!(v > 0))
        return 0;
    return (uint16_t)(v < 1 ? ((uint32_t)(v * 131070) + 1) / 2 : 65535);
}

#endif
