/* Parts of a picture: which one is wanted, in whichever way the picture lies. */
#ifndef FZ_IMAGE_PIXELS_REGION_H
#define FZ_IMAGE_PIXELS_REGION_H

#include "image/image.h"

/* A part of the picture as stored, px, and the size that it comes out in before it is turned. */
struct fz_part {
    struct fz_image_region of;
    int out_w, out_h;
};

/* Any thread. A part of the upright picture as it lies in the stored one of width x height px, which EXIF orientation
 * `turn` makes upright. What lies outside is brought inside; w = 0 is the whole. */
struct fz_image_region fz_region_stored(const struct fz_image_region *upright, int turn, int width,
                                        int height);

/* Any thread. What of the rows, in_w x in_h, of a picture of width x height px covers the region. */
struct fz_image_region fz_region_scaled(const struct fz_image_region *region, int width, int height, int in_w,
                                        int in_h);

#endif
