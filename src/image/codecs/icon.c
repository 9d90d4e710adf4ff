/* ICO and CUR: a folder of small bitmaps or PNG files, of which the largest is shown. */
#include "image/pixels/rows.h"

#include "base/mem.h"

#include <stdlib.h>

enum { ICON = 1, CURSOR = 2 };
enum { DIB_HEAD = 26, PNG_HEAD = 33 }; /* bytes: the least bitmap that there is; signature and IHDR */

/* .NET writes 255 where the format has 0 (System.Drawing.Icon.Save). So little is left then that the rest of the entry has to
 * look like an icon's: at most one plane, no more bits than there are, room for a picture. */
static bool is_entry(const struct fz_bytes *head, uint32_t type)
{
    uint32_t reserved = fz_bytes_le(head, 9, 1), planes = fz_bytes_le(head, 10, 2);
    uint32_t bits = fz_bytes_le(head, 12, 2), len = fz_bytes_le(head, 14, 4);
    return reserved == 0 || (reserved == 255 && type == ICON && planes <= 1 && bits <= 32 && len >= DIB_HEAD);
}

static bool is_icon(const struct fz_bytes *head, uint32_t type)
{
    uint32_t count = fz_bytes_le(head, 4, 2);
    return fz_bytes_match(head, 0, "\0", 2) && fz_bytes_le(head, 2, 2) == type && count > 0 && count <= 256 &&
           fz_bytes_has(head, 6, 16) && is_entry(head, type) && fz_bytes_le(head, 18, 4) >= 6 + 16 * count;
}

struct entry {
    uint64_t at;
    uint32_t width, height, bits, head_bytes;
};

/* What the picture itself says: the bytes of its entry for that, and for where it ends, are wrong often enough. */
static struct entry read_entry(const struct fz_bytes *b, uint32_t index)
{
    uint64_t row = 6 + 16 * (uint64_t)index;
    struct entry e = {.at = fz_bytes_le(b, row + 12, 4), .bits = 32};
    if (fz_bytes_match(b, e.at, "\x89PNG", 4)) {
        e.width = fz_bytes_be(b, e.at + 16, 4);
        e.height = fz_bytes_be(b, e.at + 20, 4);
        e.head_bytes = PNG_HEAD;
    } else {
        fz_dib_read_size(b, e.at, &e.width, &e.height);
        e.head_bytes = DIB_HEAD;
        e.height = (e.height + 1) / 2; /* picture and mask, one above the other */
        e.bits = fz_bytes_le(b, e.at + (fz_bytes_le(b, e.at, 4) == 12 ? 10 : 14), 2);
    }
    return e;
}

/* The largest, and of those the one of most colours. */
static enum fz_head_status icon_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint32_t count = fz_bytes_le(bytes, 4, 2), bits = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct entry e = read_entry(bytes, i);
        if (!fz_bytes_has(bytes, e.at, e.head_bytes)) {
            if (!bytes->whole)
                return FZ_HEAD_MORE;
            continue;
        }
        uint64_t px = (uint64_t)e.width * e.height, most = (uint64_t)header->width * header->height;
        if (px < most || (px == most && e.bits <= bits))
            continue;
        bits = e.bits;
        header->width = e.width;
        header->height = e.height;
        header->inner_at = e.at;
    }
    return FZ_HEAD_OK;
}

bool fz_ico_is_a(const struct fz_bytes *head)
{
    return is_icon(head, ICON);
}

enum fz_head_status fz_ico_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    return icon_header(bytes, header);
}

bool fz_cur_is_a(const struct fz_bytes *head)
{
    return is_icon(head, CURSOR);
}

enum fz_head_status fz_cur_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    return icon_header(bytes, header);
}

/* The picture in it as a file of its own, of which not all need be there. */
static struct fz_bytes inner_file(const struct fz_decode *d)
{
    const struct fz_bytes *b = &d->file;
    const struct fz_header *h = &d->header;
    size_t rest = h->inner_at < b->len ? b->len - (size_t)h->inner_at : 0;
    return (struct fz_bytes){.at = b->at + (b->len - rest), .len = rest, .whole = b->whole};
}

uint64_t fz_icon_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    struct fz_decode inner = *d;
    inner.file = inner_file(d);
    return fz_png_is_a(&inner.file) ? fz_png_working_bytes(&inner, file_bytes)
                                    : (uint64_t)d->header.width * d->header.height * 4;
}

/* --- bitmaps: a DIB of the picture, then a mask of one bit a pixel (Microsoft, "Icons", 1995) --------- */

struct bitmap {
    const uint8_t *colors, *rows, *mask; /* mask: NULL where the file ends before it */
    size_t color_bytes, color_count, pitch, mask_pitch;
    uint32_t width, height, bits;
    bool upside_up;
};

