/* The eight EXIF orientations, applied while rows are written: a stored pixel moves by two signed strides. */
#ifndef FZ_IMAGE_PIXELS_ORIENT_H
#define FZ_IMAGE_PIXELS_ORIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the stored pixel (x, y) stands in the upright result: origin + x * step_x + y * step_y. */
struct fz_orient {
    uint8_t *origin;  /* borrowed */
    ptrdiff_t step_x; /* bytes */
    ptrdiff_t step_y; /* bytes */
    int width;        /* of a stored row, px */
};

/* Any thread. True where width and height change places (5 to 8). */
bool fz_orient_swaps(int orientation);

/* Any thread. Whether stored pixels come to stand from the right on, or from the bottom on. */
bool fz_orient_from_right(int orientation);
bool fz_orient_from_bottom(int orientation);

/* Any thread. `pixels` has room for the upright result of a stored picture of width x height px, 4 bytes
 * each. */
void fz_orient_init(struct fz_orient *orient, int orientation, uint8_t *pixels, ptrdiff_t pitch_bytes,
                    int width, int height);

/* Any thread. The place of stored row y when it can be written as it is, or NULL when it must be placed. */
uint8_t *fz_orient_row(const struct fz_orient *orient, int y);

/* Any thread. Places `count` stored rows from row y on, `pitch_bytes` apart, 4-byte aligned. */
void fz_orient_place(const struct fz_orient *orient, int y, int count, const uint8_t *rows,
                     ptrdiff_t pitch_bytes);

#endif
