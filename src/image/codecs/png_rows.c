#include "image/codecs/png_rows.h"

#include "image/pixels/expand.h"

#include <stdlib.h>

static void make_table(struct fz_png_rows *rows, png_structp png, png_infop info)
{
    const int type = png_get_color_type(png, info), levels = 1 << png_get_bit_depth(png, info);
    png_colorp colors = NULL;
    png_bytep alphas = NULL;
    png_color_16p clear = NULL;
    int count = 0, alpha_count = 0;
    png_get_PLTE(png, info, &colors, &count);
    png_get_tRNS(png, info, &alphas, &alpha_count, &clear);
    for (int i = 0; i < 256; i++) {
        uint8_t *to = rows->table[i], grey = (uint8_t)(i < levels ? i * 255 / (levels - 1) : 255);
        memset(to, 0, 3);
        to[3] = 255;
        if (type == PNG_COLOR_TYPE_GRAY) {
            memset(to, grey, 3);
            to[3] = clear && i == (clear->gray & (levels - 1)) ? 0 : 255; /* W3C, PNG, 11.3.1.1 */
        } else if (i < count) {
            to[0] = colors[i].blue;
            to[1] = colors[i].green;
            to[2] = colors[i].red;
            to[3] = i < alpha_count ? alphas[i] : 255;
        }
    }
}

static void expand_by_libpng(png_structp png, bool deep)
{
    if (deep)
        png_set_expand_16(png);
    else
        png_set_expand(png);
    png_set_gray_to_rgb(png);
    if (!deep)
        png_set_bgr(png);
    else if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        png_set_swap(png);
    png_set_add_alpha(png, 0xffff, PNG_FILLER_AFTER);
}

void fz_png_rows_init(struct fz_png_rows *rows, png_structp png, png_infop info, const struct fz_hdr *hdr)
{
    const int type = png_get_color_type(png, info), channels = png_get_channels(png, info);
    const bool stored_deep = png_get_bit_depth(png, info) == 16, deep = stored_deep || hdr,
               keyed = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    const bool interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    const size_t width = png_get_image_width(png, info);
    *rows = (struct fz_png_rows){.channels = channels, .hdr = hdr};
    /* What has not come yet of an interlaced one is clear. */
    rows->alpha = type & PNG_COLOR_MASK_ALPHA || keyed || interlaced ? FZ_ALPHA_STRAIGHT : FZ_ALPHA_OPAQUE;
    if (!interlaced && !deep && channels == 1) {
        rows->kind = FZ_PNG_INDICES;
        rows->bytes = width;
        make_table(rows, png, info);
        png_set_packing(png);
    } else if (!interlaced && !keyed && !deep && channels == 3) {
        rows->kind = FZ_PNG_RGB;
        rows->bytes = width * 3;
    } else if (!interlaced && !keyed && stored_deep) {
        rows->kind = FZ_PNG_SAMPLES;
        rows->bytes = width * (size_t)channels * 2;
    } else {
        rows->kind = deep ? FZ_PNG_RGBA : FZ_PNG_BGRA;
        rows->bytes = width * (deep ? 8 : 4);
        expand_by_libpng(png, deep);
    }
}

/* Of one row: 4 more bytes, as image/pixels/expand.h reads beyond it; or up to the samples expanded, which must be aligned. */
static size_t beside(const struct fz_png_rows *rows)
{
    return rows->kind == FZ_PNG_SAMPLES ? (rows->bytes + 7) / 8 * 8 : rows->bytes + 4;
}

uint8_t *fz_png_rows_alloc(const struct fz_png_rows *rows, int width)
{
    return calloc(1, beside(rows) + (rows->kind == FZ_PNG_SAMPLES ? (size_t)width * 8 : 0));
}

static void expand_indices(const struct fz_png_rows *rows, uint8_t *to, const uint8_t *from, int width)
{
    for (int x = 0; x < width; x++, to += 4)
        memcpy(to, rows->table[from[x]], 4);
}

/* Inlined with a constant number of channels. */
static inline void expand_samples(uint16_t *to, const uint8_t *from, int width, int channels)
{
    const int green = channels > 2 ? 2 : 0, blue = channels > 2 ? 4 : 0, alpha = channels * 2 - 2;
    for (int x = 0; x < width; x++, from += (size_t)channels * 2, to += 4) {
        to[0] = fz_load_be16(from);
        to[1] = fz_load_be16(from + green);
        to[2] = fz_load_be16(from + blue);
        to[3] = channels % 2 ? 65535 : fz_load_be16(from + alpha);
    }
}

static void expand_channels(const struct fz_png_rows *rows, uint16_t *to, const uint8_t *from, int width)
{
    switch (rows->channels) {
    case 1:
        expand_samples(to, from, width, 1);
        break;
    case 2:
        expand_samples(to, from, width, 2);
        break;
    case 3:
        expand_samples(to, from, width, 3);
        break;
    default:
        expand_samples(to, from, width, 4);
        break;
    }
}

static void push_deep(const struct fz_png_rows *rows, struct fz_decode *d, uint16_t *row)
{
    if (rows->hdr)
        fz_hdr_row(rows->hdr, row, d->reduce.in_w);
    fz_decode_push_deep(d, row);
}

void fz_png_rows_push(const struct fz_png_rows *rows, struct fz_decode *d, uint8_t *row)
{
    uint8_t *to = row;
    const int width = d->reduce.in_w;
    uint16_t *deep = (uint16_t *)(void *)row;
    switch (rows->kind) {
    case FZ_PNG_SAMPLES:
        deep = (uint16_t *)(void *)(row + beside(rows));
        expand_channels(rows, deep, row, width);
        push_deep(rows, d, deep);
        return;
    case FZ_PNG_RGBA:
        push_deep(rows, d, deep);
        return;
    case FZ_PNG_RGB:
        to = fz_reduce_input(&d->reduce);
        fz_expand_rgb(to, row, width);
        break;
    case FZ_PNG_INDICES:
        to = fz_reduce_input(&d->reduce);
        expand_indices(rows, to, row, width);
        break;
    case FZ_PNG_BGRA:
        break;
    }
    fz_decode_push(d, to, rows->alpha);
}
