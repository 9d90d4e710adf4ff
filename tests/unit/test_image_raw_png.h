/* PNG of every kind. */
#ifndef FZ_TEST_IMAGE_RAW_PNG_H
#define FZ_TEST_IMAGE_RAW_PNG_H

#include "test_image_support.h"

/* Rows as they stand in the file, of any depth, without gaps. */
struct raw {
    int width, height, depth, type;
    const uint8_t *rows;
    size_t row_bytes;
    png_color palette[4];
    png_byte alpha[2]; /* of the first two colours of the palette */
    png_color_16 clear;
    bool keyed;
    int interlace;
};

static inline struct bytes encode_raw(const struct raw *raw)
{
    struct bytes file = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, png_append, png_flush_nothing);
    png_set_IHDR(png, info, (png_uint_32)raw->width, (png_uint_32)raw->height, raw->depth, raw->type,
                 raw->interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (raw->type == PNG_COLOR_TYPE_PALETTE) {
        png_set_PLTE(png, info, raw->palette, raw->depth == 1 ? 2 : 4);
        png_set_tRNS(png, info, raw->alpha, 2, NULL);
    } else if (raw->keyed) {
        png_set_tRNS(png, info, NULL, 0, &raw->clear);
    }
    png_write_info(png, info);
    for (int passes = png_set_interlace_handling(png); passes > 0; passes--)
        for (int y = 0; y < raw->height; y++)
            png_write_row(png, raw->rows + (size_t)y * raw->row_bytes);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return file;
}

/* Of one bit a pixel, the lower half white: a small file of many pixels. */
static inline struct bytes encode_half_white(int side, int interlace)
{
    size_t row_bytes = (size_t)side / 8, half = (size_t)side / 2 * row_bytes;
    uint8_t *rows = calloc((size_t)side, row_bytes);
    memset(rows + half, 0xff, half);
    struct raw raw = {.width = side,
                      .height = side,
                      .depth = 1,
                      .type = PNG_COLOR_TYPE_GRAY,
                      .rows = rows,
                      .row_bytes = row_bytes,
                      .interlace = interlace};
    struct bytes file = encode_raw(&raw);
    free(rows);
    return file;
}

#endif
