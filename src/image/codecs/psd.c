/* PSD and PSB: the picture that their layers make together, which stands behind these, plane by plane. All planes are read side
 * by side, a window of each, so that as little is held as of a picture that is stored by rows. Layers are passed over. */
#include "image/codecs/psd.h"

#include "base/mem.h"
#include "image/codecs/psd_rows.h"

#include <stdlib.h>

enum {
    PACKED_RAW = 0,
    PACKED_RLE = 1,
    MAX_BLOCKS = 64,
    CANCEL_ROWS = 64,
    FIXED_BYTES = 64 << 10,
};

/* A part of the file, which begins anywhere. */
struct window {
    uint8_t *bytes; /* owned; NULL until it is needed */
    uint64_t at;
    size_t len;
};

struct plane {
    struct window window;
    uint64_t at; /* of its next row */
};

struct psd {
    struct fz_decode *d;
    struct fz_psd_rows rows;
    struct fz_psd_head head;
    struct plane planes[FZ_PSD_MAX_PLANES];
    uint64_t pixels_at;
    uint8_t *lengths; /* owned: of packed rows, as they are stored: [planes][height] */
    unsigned length_bytes;
    uint8_t *packed; /* owned */
    size_t packed_bytes;
    bool incomplete; /* some of it is not there, or damaged */
};

uint64_t fz_psd_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    const struct fz_header *h = &d->header;
    if (h->inner_len > 0)
        return fz_jpeg_working_bytes(d, h->inner_len);
    const uint64_t row_bytes = (uint64_t)h->width * sizeof(float);
    uint64_t windows = file_bytes > d->file.len ? FZ_READER_PIECE_BYTES : 0;
    return (windows + row_bytes + (uint64_t)h->height * 4) * FZ_PSD_MAX_PLANES + row_bytes * 4 + FIXED_BYTES;
}

/* --- the file ------------------------------------------------------------------------------------ */

/* The bytes at `pos`, and how many there are side by side; NULL: none. */
static const uint8_t *look(struct psd *p, struct window *w, uint64_t pos, size_t *count)
{
    struct fz_decode *d = p->d;
    if (pos < d->file.len) {
        *count = d->file.len - (size_t)pos;
        return d->file.at + pos;
    }
    if (!w->bytes || pos < w->at || pos >= w->at + w->len) {
        struct fz_bytes piece;
        if (!w->bytes)
            w->bytes = fz_try_malloc(FZ_READER_PIECE_BYTES);
        if (!w->bytes)
            return NULL;
        fz_decode_seek(d, pos);
        if (!fz_decode_more(d, &piece))
            return NULL;
        memcpy(w->bytes, piece.at, piece.len);
        w->at = pos;
        w->len = piece.len;
    }
    *count = w->len - (size_t)(pos - w->at);
    return w->bytes + (pos - w->at);
}

/* False where the file ends before. */
static bool read_at(struct psd *p, struct window *w, uint64_t pos, size_t count, uint8_t *to)
{
    while (count > 0) {
        size_t there;
        const uint8_t *from = look(p, w, pos, &there);
        if (!from)
            return false;
        there = there < count ? there : count;
        memcpy(to, from, there);
        pos += there;
        to += there;
        count -= there;
    }
    return true;
}

/* --- layers: only whether what they make is clear ------------------------------------------------ */

