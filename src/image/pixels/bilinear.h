/* Between four pixels, as graphics hardware does it: for what is enlarged. */
#ifndef FZ_IMAGE_PIXELS_BILINEAR_H
#define FZ_IMAGE_PIXELS_BILINEAR_H

#include <stdbool.h>
#include <stdint.h>

/* Where a pixel of the result lies between two of a row, or of a column. */
struct fz_bilinear {
    int first, second; /* px from the beginning, times the stride */
    uint32_t weight;   /* of the second, 0 to 256 */
};

/* Any thread. At `place`, px from the middle of pixel 0, kept to `least` to `most`; `stride` px from one to the next. */
struct fz_bilinear fz_bilinear_at(double place, int least, int most, int stride);

/* Any thread. Two pixels, rounded to the nearest; two channels at a time. */
static inline uint32_t fz_bilinear_blend(uint32_t a, uint32_t b, uint32_t weight)
{
    enum { EVEN = 0xff00ff, HALF = 0x800080 };
    uint32_t even = ((a & EVEN) * (256 - weight) + (b & EVEN) * weight + HALF) >> 8 & EVEN;
    uint32_t odd = ((a >> 8 & EVEN) * (256 - weight) + (b >> 8 & EVEN) * weight + HALF) & ~(uint32_t)EVEN;
    return even | odd;
}

/* Any thread. Pixel (x, y) of w x h lies where across[x] and down[y] say, of which the latter are times the pitch of `from`; to_pitch
 * in px. False: no memory. */
bool fz_bilinear_fill(const uint32_t *from, const struct fz_bilinear *across, int w,
                      const struct fz_bilinear *down, int h, uint32_t *to, int to_pitch);

/* Any thread. A row of w pixels that lie between two rows, or columns, so much nearer to the lower, of 256. */
void fz_bilinear_between(const uint32_t *upper, const uint32_t *lower, uint32_t weight,
                         const struct fz_bilinear *across, int w, uint32_t *to);

/* Any thread. All of w x h px to to_w x to_h, neither smaller; pitches in px. False: no memory. */
bool fz_bilinear_enlarge(const uint32_t *from, int pitch, int w, int h, uint32_t *to, int to_pitch, int to_w,
                         int to_h);

#endif
