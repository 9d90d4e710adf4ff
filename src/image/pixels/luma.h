/* How bright and how red a picture is, where: what it takes to tell beforehand whether the change from one to the next
 * flashes (view/flash.h). */
#ifndef FZ_IMAGE_PIXELS_LUMA_H
#define FZ_IMAGE_PIXELS_LUMA_H

#include <stdint.h>

enum { FZ_LUMA_SIDE = 32, FZ_LUMA_CELLS = FZ_LUMA_SIDE * FZ_LUMA_SIDE };

/* By WCAG 2, of linear light: the relative luminance, and of a saturated red (R / (R + G + B) >= 0.8) its R - G - B, else 0.
 * 255 is all of it. */
struct fz_shade {
    uint8_t light, red;
};

/* A picture as FZ_LUMA_SIDE rows of as many places, evenly spread. Each is the mean of a patch of at most 4 x 4 px, not of all
 * that lies around it: a pattern that turns into its negative has the same mean. */
struct fz_luma {
    struct fz_shade places[FZ_LUMA_CELLS];
};

/* Any thread, all of these. `pixels`: B G R A. */
void fz_luma_measure(struct fz_luma *luma, const uint8_t *pixels, int width, int height, int pitch_bytes);
struct fz_shade fz_shade_of(uint32_t rgb);

#endif
