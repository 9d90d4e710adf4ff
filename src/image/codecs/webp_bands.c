#include "image/codecs/webp_bands.h"

#include "base/mem.h"
#include "image/pixels/rows.h"
#include "image/webp/alph.h"

#include <stdlib.h>

#include <webp/decode.h>

enum {
    CANCEL_ROWS = 16,
    BAND_BYTES = 24 << 20, /* of a picture that is 12,000 px wide and high: 20 of them, in 6 s */
    TABLES_MOST = 1 << 20,
    LIBRARY_BYTES = 512 << 10,
    LIBRARY_ROW_BYTES = 128, /* a pixel */
    MARGIN = 4,              /* px beside what is cut out that its own pixels are made of */
    AROUND = 40,             /* px in all, these included, beside a part: what a filter sees */
};

struct bands {
    struct fz_decode *d;
    struct fz_bytes colors; /* the chunk VP8 */
    uint8_t *pixels;        /* owned: a band, B G R A */
    int x, width;           /* of it, px */
    int top, bottom;        /* rows that are in it */
    int from, to;           /* rows that are wanted */
    int y;                  /* the next row of alpha */
    int pushed;             /* rows */
    enum fz_err stopped;    /* why no more are wanted; OK: the result has all that it needs */
};

/* Of a part one band, in which way it may lie. */
static size_t band_bytes(const struct fz_decode *d)
{
    const struct fz_image_region *r = &d->request->want.region;
    const uint64_t part = ((uint64_t)r->w + AROUND) * ((uint64_t)r->h + AROUND) * 4,
                   row = (uint64_t)d->header.width * 4 * AROUND;
    if (r->w == 0 || part > BAND_BYTES)
        return BAND_BYTES;
    return (size_t)(part > row ? part : row);
}

uint64_t fz_webp_bands_bytes(const struct fz_decode *d)
{
    const int width = (int)d->header.width;
    return fz_alph_bytes(width, TABLES_MOST) + band_bytes(d) + LIBRARY_BYTES +
           (uint64_t)width * LIBRARY_ROW_BYTES;
}

/* libwebp begins at even ones in any case. */
static int before(int px)
{
    return px > MARGIN ? (px - MARGIN) & ~1 : 0;
}

static int behind(int px, uint32_t length)
{
    return px + MARGIN < (int)length ? px + MARGIN : (int)length;
}

/* Rows of the band that came, from its top on: all of them, or as far as the file goes. */
static int decode_rows(const struct bands *b, WebPDecoderConfig *config)
{
    int last = 0;
    if (WebPDecode(b->colors.at, b->colors.len, config) == VP8_STATUS_OK)
        return config->options.crop_height;
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, config);
    if (decoder) {
        WebPIUpdate(decoder, b->colors.at, b->colors.len);
        WebPIDecGetRGB(decoder, &last, NULL, NULL, NULL);
    }
    WebPIDelete(decoder);
    return last;
}

/* The band that begins with row y. */
static enum fz_err decode_band(struct bands *b, int y)
{
    WebPDecoderConfig config;
    const uint32_t height = b->d->header.height;
    const int pitch = b->width * 4, most = (int)(band_bytes(b->d) / (size_t)pitch);
    if (!WebPInitDecoderConfig(&config))
        return fz_fail(b->d->err, FZ_E_INTERNAL, 0, "libwebp is of another version");
    b->top = before(y);
    const int wanted = b->top + most - MARGIN < b->to ? b->top + most - MARGIN : b->to,
              rows = behind(wanted, height) - b->top;
    config.options.use_cropping = 1;
    config.options.crop_left = b->x;
    config.options.crop_top = b->top;
    config.options.crop_width = b->width;
    config.options.crop_height = rows;
    config.output.colorspace = MODE_BGRA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA =
        (WebPRGBABuffer){.rgba = b->pixels, .stride = pitch, .size = (size_t)pitch * (size_t)rows};
    const int came = b->top + decode_rows(b, &config);
    b->bottom = came < wanted ? came : wanted;
    WebPFreeDecBuffer(&config.output);
    return y < b->bottom ? FZ_OK : fz_fail(b->d->err, FZ_E_DAMAGED, 0, "the file ends early");
}

static enum fz_err push_row(struct bands *b, int y, const uint8_t *alpha)
{
    enum fz_err code = FZ_OK;
    if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(b->d))
        return fz_decode_fail_cancelled(b->d);
    if (y < b->from)
        return FZ_OK;
    if (y >= b->bottom)
        code = decode_band(b, y);
    if (code != FZ_OK)
        return code;
    const struct fz_rows rows = {.at = b->pixels + (size_t)(y - b->top) * (size_t)b->width * 4,
                                 .pitch_bytes = (ptrdiff_t)b->width * 4,
                                 .width = b->width,
                                 .x = b->x,
                                 .alpha = FZ_ALPHA_STRAIGHT};
    for (int x = 0; x < b->width; x++)
        rows.at[(size_t)x * 4 + 3] = alpha[b->x + x];
    b->pushed++;
    return fz_rows_push(b->d, &rows, 0, 1);
}

static bool take_row(void *ctx, const uint8_t *alpha)
{
    struct bands *b = ctx;
    b->stopped = push_row(b, b->y++, alpha);
    return b->stopped == FZ_OK && b->y < b->to && !fz_reduce_is_done(&b->d->reduce);
}

static enum fz_err begin(struct bands *b)
{
    struct fz_decode *d = b->d;
    int width = 0, height = 0;
    const struct fz_header *h = &d->header;
    if (!WebPGetInfo(b->colors.at, b->colors.len, &width, &height))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "webp: its data is damaged");
    if ((uint32_t)width != h->width || (uint32_t)height != h->height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its size");
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    if (code != FZ_OK)
        return code;
    const struct fz_image_region *part = &d->reduce.part;
    b->x = before(part->x);
    b->width = behind(part->x + part->w, h->width) - b->x;
    b->from = part->y;
    b->to = part->y + part->h;
    fz_reduce_skip(&d->reduce, b->from);
    b->pixels = fz_try_malloc(band_bytes(d));
    return b->pixels ? FZ_OK : fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for a band of pixels");
}

static enum fz_err decode(struct bands *b)
{
    struct fz_decode *d = b->d;
    const struct fz_bytes alpha = fz_webp_chunk(&d->file, "ALPH");
    const struct fz_alph_rows rows = {.width = (int)d->header.width,
                                      .height = (int)d->header.height,
                                      .tables_most = TABLES_MOST,
                                      .take = take_row,
                                      .ctx = b};
    enum fz_err code = begin(b);
    if (code != FZ_OK)
        return code;
    code = fz_alph_decode(&alpha, &rows, d->err);
    code = b->stopped != FZ_OK ? b->stopped : code;
    if (code != FZ_E_DAMAGED || b->pushed == 0)
        return code;
    d->out->damaged = true;
    return FZ_OK;
}

enum fz_err fz_webp_bands_load(struct fz_decode *d)
{
    struct bands b = {.d = d, .colors = fz_webp_chunk_begun(&d->file, "VP8 ")};
    const enum fz_err code = decode(&b);
    free(b.pixels);
    return code;
}
