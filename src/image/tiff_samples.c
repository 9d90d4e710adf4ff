/* TIFF samples as they are stored: any number of bits, signed, floating point; grey, RGB and CMYK. */
#include "image/tiff.h"

#include "base/mem.h"
#include "image/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FULL = 65535, MAX_CHANNELS = 5 }; /* of those that are looked at: C M Y K and alpha */

bool fz_tiff_wants_samples(const struct fz_tiff *t)
{
    bool usual_bits = t->bits == 1 || t->bits == 2 || t->bits == 4 || t->bits == 8;
    switch (t->photometric) {
    case PHOTOMETRIC_SEPARATED:
        return true;
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
        if (t->alpha) /* libtiff forgets to multiply */
            return true;
        /* fall through */
    case PHOTOMETRIC_RGB:
        return !usual_bits || (t->format != SAMPLEFORMAT_UINT && t->format != SAMPLEFORMAT_VOID);
    default:
        return false;
    }
}

/* Where the samples of a row lie: `planes` blocks beside each other for each column of tiles. */
struct grid {
    uint8_t *blocks; /* owned: [columns][planes][block_bytes] */
    tmsize_t block_bytes, row_bytes;
    uint32_t columns, block_w, block_rows; /* px */
    unsigned planes, interleaved;          /* planes * interleaved = samples of a pixel */
    unsigned colours, channels;            /* channels: colours, and alpha where there is */
    double low, range;                     /* of floating point */
};

static double half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent == 31 ? INFINITY
                                    : ldexp(1024 + fraction, exponent - 25);
    return bits & 0x8000 ? -value : value;
}

static double read_float(const uint8_t *row, size_t index, unsigned bits)
{
    uint16_t h;
    float f;
    double value;
    switch (bits) {
    case 16:
        memcpy(&h, row + index * 2, 2);
        return half(h);
    case 32:
        memcpy(&f, row + index * 4, 4);
        return f;
    default:
        memcpy(&value, row + index * 8, 8);
        return value;
    }
}

/* libtiff gives 16 and 32 bits in the machine's own order; 24 too, in three bytes; all else stands bit by bit. */
static uint32_t read_bits(const uint8_t *row, size_t index, unsigned bits)
{
    uint16_t two;
    uint32_t value = 0;
    switch (bits) {
    case 8:
        return row[index];
    case 16:
        memcpy(&two, row + index * 2, 2);
        return two;
    case 24:
        for (unsigned i = 0; i < 3; i++)
            value |= (uint32_t)row[index * 3 + i]
                     << (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 8 * i : 16 - 8 * i);
        return value;
    case 32:
        memcpy(&value, row + index * 4, 4);
        return value;
    default:
        for (size_t bit = index * bits; bit < (index + 1) * bits; bit++)
            value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1);
        return value;
    }
}

/* A sample as 0..65535. Half of the range of signed numbers lies below 0. */
static uint32_t sample(const struct fz_tiff *t, const struct grid *g, const uint8_t *row, size_t index)
{
    unsigned bits = t->bits;
    if (t->format == SAMPLEFORMAT_IEEEFP) {
        double value = (read_float(row, index, bits) - g->low) / g->range;
        return !(value > 0) ? 0 : value < 1 ? (uint32_t)(value * FULL + 0.5) : FULL;
    }
    uint64_t value = read_bits(row, index, bits), most = (UINT64_C(1) << bits) - 1;
    if (t->format == SAMPLEFORMAT_INT)
        value ^= UINT64_C(1) << (bits - 1);
    return (uint32_t)((value * FULL + most / 2) / most);
}

/* B G R A, rounded. */
static void put_pixel(const struct fz_tiff *t, const uint32_t *c, unsigned colours, bool alpha, uint8_t *to)
{
    uint32_t rgb[3];
    for (unsigned i = 0; i < 3; i++) {
        rgb[i] = c[colours == 1 ? 0 : i];
        if (t->photometric == PHOTOMETRIC_MINISWHITE)
            rgb[i] = FULL - rgb[i];
        if (colours == 4) /* inks */
            rgb[i] = (uint32_t)(((uint64_t)(FULL - rgb[i]) * (FULL - c[3]) + FULL / 2) / FULL);
    }
    for (unsigned i = 0; i < 3; i++)
        to[2 - i] = (uint8_t)((rgb[i] * 255 + 32895) >> 16); /* v / 257, rounded */
    to[3] = alpha ? (uint8_t)((c[colours] * 255 + 32895) >> 16) : 255;
}

static void convert_row(const struct fz_tiff *t, const struct grid *g, uint32_t y, uint8_t *to)
{
    bool alpha = g->channels > g->colours;
    for (uint32_t x = 0; x < t->width; x++) {
        uint32_t column = x / g->block_w, inside = x % g->block_w, c[MAX_CHANNELS] = {0};
        const uint8_t *block = g->blocks + (tmsize_t)column * g->planes * g->block_bytes + y * g->row_bytes;
        for (unsigned i = 0; i < g->channels; i++)
            c[i] = g->planes > 1 ? sample(t, g, block + i * g->block_bytes, inside)
                                 : sample(t, g, block, (size_t)inside * g->interleaved + i);
        put_pixel(t, c, g->colours, alpha, to + (size_t)x * 4);
    }
}

