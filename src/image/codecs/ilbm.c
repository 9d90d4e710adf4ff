/* ILBM and PBM pictures of IFF files (Electronic Arts, "ILBM: IFF Interleaved Bitmap", 1986; Commodore, "HAM8", 1992): 1 to
 * 8 planes, 24 and 32, half-brite, hold-and-modify, and chunky bytes. A clear colour is shown, as paint programs set one in
 * every picture. SDL2_image's reader writes behind its table of colours where a file has 9 planes, and its rows are
 * too long where they are no multiple of 16. */
#include "image/format.h"

#include "base/mem.h"
#include "image/pixels/deep.h"

#include <stdlib.h>

enum {
    FIRST_CHUNK = 12,
    CHUNK_HEAD = 8,
    MAX_CHUNKS = 1000,
    HEAD_BYTES = 20, /* of BMHD */
    HAM = 0x800,     /* of CAMG */
    HALF_BRITE = 0x80,
    CANCEL_ROWS = 64,
};

struct ilbm {
    const struct fz_bytes *file;
    uint64_t at; /* of the next byte of the body */
    uint32_t width, height, planes, mode;
    bool chunky, packed, masked;
    uint32_t held_bits;    /* of hold and modify: those that replace; 0 = there is none */
    size_t row_bytes;      /* of one plane */
    const uint8_t *colors; /* of the file, R G B; NULL: none */
    uint32_t color_count;
    uint8_t table[256][3];
};

/* Interleaved or chunky planes of an IFF file. */
bool fz_ilbm_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "FORM", 4) &&
           (fz_bytes_match(head, 8, "ILBM", 4) || fz_bytes_match(head, 8, "PBM ", 4));
}

/* All chunks up to the body. */
static enum fz_head_status read_chunks(const struct fz_bytes *b, struct ilbm *p)
{
    uint64_t pos = FIRST_CHUNK;
    *p = (struct ilbm){.file = b, .chunky = fz_bytes_match(b, 8, "PBM ", 4)};
    for (int i = 0; i < MAX_CHUNKS; i++) {
        if (!fz_bytes_has(b, pos, CHUNK_HEAD))
            return FZ_HEAD_MORE;
        uint64_t len = fz_bytes_be(b, pos + 4, 4), data = pos + CHUNK_HEAD;
        if (fz_bytes_match(b, pos, "BODY", 4)) {
            p->at = data;
            return p->width > 0 ? FZ_HEAD_OK : FZ_HEAD_BAD;
        }
        if (!fz_bytes_has(b, data, len))
            return FZ_HEAD_MORE;
        if (fz_bytes_match(b, pos, "BMHD", 4) && len >= HEAD_BYTES) {
            p->width = fz_bytes_be(b, data, 2);
            p->height = fz_bytes_be(b, data + 2, 2);
            p->planes = fz_bytes_be(b, data + 8, 1);
            p->masked = fz_bytes_be(b, data + 9, 1) == 1;
            p->packed = fz_bytes_be(b, data + 10, 1) == 1;
        } else if (fz_bytes_match(b, pos, "CMAP", 4)) {
            p->colors = b->at + data;
            p->color_count = (uint32_t)(len / 3);
        } else if (fz_bytes_match(b, pos, "CAMG", 4)) {
            p->mode = fz_bytes_be(b, data, 4);
        }
        pos = data + len + (len & 1);
    }
    return FZ_HEAD_BAD;
}

enum fz_head_status fz_ilbm_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    struct ilbm p;
    enum fz_head_status head = read_chunks(bytes, &p);
    header->width = p.width;
    header->height = p.height;
    header->by_rows = true;
    return head;
}

/* A row of at most 32 planes and a mask, or of bytes. */
uint64_t fz_ilbm_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    return ((uint64_t)d->header.width + 16) / 8 * 33 + d->header.width + sizeof(struct ilbm);
}

/* Colours of the first machines, of at most 6 planes, have 4 bits, and stand in the upper ones. */
static void read_colors(struct ilbm *p)
{
    uint32_t count = p->color_count < 256 ? p->color_count : 256,
             most = (2u << (p->chunky ? 7 : p->planes - 1)) - 1;
    uint8_t low = p->chunky || p->planes > 6;
    for (uint32_t i = 0; i < count * 3; i++)
        low |= p->colors[i] & 15;
    for (uint32_t i = 0; i < 256; i++)
        for (uint32_t c = 0; c < 3; c++) {
            unsigned v = i < count ? p->colors[i * 3 + c] : 0;
            unsigned shown = low ? v : v | v >> 4;
            p->table[i][c] = (uint8_t)(count > 0 ? shown : fz_deep_byte(fz_deep_scale(i, most)));
        }
    bool half = p->planes == 6 && p->held_bits == 0 && !p->chunky && (p->mode & HALF_BRITE || count == 32);
    for (uint32_t i = 0; half && i < 32 * 3; i++)
        p->table[32 + i / 3][i % 3] = p->table[i / 3][i % 3] / 2;
}

