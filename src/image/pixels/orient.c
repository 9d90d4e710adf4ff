#include "image/pixels/orient.h"

#include <string.h>

bool fz_orient_swaps(int orientation)
{
    return orientation >= 5 && orientation <= 8;
}

bool fz_orient_from_right(int orientation)
{
    return orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
}

bool fz_orient_from_bottom(int orientation)
{
    return orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
}

void fz_orient_init(struct fz_orient *orient, int orientation, uint8_t *pixels, ptrdiff_t pitch_bytes,
                    int width, int height)
{
    bool swaps = fz_orient_swaps(orientation);
    ptrdiff_t out_w = swaps ? height : width;
    ptrdiff_t out_h = swaps ? width : height;
    bool from_right = fz_orient_from_right(orientation), from_bottom = fz_orient_from_bottom(orientation);
    ptrdiff_t across = from_right ? -4 : 4;
    ptrdiff_t down = from_bottom ? -pitch_bytes : pitch_bytes;
    orient->width = width;
    orient->origin =
        pixels + (from_right ? (out_w - 1) * 4 : 0) + (from_bottom ? (out_h - 1) * pitch_bytes : 0);
    orient->step_x = swaps ? down : across;
    orient->step_y = swaps ? across : down;
}

uint8_t *fz_orient_row(const struct fz_orient *orient, int y)
{
    return orient->step_x == 4 ? orient->origin + y * orient->step_y : NULL;
}

/* Column by column, so that the pixels of one result row, which lie side by side, are written together. */
void fz_orient_place(const struct fz_orient *orient, int y, int count, const uint8_t *rows,
                     ptrdiff_t pitch_bytes)
{
    for (ptrdiff_t x = 0; x < orient->width; x++) {
        uint8_t *to = orient->origin + x * orient->step_x + y * orient->step_y;
        const uint8_t *from = rows + x * 4;
        for (int i = 0; i < count; i++) {
            memcpy(to, from, 4);
            to += orient->step_y;
            from += pitch_bytes;
        }
    }
}
