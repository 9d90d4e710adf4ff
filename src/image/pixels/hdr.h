/* Pictures of high dynamic range (ITU-R BT.2100, PQ and HLG) on a screen that has none: reference white, 203 nits (ITU-R
 * BT.2408), is the screen's white, and what is brighter is rolled off by the curve of ITU-R BT.2390. */
#ifndef FZ_IMAGE_PIXELS_HDR_H
#define FZ_IMAGE_PIXELS_HDR_H

#include <stdint.h>

enum fz_hdr_curve { FZ_HDR_NONE, FZ_HDR_PQ, FZ_HDR_HLG };

/* Tables for one curve; 48 KB. Read-only once made. */
struct fz_hdr;

/* Any thread. `peak_nits` is that of the brightest of the picture, 0 = not known: 1,000 is assumed, and is always that of
 * HLG. NULL: no memory. The caller frees. */
struct fz_hdr *fz_hdr_new(enum fz_hdr_curve curve, unsigned peak_nits);
void fz_hdr_free(struct fz_hdr *hdr);

/* Any thread. `width` pixels R G B A of 16 bits, in place: from the curve of `hdr` to that of sRGB; the primaries stay, alpha
 * too. All three channels are dimmed by the same factor, so that colours keep their hue. */
void fz_hdr_row(const struct fz_hdr *hdr, uint16_t *rgba, int width);

#endif
