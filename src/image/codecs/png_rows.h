/* Rows of a PNG as libpng gives them, on their way into the reducer. */
#ifndef FZ_IMAGE_CODECS_PNG_ROWS_H
#define FZ_IMAGE_CODECS_PNG_ROWS_H

#include "image/format.h"
#include "image/pixels/hdr.h"

#include <png.h>

/* What they are. libpng's own way to make four channels of the first three takes longer than the reduction. */
enum fz_png_kind {
    FZ_PNG_RGB,     /* 8 bits each */
    FZ_PNG_INDICES, /* a byte a pixel, into the table */
    FZ_PNG_SAMPLES, /* 16 bits each, most significant byte first */
    FZ_PNG_BGRA,    /* 8 bits each, by libpng, */
    FZ_PNG_RGBA     /* 16 bits each */
};

struct fz_png_rows {
    enum fz_png_kind kind;
    enum fz_alpha alpha;
    int channels; /* of samples */
    size_t bytes; /* of a row */
    uint8_t table[256][4];
    const struct fz_hdr *hdr; /* borrowed; NULL: they are as they are shown */
};

/* The decoder's thread, between png_read_info and png_read_update_info. Chooses, and tells libpng. Those of high dynamic range
 * have 16 bits. */
void fz_png_rows_init(struct fz_png_rows *rows, png_structp png, png_infop info, const struct fz_hdr *hdr);

/* The decoder's thread. Memory of a row, with what fz_png_rows_push needs beside it; NULL: there is none. */
uint8_t *fz_png_rows_alloc(const struct fz_png_rows *rows, int width);

/* The decoder's thread. The row in this memory. */
void fz_png_rows_push(const struct fz_png_rows *rows, struct fz_decode *d, uint8_t *row);

#endif
