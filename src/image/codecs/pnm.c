/* PNM: PBM, PGM and PPM, plain and binary, of up to 16 bits (netpbm: pbm(5), pgm(5), ppm(5)). */
#include "image/pixels/rows.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>

enum { MAX_VALUE = 65535, MAX_PX_BYTES = 6 };

struct pnm {
    const struct fz_bytes *file;
    uint64_t at; /* of the next sample */
    uint32_t width, height, max, channels;
    bool plain, bits;
};

static void skip_space(struct pnm *p)
{
    bool comment = false;
    for (; fz_bytes_has(p->file, p->at, 1); p->at++) {
        uint8_t c = p->file->at[p->at];
        comment = comment ? c != '\n' && c != '\r' : c == '#';
        if (!comment && !isspace(c))
            return;
    }
}

static bool read_number(struct pnm *p, uint32_t *value)
{
    skip_space(p);
    uint64_t start = p->at;
    uint32_t n = 0;
    for (; fz_bytes_has(p->file, p->at, 1) && isdigit(p->file->at[p->at]); p->at++)
        n = n < 1000000 ? n * 10 + (uint32_t)(p->file->at[p->at] - '0') : n;
    *value = n;
    return p->at > start;
}

static bool open_pnm(struct pnm *p, const struct fz_decode *d)
{
    int kind = d->file.at[1] - '0';
    *p = (struct pnm){.file = &d->file,
                      .at = 2,
                      .max = 1,
                      .channels = kind == 3 || kind == 6 ? 3 : 1,
                      .plain = kind <= 3,
                      .bits = kind == 1 || kind == 4};
    if (!read_number(p, &p->width) || !read_number(p, &p->height) || (!p->bits && !read_number(p, &p->max)))
        return false;
    p->at += !p->plain; /* the one byte between header and samples */
    return p->width == d->header.width && p->height == d->header.height && p->max >= 1 && p->max <= MAX_VALUE;
}

/* False where the file ends. The samples of plain bits need no space between them. */
static bool read_plain(struct pnm *p, uint32_t *value)
{
    if (!p->bits)
        return read_number(p, value);
    skip_space(p);
    *value = fz_bytes_has(p->file, p->at, 1) && p->file->at[p->at] == '1';
    return fz_bytes_has(p->file, p->at++, 1);
}

static uint32_t read_binary(const struct pnm *p, const uint8_t *from, uint64_t index)
{
    if (p->bits)
        return from[index / 8] >> (7 - index % 8) & 1;
    return p->max < 256 ? from[index] : fz_load_be16(from + index * 2);
}

static bool read_row(struct pnm *p, struct fz_decode *d, uint8_t *to)
{
    uint64_t count = (uint64_t)p->width * p->channels;
    uint64_t bytes = p->bits ? (count + 7) / 8 : count * (p->max < 256 ? 1 : 2);
    const uint8_t *from = p->plain ? NULL : fz_decode_bytes(d, p->at, bytes, to + (size_t)p->width * 4);
    if (!p->plain && !from)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t value = 0;
        if (!p->plain)
            value = read_binary(p, from, i);
        else if (!read_plain(p, &value))
            return false;
        value = value < p->max ? value : p->max;
        uint8_t byte = (uint8_t)((value * 255 + p->max / 2) / p->max);
        uint8_t *px = to + i / p->channels * 4;
        if (p->channels == 3)
            px[2 - i % 3] = byte;
        else
            px[0] = px[1] = px[2] = p->bits ? (uint8_t)~byte : byte;
        px[3] = 255;
    }
    p->at += p->plain ? 0 : bytes;
    return true;
}

uint64_t fz_pnm_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    return (uint64_t)d->header.width * (4 + MAX_PX_BYTES);
}

static enum fz_err push_rows(struct fz_decode *d, struct pnm *p, uint8_t *row)
{
    struct fz_rows rows = {.at = row, .width = (int)p->width, .alpha = FZ_ALPHA_OPAQUE};
    enum fz_err code = fz_decode_begin(d, rows.width, (int)p->height, rows.width, (int)p->height);
    for (int y = 0; y < (int)p->height && code == FZ_OK; y++) {
        if (!read_row(p, d, row)) {
            fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
            d->out->damaged = true;
            break;
        }
        code = fz_rows_push(d, &rows, y, y + 1);
    }
    return code;
}

enum fz_err fz_pnm_load(struct fz_decode *d)
{
    struct pnm p;
    if (!open_pnm(&p, d))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "pnm: its header is damaged");
    uint8_t *row = fz_try_malloc((size_t)p.width * (4 + MAX_PX_BYTES)); /* and as it is stored */
    if (!row)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row of %u pixels", p.width);
    enum fz_err code = push_rows(d, &p, row);
    free(row);
    return code;
}
