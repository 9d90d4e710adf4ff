#include "image/codecs/webp_rows.h"

#include "image/webp/vp8l.h"

enum {
    CANCEL_ROWS = 16,
    CHUNK_HEAD = 8,
    TABLES_MOST = 4 << 20, /* what libwebp makes of 12 megapixels takes 250 KB of them */
};

struct webp_rows {
    struct fz_decode *d;
    struct fz_vp8l_head head;
    uint64_t left;       /* bytes of the chunk that no piece had */
    int pushed;          /* rows */
    enum fz_err stopped; /* why no more are wanted; OK: the result has all that it needs */
};

uint64_t fz_webp_rows_bytes(const struct fz_decode *d)
{
    return fz_vp8l_bytes((int)d->header.width, TABLES_MOST);
}

/* What of a piece is the chunk's. */
static struct fz_bytes cut_to_chunk(struct webp_rows *w, struct fz_bytes piece)
{
    piece.len = piece.len < w->left ? piece.len : (size_t)w->left;
    w->left -= piece.len;
    return piece;
}

static bool read_more(void *ctx, struct fz_bytes *next)
{
    struct webp_rows *w = ctx;
    if (w->left == 0 || !fz_decode_more(w->d, next))
        return false;
    *next = cut_to_chunk(w, *next);
    return true;
}

static bool take_row(void *ctx, uint32_t *row)
{
    struct webp_rows *w = ctx;
    struct fz_decode *d = w->d;
    const uint32_t opaque = w->head.has_alpha ? 0 : UINT32_C(0xff000000);
    if (w->pushed++ % CANCEL_ROWS == 0 && fz_decode_cancelled(d)) {
        w->stopped = fz_decode_fail_cancelled(d);
        return false;
    }
    for (int x = 0; x < w->head.width; x++)
        row[x] = htole32(row[x] | opaque);
    fz_decode_push(d, (uint8_t *)row, w->head.has_alpha ? FZ_ALPHA_STRAIGHT : FZ_ALPHA_OPAQUE);
    return !fz_reduce_is_done(&d->reduce);
}

static enum fz_err decode(struct webp_rows *w, struct fz_vp8l_bits *bits)
{
    struct fz_decode *d = w->d;
    const int width = (int)d->header.width, height = (int)d->header.height;
    if (!fz_vp8l_read_head(bits, &w->head))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "webp: its data is damaged");
    if (w->head.width != width || w->head.height != height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its size");
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    if (code != FZ_OK)
        return code;
    const struct fz_vp8l_rows rows = {
        .width = width, .height = height, .tables_most = TABLES_MOST, .take = take_row, .ctx = w};
    code = fz_vp8l_decode(bits, &rows, d->err);
    if (w->stopped != FZ_OK || code == FZ_OK)
        return w->stopped;
    if (w->pushed == 0)
        return code;
    d->out->damaged = true;
    return FZ_OK;
}

enum fz_err fz_webp_rows_load(struct fz_decode *d)
{
    struct webp_rows w = {.d = d};
    const uint64_t pos = fz_webp_find(&d->file, "VP8L", &w.left) + CHUNK_HEAD;
    if (pos > d->file.len)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
    const struct fz_bytes first =
        cut_to_chunk(&w, (struct fz_bytes){.at = d->file.at + pos, .len = d->file.len - (size_t)pos});
    struct fz_vp8l_bits bits = {.at = first.at, .end = first.at + first.len, .more = read_more, .ctx = &w};
    return decode(&w, &bits);
}
