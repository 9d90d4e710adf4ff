/* BMP (Microsoft, BITMAPCOREHEADER to BITMAPV5HEADER; the first headers of OS/2): 1 to 32 bits, masks, run lengths. SDL2_image
 * refuses a picture of which one pixel is not in its table of colours. */
#include "image/format.h"

#include "base/mem.h"
#include "image/pixels/rows.h"

#include <stdlib.h>

enum {
    FILE_HEAD = 14,
    CORE = 12,  /* bytes of the oldest header, */
    INFO = 40,  /* of the usual one, */
    MASKS = 52, /* and from which on it holds masks */
    ALPHA_MASK = 56,
    V4 = 108, /* and from which on it says of what colours it is, */
    V5 = 124, /* and may have a profile */
    SPACE_AT = 56,
    RGB = 0,
    RLE8 = 1,
    RLE4 = 2,
    BITFIELDS = 3,
    ALPHA_BITFIELDS = 6,
    FIXED_BYTES = 4096,
    CANCEL_ROWS = 64,
    CANCEL_BYTES = 4096, /* of run lengths that end no row */
};

struct bmp {
    const struct fz_bytes *file;
    uint64_t pixels_at, row_bytes;
    uint32_t width, height, bits, packed;
    bool from_top;
    uint32_t masks[4]; /* B G R A; 0 = none */
    uint8_t colors[256][4];
    uint16_t *indices; /* owned: of run lengths, as stored; the colour plus 1, 0: left out */
    uint8_t *stored;   /* owned: room for a row as it is stored */
};

static uint32_t magnitude(uint32_t value) /* of a two's complement number */
{
    return value & 0x80000000U ? 0U - value : value;
}

void fz_dib_read_size(const struct fz_bytes *b, uint64_t pos, uint32_t *width, uint32_t *height)
{
    bool core = fz_bytes_le(b, pos, 4) == CORE;
    *width = core ? fz_bytes_le(b, pos + 4, 2) : magnitude(fz_bytes_le(b, pos + 4, 4));
    *height = core ? fz_bytes_le(b, pos + 6, 2) : magnitude(fz_bytes_le(b, pos + 8, 4));
}

bool fz_bmp_is_a(const struct fz_bytes *head)
{
    uint32_t dib = fz_bytes_le(head, FILE_HEAD, 4);
    return fz_bytes_match(head, 0, "BM", 2) && (dib == CORE || (dib >= 16 && dib <= 256));
}

static uint32_t packing(const struct fz_bytes *b)
{
    return fz_bytes_le(b, FILE_HEAD, 4) >= 20 ? fz_bytes_le(b, FILE_HEAD + 16, 4) : RGB;
}

enum fz_head_status fz_bmp_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    const bool is_core = fz_bytes_has(bytes, FILE_HEAD, 4) && fz_bytes_le(bytes, FILE_HEAD, 4) == CORE;
    if (!fz_bytes_has(bytes, FILE_HEAD, is_core ? CORE : 20))
        return bytes->whole && fz_bytes_has(bytes, FILE_HEAD, CORE) ? FZ_HEAD_BAD : FZ_HEAD_MORE;
    fz_dib_read_size(bytes, FILE_HEAD, &header->width, &header->height);
    uint32_t packed = packing(bytes);
    header->by_rows = packed != RLE8 && packed != RLE4;
    header->file_held = !header->by_rows;
    return FZ_HEAD_OK;
}

/* Where the ICC profile begins that the file itself holds, mostly behind the pixels: one that is linked is a file of its own, and no
 * picture has others opened. 0: there is none, or it is too large to be one. */
static uint64_t profile_at(const struct fz_bytes *b, uint32_t *len)
{
    enum { OFFSET_AT = 112, LEN_AT = 116, EMBEDDED = 0x4d424544 };
    *len = fz_bytes_le(b, FILE_HEAD + LEN_AT, 4);
    bool has_one = fz_bytes_le(b, FILE_HEAD, 4) >= V5 &&
                   fz_bytes_le(b, FILE_HEAD + SPACE_AT, 4) == EMBEDDED && *len > 0 &&
                   *len <= FZ_MAX_PROFILE_BYTES;
    return has_one ? FILE_HEAD + (uint64_t)fz_bytes_le(b, FILE_HEAD + OFFSET_AT, 4) : 0;
}

