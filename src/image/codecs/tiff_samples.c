/* TIFF samples as they are stored: any number of bits, signed, floating point; grey, RGB, of a palette, CMYK and CIE
 * L*a*b*. */
#include "image/codecs/tiff_lab.h"
#include "image/codecs/tiff_strips.h"

#include "base/mem.h"
#include "image/pixels/deep.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FULL = 65535, MAX_CHANNELS = FZ_TIFF_MAX_CHANNELS };

static bool is_palette(const struct fz_tiff *t)
{
    return t->photometric == PHOTOMETRIC_PALETTE;
}

static bool is_unsigned(const struct fz_tiff *t)
{
    return t->format == SAMPLEFORMAT_UINT || t->format == SAMPLEFORMAT_VOID;
}

bool fz_tiff_wants_samples(const struct fz_tiff *t)
{
    bool usual_bits = t->bits == 1 || t->bits == 2 || t->bits == 4 || t->bits == 8;
    if (t->strip_rows > 0 || t->shows_tiles)
        return true;
    switch (t->photometric) {
    case PHOTOMETRIC_SEPARATED:
        return true;
    case PHOTOMETRIC_CIELAB: /* libtiff's own conversion is of another white, and clips early */
    case PHOTOMETRIC_ICCLAB:
        return t->samples >= 3 && t->format != SAMPLEFORMAT_IEEEFP && (t->bits == 8 || t->bits == 16);
    case PHOTOMETRIC_MINISWHITE: /* libtiff forgets to multiply, and is not ready for more than one sample */
    case PHOTOMETRIC_MINISBLACK:
        return t->alpha || t->samples > 1 || !usual_bits || !is_unsigned(t);
    case PHOTOMETRIC_RGB:
        return t->bits != 8 || !is_unsigned(t); /* libtiff refuses fewer bits */
    case PHOTOMETRIC_PALETTE: /* libtiff leaves out alpha, knows no other bits, and wants one sample */
        return t->alpha || t->samples > 1 || !usual_bits;
    default:
        return false;
    }
}

