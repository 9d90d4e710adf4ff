#include "image/rows.h"

#include "image/alpha.h"

enum { CANCEL_ROWS = 64 };

static void fill(const struct fz_decode *d, uint8_t *row, int count)
{
    uint32_t rgb = d->request->background;
    const uint8_t px[4] = {(uint8_t)rgb, (uint8_t)(rgb >> 8), (uint8_t)(rgb >> 16), 255};
    for (int x = 0; x < count; x++)
        memcpy(row + (size_t)x * 4, px, 4);
}

static void swap_red_and_blue(uint8_t *row, int width)
{
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        uint8_t red = row[0];
        row[0] = row[2];
        row[2] = red;
    }
}

static uint8_t add(unsigned value, unsigned more)
{
    return (uint8_t)(value + more < 255 ? value + more : 255);
}

static void over_premultiplied(uint8_t *row, int width, uint32_t background)
{
    const unsigned b = background & 255, g = background >> 8 & 255, r = background >> 16 & 255;
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        unsigned a = row[3];
        if (a == 255)
            continue;
        row[0] = add(row[0], fz_alpha_mix(0, a, b));
        row[1] = add(row[1], fz_alpha_mix(0, a, g));
        row[2] = add(row[2], fz_alpha_mix(0, a, r));
        row[3] = 255;
    }
}

/* Opaque B G R 255, in place. */
static void finish(const struct fz_decode *d, const struct fz_rows *rows, uint8_t *row)
{
    if (rows->red_first)
        swap_red_and_blue(row, rows->width);
    if (rows->alpha == FZ_ROWS_STRAIGHT)
        fz_alpha_over(row, rows->width, d->request->background);
    else if (rows->alpha == FZ_ROWS_PREMULTIPLIED)
        over_premultiplied(row, rows->width, d->request->background);
}

enum fz_err fz_rows_push(struct fz_decode *d, const struct fz_rows *rows, int from, int to)
{
    struct fz_reduce *reduce = &d->reduce;
    for (int y = from; y < to; y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        uint8_t *row = rows->at + y * rows->pitch_bytes;
        finish(d, rows, row);
        if (rows->width < reduce->in_w) {
            uint8_t *wide = fz_reduce_input(reduce);
            fill(d, wide, reduce->in_w);
            memcpy(wide + (size_t)rows->x * 4, row, (size_t)rows->width * 4);
            row = wide;
        }
        fz_reduce_push(reduce, row);
    }
    return FZ_OK;
}

void fz_rows_push_background(struct fz_decode *d, int count)
{
    for (int y = 0; y < count; y++) {
        uint8_t *row = fz_reduce_input(&d->reduce);
        fill(d, row, d->reduce.in_w);
        fz_reduce_push(&d->reduce, row);
    }
}
