/* TIFF files of every kind of samples, written by libtiff, and what they show. */
#ifndef FZ_TEST_IMAGE_TIFF_H
#define FZ_TEST_IMAGE_TIFF_H

#include "test_image_support.h"

#include <math.h>

#include <tiffio.h>

enum { WIDE = 70, HIGH = 150 };

/* --- libtiff writes into memory ------------------------------------------------------------------- */

struct memory {
    struct bytes b;
    size_t pos;
};

static inline tmsize_t memory_read(thandle_t handle, void *to, tmsize_t count)
{
    struct memory *m = (struct memory *)handle;
    size_t n = (size_t)count < m->b.len - m->pos ? (size_t)count : m->b.len - m->pos;
    memcpy(to, m->b.data + m->pos, n);
    m->pos += n;
    return (tmsize_t)n;
}

static inline tmsize_t memory_write(thandle_t handle, void *from, tmsize_t count)
{
    struct memory *m = (struct memory *)handle;
    const size_t end = m->pos + (size_t)count;
    if (m->b.len < end) {
        const size_t more = end - m->b.len;
        memset(bytes_add(&m->b, more), 0, more);
    }
    memcpy(m->b.data + m->pos, from, (size_t)count);
    m->pos += (size_t)count;
    return count;
}

static inline toff_t memory_seek(thandle_t handle, toff_t offset, int whence)
{
    struct memory *m = (struct memory *)handle;
    m->pos = (size_t)(whence == SEEK_CUR ? m->pos + offset : whence == SEEK_END ? m->b.len + offset : offset);
    return m->pos;
}

static inline int memory_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static inline toff_t memory_size(thandle_t handle)
{
    return ((struct memory *)handle)->b.len;
}

enum {
    UNTOLD = 98, /* straight alpha of which no tag tells */
    SPOT = 99,   /* of no kind: in a file, 0 */
};

struct kind {
    int photometric, samples, bits, format;
    int alpha; /* EXTRASAMPLE_, 0 = none */
    bool separate, tiled, palette_of_bytes;
    bool is_d65;     /* as its tag says */
    bool untagged;   /* its photometric interpretation */
    bool unlimited;  /* what is said to be multiplied by alpha is not */
    bool lsb_first;  /* the first of a byte's bits */
    int strip_rows;  /* 0 = 7 */
    int compression; /* 0 = none */
    const char *mode;
    int tolerance; /* 0 = 1 */
    size_t lead;   /* bytes of nothing before the pixels */
};

/* What stands in a sample, 0..1: a ramp of its own in each, alpha always at least a half. */
static inline double value_at(const struct kind *k, int x, int y, int sample)
{
    double alpha = 0.5 + 0.5 * x / (WIDE - 1);
    if (k->alpha && sample == k->samples - 1)
        return k->alpha == SPOT ? 0 : alpha;
    const double ramps[] = {(double)x / (WIDE - 1), (double)y / (HIGH - 1),
                            (double)(x + y) / (WIDE + HIGH - 2)};
    return ramps[sample % 3] * (k->alpha == EXTRASAMPLE_ASSOCALPHA && !k->unlimited ? alpha : 1);
}

static inline void store(uint8_t *row, int index, const struct kind *k, double v)
{
    const uint32_t most = k->bits >= 32 ? UINT32_MAX : (1u << k->bits) - 1;
    uint32_t u = (uint32_t)(v * most + 0.5);
    const bool as_they_stand = k->bits == 8 || k->photometric == PHOTOMETRIC_CIELAB;
    if (k->format == SAMPLEFORMAT_INT && !as_they_stand)
        u ^= 1u << (k->bits - 1);
    if (k->format == SAMPLEFORMAT_IEEEFP && k->bits == 64) {
        memcpy(row + index * 8, &v, 8);
    } else if (k->format == SAMPLEFORMAT_IEEEFP) {
        float f = (float)v;
        memcpy(row + index * 4, &f, 4);
    } else if (k->bits == 8 || k->bits == 16 || k->bits == 32) {
        memcpy(row + index * k->bits / 8, &u, (size_t)k->bits / 8); /* little-endian machines */
    } else {
        for (int i = 0; i < k->bits; i++)
            if (u >> (k->bits - 1 - i) & 1)
                row[(index * k->bits + i) / 8] |= (uint8_t)(128 >> (index * k->bits + i) % 8);
    }
}

static inline void put_rows(TIFF *tif, const struct kind *k, int plane, int planes)
{
    int per_pixel = k->samples / planes;
    if (k->tiled) {
        for (int ty = 0; ty < HIGH; ty += 16)
            for (int tx = 0; tx < WIDE; tx += 32) {
                uint8_t tile[32 * 16 * 4 * 8] = {0};
                for (int y = 0; y < 16; y++)
                    for (int x = 0; x < 32 && tx + x < WIDE && ty + y < HIGH; x++)
                        for (int s = 0; s < per_pixel; s++)
                            store(tile + y * TIFFTileRowSize(tif), x * per_pixel + s, k,
                                  value_at(k, tx + x, ty + y, plane + s));
                assert_true(TIFFWriteTile(tif, tile, (uint32_t)tx, (uint32_t)ty, 0, (uint16_t)plane) > 0);
            }
        return;
    }
    for (int y = 0; y < HIGH; y++) {
        uint8_t row[WIDE * 5 * 8] = {0};
        for (int x = 0; x < WIDE; x++)
            for (int s = 0; s < per_pixel; s++)
                store(row, x * per_pixel + s, k, value_at(k, x, y, plane + s));
        assert_int_equal(TIFFWriteScanline(tif, row, (uint32_t)y, (uint16_t)plane), 1);
    }
}