/* Where the samples of a row lie: `planes` blocks beside each other for each column of tiles. */
struct grid {
    uint8_t *blocks; /* owned: [columns][planes][block_bytes] */
    size_t block_bytes, row_bytes;
    uint32_t columns, block_w, block_rows; /* px */
    unsigned planes, interleaved;          /* planes * interleaved = samples of a pixel */
    unsigned colours, channels;            /* channels: colours, and alpha where there is */
    uint16_t *palette[3];                  /* of R G B, where there is one; libtiff's */
    unsigned palette_unit;                 /* what its values are to be multiplied by */
    struct fz_tiff_lab lab;                /* of L*a*b* alone */
    uint8_t table[256][4];                 /* of what is plain and has one sample: its B G R A */
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

/* A sample as 0..65535. Half of the range of signed numbers lies below 0; but bytes that are called signed are meant as
 * they stand, and so are they read by all others; and so is L*a*b*, of which libvips calls L signed too. */
static uint32_t sample(const struct fz_tiff *t, const uint8_t *row, size_t index)
{
    unsigned bits = t->bits;
    if (t->format == SAMPLEFORMAT_IEEEFP) {
        return fz_deep_float((float)read_float(row, index, bits));
    }
    uint64_t value = read_bits(row, index, bits), most = (UINT64_C(1) << bits) - 1;
    if (t->format == SAMPLEFORMAT_INT && bits != 8 && !fz_tiff_is_lab(t))
        value ^= UINT64_C(1) << (bits - 1);
    return (uint32_t)((value * FULL + most / 2) / most);
}

/* All channels of a pixel. */
static void read_pixel(const struct fz_tiff *t, const struct grid *g, uint32_t x, uint32_t y, uint32_t *c)
{
    uint32_t inside = x % g->block_w;
    const uint8_t *block =
        g->blocks + (size_t)(x / g->block_w) * g->planes * g->block_bytes + y * g->row_bytes;
    for (unsigned i = 0; i < g->channels; i++)
        c[i] = g->planes > 1 ? sample(t, block + i * g->block_bytes, inside)
                             : sample(t, block, (size_t)inside * g->interleaved + i);
}

/* An index, as `sample` gives it, to R G B. */
static void look_up(const struct fz_tiff *t, const struct grid *g, uint32_t *c)
{
    uint32_t last = (UINT32_C(1) << t->bits) - 1, index = (c[0] * last + FULL / 2) / FULL;
    for (int i = 0; i < 3; i++) {
        assert(g->palette[i]);
        c[i] = g->palette[i][index] * g->palette_unit;
    }
}

/* R G B A of 16 bits, straight alpha. */
static void rgba_row(const struct fz_tiff *t, const struct grid *g, uint32_t y, uint16_t *to)
{
    for (uint32_t x = 0; x < t->width; x++, to += 4) {
        uint32_t c[MAX_CHANNELS] = {0};
        read_pixel(t, g, x, y, c);
        uint32_t alpha = g->channels > g->colours ? c[g->colours] : FULL;
        if (fz_tiff_is_lab(t))
            fz_tiff_lab_convert(&g->lab, c);
        else if (is_palette(t))
            look_up(t, g, c);
        else if (g->colours == 1)
            c[1] = c[2] = c[0];
        for (unsigned i = 0; i < 3; i++) {
            uint32_t v = c[i];
            if (t->photometric == PHOTOMETRIC_MINISWHITE)
                v = FULL - v;
            if (t->alpha == EXTRASAMPLE_ASSOCALPHA && alpha < FULL)
                v = fz_deep_unmultiply(v, alpha);
            to[i] = (uint16_t)v;
        }
        to[3] = (uint16_t)alpha;
    }
}

/* What needs no 16 bits, and is the most usual: R G B of 8 bits, with alpha or without, and what has few enough values for a table. */
static bool is_plain(const struct fz_tiff *t, const struct grid *g)
{
    bool tabled = g->channels == 1 && t->photometric <= PHOTOMETRIC_PALETTE &&
                  (t->bits == 8 || (t->bits <= 4 && 8 % t->bits == 0 && t->format != SAMPLEFORMAT_INT));
    bool rgb = t->photometric == PHOTOMETRIC_RGB && t->bits == 8;
    return (rgb || (tabled && g->planes == 1)) && g->columns == 1;
}

static void make_table(const struct fz_tiff *t, struct grid *g)
{
    const uint32_t last = (UINT32_C(1) << t->bits) - 1;
    for (uint32_t i = 0; i <= last; i++) {
        uint32_t c[3] = {(i * FULL + last / 2) / last};
        if (t->photometric == PHOTOMETRIC_MINISWHITE)
            c[0] = FULL - c[0];
        c[1] = c[2] = c[0];
        if (is_palette(t))
            look_up(t, g, c);
        const uint8_t px[4] = {fz_deep_byte(c[2]), fz_deep_byte(c[1]), fz_deep_byte(c[0]), 255};
        memcpy(g->table[i], px, 4);
    }
}

/* The same of R G B and alpha in planes of their own. */
static void plain_planes(const struct fz_tiff *t, const struct grid *g, const uint8_t *from, uint8_t *to)
{
    const uint8_t *green = from + g->block_bytes, *blue = green + g->block_bytes,
                  *alpha = g->channels > g->colours ? blue + g->block_bytes : NULL;
    for (uint32_t x = 0; x < t->width; x++, to += 4) {
        to[0] = blue[x];
        to[1] = green[x];
        to[2] = from[x];
        to[3] = alpha ? alpha[x] : 255;
    }
}

/* B G R A. */
static void plain_row(const struct fz_tiff *t, const struct grid *g, uint32_t y, uint8_t *to)
{
    const uint8_t *from = g->blocks + y * g->row_bytes;
    if (t->photometric != PHOTOMETRIC_RGB) {
        const size_t step = (size_t)t->bits * g->interleaved;
        const unsigned mask = (1u << t->bits) - 1;
        for (size_t bit = 0, end = step * t->width; bit < end; bit += step, to += 4)
            memcpy(to, g->table[(unsigned)from[bit / 8] >> (8 - t->bits - bit % 8) & mask], 4);
        return;
    }
    if (g->planes > 1) {
        plain_planes(t, g, from, to);
        return;
    }
    for (uint32_t x = 0; x < t->width; x++, from += g->interleaved, to += 4) {
        to[0] = from[2];
        to[1] = from[1];
        to[2] = from[0];
        to[3] = g->channels > g->colours ? from[3] : 255;
    }
}

static enum fz_alpha plain_alpha(const struct fz_tiff *t, const struct grid *g)
{
    if (g->channels == g->colours)
        return FZ_ALPHA_OPAQUE;
    return t->alpha == EXTRASAMPLE_ASSOCALPHA ? FZ_ALPHA_PREMULTIPLIED : FZ_ALPHA_STRAIGHT;
}

/* C M Y K, and the row of its straight alpha. */
static void ink_row(const struct fz_tiff *t, const struct grid *g, uint32_t y, uint8_t *to, uint8_t *alphas)
{
    for (uint32_t x = 0; x < t->width; x++) {
        uint32_t c[MAX_CHANNELS] = {0};
        read_pixel(t, g, x, y, c);
        uint32_t alpha = g->channels > g->colours ? c[g->colours] : FULL;
        bool multiplied = t->alpha == EXTRASAMPLE_ASSOCALPHA && alpha < FULL;
        for (unsigned i = 0; i < 4; i++)
            *to++ = fz_deep_byte(multiplied ? fz_deep_unmultiply(c[i], alpha) : c[i]);
        alphas[x] = fz_deep_byte(alpha);
    }
}

/* What libtiff left of a tile that it could not decode to its end. A predictor is applied to whole ones alone: what stands there is
 * no picture then. */
static bool keep_some(const struct fz_tiff *t, uint8_t *block, size_t bytes)
{
    uint16_t predictor = PREDICTOR_NONE;
    TIFFGetField(t->tif, TIFFTAG_PREDICTOR, &predictor);
    if (predictor != PREDICTOR_NONE)
        memset(block, 0, bytes);
    for (size_t i = 0; i < bytes; i++)
        if (block[i] != 0)
            return true;
    return false;
}

/* Decodes all blocks that begin at row y and show the part; the others stay empty. */
static bool read_blocks(struct fz_tiff *t, struct grid *g, uint32_t y)
{
    const struct fz_image_region *part = &t->d->reduce.part;
    const uint32_t last = (uint32_t)(part->x + part->w - 1) / g->block_w;
    bool some = false;
    for (uint32_t column = (uint32_t)part->x / g->block_w; column <= last; column++)
        for (unsigned plane = 0; plane < g->planes; plane++) {
            uint8_t *to = g->blocks + ((size_t)column * g->planes + plane) * g->block_bytes;
            if (plane >= g->channels)
                break;
            const uint16_t of = (uint16_t)plane;
            const tmsize_t bytes = (tmsize_t)g->block_bytes;
            if (t->shows_tiles)
                memset(to, 0, g->block_bytes);
            const uint32_t x = column * g->block_w;
            tmsize_t got = TIFFIsTiled(t->tif)
                               ? TIFFReadEncodedTile(t->tif, TIFFComputeTile(t->tif, x, y, 0, of), to, bytes)
                               : TIFFReadEncodedStrip(t->tif, TIFFComputeStrip(t->tif, y, of), to, bytes);
            if (got < 0 && !t->shows_tiles)
                return false;
            some = got >= 0 || keep_some(t, to, g->block_bytes) || some;
        }
    return some;
}

/* False where it is missing. Some writers have 8 bits where 16 belong. */
static bool find_palette(const struct fz_tiff *t, struct grid *g)
{
    uint16_t **p = g->palette, all = 0;
    if (t->bits > 16 || t->format == SAMPLEFORMAT_IEEEFP ||
        !TIFFGetField(t->tif, TIFFTAG_COLORMAP, &p[0], &p[1], &p[2]))
        return false;
    for (size_t i = 0; i < (size_t)1 << t->bits; i++)
        all |= p[0][i] | p[1][i] | p[2][i];
    g->palette_unit = all < 256 ? 257 : 1;
    return true;
}

static bool lay_out(const struct fz_tiff *t, struct grid *g)
{
    if (is_palette(t) && !find_palette(t, g))
        return false;
    if (fz_tiff_is_lab(t))
        fz_tiff_lab_init(&g->lab, t);
    uint16_t planar = PLANARCONFIG_CONTIG;
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_PLANARCONFIG, &planar);
    g->planes = planar == PLANARCONFIG_SEPARATE ? t->samples : 1;
    g->interleaved = planar == PLANARCONFIG_SEPARATE ? 1 : t->samples;
    g->colours = t->photometric == PHOTOMETRIC_SEPARATED                  ? 4
                 : t->photometric == PHOTOMETRIC_RGB || fz_tiff_is_lab(t) ? 3
                                                                          : 1;
    bool has_alpha = t->alpha == EXTRASAMPLE_ASSOCALPHA || t->alpha == EXTRASAMPLE_UNASSALPHA;
    g->channels = g->colours + (has_alpha && t->samples > g->colours ? 1 : 0);
    bool tiled = TIFFIsTiled(t->tif) != 0;
    g->block_w = t->width;
    g->block_rows = t->band_rows;
    if (tiled) {
        TIFFGetField(t->tif, TIFFTAG_TILEWIDTH, &g->block_w);
        TIFFGetField(t->tif, TIFFTAG_TILELENGTH, &g->block_rows);
    } else if (t->strip_rows == 0) {
        TIFFGetFieldDefaulted(t->tif, TIFFTAG_ROWSPERSTRIP, &g->block_rows);
        g->block_rows = g->block_rows > t->height ? t->height : g->block_rows;
    }
    if (g->block_w == 0 || g->block_rows == 0)
        return false;
    g->columns = (t->width + g->block_w - 1) / g->block_w;
    const tmsize_t row_bytes = tiled ? TIFFTileRowSize(t->tif) : TIFFScanlineSize(t->tif);
    const tmsize_t block_bytes = tiled                ? TIFFTileSize(t->tif)
                                 : t->strip_rows == 0 ? TIFFStripSize(t->tif)
                                                      : 1;
    if (row_bytes <= 0 || block_bytes <= 0 || g->block_rows > (size_t)PTRDIFF_MAX / (size_t)row_bytes)
        return false;
    g->row_bytes = (size_t)row_bytes;
    g->block_bytes = tiled || t->strip_rows == 0 ? (size_t)block_bytes : g->row_bytes * g->block_rows;
    bool floats = t->format == SAMPLEFORMAT_IEEEFP;
    return t->samples >= g->colours &&
           (t->format == SAMPLEFORMAT_INT || t->format == SAMPLEFORMAT_UINT ||
            t->format == SAMPLEFORMAT_VOID || floats) &&
           (floats ? t->bits == 16 || t->bits == 32 || t->bits == 64 : t->bits >= 1 && t->bits <= 32) &&
           g->block_bytes / g->row_bytes >= g->block_rows;
}

