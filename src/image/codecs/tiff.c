/* TIFF by libtiff, a band of strips or tiles at a time, out of bytes that are in memory already or of a file that is read as it goes. */
#include "image/codecs/tiff.h"

#include "base/mem.h"
#include "image/codecs/tiff_directory.h"
#include "image/codecs/tiff_lab.h"
#include "image/pixels/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t count)
{
    struct fz_tiff *t = handle;
    size_t n = count > 0 ? fz_reader_copy_of(&t->d->file, t->pos, (size_t)count, to) : 0;
    if (t->is_cut)
        fz_tiff_shorten(&t->d->file, &t->lengths, t->pos, n, to);
    t->pos += n;
    return (tmsize_t)n;
}

static tmsize_t write_nothing(thandle_t handle, void *from, tmsize_t count)
{
    (void)handle;
    (void)from;
    (void)count;
    return -1;
}

static toff_t seek_bytes(thandle_t handle, toff_t offset, int whence)
{
    struct fz_tiff *t = handle;
    t->pos = whence == SEEK_CUR   ? t->pos + offset
             : whence == SEEK_END ? fz_reader_length(&t->d->file) + offset
                                  : offset;
    return t->pos;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of_bytes(thandle_t handle)
{
    const struct fz_tiff *t = handle;
    return fz_reader_length(&t->d->file);
}

/* What is in memory libtiff needs not copy, but where it is to be told of other lengths than stand there. A file is never mapped: who
 * cuts it short would end the process. */
static int map_bytes(thandle_t handle, void **base, toff_t *size)
{
    const struct fz_tiff *t = handle;
    if (!t->d->file.whole || t->is_cut)
        return 0;
    *base = (void *)(uintptr_t)t->d->file.at;
    *size = t->d->file.len;
    return 1;
}

static void unmap_nothing(thandle_t handle, void *base, toff_t size)
{
    (void)handle;
    (void)base;
    (void)size;
}

__attribute__((format(printf, 4, 0))) static int keep_message(TIFF *tif, void *user, const char *module,
                                                              const char *format, va_list args)
{
    struct fz_tiff *t = user;
    (void)tif;
    (void)module;
    if (!t->message[0])
        vsnprintf(t->message, sizeof t->message, format, args);
    return 1;
}

/* None counts but that there is nothing more, of libjpeg and of CCITT fax, which go on with rows of their own. */
__attribute__((format(printf, 4, 0))) static int look_at_warning(TIFF *tif, void *user, const char *module,
                                                                 const char *format, va_list args)
{
    struct fz_tiff *t = user;
    char text[64];
    (void)tif;
    (void)module;
    vsnprintf(text, sizeof text, format, args);
    t->has_ended = t->has_ended || strncmp(text, "Premature ", 10) == 0;
    return 1;
}

static enum fz_err fail(const struct fz_tiff *t)
{
    return fz_fail(t->d->err, FZ_E_DAMAGED, 0, "tiff: %s",
                   t->message[0] ? t->message : "it cannot be decoded");
}

TIFF *fz_tiff_open(struct fz_tiff *t)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return NULL;
    t->pos = 0;
    uint64_t most = t->d->working_bytes < INT32_MAX ? t->d->working_bytes : INT32_MAX;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)most);
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_message, t);
    TIFFOpenOptionsSetWarningHandlerExtR(options, look_at_warning, t);
    TIFF *tif = TIFFClientOpenExt("", "rh", t, read_bytes, write_nothing, seek_bytes, close_nothing,
                                  size_of_bytes, map_bytes, unmap_nothing, options);
    TIFFOpenOptionsFree(options);
    return tif;
}

/* A fourth sample beside R G B that the file says nothing of is alpha, and straight, as in Pillow and ImageMagick. One of no kind is no
 * alpha, as in Pillow: a mask, a channel of another light, a selection that was saved. */
