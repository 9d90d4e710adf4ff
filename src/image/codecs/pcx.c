/* PCX (ZSoft, "PCX Technical Reference Manual", revision 5): 1, 2, 4 and 8 bits with colours, and planes of 1 and 8 bits.
 * SDL2_image reads none of one bit. */
#include "image/format.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    HEAD_BYTES = 128,
    COLORS_AT = 16,
    PLANES_AT = 65,
    ROW_BYTES_AT = 66,
    TABLE_BYTES = 768, /* 256 colours, at the end, behind a byte of 12 */
    TABLE_MARK = 12,
    MAX_PLANES = 4,
    CANCEL_ROWS = 64,
};

struct pcx {
    const struct fz_bytes *file;
    uint64_t at; /* of the next byte */
    uint32_t bits, planes, plane_bytes;
    unsigned left; /* how often that value comes once more */
    uint8_t value;
    uint8_t colors[256][4];
};

bool fz_pcx_is_a(const struct fz_bytes *head)
{
    uint32_t version = fz_bytes_le(head, 1, 1), bits = fz_bytes_le(head, 3, 1);
    return fz_bytes_match(head, 0, "\x0a", 1) && fz_bytes_has(head, 0, HEAD_BYTES) && version <= 5 &&
           fz_bytes_le(head, 2, 1) == 1 && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
}

enum fz_head_status fz_pcx_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint32_t left = fz_bytes_le(bytes, 4, 2), top = fz_bytes_le(bytes, 6, 2);
    uint32_t right = fz_bytes_le(bytes, 8, 2), bottom = fz_bytes_le(bytes, 10, 2);
    if (right < left || bottom < top)
        return FZ_HEAD_BAD;
    header->width = right - left + 1;
    header->height = bottom - top + 1;
    header->by_rows = true;
    return FZ_HEAD_OK;
}

/* A row of all planes. */
uint64_t fz_pcx_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    return (uint64_t)fz_bytes_le(&d->file, ROW_BYTES_AT, 2) * MAX_PLANES + sizeof(struct pcx);
}

static void set_color(struct pcx *p, unsigned index, const uint8_t *rgb)
{
    for (int i = 0; i < 3; i++)
        p->colors[index][2 - i] = rgb[i];
    p->colors[index][3] = 255;
}

/* Two colours are black and white whatever the header says, which seldom says it; 256 without a table are greys. */
static void read_colors(struct pcx *p)
{
    const struct fz_bytes *file = p->file;
    for (unsigned i = 0; i < 256; i++)
        set_color(p, i, (const uint8_t[3]){(uint8_t)i, (uint8_t)i, (uint8_t)i});
    if (p->bits * p->planes == 1) {
        set_color(p, 1, (const uint8_t[3]){255, 255, 255});
    } else if (p->bits < 8) {
        for (unsigned i = 0; i < 16; i++)
            set_color(p, i, file->at + COLORS_AT + (size_t)i * 3);
    } else if (file->len > HEAD_BYTES + TABLE_BYTES && file->at[file->len - TABLE_BYTES - 1] == TABLE_MARK) {
        for (unsigned i = 0; i < 256; i++)
            set_color(p, i, file->at + file->len - TABLE_BYTES + (size_t)i * 3);
    }
}

static bool open_pcx(struct pcx *p, const struct fz_decode *d)
{
    const struct fz_bytes *file = &d->file;
    *p = (struct pcx){.file = file,
                      .at = HEAD_BYTES,
                      .bits = fz_bytes_le(file, 3, 1),
                      .planes = fz_bytes_le(file, PLANES_AT, 1),
                      .plane_bytes = fz_bytes_le(file, ROW_BYTES_AT, 2)};
    bool known = p->planes == 1 || (p->bits == 1 && p->planes >= 2 && p->planes <= 4) ||
                 (p->bits == 8 && (p->planes == 3 || p->planes == 4));
    if (!known || p->plane_bytes < ((uint64_t)d->header.width * p->bits + 7) / 8)
        return false;
    read_colors(p);
    return true;
}

/* All planes of a row; runs may go on in the next one. */
static bool read_row(struct pcx *p, uint8_t *to)
{
    for (uint32_t i = 0; i < p->plane_bytes * p->planes; i++) {
        if (p->left == 0) {
            if (!fz_bytes_has(p->file, p->at, 1))
                return false;
            p->value = p->file->at[p->at++];
            p->left = 1;
            if (p->value >= 0xc0) {
                p->left = p->value & 0x3f;
                if (!fz_bytes_has(p->file, p->at, 1))
                    return false;
                p->value = p->file->at[p->at++];
            }
            if (p->left == 0) { /* a run of none */
                i--;
                continue;
            }
        }
        to[i] = p->value;
        p->left--;
    }
    return true;
}

static void draw_row(const struct pcx *p, const uint8_t *from, int width, uint8_t *to)
{
    const bool direct = p->bits == 8 && p->planes > 1;
    for (int x = 0; x < width; x++, to += 4) {
        unsigned per_byte = 8 / p->bits, shift = (per_byte - 1 - (unsigned)x % per_byte) * p->bits, index = 0;
        for (uint32_t plane = 0; !direct && plane < p->planes; plane++) {
            unsigned byte = from[(size_t)plane * p->plane_bytes + (unsigned)x / per_byte];
            index |= (byte >> shift & ((1u << p->bits) - 1)) << plane;
        }
        memcpy(to, p->colors[index], 4);
        for (uint32_t plane = 0; direct && plane < 3; plane++)
            to[2 - plane] = from[(size_t)plane * p->plane_bytes + (unsigned)x];
    }
}

static enum fz_err push_rows(struct fz_decode *d, struct pcx *p, uint8_t *planes)
{
    int width = (int)d->header.width, height = (int)d->header.height;
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    for (int y = 0; y < height && code == FZ_OK && !fz_reduce_is_done(&d->reduce); y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (!read_row(p, planes)) {
            code = fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
            d->out->damaged = y > 0;
            return y > 0 ? FZ_OK : code;
        }
        uint8_t *row = fz_reduce_input(&d->reduce);
        draw_row(p, planes, width, row);
        fz_decode_push(d, row, FZ_ALPHA_OPAQUE);
    }
    return code;
}

enum fz_err fz_pcx_load(struct fz_decode *d)
{
    struct pcx p;
    if (!open_pcx(&p, d))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "pcx: its bits and planes make no sense");
    uint8_t *planes = fz_try_malloc((size_t)p.plane_bytes * p.planes);
    if (!planes)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row");
    enum fz_err code = push_rows(d, &p, planes);
    free(planes);
    return code;
}