static enum fz_err push_rows(struct fz_tiff *t, const struct grid *g, uint32_t rows, uint16_t *row)
{
    struct fz_decode *d = t->d;
    if (fz_decode_cancelled(d))
        return fz_decode_fail_cancelled(d);
    if (fz_reduce_passes_over(&d->reduce, (int)rows))
        return FZ_OK;
    for (uint32_t i = 0; i < rows; i++) {
        uint8_t *to = fz_reduce_input(&d->reduce);
        if (is_plain(t, g)) {
            plain_row(t, g, i, to);
            fz_decode_push(d, to, plain_alpha(t, g));
        } else if (d->color == FZ_COLOR_CMYK) {
            uint8_t *alphas = (uint8_t *)row;
            ink_row(t, g, i, to, alphas);
            if (g->channels > g->colours)
                fz_decode_push_inks(d, to, alphas, FZ_ALPHA_STRAIGHT);
            else
                fz_decode_push(d, to, FZ_ALPHA_OPAQUE);
        } else {
            rgba_row(t, g, i, row);
            fz_decode_push_deep(d, row);
        }
    }
    return FZ_OK;
}

/* How many rows come together from y on; *all: how many there are, if they are left out. */
static uint32_t count_rows(const struct fz_tiff *t, const struct grid *g, uint32_t y, uint32_t *all)
{
    uint32_t rest = t->height - y;
    *all = t->strip_rows == 0 ? g->block_rows : t->strip_rows - y % t->strip_rows;
    uint32_t rows = *all < g->block_rows ? *all : g->block_rows;
    return rows < rest ? rows : rest;
}

