#include "image/pixels/rows.h"

enum { CANCEL_ROWS = 64, FLAT_ROWS = 1024 /* the same of those that cost little */ };

static void swap_red_and_blue(uint8_t *row, int width)
{
    for (uint8_t *end = row + (intptr_t)width * 4; row < end; row += 4) {
        uint8_t red = row[0];
        row[0] = row[2];
        row[2] = red;
    }
}

/* Clear pixels around those of a frame. */
static uint8_t *widen(struct fz_reduce *reduce, const struct fz_rows *rows, const uint8_t *row)
{
    uint8_t *wide = fz_reduce_input(reduce);
    memset(wide, 0, (size_t)reduce->in_w * 4);
    memcpy(wide + (size_t)rows->x * 4, row, (size_t)rows->width * 4);
    return wide;
}

enum fz_err fz_rows_push(struct fz_decode *d, const struct fz_rows *rows, int from, int to)
{
    struct fz_reduce *reduce = &d->reduce;
    for (int y = from; y < to; y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        uint8_t *row = rows->at + y * rows->pitch_bytes;
        enum fz_alpha alpha = rows->alpha;
        if (rows->red_first)
            swap_red_and_blue(row, rows->width);
        if (rows->width < reduce->in_w) {
            row = widen(reduce, rows, row);
            alpha = alpha == FZ_ALPHA_OPAQUE ? FZ_ALPHA_STRAIGHT : alpha;
        }
        fz_decode_push(d, row, alpha);
    }
    return FZ_OK;
}

enum fz_err fz_rows_push_background(struct fz_decode *d, int count)
{
    uint8_t px[4] = {0};
    if (count > 0 && !d->reduce.finish.row)
        d->out->shows_background |= fz_alpha_over(px, 1, d->request->want.background);
    for (int rows; count > 0; count -= rows) {
        if (fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        rows = count < FLAT_ROWS ? count : FLAT_ROWS;
        fz_reduce_push_flat(&d->reduce, px, rows);
    }
    return FZ_OK;
}