static uint16_t alpha_of(const struct fz_tiff *t)
{
    uint16_t count = 0, *kinds = NULL;
    struct fz_ifd dir = {0};
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_EXTRASAMPLES, &count, &kinds);
    fz_ifd_read(&t->d->file, t->directory, &dir); /* libtiff makes up a tag that is not there */
    if (count == 0 || fz_ifd_count_bytes(&t->d->file, &dir, TIFFTAG_EXTRASAMPLES) == 0)
        return t->photometric == PHOTOMETRIC_RGB && t->samples == 4 ? EXTRASAMPLE_UNASSALPHA : 0;
    return kinds[0];
}

static void take_colors(struct fz_tiff *t)
{
    uint32_t bytes = 0;
    void *profile = NULL;
    const float *white = NULL;
    if (TIFFGetField(t->tif, TIFFTAG_WHITEPOINT, &white))
        memcpy(t->white, white, sizeof t->white);
    TIFFGetField(t->tif, TIFFTAG_PHOTOMETRIC, &t->photometric);
    /* Colours that need none may keep that of what they were made of. */
    if (!fz_tiff_is_lab(t) && TIFFGetField(t->tif, TIFFTAG_ICCPROFILE, &bytes, &profile))
        fz_decode_set_profile(t->d, profile, bytes);
}

static bool is_fax(const struct fz_tiff *t)
{
    return t->compression == COMPRESSION_CCITTRLE || t->compression == COMPRESSION_CCITTFAX3 ||
           t->compression == COMPRESSION_CCITTFAX4;
}

static bool comes_by_rows(const struct fz_tiff *t)
{
    uint16_t planar = PLANARCONFIG_CONTIG, order = FILLORDER_MSB2LSB;
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_FILLORDER, &order);
    const struct fz_tiff_kind kind = {t->compression, t->photometric, planar,   order,
                                      t->bits,        t->samples,     t->format};
    return fz_tiff_is_by_rows(&kind);
}

/* Not of JPEG in its own colours, whose rows of less resolution libtiff gives but all at once. */
static void ask_for_rgb(struct fz_tiff *t)
{
    if (t->photometric != PHOTOMETRIC_YCBCR)
        return;
    TIFFSetField(t->tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    t->photometric = PHOTOMETRIC_RGB;
}

/* The page, or its copy, which need not say what its colours are. */
static enum fz_err read_directory(struct fz_tiff *t, uint64_t page, const struct fz_tiff_level *level)
{
    uint32_t rows = 0;
    if (!TIFFSetSubDirectory(t->tif, page))
        return fail(t);
    take_colors(t);
    if (level->at != page && !TIFFSetSubDirectory(t->tif, level->at))
        return fail(t);
    t->directory = level->at;
    TIFFGetField(t->tif, TIFFTAG_IMAGEWIDTH, &t->width);
    TIFFGetField(t->tif, TIFFTAG_IMAGELENGTH, &t->height);
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_BITSPERSAMPLE, &t->bits);
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_SAMPLESPERPIXEL, &t->samples);
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_SAMPLEFORMAT, &t->format);
    TIFFGetFieldDefaulted(t->tif, TIFFTAG_COMPRESSION, &t->compression);
    if (t->width != level->width || t->height != level->height)
        return fz_fail(t->d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its size");
    if (!TIFFGetField(t->tif, TIFFTAG_PHOTOMETRIC, &t->photometric))
        t->photometric = is_fax(t) ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK;
    t->alpha = alpha_of(t);
    bool tiled = TIFFIsTiled(t->tif) != 0;
    TIFFGetFieldDefaulted(t->tif, tiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, &rows);
    rows = rows < 1 || (rows > t->height && !tiled) ? t->height : rows;
    const bool is_known = comes_by_rows(t);
    t->shows_tiles = tiled && t->is_cut && is_known;
    t->strip_rows = !tiled && (t->is_cut || rows > FZ_TIFF_BAND_ROWS) && is_known ? rows : 0;
    if (t->strip_rows > 0)
        rows = FZ_TIFF_BAND_ROWS;
    if (t->strip_rows > 0 || t->shows_tiles)
        ask_for_rgb(t);
    if (rows < 1 || rows > UINT16_MAX)
        return fz_fail(t->d->err, FZ_E_LIMIT, 0, "tiff: its strips or tiles are too high");
    t->band_rows = rows < FZ_TIFF_BAND_ROWS ? FZ_TIFF_BAND_ROWS / rows * rows : rows;
    return FZ_OK;
}