static enum fz_err read_all(struct fz_tiff *t, struct grid *g, uint16_t *row, bool *complete)
{
    struct fz_decode *d = t->d;
    struct fz_tiff_strips strips = {0};
    const unsigned planes = g->planes > 1 ? g->channels : 1;
    enum fz_err code = FZ_OK;
    bool goes_on = t->strip_rows == 0 || fz_tiff_strips_open(&strips, t, planes);
    uint32_t y = 0;
    while (goes_on && code == FZ_OK && y < t->height && !fz_reduce_is_done(&d->reduce)) {
        uint32_t all, rows = count_rows(t, g, y, &all), came = 0;
        bool begins = t->strip_rows == 0 || y % t->strip_rows == 0;
        if (t->compression == COMPRESSION_NONE) { /* nothing has to be decoded to come to a row */
            begins = true;
            all = rows;
        }
        if (begins && fz_reduce_passes_over(&d->reduce, (int)all)) {
            y += all;
            continue;
        }
        if (t->strip_rows > 0)
            came = fz_tiff_strips_read(&strips, g->blocks, g->block_bytes, g->row_bytes, y, rows);
        else if (read_blocks(t, g, y))
            came = rows;
        code = push_rows(t, g, came, row);
        y += came;
        goes_on = came == rows;
    }
    fz_tiff_strips_close(&strips);
    *complete = y >= t->height || fz_reduce_is_done(&d->reduce);
    return code;
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
    g.blocks = bytes <= d->working_bytes ? calloc(1, (size_t)bytes) : NULL;
    uint16_t *row = g.blocks ? fz_try_malloc((size_t)t->width * 8) : NULL;
    if (!row) {
        free(g.blocks);
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %u rows", g.block_rows);
    }
    if (is_plain(t, &g) && t->photometric != PHOTOMETRIC_RGB)
        make_table(t, &g);
    enum fz_err code = read_all(t, &g, row, complete);
    free(row);
    free(g.blocks);
    return code;
}