static bool open_ilbm(struct ilbm *p, const struct fz_decode *d)
{
    if (read_chunks(&d->file, p) != FZ_HEAD_OK || p->width != d->header.width ||
        p->height != d->header.height)
        return false;
    bool direct = p->planes == 24 || p->planes == 32;
    if (!p->chunky && !direct && (p->planes < 1 || p->planes > 8))
        return false;
    if (p->mode & HAM && (p->planes == 6 || p->planes == 8) && !p->chunky)
        p->held_bits = p->planes - 2;
    p->row_bytes = p->chunky ? (p->width + 1) / 2 * 2 : (p->width + 15) / 16 * 2;
    p->masked = p->masked && !p->chunky;
    if (p->chunky)
        p->planes = 1;
    if (!direct || p->chunky)
        read_colors(p);
    return true;
}

/* ByteRun1. False where the file ends, or a run does not fit. */
static bool unpack(struct ilbm *p, uint8_t *to, size_t len)
{
    const struct fz_bytes *b = p->file;
    for (size_t done = 0; done < len;) {
        if (!fz_bytes_has(b, p->at, 1))
            return false;
        uint8_t code = b->at[p->at++];
        size_t count = code < 128 ? code + 1u : 257u - code;
        if (code == 128)
            continue;
        if (count > len - done || !fz_bytes_has(b, p->at, code < 128 ? count : 1))
            return false;
        if (code < 128)
            memcpy(to + done, b->at + p->at, count);
        else
            memset(to + done, b->at[p->at], count);
        p->at += code < 128 ? count : 1;
        done += count;
    }
    return true;
}

static bool read_row(struct ilbm *p, uint8_t *planes)
{
    for (uint32_t plane = 0; plane < p->planes + p->masked; plane++) {
        uint8_t *to = planes + plane * p->row_bytes;
        if (p->packed) {
            if (!unpack(p, to, p->row_bytes))
                return false;
            continue;
        }
        if (!fz_bytes_has(p->file, p->at, p->row_bytes))
            return false;
        memcpy(to, p->file->at + p->at, p->row_bytes);
        p->at += p->row_bytes;
    }
    return true;
}

static uint32_t take_bits(const struct ilbm *p, const uint8_t *planes, uint32_t x)
{
    uint32_t value = 0;
    for (uint32_t plane = 0; plane < p->planes; plane++)
        value |= (uint32_t)(planes[plane * p->row_bytes + x / 8] >> (7 - x % 8) & 1) << plane;
    return value;
}

/* Hold and modify: the two upper bits say which of the pixel before is replaced: blue, red, green. */
static void modify(const struct ilbm *p, uint32_t value, uint8_t *rgb)
{
    static const uint8_t which[4] = {0, 2, 0, 1};
    const uint32_t bits = p->held_bits, kind = value >> bits;
    value &= (1u << bits) - 1;
    if (kind == 0)
        memcpy(rgb, p->table[value], 3);
    else
        rgb[which[kind]] = (uint8_t)(value << (8 - bits) | value >> (2 * bits - 8));
}

static void draw_row(const struct ilbm *p, const uint8_t *planes, uint8_t *to)
{
    uint8_t rgb[3];
    memcpy(rgb, p->table[0], 3);
    for (uint32_t x = 0; x < p->width; x++, to += 4) {
        uint32_t value = p->chunky ? planes[x] : take_bits(p, planes, x);
        if (p->held_bits > 0)
            modify(p, value, rgb);
        else if (p->planes < 24)
            memcpy(rgb, p->table[value], 3);
        else
            for (int i = 0; i < 3; i++)
                rgb[i] = (uint8_t)(value >> 8 * i);
        for (int i = 0; i < 3; i++)
            to[i] = rgb[2 - i];
        const uint8_t *mask = planes + p->planes * p->row_bytes;
        bool clear = p->masked && !(mask[x / 8] >> (7 - x % 8) & 1);
        to[3] = clear ? 0 : p->planes == 32 ? (uint8_t)(value >> 24) : 255;
    }
}

static enum fz_err push_rows(struct fz_decode *d, struct ilbm *p, uint8_t *planes)
{
    const int width = (int)p->width, height = (int)p->height;
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    for (int y = 0; y < height && code == FZ_OK && !fz_reduce_is_done(&d->reduce); y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (!read_row(p, planes)) {
            code = fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early, or its pixels are damaged");
            d->out->damaged = y > 0;
            return y > 0 ? FZ_OK : code;
        }
        uint8_t *row = fz_reduce_input(&d->reduce);
        draw_row(p, planes, row);
        fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
    }
    return code;
}

enum fz_err fz_ilbm_load(struct fz_decode *d)
{
    struct ilbm p;
    if (!open_ilbm(&p, d))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "ilbm: its planes make no sense");
    uint8_t *planes = fz_try_malloc(p.row_bytes * (p.planes + p.masked));
    if (!planes)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row");
    enum fz_err code = push_rows(d, &p, planes);
    free(planes);
    return code;
}