enum fz_head_status fz_bmp_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    uint32_t len;
    const uint64_t at = profile_at(bytes, &len);
    facts->frames = 1;
    facts->has_profile = at > 0 && (!bytes->whole || fz_bytes_has(bytes, at, len));
    return FZ_HEAD_OK;
}

/* What is packed in runs may go from any place to any other. */
uint64_t fz_bmp_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    uint64_t width = d->header.width;
    uint32_t profile_bytes;
    if (profile_at(&d->file, &profile_bytes) == 0)
        profile_bytes = 0;
    return (d->header.by_rows ? width * 4 : width * d->header.height * sizeof(uint16_t)) + FIXED_BYTES +
           profile_bytes;
}

/* Colours that the table has not are black. */
static void read_colors(struct bmp *m, uint64_t at, uint32_t count, uint32_t color_bytes)
{
    for (uint32_t i = 0; i < 256; i++) {
        for (uint32_t c = 0; c < 3; c++)
            m->colors[i][c] =
                i < count ? (uint8_t)fz_bytes_le(m->file, at + (uint64_t)i * color_bytes + c, 1) : 0;
        m->colors[i][3] = 255;
    }
}

/* From V4 on the mask of alpha counts where those of colours do not, as in browsers: Microsoft says of these alone that they are for
 * BITFIELDS. */
static void read_masks(struct bmp *m, uint32_t dib)
{
    static const uint32_t usual[2][4] = {{0x1f, 0x3e0, 0x7c00, 0}, {0xff, 0xff00, 0xff0000, 0}};
    bool given = m->packed == BITFIELDS || m->packed == ALPHA_BITFIELDS;
    memcpy(m->masks, usual[m->bits == 16 ? 0 : 1], sizeof m->masks);
    for (uint32_t i = 0; given && i < 3; i++) /* R G B, behind the header or at its end */
        m->masks[2 - i] = fz_bytes_le(m->file, FILE_HEAD + INFO + (uint64_t)i * 4, 4);
    bool has_alpha_mask = dib >= V4 || (given && (dib >= ALPHA_MASK || m->packed == ALPHA_BITFIELDS));
    if (has_alpha_mask && (m->bits == 16 || m->bits == 32))
        m->masks[3] = fz_bytes_le(m->file, FILE_HEAD + MASKS, 4);
}

static bool open_bmp(struct bmp *m, const struct fz_decode *d)
{
    const struct fz_bytes *b = &d->file;
    const uint32_t dib = fz_bytes_le(b, FILE_HEAD, 4);
    *m = (struct bmp){.file = b,
                      .pixels_at = fz_bytes_le(b, 10, 4),
                      .width = d->header.width,
                      .height = d->header.height,
                      .bits = fz_bytes_le(b, FILE_HEAD + (dib == CORE ? 10 : 14), 2),
                      .packed = packing(b),
                      .from_top = dib != CORE && fz_bytes_le(b, FILE_HEAD + 8, 4) > INT32_MAX};
    const uint32_t most = m->bits <= 8 ? 1U << m->bits : 0;
    uint32_t count = dib >= 36 ? fz_bytes_le(b, FILE_HEAD + 32, 4) : 0;
    count = count == 0 || count > most ? most : count;
    uint64_t colors_at = FILE_HEAD + dib, color_bytes = dib == CORE ? 3 : 4;
    if (dib == INFO && (m->packed == BITFIELDS || m->packed == ALPHA_BITFIELDS))
        colors_at += m->packed == BITFIELDS ? 12 : 16;
    read_colors(m, colors_at, count, (uint32_t)color_bytes);
    read_masks(m, dib);
    if (m->pixels_at == colors_at || m->pixels_at == 0) /* some writers forget the table, or to say it */
        m->pixels_at = colors_at + count * color_bytes;
    m->row_bytes = ((uint64_t)m->width * m->bits + 31) / 32 * 4;
    switch (m->packed) {
    case RLE8:
        return m->bits == 8;
    case RLE4:
        return m->bits == 4;
    case RGB:
        return m->bits == 1 || m->bits == 2 || m->bits == 4 || m->bits == 8 || m->bits == 16 ||
               m->bits == 24 || m->bits == 32;
    default:
        return (m->packed == BITFIELDS || m->packed == ALPHA_BITFIELDS) && (m->bits == 16 || m->bits == 32) &&
               (dib >= INFO);
    }
}

