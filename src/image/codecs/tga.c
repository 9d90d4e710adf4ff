/* TGA (Truevision, "TGA File Format Specification", version 2.0): all of its image types, row by row as they are stored.
 * SDL2_image knows neither alpha beside grey, nor colour tables of 16 bits, nor rows from the right. */
#include "image/format.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    MAPPED = 1,
    COLOR = 2,
    GREY = 3,
    PACKED = 8, /* added to these */
    FROM_RIGHT = 0x10,
    FROM_TOP = 0x20,
    HEAD_BYTES = 18,
    FIXED_BYTES = 4096,
    CANCEL_ROWS = 64,
};

struct tga {
    const struct fz_bytes *file;
    uint64_t at; /* of the next byte */
    uint32_t type, depth, pixel_bytes;
    unsigned left;       /* pixels of the packet, */
    bool repeats;        /* which are all */
    const uint8_t *same; /* this one */
    const uint8_t *from; /* of what is not packed: the next one */
    uint8_t *stored;     /* owned: room for a row of that */
    uint8_t colors[256][4];
};

/* There are no magic bytes: all fields have to make sense together. */
bool fz_tga_is_a(const struct fz_bytes *head)
{
    uint32_t map = fz_bytes_le(head, 1, 1), type = fz_bytes_le(head, 2, 1), depth = fz_bytes_le(head, 16, 1);
    uint32_t map_len = fz_bytes_le(head, 5, 2), map_depth = fz_bytes_le(head, 7, 1);
    uint32_t kind = type & ~(uint32_t)PACKED;
    bool mapped = map == 1 && kind == MAPPED && depth == 8 && map_len > 0 && map_len <= 256 &&
                  (map_depth == 15 || map_depth == 16 || map_depth == 24 || map_depth == 32);
    bool direct = map == 0 && fz_bytes_le(head, 3, 4) == 0 && map_depth == 0 &&
                  ((kind == COLOR && (depth == 15 || depth == 16 || depth == 24 || depth == 32)) ||
                   (kind == GREY && (depth == 1 || depth == 8 || depth == 16)));
    return fz_bytes_has(head, 0, HEAD_BYTES + 1) && (mapped || direct) && fz_bytes_le(head, 12, 2) > 0 &&
           fz_bytes_le(head, 14, 2) > 0 && (fz_bytes_le(head, 17, 1) & 0xc0) == 0;
}

enum fz_head_status fz_tga_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    header->width = fz_bytes_le(bytes, 12, 2);
    header->height = fz_bytes_le(bytes, 14, 2);
    header->by_rows = true;
    header->file_held = fz_bytes_le(bytes, 2, 1) & PACKED;
    return FZ_HEAD_OK;
}

uint64_t fz_tga_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    return (uint64_t)d->header.width * 4 + FIXED_BYTES;
}

/* Rows may come from the bottom, and pixels from the right. */
int fz_tga_orientation(const struct fz_bytes *file, int *turn)
{
    uint32_t flags = fz_bytes_le(file, 17, 1);
    bool mirrored = flags & FROM_RIGHT;
    *turn = flags & FROM_TOP ? (mirrored ? 2 : 1) : (mirrored ? 3 : 4);
    return 1;
}

static uint8_t five_bits(unsigned v)
{
    return (uint8_t)(((v & 31) * 255 + 15) / 31);
}

/* A colour of 15 (with its spare bit 16), 24 or 32 bits as B G R A. */
static void read_color(const uint8_t *from, uint32_t depth, uint8_t *to)
{
    unsigned v = fz_load_le16(from);
    to[3] = depth == 32 ? from[3] : 255;
    for (unsigned i = 0; i < 3; i++)
        to[i] = depth <= 16 ? five_bits(v >> 5 * i) : from[i];
}