static bool has_long_length(const struct fz_bytes *block)
{
    static const char keys[][5] = {"LMsk", "Lr16", "Lr32", "Layr", "Mt16", "Mt32", "Mtrn",
                                   "Alph", "FMsk", "lnk2", "FEid", "FXid", "PxSD"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (fz_bytes_match(block, 4, keys[i], 4))
            return true;
    return false;
}

/* Layers of 16 and 32 bits stand in a block of their own. */
static bool is_clear_by_blocks(struct psd *p, uint64_t pos)
{
    enum { BLOCK_HEAD = 16, SHORT_HEAD = 12 };
    struct window *w = &p->planes[0].window;
    uint8_t bytes[BLOCK_HEAD + 2] = {0};
    const struct fz_bytes block = {.at = bytes, .len = sizeof bytes};
    for (int i = 0; i < MAX_BLOCKS && pos + SHORT_HEAD <= p->pixels_at; i++) {
        if (!read_at(p, w, pos, sizeof bytes, bytes) || !fz_bytes_match(&block, 0, "8B", 2))
            return false;
        if (fz_bytes_match(&block, 4, "Mt", 2))
            return true;
        bool is_long = p->head.large && has_long_length(&block);
        uint64_t len = fz_bytes_be(&block, 8, 4), head = is_long ? BLOCK_HEAD : SHORT_HEAD;
        if (is_long)
            len = len << 32 | fz_bytes_be(&block, 12, 4);
        if (fz_bytes_match(&block, 4, "Lr", 2) && len >= 2)
            return (int16_t)fz_bytes_be(&block, head, 2) < 0;
        if (len > p->pixels_at - pos)
            return false;
        pos += head + ((len + 3) & ~UINT64_C(3));
    }
    return false;
}

/* Where the pixels stand, behind the layers, and whether the first channel behind the colours is alpha. */
static bool read_layers(struct psd *p)
{
    uint8_t bytes[FZ_PSD_LAYER_HEAD_BYTES] = {0};
    const unsigned length_bytes = p->head.large ? 8 : 4;
    struct window *w = &p->planes[0].window;
    const struct fz_bytes layers = {.at = bytes, .len = sizeof bytes};
    uint64_t lengths[2], pos = p->head.layers_at;
    if (!read_at(p, w, pos, length_bytes, bytes))
        return false;
    read_at(p, w, pos, sizeof bytes, bytes);
    for (unsigned i = 0; i < 2; i++) {
        lengths[i] = fz_bytes_be(&layers, (uint64_t)i * length_bytes, 4);
        if (p->head.large)
            lengths[i] = lengths[i] << 32 | fz_bytes_be(&layers, (uint64_t)i * 8 + 4, 4);
    }
    if (lengths[0] > INT64_MAX)
        return false;
    p->pixels_at = pos + length_bytes + lengths[0];
    if (lengths[0] == 0)
        return true;
    if (lengths[1] > 0) {
        p->rows.alpha = fz_psd_is_clear(&layers, &p->head);
        return true;
    }
    pos += (uint64_t)length_bytes * 2;
    if (read_at(p, w, pos, 4, bytes))
        p->rows.alpha = is_clear_by_blocks(p, pos + 4 + fz_bytes_be(&layers, 0, 4));
    return true;
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* PackBits (Apple, "TN1023"). What is missing stays as it is; false then. */
static bool unpack(const uint8_t *from, size_t count, uint8_t *to, size_t room)
{
    const uint8_t *end = from + count;
    while (room > 0 && from < end) {
        const unsigned code = *from++;
        if (code == 128)
            continue;
        size_t run = code < 128 ? code + 1 : 257 - code;
        size_t there = code < 128 ? (size_t)(end - from) : run;
        size_t n = run < room ? run : room;
        n = n < there ? n : there;
        if (from == end)
            return false;
        if (code < 128)
            memcpy(to, from, n);
        else
            memset(to, *from, n);
        from += code < 128 ? n : 1;
        to += n;
        room -= n;
    }
    return room == 0;
}

static uint32_t packed_length(const struct psd *p, unsigned plane, uint32_t y)
{
    const struct fz_bytes all = {.at = p->lengths, .len = SIZE_MAX};
    return fz_bytes_be(&all, ((uint64_t)plane * p->head.height + y) * p->length_bytes, p->length_bytes);
}

/* Its next row, which begins at its place; false where the file ends before. */
static bool read_row(struct psd *p, unsigned index, uint32_t y)
{
    struct plane *plane = &p->planes[index];
    uint8_t *row = p->rows.planes[index];
    const size_t row_bytes = p->rows.row_bytes;
    const uint64_t at = plane->at;
    if (!p->lengths) {
        plane->at += row_bytes;
        return read_at(p, &plane->window, at, row_bytes, row);
    }
    uint32_t len = packed_length(p, index, y);
    plane->at += len;
    memset(row, 0, row_bytes);
    if (len > p->packed_bytes) {
        p->incomplete = true;
        return true;
    }
    if (!read_at(p, &plane->window, at, len, p->packed))
        return false;
    if (!unpack(p->packed, len, row, row_bytes))
        p->incomplete = true;
    return true;
}

static void pass_row(struct psd *p, uint32_t y)
{
    for (unsigned i = 0; i < p->rows.count; i++)
        p->planes[i].at += p->lengths ? packed_length(p, i, y) : p->rows.row_bytes;
}

/* False where not even the first plane has it. Of the others what is missing is made up for. */
static bool read_rows(struct psd *p, uint32_t y)
{
    for (unsigned i = 0; i < p->rows.count; i++) {
        if (read_row(p, i, y))
            continue;
        p->incomplete = true;
        if (i == 0)
            return false;
        fz_psd_rows_lack(&p->rows, i);
    }
    return true;
}

/* Whether the colours were laid on white, which any row may tell: of the whole picture, whatever part of it is wanted, and before
 * the first of its rows is shown. A damaged row tells nothing. */
static enum fz_err settle_alpha(struct psd *p)
{
    uint64_t begin[FZ_PSD_MAX_PLANES];
    for (unsigned i = 0; i < p->rows.count; i++)
        begin[i] = p->planes[i].at;
    for (uint32_t y = 0; p->rows.alpha && !p->rows.straight && y < p->head.height; y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(p->d))
            return fz_decode_fail_cancelled(p->d);
        p->incomplete = false;
        if (!read_rows(p, y))
            break;
        p->rows.straight = !p->incomplete && fz_psd_rows_are_off_white(&p->rows);
    }
    p->incomplete = false;
    for (unsigned i = 0; i < p->rows.count; i++)
        p->planes[i].at = begin[i];
    return FZ_OK;
}

static enum fz_err push_rows(struct psd *p)
{
    struct fz_decode *d = p->d;
    const int width = (int)p->head.width, height = (int)p->head.height;
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    for (int y = 0; y < height && code == FZ_OK && !fz_reduce_is_done(&d->reduce); y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (fz_reduce_passes_over(&d->reduce, 1)) {
            pass_row(p, (uint32_t)y);
            continue;
        }
        if (!read_rows(p, (uint32_t)y)) {
            enum fz_err why = fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
            return y > 0 ? FZ_OK : why;
        }
        fz_psd_rows_push(&p->rows, d);
    }
    return code;
}

/* --- the whole ----------------------------------------------------------------------------------- */

/* Where each plane begins; of packed ones the lengths of all rows come first. */
static bool find_planes(struct psd *p, bool packed)
{
    const uint32_t height = p->head.height;
    uint64_t at = p->pixels_at + 2;
    if (packed) {
        p->length_bytes = p->head.large ? 4 : 2;
        const size_t count = (size_t)p->rows.count * height * p->length_bytes;
        p->lengths = fz_try_malloc(count);
        if (!p->lengths || !read_at(p, &p->planes[0].window, at, count, p->lengths))
            return false;
        at += (uint64_t)p->head.channels * height * p->length_bytes;
    }
    for (unsigned i = 0; i < p->rows.count; i++) {
        p->planes[i].at = at;
        for (uint32_t y = 0; packed && y < height; y++)
            at += packed_length(p, i, y);
        at += packed ? 0 : (uint64_t)height * p->rows.row_bytes;
    }
    return true;
}

static bool make_room(struct psd *p)
{
    const size_t row_bytes = p->rows.row_bytes;
    bool there = true;
    for (unsigned i = 0; i < p->rows.count; i++) {
        p->rows.planes[i] = fz_try_malloc(row_bytes);
        there = there && p->rows.planes[i];
    }
    p->packed_bytes = row_bytes * 2 + 2; /* more would be no packing; the worst of sound packers adds 1/128 */
    p->packed = fz_try_malloc(p->packed_bytes);
    bool deep = fz_psd_rows_are_deep(&p->rows);
    p->rows.deep = deep ? fz_try_malloc((size_t)p->head.width * 8) : NULL;
    return there && p->packed && (p->rows.deep || !deep);
}

static enum fz_err load(struct psd *p)
{
    struct fz_decode *d = p->d;
    uint8_t packing[2];
    if (fz_psd_read_head(&d->file, &p->head) == FZ_HEAD_BAD || p->head.width != d->header.width ||
        p->head.height != d->header.height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "psd: its header is damaged");
    if (!read_layers(p) || !read_at(p, &p->planes[0].window, p->pixels_at, 2, packing))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "psd: the file ends before its pixels");
    const unsigned method = packing[0] * 256U + packing[1];
    if (method != PACKED_RAW && method != PACKED_RLE)
        return fz_fail(d->err, FZ_E_UNSUPPORTED, 0, "psd: pixels that are packed by %s are not read here",
                       method <= 3 ? "ZIP" : "no known method");
    fz_psd_rows_init(&p->rows, &p->head, d);
    if (!make_room(p))
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row of %u pixels", p->head.width);
    if (!find_planes(p, method == PACKED_RLE))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "psd: the file ends before its pixels");
    enum fz_err code = settle_alpha(p);
    if (code == FZ_OK)
        code = push_rows(p);
    if (code == FZ_OK && p->incomplete) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early, or its rows are damaged");
    }
    return code;
}

/* Nothing else of the picture is in the file. */
static enum fz_err load_thumbnail(struct fz_decode *d)
{
    d->file = (struct fz_bytes){
        .at = d->file.at + d->header.inner_at, .len = (size_t)d->header.inner_len, .whole = true};
    d->pieces = NULL;
    enum fz_err code = fz_jpeg_load(d);
    if (code == FZ_OK) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0,
                "psd: it was saved without the picture that its layers make; this is its thumbnail");
    }
    return code;
}

enum fz_err fz_psd_load(struct fz_decode *d)
{
    if (d->header.inner_len > 0)
        return load_thumbnail(d);
    struct psd p = {.d = d};
    enum fz_err code = load(&p);
    for (unsigned i = 0; i < FZ_PSD_MAX_PLANES; i++) {
        free(p.planes[i].window.bytes);
        free(p.rows.planes[i]);
    }
    free(p.lengths);
    free(p.packed);
    free(p.rows.deep);
    return code;
}