/* Caller frees. */
static inline struct bytes make(const struct kind *k)
{
    struct memory m = {0};
    bytes_put(&m.b, (uint8_t[1 << 17]){0}, k->lead);
    TIFF *tif = TIFFClientOpen("", k->mode ? k->mode : "w", &m, memory_read, memory_write, memory_seek,
                               memory_close, memory_size, NULL, NULL);
    assert_non_null(tif);
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, WIDE);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, HIGH);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, k->bits);
    TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, k->samples);
    if (!k->untagged)
        TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, k->photometric);
    TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, k->format ? k->format : SAMPLEFORMAT_UINT);
    TIFFSetField(tif, TIFFTAG_PLANARCONFIG, k->separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, k->compression ? k->compression : COMPRESSION_NONE);
    if (k->compression == COMPRESSION_JPEG)
        TIFFSetField(tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (k->is_d65)
        TIFFSetField(tif, TIFFTAG_WHITEPOINT, (const float[]){0.3127F, 0.3290F});
    if (k->lsb_first)
        TIFFSetField(tif, TIFFTAG_FILLORDER, FILLORDER_LSB2MSB);
    const bool predicts = k->compression == COMPRESSION_LZW || k->compression == COMPRESSION_ZSTD ||
                          k->compression == COMPRESSION_LZMA;
    if (predicts && k->bits >= 8)
        TIFFSetField(tif, TIFFTAG_PREDICTOR, k->format == SAMPLEFORMAT_IEEEFP ? 3 : 2);
    if (k->alpha && k->alpha != UNTOLD)
        TIFFSetField(tif, TIFFTAG_EXTRASAMPLES, 1, &(uint16_t){(uint16_t)(k->alpha == SPOT ? 0 : k->alpha)});
    if (k->photometric == PHOTOMETRIC_PALETTE) {
        static uint16_t ramp[65536];
        const int most = k->palette_of_bytes ? 255 : 65535;
        for (int64_t i = 0; i < 1 << k->bits; i++)
            ramp[i] = (uint16_t)(i * most / ((1 << k->bits) - 1));
        TIFFSetField(tif, TIFFTAG_COLORMAP, ramp, ramp, ramp);
    }
    if (k->tiled) {
        TIFFSetField(tif, TIFFTAG_TILEWIDTH, 32);
        TIFFSetField(tif, TIFFTAG_TILELENGTH, 16);
    } else {
        int rows = k->strip_rows ? k->strip_rows : k->compression == COMPRESSION_JPEG ? 16 : 7;
        TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, rows);
    }
    int planes = k->separate ? k->samples : 1;
    for (int plane = 0; plane < planes; plane++)
        put_rows(tif, k, plane, planes);
    TIFFClose(tif);
    return m.b;
}

static inline double quantised(const struct kind *k, double v)
{
    const double most = k->bits >= 16 ? 65535 : (1 << k->bits) - 1;
    return k->format == SAMPLEFORMAT_IEEEFP ? v : floor(v * most + 0.5) / most;
}

static inline uint32_t expected(const struct kind *k, int x, int y)
{
    const bool has_one = k->photometric <= PHOTOMETRIC_MINISBLACK || k->photometric == PHOTOMETRIC_PALETTE;
    double c[5], rgb[3];
    for (int i = 0; i < k->samples; i++)
        c[i] = quantised(k, value_at(k, x, y, i));
    for (int i = 0; i < 3; i++) {
        rgb[i] = c[has_one ? 0 : i];
        if (k->photometric == PHOTOMETRIC_MINISWHITE)
            rgb[i] = 1 - rgb[i];
        double background = (double)(0x204060 >> (16 - 8 * i) & 255) / 255,
               a = k->alpha && k->alpha != SPOT ? c[k->samples - 1] : 1,
               multiplied = k->alpha == EXTRASAMPLE_ASSOCALPHA ? a : 1;
        if (k->unlimited)
            rgb[i] = fmin(rgb[i], a);
        if (k->photometric == PHOTOMETRIC_SEPARATED) /* it is the inks that are */
            rgb[i] = (1 - c[i] / multiplied) * (1 - c[3] / multiplied) * multiplied;
        rgb[i] = rgb[i] * a / multiplied + background * (1 - a);
        rgb[i] = rgb[i] > 1 ? 1 : rgb[i];
    }
    return (uint32_t)(rgb[0] * 255 + 0.5) << 16 | (uint32_t)(rgb[1] * 255 + 0.5) << 8 |
           (uint32_t)(rgb[2] * 255 + 0.5);
}

#define GREY PHOTOMETRIC_MINISBLACK
#define RGB PHOTOMETRIC_RGB
#define CMYK PHOTOMETRIC_SEPARATED
#define FLOAT SAMPLEFORMAT_IEEEFP
#define ASSOCIATED EXTRASAMPLE_ASSOCALPHA
#define STRAIGHT EXTRASAMPLE_UNASSALPHA

#endif