/* The columns of tiles that show the part; of strips all of it. */
static void find_columns(const struct fz_tiff *t, uint32_t *x, uint32_t *width)
{
    const struct fz_image_region *part = &t->d->reduce.part;
    uint32_t tile_w = 0;
    *x = 0;
    *width = t->width;
    if (!TIFFIsTiled(t->tif) || !TIFFGetField(t->tif, TIFFTAG_TILEWIDTH, &tile_w) || tile_w == 0)
        return;
    const uint64_t end = ((uint64_t)part->x + (uint64_t)part->w + tile_w - 1) / tile_w * tile_w;
    *x = (uint32_t)part->x / tile_w * tile_w;
    *width = (end < t->width ? (uint32_t)end : t->width) - *x;
}

/* Where a file is not in memory libtiff takes an uncompressed tile for damaged unless the buffer that it is read into is as long as the
 * tile, and its own buffers have whole KB. */
static bool lend_buffer(struct fz_tiff *t)
{
    if ((t->d->file.whole && !t->is_cut) || !TIFFIsTiled(t->tif) || t->compression != COMPRESSION_NONE)
        return true;
    const tmsize_t bytes = TIFFTileSize(t->tif);
    if (bytes <= 0 || (uint64_t)bytes > t->d->working_bytes)
        return false;
    t->tile = fz_try_malloc((size_t)bytes);
    return t->tile && TIFFReadBufferSetup(t->tif, t->tile, bytes);
}

/* libtiff takes what is of no kind, or told nothing of, for alpha that the colours were multiplied with, and leaves them as they are: what
 * they are then. */
static enum fz_alpha settle_alpha(const struct fz_tiff *t, bool is_taken, bool complete, uint32_t *raster,
                                  size_t px)
{
    if (!is_taken)
        return FZ_ALPHA_PREMULTIPLIED;
    if (t->alpha == EXTRASAMPLE_UNASSALPHA)
        return FZ_ALPHA_STRAIGHT;
    for (size_t i = 0; i < px; i++)
        if (complete || raster[i] != 0) /* else it was not read */
            raster[i] |= UINT32_C(0xff) << 24;
    return FZ_ALPHA_PREMULTIPLIED;
}