/* --- colours ---------------------------------------------------------------------------------------------------------- */

static void set_profile(struct fz_decode *d)
{
    uint32_t len;
    const uint64_t at = profile_at(&d->file, &len);
    uint8_t *copy = at > 0 ? fz_try_malloc(len) : NULL;
    if (copy)
        fz_decode_set_profile(d, fz_decode_bytes(d, at, len, copy), len);
    free(copy);
}

/* The chromaticity of an endpoint (CIEXYZ of 2.30 bits, signed: of a pure colour z may be rounded to less than nothing); false: it
 * is none. */
static bool read_endpoint(const struct fz_bytes *b, uint64_t pos, double xy[2])
{
    const double x = (int32_t)fz_bytes_le(b, pos, 4), y = (int32_t)fz_bytes_le(b, pos + 4, 4);
    const double sum = x + y + (int32_t)fz_bytes_le(b, pos + 8, 4);
    if (sum <= 0 || x < 0 || y <= 0 || x + y > sum * 1.01)
        return false;
    xy[0] = x / sum;
    xy[1] = y / sum;
    return true;
}

/* All three, around white; false: they cannot be meant, as most of them, which are 0. */
static bool read_endpoints(const struct fz_bytes *b, struct fz_primaries *p)
{
    enum { AT = FILE_HEAD + 60, EACH = 12 };
    const double least_area = 0.05; /* of the parallelogram: that of sRGB is 0.22 */
    if (!read_endpoint(b, AT, p->red) || !read_endpoint(b, AT + EACH, p->green) ||
        !read_endpoint(b, AT + 2 * EACH, p->blue))
        return false;
    return (p->green[0] - p->red[0]) * (p->blue[1] - p->red[1]) -
               (p->green[1] - p->red[1]) * (p->blue[0] - p->red[0]) >=
           least_area;
}

/* Of all three curves, as an exponent; 0: that of sRGB, which is how 2.2 is meant. False where they differ, or are not believed: nor
 * is light nearly linear in 8 bits. */
static bool read_gamma(const struct fz_bytes *b, double *gamma)
{
    enum { AT = FILE_HEAD + 96 };
    const double least = 1.25, most = 5;
    const uint32_t stored = fz_bytes_le(b, AT, 4);
    const double value = stored / 65536.0;
    *gamma = value > 2.199 && value < 2.201 ? 0 : value;
    return fz_bytes_le(b, AT + 4, 4) == stored && fz_bytes_le(b, AT + 8, 4) == stored && value >= least &&
           value <= most;
}

/* Colours in numbers ("calibrated"). The header has no white: it is that of sRGB, as browsers have it. */
static void set_primaries(struct fz_decode *d)
{
    enum { CALIBRATED = 0 };
    const struct fz_bytes *b = &d->file;
    d->primaries = (struct fz_primaries){.white = {0.3127, 0.3290}};
    d->has_primaries = fz_bytes_le(b, FILE_HEAD, 4) >= V4 &&
                       fz_bytes_le(b, FILE_HEAD + SPACE_AT, 4) == CALIBRATED &&
                       read_endpoints(b, &d->primaries) && read_gamma(b, &d->primaries.gamma);
}

