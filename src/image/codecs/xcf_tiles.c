#include "image/codecs/xcf.h"

#include "image/inflate.h"
#include "image/pixels/deep.h"
#include "image/pixels/light.h"

#include <math.h>

enum { FULL = 65535 };

/* Each byte of the pixels by itself, packed in runs (GIMP, "The XCF file format", tile data). */
static bool unpack_runs(const struct fz_bytes *b, uint64_t at, uint32_t pixel_bytes, uint32_t count,
                        uint8_t *to)
{
    for (uint32_t plane = 0; plane < pixel_bytes; plane++)
        for (uint32_t done = 0; done < count;) {
            if (!fz_bytes_has(b, at, 2))
                return false;
            uint32_t code = b->at[at++];
            bool repeats = code < 128;
            uint32_t len = repeats ? code + 1 : 256 - code;
            if (code == 127 || code == 128) {
                len = fz_bytes_be(b, at, 2);
                at += 2;
            }
            if (len > count - done || !fz_bytes_has(b, at, repeats ? 1 : len))
                return false;
            for (uint32_t i = 0; i < len; i++, done++)
                to[done * pixel_bytes + plane] = b->at[at + (repeats ? 0 : i)];
            at += repeats ? 1 : len;
        }
    return true;
}

bool fz_xcf_read_tile(const struct fz_bytes *file, const struct fz_xcf_samples *s,
                      const struct fz_xcf_plane *plane, uint32_t column, uint32_t row, uint8_t *to,
                      uint32_t *width, uint32_t *height)
{
    const uint32_t columns = (plane->width + FZ_XCF_TILE - 1) / FZ_XCF_TILE;
    const uint32_t right = plane->width - column * FZ_XCF_TILE, below = plane->height - row * FZ_XCF_TILE;
    *width = right < FZ_XCF_TILE ? right : FZ_XCF_TILE;
    *height = below < FZ_XCF_TILE ? below : FZ_XCF_TILE;
    uint64_t entry = plane->tiles_at + ((uint64_t)row * columns + column) * s->pointer_bytes;
    uint64_t at = fz_bytes_be(file, entry, 4);
    if (s->pointer_bytes == 8)
        at = at << 32 | fz_bytes_be(file, entry + 4, 4);
    const size_t bytes = (size_t)*width * *height * plane->pixel_bytes;
    if (at == 0 || at >= file->len)
        return false;
    if (s->pack == FZ_XCF_RLE)
        return unpack_runs(file, at, plane->pixel_bytes, *width * *height, to);
    struct fz_bytes rest = {.at = file->at + at, .len = file->len - (size_t)at};
    if (s->pack == FZ_XCF_ZLIB)
        return fz_inflate(&rest, to, bytes, NULL) == bytes;
    if (rest.len < bytes)
        return false;
    memcpy(to, rest.at, bytes);
    return true;
}

static double read_float(uint64_t bits, unsigned bytes)
{
    double d;
    float f;
    uint32_t four = (uint32_t)bits;
    if (bytes == 8)
        memcpy(&d, &bits, 8);
    else
        memcpy(&f, &four, 4);
    if (bytes != 2)
        return bytes == 8 ? d : f;
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent == 31 ? INFINITY
                                    : ldexp(1024 + fraction, exponent - 25);
    return bits & 0x8000 ? -value : value;
}

/* 0..65535 as it is stored. */
static uint16_t read_sample(const struct fz_xcf_samples *s, const uint8_t *from)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < s->bytes; i++)
        bits = bits << 8 | from[s->little ? s->bytes - 1 - i : i];
    if (s->floats)
        return fz_deep_float((float)read_float(bits, s->bytes));
    return (uint16_t)(s->bytes < 2 ? bits * 257 : bits >> (s->bytes * 8 - 16));
}

uint16_t fz_xcf_read_mask(const struct fz_xcf_samples *s, const uint8_t *tile, uint32_t i)
{
    return read_sample(s, tile + (size_t)i * s->bytes);
}

void fz_xcf_read_pixel(const struct fz_xcf_samples *s, uint32_t type, const uint8_t *tile, uint32_t i,
                       uint16_t *rgba)
{
    const bool alpha = type & 1, colour = type < 2, indexed = type >= 4;
    const uint32_t channels = (colour ? 3u : 1u) + alpha;
    const uint8_t *from = tile + (size_t)i * channels * s->bytes;
    for (uint32_t c = 0; c < 3; c++) {
        if (indexed)
            rgba[c] = *from < s->color_count ? (uint16_t)(s->colors[*from * 3u + c] * 257) : 0;
        else
            rgba[c] = read_sample(s, from + (size_t)(colour ? c : 0) * s->bytes);
        if (s->linear)
            rgba[c] = fz_light_encode((float)rgba[c] / FULL);
    }
    rgba[3] = alpha ? read_sample(s, from + (size_t)(channels - 1) * s->bytes) : FULL;
}