/* By libtiff's conversion, in the order in which the rows are stored. What cannot be read of a band stays clear. */
static enum fz_err load_rgba(struct fz_tiff *t, bool *complete)
{
    TIFFRGBAImage image;
    char why[1024] = "";
    if (!TIFFRGBAImageOK(t->tif, why) || !TIFFRGBAImageBegin(&image, t->tif, 1, why)) {
        snprintf(t->message, sizeof t->message, "%.150s", why);
        *complete = false;
        return FZ_OK;
    }
    image.req_orientation = image.orientation;
    const bool is_taken = image.alpha == EXTRASAMPLE_ASSOCALPHA && t->alpha != EXTRASAMPLE_ASSOCALPHA;
    uint32_t x, width;
    find_columns(t, &x, &width);
    image.col_offset = (int)x;
    size_t px = (size_t)width * t->band_rows;
    bool is_lent = lend_buffer(t);
    bool is_reserved = px * sizeof(uint32_t) <= t->d->working_bytes; /* else the file is another one by now */
    uint32_t *raster =
        is_reserved && is_lent ? calloc(px, sizeof *raster) : NULL; /* a bomb's is never touched */
    enum fz_err code = raster ? FZ_OK : fz_fail(t->d->err, FZ_E_MEMORY, 0, "no memory for %zu pixels", px);
    for (uint32_t y = 0; raster && code == FZ_OK && *complete && y < t->height; y += t->band_rows) {
        uint32_t rows = t->height - y < t->band_rows ? t->height - y : t->band_rows;
        if (fz_reduce_is_done(&t->d->reduce))
            break;
        if (fz_reduce_passes_over(&t->d->reduce, (int)rows))
            continue;
        if (y > 0)
            memset(raster, 0, px * sizeof *raster);
        image.row_offset = (int)y;
        *complete = TIFFRGBAImageGet(&image, raster, width, rows) != 0;
        bool some = *complete;
        for (size_t i = 0; !some && i < px; i++)
            some = raster[i] != 0;
        if (!some)
            break;
        const enum fz_alpha alpha = settle_alpha(t, is_taken, *complete, raster, (size_t)width * rows);
        struct fz_rows out = {(uint8_t *)raster, (ptrdiff_t)width * 4, (int)width, (int)x, true, alpha};
        code = fz_rows_push(t->d, &out, 0, (int)rows);
    }
    free(raster);
    TIFFRGBAImageEnd(&image);
    return code;
}

static enum fz_color_model color_of(const struct fz_tiff *t)
{
    switch (t->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
        return FZ_COLOR_GREY;
    case PHOTOMETRIC_SEPARATED:
        return FZ_COLOR_CMYK;
    default:
        return FZ_COLOR_RGB;
    }
}

static enum fz_err decode(struct fz_tiff *t, const struct fz_tiff_pages *pages)
{
    struct fz_decode *d = t->d;
    d->color = color_of(t);
    enum fz_err code =
        fz_decode_begin(d, (int)d->header.width, (int)d->header.height, (int)t->width, (int)t->height);
    bool complete = true;
    if (code == FZ_OK)
        code = fz_tiff_wants_samples(t) ? fz_tiff_load_samples(t, &complete) : load_rgba(t, &complete);
    if (code != FZ_OK)
        return code;
    if (!complete && d->reduce.in_y == 0)
        return fail(t);
    d->out->damaged = !complete || pages->circle || pages->cut;
    if (!complete && !pages->cut)
        fail(t);
    else if (pages->cut)
        fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
    else if (pages->circle)
        fz_fail(d->err, FZ_E_DAMAGED, 0, "tiff: its pages go in a circle");
    return FZ_OK;
}

enum fz_err fz_tiff_load(struct fz_decode *d)
{
    struct fz_tiff t = {.d = d};
    uint64_t at;
    struct fz_tiff_pages pages = fz_tiff_find_page(&d->file, d->request->want.page, &at);
    d->turn = d->out->orientation = fz_tiff_page_orientation(&d->file, d->request->want.page);
    const struct fz_header *h = &d->header;
    struct fz_part part = fz_decode_least_part(d, (int)h->width, (int)h->height);
    struct fz_tiff_level level = {at, h->width, h->height};
    fz_tiff_find_level(&d->file, d->request->want.page, &part, &level);
    struct fz_ifd dir;
    t.is_cut = pages.cut && fz_ifd_read(&d->file, level.at, &dir) && fz_tiff_is_cut(&d->file, &dir);
    /* what is not compressed is read by its rows; libtiff would guess at lengths that differ */
    if (t.is_cut && fz_ifd_find(&d->file, &dir, FZ_IFD_COMPRESSION, COMPRESSION_NONE) != COMPRESSION_NONE)
        t.lengths = fz_tiff_find_lengths(&d->file, &dir);
    t.tif = fz_tiff_open(&t);
    enum fz_err code = t.tif ? read_directory(&t, at, &level) : fail(&t);
    if (code == FZ_OK)
        code = decode(&t, &pages);
    if (t.tif)
        TIFFClose(t.tif);
    free(t.tile);
    return code;
}
