#include "image/pixels/region.h"

#include "image/pixels/orient.h"

enum { MOST_TIMES = 256 }; /* by which a decoder reduces */

static void keep_inside(int *from, int *length, int whole)
{
    *from = *from < 0 ? 0 : *from < whole ? *from : whole - 1;
    *length = *length < 1 ? 1 : *length < whole - *from ? *length : whole - *from;
}

struct fz_image_region fz_region_stored(const struct fz_image_region *upright, int turn, int width,
                                        int height)
{
    if (upright->w == 0)
        return (struct fz_image_region){0, 0, width, height};
    bool swaps = fz_orient_swaps(turn);
    int whole_w = swaps ? height : width, whole_h = swaps ? width : height;
    struct fz_image_region r = *upright;
    keep_inside(&r.x, &r.w, whole_w);
    keep_inside(&r.y, &r.h, whole_h);
    if (fz_orient_from_right(turn))
        r.x = whole_w - r.x - r.w;
    if (fz_orient_from_bottom(turn))
        r.y = whole_h - r.y - r.h;
    return swaps ? (struct fz_image_region){r.y, r.x, r.h, r.w} : r;
}

/* Decoders that reduce parts do so by a power of two, and round what is left at the far edge up to a pixel. */
static void scale(int from, int length, int whole, int in, int *in_from, int *in_length)
{
    int64_t of = whole, to = in;
    for (int by = 1; by <= MOST_TIMES; by *= 2) {
        if ((whole + by - 1) / by == in) {
            of = by;
            to = 1;
            break;
        }
    }
    int64_t end = ((from + length) * to + of - 1) / of;
    *in_from = (int)(from * to / of);
    *in_length = (int)(end < in ? end : in) - *in_from;
}

struct fz_image_region fz_region_scaled(const struct fz_image_region *region, int width, int height, int in_w,
                                        int in_h)
{
    struct fz_image_region r;
    scale(region->x, region->w, width, in_w, &r.x, &r.w);
    scale(region->y, region->h, height, in_h, &r.y, &r.h);
    return r;
}
