#include "image/webp/alph.h"

#include "image/webp/vp8l.h"

#include "base/mem.h"

#include <stdlib.h>

enum { HEAD_BYTES = 1, RAW = 0, LOSSLESS = 1 };
enum filter { NONE, HORIZONTAL, VERTICAL, GRADIENT };

struct plane {
    const struct fz_alph_rows *rows;
    enum filter filter;
    uint8_t *row, *above; /* owned */
    int y;                /* of the row */
};

static uint8_t gradient(int left, int top, int top_left)
{
    const int value = left + top - top_left;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Of the first row it is the pixel to the left, of the first column the one above, whichever the filter is. */
static uint8_t predict(const struct plane *p, int x)
{
    const uint8_t *left = p->row + x - 1, *above = p->above + x;
    if (x == 0)
        return p->y == 0 ? 0 : *above;
    if (p->y == 0 || p->filter == HORIZONTAL)
        return *left;
    return p->filter == VERTICAL ? *above : gradient(*left, *above, above[-1]);
}

/* Gives the row. False: no more are wanted. */
static bool end_row(struct plane *p)
{
    for (int x = 0; p->filter != NONE && x < p->rows->width; x++)
        p->row[x] = (uint8_t)(p->row[x] + predict(p, x));
    uint8_t *row = p->row;
    p->row = p->above;
    p->above = row;
    p->y++;
    return p->rows->take(p->rows->ctx, row);
}

/* Of a lossless stream it stands in green. */
static bool take_pixels(void *ctx, uint32_t *pixels)
{
    struct plane *p = ctx;
    for (int x = 0; x < p->rows->width; x++)
        p->row[x] = (uint8_t)(pixels[x] >> 8);
    return end_row(p);
}

static enum fz_err read_lossless(struct plane *p, const struct fz_bytes *data, struct fz_error *err)
{
    struct fz_vp8l_bits bits = {.at = data->at, .end = data->at + data->len};
    const struct fz_vp8l_rows rows = {.width = p->rows->width,
                                      .height = p->rows->height,
                                      .tables_most = p->rows->tables_most,
                                      .take = take_pixels,
                                      .ctx = p};
    return fz_vp8l_decode(&bits, &rows, err);
}

static enum fz_err read_raw(struct plane *p, const struct fz_bytes *data, struct fz_error *err)
{
    const size_t width = (size_t)p->rows->width;
    for (size_t at = 0; p->y < p->rows->height; at += width) {
        if (!fz_bytes_has(data, at, width))
            return fz_fail(err, FZ_E_DAMAGED, 0, "the file ends early");
        memcpy(p->row, data->at + at, width);
        if (!end_row(p))
            return FZ_OK;
    }
    return FZ_OK;
}

uint64_t fz_alph_bytes(int width, uint64_t tables_most)
{
    return fz_vp8l_bytes(width, tables_most) + (uint64_t)width * 2;
}

enum fz_err fz_alph_decode(const struct fz_bytes *chunk, const struct fz_alph_rows *rows,
                           struct fz_error *err)
{
    const uint32_t head = fz_bytes_le(chunk, 0, HEAD_BYTES), coding = head & 3;
    struct plane p = {.rows = rows, .filter = (enum filter)(head >> 2 & 3)};
    if (chunk->len < HEAD_BYTES || coding > LOSSLESS)
        return fz_fail(err, FZ_E_DAMAGED, 0, "webp: its alpha is damaged");
    const struct fz_bytes data = {.at = chunk->at + HEAD_BYTES, .len = chunk->len - HEAD_BYTES};
    enum fz_err code = FZ_OK;
    p.row = fz_try_malloc((size_t)rows->width);
    p.above = fz_try_malloc((size_t)rows->width);
    if (!p.row || !p.above)
        code = fz_fail(err, FZ_E_MEMORY, 0, "no memory for a row of %d pixels", rows->width);
    else
        code = coding == RAW ? read_raw(&p, &data, err) : read_lossless(&p, &data, err);
    free(p.row);
    free(p.above);
    return code;
}