/* Decodes all blocks that begin at row y. */
static bool read_blocks(struct fz_tiff *t, struct grid *g, uint32_t y)
{
    for (uint32_t column = 0; column < g->columns; column++)
        for (unsigned plane = 0; plane < g->planes; plane++) {
            uint8_t *to = g->blocks + ((tmsize_t)column * g->planes + plane) * g->block_bytes;
            if (plane >= g->channels)
                break;
            uint16_t of = (uint16_t)plane;
            tmsize_t got =
                TIFFIsTiled(t->tif)
                    ? TIFFReadEncodedTile(t->tif, TIFFComputeTile(t->tif, column * g->block_w, y, 0, of), to,
                                          g->block_bytes)
                    : TIFFReadEncodedStrip(t->tif, TIFFComputeStrip(t->tif, y, of), to, g->block_bytes);
            if (got < 0)
                return false;
        }
    return true;
}

static bool lay_out(const struct fz_tiff *t, struct grid *g)
{
    uint16_t planar = PLANARCONFIG_CONTIG;
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_PLANARCONFIG, &planar);
    g->planes = planar == PLANARCONFIG_SEPARATE ? t->samples : 1;
    g->interleaved = planar == PLANARCONFIG_SEPARATE ? 1 : t->samples;
    g->colours = t->photometric == PHOTOMETRIC_SEPARATED ? 4 : t->photometric == PHOTOMETRIC_RGB ? 3 : 1;
    bool has_alpha = t->alpha == EXTRASAMPLE_ASSOCALPHA || t->alpha == EXTRASAMPLE_UNASSALPHA;
    g->channels = g->colours + (has_alpha && t->samples > g->colours ? 1 : 0);
    bool tiled = TIFFIsTiled(t->tif) != 0;
    g->block_w = t->width;
    g->block_rows = t->band_rows;
    if (tiled) {
        TIFFGetField(t->tif, TIFFTAG_TILEWIDTH, &g->block_w);
        TIFFGetField(t->tif, TIFFTAG_TILELENGTH, &g->block_rows);
    } else {
        TIFFGetFieldDefaulted(t->tif, TIFFTAG_ROWSPERSTRIP, &g->block_rows);
        g->block_rows = g->block_rows > t->height ? t->height : g->block_rows;
    }
    if (g->block_w == 0 || g->block_rows == 0)
        return false;
    g->columns = (t->width + g->block_w - 1) / g->block_w;
    g->block_bytes = tiled ? TIFFTileSize(t->tif) : TIFFStripSize(t->tif);
    g->row_bytes = tiled ? TIFFTileRowSize(t->tif) : TIFFScanlineSize(t->tif);
    g->low = 0;
    g->range = 1;
    bool floats = t->format == SAMPLEFORMAT_IEEEFP;
    return t->samples >= g->colours &&
           (t->format == SAMPLEFORMAT_INT || t->format == SAMPLEFORMAT_UINT ||
            t->format == SAMPLEFORMAT_VOID || floats) &&
           (floats ? t->bits == 16 || t->bits == 32 || t->bits == 64 : t->bits >= 1 && t->bits <= 32) &&
           g->block_bytes > 0 && g->row_bytes > 0 && g->block_bytes / g->row_bytes >= (tmsize_t)g->block_rows;
}

enum fz_err fz_tiff_load_samples(struct fz_tiff *t, bool *complete)
{
    struct fz_decode *d = t->d;
    struct grid g = {0};
    *complete = false;
    if (!lay_out(t, &g)) {
        snprintf(t->message, sizeof t->message, "%u samples of %u bits: none of the usual kinds", t->samples,
                 t->bits);
        return FZ_OK;
    }
    uint64_t bytes = (uint64_t)g.block_bytes * g.planes * g.columns;
    g.blocks = bytes <= d->working_bytes ? fz_try_malloc((size_t)bytes) : NULL;
    if (!g.blocks)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %u rows", g.block_rows);
    struct fz_rows out = {.width = (int)t->width};
    if (g.channels > g.colours)
        out.alpha = t->alpha == EXTRASAMPLE_ASSOCALPHA ? FZ_ROWS_PREMULTIPLIED : FZ_ROWS_STRAIGHT;
    enum fz_err code = FZ_OK;
    uint32_t y = 0;
    for (; code == FZ_OK && y < t->height; y += g.block_rows) {
        if (!read_blocks(t, &g, y))
            break;
        uint32_t rows = t->height - y < g.block_rows ? t->height - y : g.block_rows;
        for (uint32_t i = 0; code == FZ_OK && i < rows; i++) {
            out.at = fz_reduce_input(&d->reduce);
            convert_row(t, &g, i, out.at);
            code = fz_rows_push(d, &out, (int)(y + i), (int)(y + i) + 1);
        }
    }
    *complete = y >= t->height;
    free(g.blocks);
    return code;
}
