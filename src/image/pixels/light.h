/* Linear light, and what becomes of it on an sRGB screen. */
#ifndef FZ_IMAGE_PIXELS_LIGHT_H
#define FZ_IMAGE_PIXELS_LIGHT_H

#include <stdint.h>

/* Any thread. Linear light 0..1 by the curve of sRGB (IEC 61966-2-1), as 0..65535; what is beyond is clipped, and what is
 * no number is 0. */
uint16_t fz_light_encode(float v);

/* Any thread. The way back: 0..1 in the curve of sRGB to linear light, 0..1. */
float fz_light_decode(float v);

/* A white that CIE L*a*b* is of: linear sRGB of each of X, Y and Z as a part of the white's. */
struct fz_light_white {
    float to_rgb[3][3];
};

/* Any thread. xy: its chromaticity, which is brought to sRGB's white by Bradford's adaptation; NULL: D50. */
void fz_light_white_init(struct fz_light_white *white, const float *xy);

/* Any thread. CIE L*a*b* of that white (l 0..100) to R G B in the curve and the primaries of sRGB, 0..65535, clipped. */
void fz_light_from_lab(const struct fz_light_white *white, float l, float a, float b, uint16_t rgb[3]);

/* Any thread. Linear sRGB to L*a*b* of the white D50 (L 0..100) and back; the latter may lie beyond 0..1. */
void fz_light_to_lab(const float rgb[3], float lab[3]);
void fz_light_of_lab(const float lab[3], float rgb[3]);

#endif