/* --- run lengths ------------------------------------------------------------------------------------------------------ */

struct pen {
    uint32_t x, y; /* y as stored */
};

static void put(struct bmp *m, struct pen *pen, uint8_t index)
{
    if (pen->x < m->width && pen->y < m->height)
        m->indices[(size_t)pen->y * m->width + pen->x] = (uint16_t)(1 + index);
    pen->x++;
}

/* A run of one byte, or of bytes as they are: of 4 bits, two pixels in each. */
static void put_run(struct bmp *m, struct pen *pen, uint64_t at, uint32_t count, bool same)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t byte = fz_bytes_le(m->file, at + (same ? 0 : m->packed == RLE4 ? i / 2 : i), 1);
        put(m, pen, (uint8_t)(m->packed == RLE8 ? byte : i % 2 ? byte & 15 : byte >> 4));
    }
}

enum { END_OF_ROW, END, MOVE };

/* What stands at *at, which goes on behind it. */
static void draw_code(struct bmp *m, struct pen *pen, uint64_t *at)
{
    uint32_t count = m->file->at[*at], what = m->file->at[*at + 1];
    *at += 2;
    if (count > 0) {
        put_run(m, pen, *at - 1, count, true);
    } else if (what == END_OF_ROW) {
        *pen = (struct pen){.y = pen->y + 1};
    } else if (what == END) {
        pen->y = m->height;
    } else if (what == MOVE) {
        pen->x += fz_bytes_le(m->file, *at, 1);
        pen->y += fz_bytes_le(m->file, *at + 1, 1);
        *at += 2;
    } else {
        uint32_t bytes = m->packed == RLE4 ? (what + 1) / 2 : what;
        put_run(m, pen, *at, what, false);
        *at += bytes + (bytes & 1);
    }
}