/* Behind the header, its words and its colours, which are read. */
static bool open_tga(struct tga *t, const struct fz_bytes *file)
{
    uint32_t first = fz_bytes_le(file, 3, 2), count = fz_bytes_le(file, 5, 2),
             depth = fz_bytes_le(file, 7, 1);
    uint64_t bytes = (depth + 7) / 8;
    *t = (struct tga){.file = file,
                      .at = HEAD_BYTES + (uint64_t)fz_bytes_le(file, 0, 1),
                      .type = fz_bytes_le(file, 2, 1),
                      .depth = fz_bytes_le(file, 16, 1)};
    t->pixel_bytes = (t->depth + 7) / 8;
    if (!fz_bytes_has(file, t->at, count * bytes))
        return false;
    for (uint32_t i = 0; i < 256; i++)
        t->colors[i][3] = 255;
    for (uint32_t i = 0; i < count && first + i < 256; i++)
        read_color(file->at + t->at + i * bytes, depth, t->colors[first + i]);
    t->at += count * bytes;
    return true;
}

/* NULL where the file ends. A packet may go on in the next row, as some writers have it. */
static const uint8_t *next_pixel(struct tga *t)
{
    if (!(t->type & PACKED)) {
        t->from += t->pixel_bytes;
        return t->from - t->pixel_bytes;
    }
    if (t->left == 0) {
        if (!fz_bytes_has(t->file, t->at, 1))
            return NULL;
        uint8_t packet = t->file->at[t->at++];
        t->left = (packet & 127) + 1;
        t->repeats = packet & 128;
        t->same = NULL;
    }
    t->left--;
    if (t->repeats && t->same)
        return t->same;
    if (!fz_bytes_has(t->file, t->at, t->pixel_bytes))
        return NULL;
    t->same = t->file->at + t->at;
    t->at += t->pixel_bytes;
    return t->same;
}

/* Black and white of 1 bit: not in the specification, but Pillow and GraphicsMagick write it, packed by bytes. */
static bool read_bits(struct tga *t, uint32_t width, uint8_t *to)
{
    const uint8_t *from = NULL;
    for (uint32_t x = 0; x < width; x++, to += 4) {
        if (x % 8 == 0 && !(from = next_pixel(t)))
            return false;
        to[0] = to[1] = to[2] = *from >> (7 - x % 8) & 1 ? 255 : 0;
        to[3] = 255;
    }
    return true;
}

static bool read_row(struct tga *t, struct fz_decode *d, uint8_t *to)
{
    uint32_t width = d->header.width;
    uint64_t bytes = t->depth == 1 ? (width + 7) / 8 : (uint64_t)width * t->pixel_bytes;
    if (!(t->type & PACKED)) {
        t->from = fz_decode_bytes(d, t->at, bytes, t->stored);
        t->at += bytes;
        if (!t->from)
            return false;
    }
    if (t->depth == 1)
        return read_bits(t, width, to);
    uint32_t kind = t->type & ~(uint32_t)PACKED;
    for (uint32_t x = 0; x < width; x++, to += 4) {
        const uint8_t *from = next_pixel(t);
        if (!from)
            return false;
        if (kind == MAPPED) {
            memcpy(to, t->colors[*from], 4);
        } else if (kind == GREY) {
            to[0] = to[1] = to[2] = from[0];
            to[3] = t->depth == 16 ? from[1] : 255;
        } else {
            read_color(from, t->depth, to);
        }
    }
    return true;
}

static enum fz_err push_rows(struct fz_decode *d, struct tga *t)
{
    int width = (int)d->header.width, height = (int)d->header.height;
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    for (int y = 0; y < height && code == FZ_OK && !fz_reduce_is_done(&d->reduce); y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        uint8_t *row = fz_reduce_input(&d->reduce);
        if (!read_row(t, d, row)) {
            enum fz_err why = fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
            d->out->damaged = y > 0;
            return y > 0 ? FZ_OK : why;
        }
        fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
    }
    return code;
}

enum fz_err fz_tga_load(struct fz_decode *d)
{
    struct tga t;
    if (!open_tga(&t, &d->file))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "tga: the file ends in its colours");
    t.stored = fz_try_malloc((size_t)d->header.width * 4);
    if (!t.stored)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a row of %u pixels", d->header.width);
    enum fz_err code = push_rows(d, &t);
    free(t.stored);
    return code;
}