static bool find_bitmap(const struct fz_bytes *b, const struct fz_header *h, struct bitmap *out)
{
    uint64_t at = h->inner_at, head = fz_bytes_le(b, at, 4);
    bool core = head == 12;
    uint32_t bits = fz_bytes_le(b, at + (core ? 10 : 14), 2);
    uint32_t used = core ? 0 : fz_bytes_le(b, at + 32, 4), most = bits <= 8 ? UINT32_C(1) << bits : 0;
    bool packed = !core && fz_bytes_le(b, at + 16, 4) != 0;
    if ((!core && head < 40) || head > 256 || packed ||
        (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32))
        return false;
    *out = (struct bitmap){
        .width = h->width,
        .height = h->height,
        .bits = bits,
        .color_bytes = core ? 3 : 4,
        .color_count = most == 0                 ? 0
                       : used > 0 && used < most ? used
                                                 : most,
        .pitch = ((size_t)h->width * bits + 31) / 32 * 4,
        .mask_pitch = ((size_t)h->width + 31) / 32 * 4,
        .upside_up = !core && fz_bytes_le(b, at + 8, 4) > INT32_MAX,
    };
    uint64_t colors = at + head, rows = colors + (most ? out->color_count * out->color_bytes : 0);
    uint64_t mask = rows + (uint64_t)out->pitch * h->height;
    if (!fz_bytes_has(b, colors, mask - colors))
        return false;
    out->colors = b->at + colors;
    out->rows = b->at + rows;
    out->mask = fz_bytes_has(b, mask, (uint64_t)out->mask_pitch * h->height) ? b->at + mask : NULL;
    return true;
}

static uint8_t five_bits(unsigned v)
{
    return (uint8_t)(((v & 31) * 255 + 15) / 31);
}

/* B G R A; a colour that the table has not is black, and the spare bit of 16 means nothing. */
static void read_pixel(const struct bitmap *m, const uint8_t *row, uint32_t x, uint8_t *to)
{
    const uint8_t *from = row + (size_t)x * m->bits / 8;
    if (m->bits <= 8) {
        unsigned per_byte = 8 / m->bits, shift = (per_byte - 1 - x % per_byte) * m->bits;
        size_t index = *from >> shift & ((1u << m->bits) - 1);
        static const uint8_t black[4];
        from = index < m->color_count ? m->colors + index * m->color_bytes : black;
    }
    for (unsigned c = 0; c < 3; c++)
        to[c] = m->bits == 16 ? five_bits((unsigned)fz_load_le16(from) >> 5 * c) : from[c];
    to[3] = m->bits == 32 ? from[3] : 255;
}

static void read_bitmap(const struct bitmap *m, uint8_t *pixels)
{
    uint8_t seen = 0;
    for (uint32_t y = 0; y < m->height; y++) {
        const uint8_t *row = m->rows + (m->upside_up ? y : m->height - 1 - y) * m->pitch;
        uint8_t *to = pixels + (size_t)y * m->width * 4;
        for (uint32_t x = 0; x < m->width; x++, to += 4) {
            read_pixel(m, row, x, to);
            seen |= to[3];
        }
    }
    if (m->bits == 32 && seen) /* where there is alpha the mask is for systems that know none */
        return;
    for (uint32_t y = 0; y < m->height; y++) {
        size_t from = (m->upside_up ? y : m->height - 1 - y) * m->mask_pitch;
        uint8_t *to = pixels + (size_t)y * m->width * 4;
        for (uint32_t x = 0; x < m->width; x++, to += 4)
            to[3] = m->mask && m->mask[from + x / 8] & 0x80 >> x % 8 ? 0 : 255;
    }
}

static enum fz_err load_bitmap(struct fz_decode *d)
{
    struct bitmap bitmap;
    int width = (int)d->header.width, height = (int)d->header.height;
    if (!find_bitmap(&d->file, &d->header, &bitmap))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: its bitmap is damaged, or of no known kind",
                       d->format->name);
    uint8_t *pixels = fz_try_malloc((size_t)width * 4 * (size_t)height);
    if (!pixels)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %dx%d pixels", width, height);
    read_bitmap(&bitmap, pixels);
    struct fz_rows rows = {
        .at = pixels, .pitch_bytes = (ptrdiff_t)width * 4, .width = width, .alpha = FZ_ALPHA_STRAIGHT};
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    if (code == FZ_OK)
        code = fz_rows_push(d, &rows, 0, height);
    free(pixels);
    return code;
}

enum fz_err fz_icon_load(struct fz_decode *d)
{
    struct fz_bytes file = inner_file(d);
    if (!fz_png_is_a(&file))
        return load_bitmap(d);
    d->file = file;
    return fz_png_load(d);
}