/* *complete: false where the file ends before the picture. */
static enum fz_err unpack(struct bmp *m, struct fz_decode *d, bool *complete)
{
    struct pen pen = {0};
    uint32_t row = 0;
    uint64_t asked_at = m->pixels_at;
    for (uint64_t at = m->pixels_at; pen.y < m->height && fz_bytes_has(m->file, at, 2);) {
        draw_code(m, &pen, &at);
        if (pen.y == row && at - asked_at < CANCEL_BYTES)
            continue;
        row = pen.y;
        asked_at = at;
        if (fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
    }
    *complete = pen.y >= m->height;
    return FZ_OK;
}

/* --- rows ------------------------------------------------------------------------------------------------------------- */

static uint8_t take_bits(uint32_t value, uint32_t mask)
{
    if (mask == 0)
        return 0;
    unsigned shift = (unsigned)__builtin_ctz(mask);
    uint64_t most = mask >> shift;
    return (uint8_t)(((uint64_t)((value & mask) >> shift) * 255 + most / 2) / most);
}

/* What the runs left out is clear, as in browsers. */
static void draw_indices(const struct bmp *m, const uint16_t *from, uint8_t *to)
{
    static const uint8_t clear[4];
    for (uint32_t x = 0; x < m->width; x++, to += 4)
        memcpy(to, from[x] > 0 ? m->colors[from[x] - 1] : clear, 4);
}

static void draw_row(const struct bmp *m, const uint8_t *from, uint8_t *to)
{
    struct fz_bytes row = {.at = from, .len = (size_t)m->row_bytes};
    for (uint32_t x = 0; x < m->width; x++, to += 4) {
        if (m->bits <= 8) {
            unsigned per_byte = 8 / m->bits, shift = (per_byte - 1 - x % per_byte) * m->bits;
            uint32_t byte = from[x / per_byte];
            memcpy(to, m->colors[byte >> shift & ((1U << m->bits) - 1)], 4);
        } else if (m->bits == 24) {
            memcpy(to, from + (size_t)x * 3, 3);
            to[3] = 255;
        } else {
            uint32_t value = fz_bytes_le(&row, (uint64_t)x * m->bits / 8, m->bits / 8);
            for (int c = 0; c < 4; c++)
                to[c] = take_bits(value, m->masks[c]);
            to[3] = m->masks[3] ? to[3] : 255;
        }
    }
}

static bool has_alpha(const struct bmp *m, const uint8_t *stored)
{
    const struct fz_bytes row = {.at = stored, .len = (size_t)m->row_bytes};
    for (uint32_t x = 0; x < m->width; x++)
        if (fz_bytes_le(&row, (uint64_t)x * m->bits / 8, m->bits / 8) & m->masks[3])
            return true;
    return false;
}

/* Writers that have no alpha name a mask for it all the same, and leave its bits 0 in all pixels: as in browsers these are opaque then.
 * Of the whole picture, whatever part of it is wanted; up to the first row that the file ends before. */
static enum fz_err settle_alpha(struct bmp *m, struct fz_decode *d)
{
    for (uint32_t y = 0; m->masks[3] && y < m->height; y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        const uint8_t *row = fz_decode_bytes(d, m->pixels_at + y * m->row_bytes, m->row_bytes, m->stored);
        if (!row)
            break;
        if (has_alpha(m, row))
            return FZ_OK;
    }
    m->masks[3] = 0;
    return FZ_OK;
}

/* False where the file ends before that row. */
static bool read_row(const struct bmp *m, struct fz_decode *d, uint32_t y, uint8_t *to)
{
    const uint32_t stored = m->from_top ? y : m->height - 1 - y;
    if (m->indices) {
        draw_indices(m, m->indices + (size_t)stored * m->width, to);
        return true;
    }
    const uint8_t *from = fz_decode_bytes(d, m->pixels_at + stored * m->row_bytes, m->row_bytes, m->stored);
    if (from)
        draw_row(m, from, to);
    return from != NULL;
}

/* How many rows from y on, which is missing, the file ends before. */
static int count_missing(const struct bmp *m, struct fz_decode *d, int y)
{
    const int64_t height = m->height;
    const int64_t rows = (int64_t)((fz_decode_file_bytes(d) - m->pixels_at) / m->row_bytes);
    const int64_t end = !m->from_top ? height - rows : y < rows ? 0 : height;
    return end > y ? (int)(end - y) : 1;
}

static enum fz_err push_rows(struct fz_decode *d, struct bmp *m, bool complete)
{
    const int width = (int)m->width, height = (int)m->height;
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    for (int y = 0; y < height && code == FZ_OK && !fz_reduce_is_done(&d->reduce); y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (fz_reduce_passes_over(&d->reduce, 1))
            continue;
        uint8_t *row = fz_reduce_input(&d->reduce);
        if (!read_row(m, d, (uint32_t)y, row)) {
            int missing = count_missing(m, d, y);
            code = fz_rows_push_background(d, missing);
            y += missing - 1;
            complete = false;
            continue;
        }
        fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
    }
    if (code == FZ_OK && !complete) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
    }
    return code;
}

enum fz_err fz_bmp_load(struct fz_decode *d)
{
    struct bmp m;
    if (!open_bmp(&m, d))
        return fz_fail(d->err, FZ_E_UNSUPPORTED, 0,
                       "bmp: %u bits, packed in way %u, are none of the usual kinds", m.bits, m.packed);
    if (m.pixels_at >= fz_decode_file_bytes(d))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends before its pixels");
    bool complete = true, is_packed = m.packed == RLE8 || m.packed == RLE4;
    m.indices = is_packed ? calloc(m.height, m.width * sizeof *m.indices) : NULL;
    m.stored = is_packed ? NULL : fz_try_malloc((size_t)m.row_bytes);
    if (!m.indices && !m.stored)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %ux%u pixels", m.width, m.height);
    enum fz_err code = m.indices ? unpack(&m, d, &complete) : settle_alpha(&m, d);
    set_profile(d);
    set_primaries(d);
    if (code == FZ_OK)
        code = push_rows(d, &m, complete);
    free(m.indices);
    free(m.stored);
    return code;
}
