#include "image/webp/transforms.h"

#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 4 };

static const uint32_t black = UINT32_C(0xff000000);

/* --- predictor (4.1) ------------------------------------------------------------------------------ */

static int channel(uint32_t px, int c)
{
    return (int)(px >> (8 * c) & 255);
}

static uint32_t clip(int value)
{
    return value < 0 ? 0 : value > 255 ? 255 : (uint32_t)value;
}

static inline uint32_t average(uint32_t a, uint32_t b)
{
    return (((a ^ b) & UINT32_C(0xfefefefe)) >> 1) + (a & b);
}

/* Whichever is nearer to left + top - top_left. */
static inline uint32_t select_nearer(uint32_t left, uint32_t top, uint32_t top_left)
{
    int from_left = 0, from_top = 0;
    for (int c = 0; c < CHANNELS; c++) {
        from_left += abs(channel(top, c) - channel(top_left, c));
        from_top += abs(channel(left, c) - channel(top_left, c));
    }
    return from_left < from_top ? left : top;
}

static inline uint32_t add_difference(uint32_t left, uint32_t top, uint32_t top_left)
{
    uint32_t px = 0;
    for (int c = 0; c < CHANNELS; c++)
        px |= clip(channel(left, c) + channel(top, c) - channel(top_left, c)) << (8 * c);
    return px;
}

static inline uint32_t add_half_difference(uint32_t mean, uint32_t top_left)
{
    uint32_t px = 0;
    for (int c = 0; c < CHANNELS; c++)
        px |= clip(channel(mean, c) + (channel(mean, c) - channel(top_left, c)) / 2) << (8 * c);
    return px;
}

/* Inlined with a constant mode. `above` is at the pixel above. */
static inline uint32_t predict(int mode, uint32_t left, const uint32_t *above)
{
    const uint32_t top_left = above[-1], top = above[0], top_right = above[1];
    switch (mode) {
    case 1:
        return left;
    case 2:
        return top;
    case 3:
        return top_right;
    case 4:
        return top_left;
    case 5:
        return average(average(left, top_right), top);
    case 6:
        return average(left, top_left);
    case 7:
        return average(left, top);
    case 8:
        return average(top_left, top);
    case 9:
        return average(top, top_right);
    case 10:
        return average(average(left, top_left), average(top, top_right));
    case 11:
        return select_nearer(left, top, top_left);
    case 12:
        return add_difference(left, top, top_left);
    case 13:
        return add_half_difference(average(left, top), top_left);
    default:
        return black;
    }
}

static inline void run(int mode, uint32_t *row, const uint32_t *above, int from, int to)
{
    uint32_t left = row[from - 1];
    for (int x = from; x < to; x++)
        row[x] = left = fz_vp8l_add(row[x], predict(mode, left, above + x));
}

static void undo_block(int mode, uint32_t *row, const uint32_t *above, int from, int to)
{
#define MODE(number)                       \
    case number:                           \
        run(number, row, above, from, to); \
        break
    switch (mode) {
        MODE(1);
        MODE(2);
        MODE(3);
        MODE(4);
        MODE(5);
        MODE(6);
        MODE(7);
        MODE(8);
        MODE(9);
        MODE(10);
        MODE(11);
        MODE(12);
        MODE(13);
    default:
        run(0, row, above, from, to);
        break;
    }
#undef MODE
}

static void undo_predictor(const struct fz_vp8l_transform *t, uint32_t *row, uint32_t *above, int y)
{
    const uint8_t *modes = t->modes + (size_t)(y >> t->bits) * (size_t)t->across;
    row[0] = fz_vp8l_add(row[0], y == 0 ? black : above[0]);
    above[t->width] = row[0]; /* what stands behind the row above in memory */
    if (y == 0)
        run(1, row, above, 1, t->width);
    for (int x = 1, end; y > 0 && x < t->width; x = end) {
        end = ((x >> t->bits) + 1) << t->bits;
        end = end < t->width ? end : t->width;
        undo_block(modes[x >> t->bits], row, above, x, end);
    }
    memcpy(above, row, (size_t)t->width * sizeof *row);
}

/* --- colour (4.2), green (4.3), indexing (4.4) ------------------------------------------------------ */

static int delta(uint32_t multiplier, uint32_t value)
{
    return (int8_t)(multiplier & 255) * (int8_t)(value & 255) >> 5;
}

static void undo_color(const struct fz_vp8l_transform *t, uint32_t *row, int y)
{
    const uint32_t *blocks = t->values + (size_t)(y >> t->bits) * (size_t)t->across;
    for (int x = 0; x < t->width; x++) {
        const uint32_t by = blocks[x >> t->bits], px = row[x], green = px >> 8;
        const uint32_t red = (px >> 16) + (uint32_t)delta(by, green);
        const uint32_t blue = px + (uint32_t)delta(by >> 8, green) + (uint32_t)delta(by >> 16, red);
        row[x] = (px & UINT32_C(0xff00ff00)) | (red & 255) << 16 | (blue & 255);
    }
}

static void undo_subtract_green(const struct fz_vp8l_transform *t, uint32_t *row)
{
    for (int x = 0; x < t->width; x++) {
        const uint32_t green = row[x] >> 8 & 255;
        row[x] = fz_vp8l_add(row[x], green << 16 | green);
    }
}

/* From the right: what is packed stands left of what it becomes. */
static void undo_indexing(const struct fz_vp8l_transform *t, uint32_t *row)
{
    const unsigned index_bits = 8U >> t->bits, in_px = (1U << t->bits) - 1, most = (1U << index_bits) - 1;
    for (int x = t->width - 1; x >= 0; x--) {
        const uint32_t index = row[x >> t->bits] >> (8 + ((unsigned)x & in_px) * index_bits) & most;
        row[x] = index < (uint32_t)t->across ? t->values[index] : 0;
    }
}

void fz_vp8l_undo(const struct fz_vp8l_transform *transforms, int count, uint32_t *row, uint32_t *above,
                  int y)
{
    while (count-- > 0) {
        const struct fz_vp8l_transform *t = &transforms[count];
        switch (t->kind) {
        case FZ_VP8L_PREDICTOR:
            undo_predictor(t, row, above, y);
            break;
        case FZ_VP8L_COLOR:
            undo_color(t, row, y);
            break;
        case FZ_VP8L_SUBTRACT_GREEN:
            undo_subtract_green(t, row);
            break;
        case FZ_VP8L_INDEXING:
        case FZ_VP8L_KINDS:
            undo_indexing(t, row);
            break;
        }
    }
}
