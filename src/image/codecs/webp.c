/* WebP by libwebp, as its bytes come: scaled by the library where that is right, a file cut short shown as far as it goes. */
#include "image/format.h"

#include "base/mem.h"
#include "image/codecs/webp_bands.h"
#include "image/codecs/webp_rows.h"
#include "image/pixels/rows.h"

#include <stdlib.h>

#include <webp/decode.h>

enum { STEP_BYTES = 64 << 10, STEPS = 16, FIXED_BYTES = 512 << 10, ROW_BYTES = 128 };

struct webp {
    struct fz_decode *d;
    WebPDecoderConfig config; /* its input: what the bytes say */
    struct fz_bytes bytes;    /* of the frame */
    WebPIDecoder *decoder;
    uint8_t *pixels;   /* owned, B G R A */
    int width, height; /* of them, px */
    int x, y;          /* where they begin in the picture */
    bool framed;       /* an animation's frame, smaller than it */
    bool cropped;      /* only what is wanted of the picture */
    int pushed;        /* rows of them */
};

/* libwebp scales alpha of a lossy picture apart from its colours, so that those of clear pixels would bleed. */
static bool may_scale(bool lossless, bool alpha, bool framed)
{
    return !framed && (lossless || !alpha);
}

/* Cut out by the library at full size, where that is less than the whole at the size wanted. Its filters look at what is
 * beside a pixel. */
enum { CROP_MARGIN = 4, CROP_AROUND = 2 * CROP_MARGIN + 1 };

static bool may_crop(const struct fz_decode *d, bool framed, uint64_t px)
{
    const struct fz_image_region *r = &d->request->want.region;
    return !framed && r->w > 0 && r->h > 0 &&
           ((uint64_t)r->w + CROP_AROUND) * ((uint64_t)r->h + CROP_AROUND) < px;
}

/* What libwebp can hold is libwebp's. */
static bool is_too_large(const struct fz_decode *d)
{
    const struct fz_header *h = &d->header;
    return h->by_rows && (d->frugal || (uint64_t)h->width * h->height > d->request->limits.max_whole_px);
}

static bool is_by_rows(const struct fz_decode *d)
{
    return is_too_large(d) && fz_webp_is_lossless(&d->file, &d->header);
}

/* A part in any case: what libwebp 1.2 cuts out has another alpha than the whole, where that was filtered horizontally. */
static bool is_by_bands(const struct fz_decode *d)
{
    return d->header.by_rows && (d->request->want.region.w > 0 || is_too_large(d)) &&
           fz_webp_has_alpha_chunk(&d->file);
}

uint64_t fz_webp_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    if (is_by_rows(d))
        return fz_webp_rows_bytes(d);
    if (is_by_bands(d))
        return fz_webp_bands_bytes(d);
    const struct fz_header *h = &d->header;
    uint64_t width = h->frame_w ? h->frame_w : h->width, height = h->frame_w ? h->frame_h : h->height;
    bool lossless = fz_webp_is_lossless(&d->file, h), alpha = fz_webp_has_alpha(&d->file);
    bool framed = width != h->width || height != h->height;
    int out_w = (int)width, out_h = (int)height;
    if (may_scale(lossless, alpha, framed))
        fz_decode_least(d, out_w, out_h, &out_w, &out_h);
    uint64_t px = width * height, out_px = (uint64_t)out_w * (uint64_t)out_h;
    if (may_crop(d, framed, out_px))
        out_px = ((uint64_t)d->request->want.region.w + CROP_AROUND) *
                 ((uint64_t)d->request->want.region.h + CROP_AROUND);
    uint64_t held = lossless ? px * 4 : alpha ? px : 0;
    return out_px * 4 + held + width * ROW_BYTES + FIXED_BYTES;
}

static enum fz_err fail(struct webp *w, VP8StatusCode status)
{
    struct fz_error *err = w->d->err;
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for libwebp");
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return fz_fail(err, FZ_E_DAMAGED, 0, "the file ends early");
    default:
        return fz_fail(err, FZ_E_DAMAGED, 0, "webp: its data is damaged");
    }
}

/* An animation's first frame stands for it. */
static struct fz_bytes frame_bytes(const struct fz_decode *d)
{
    const struct fz_header *h = &d->header;
    if (!h->inner_at || h->inner_at > d->file.len)
        return d->file;
    uint64_t rest = d->file.len - h->inner_at;
    uint64_t len = h->inner_len < rest ? h->inner_len : rest;
    return (struct fz_bytes){.at = d->file.at + h->inner_at, .len = (size_t)len, .whole = true};
}

static void crop(struct webp *w)
{
    int width = w->config.input.width, height = w->config.input.height;
    struct fz_image_region of = fz_decode_part(w->d, width, height).of;
    int right = of.x + of.w + CROP_MARGIN, bottom = of.y + of.h + CROP_MARGIN;
    w->x = of.x > CROP_MARGIN ? (of.x - CROP_MARGIN) & ~1 : 0; /* libwebp makes it even in any case */
    w->y = of.y > CROP_MARGIN ? (of.y - CROP_MARGIN) & ~1 : 0;
    w->width = (right < width ? right : width) - w->x;
    w->height = (bottom < height ? bottom : height) - w->y;
    w->cropped = true;
}

/* Knows the frame's size, and the size to decode it in. */
static enum fz_err set_up(struct webp *w)
{
    struct fz_decode *d = w->d;
    struct fz_header *h = &d->header;
    const WebPBitstreamFeatures *is = &w->config.input;
    if (!WebPInitDecoderConfig(&w->config))
        return fz_fail(d->err, FZ_E_INTERNAL, 0, "libwebp is of another version");
    VP8StatusCode status = WebPGetFeatures(w->bytes.at, w->bytes.len, &w->config.input);
    if (status != VP8_STATUS_OK)
        return fail(w, status);
    bool framed = h->frame_w && ((uint32_t)is->width != h->width || (uint32_t)is->height != h->height);
    uint32_t want_w = h->frame_w ? h->frame_w : h->width, want_h = h->frame_w ? h->frame_h : h->height;
    if ((uint32_t)is->width != want_w || (uint32_t)is->height != want_h ||
        (framed && (h->frame_x + (uint64_t)want_w > h->width || h->frame_y + (uint64_t)want_h > h->height)))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its size");
    w->framed = framed;
    w->width = is->width;
    w->height = is->height;
    if (may_scale(is->format == 2, is->has_alpha != 0, framed))
        fz_decode_least(d, is->width, is->height, &w->width, &w->height);
    w->x = framed ? (int)h->frame_x : 0;
    w->y = framed ? (int)h->frame_y : 0;
    if (may_crop(d, framed, (uint64_t)w->width * (uint64_t)w->height))
        crop(w);
    return FZ_OK;
}

static enum fz_err begin(struct webp *w)
{
    struct fz_decode *d = w->d;
    WebPDecoderConfig *c = &w->config;
    size_t pitch = (size_t)w->width * 4, bytes = pitch * (size_t)w->height;
    w->pixels = fz_try_block(bytes);
    if (!w->pixels)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %dx%d pixels", w->width, w->height);
    fz_mem_populate(w->pixels, bytes);
    c->options.use_cropping = w->cropped;
    c->options.crop_left = w->x;
    c->options.crop_top = w->y;
    c->options.crop_width = w->width;
    c->options.crop_height = w->height;
    c->options.use_scaling = !w->cropped && (w->width != c->input.width || w->height != c->input.height);
    c->options.scaled_width = w->width;
    c->options.scaled_height = w->height;
    c->output.colorspace = MODE_BGRA;
    c->output.is_external_memory = 1;
    c->output.u.RGBA = (WebPRGBABuffer){.rgba = w->pixels, .stride = (int)pitch, .size = bytes};
    w->decoder = WebPIDecode(NULL, 0, c);
    if (!w->decoder)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for libwebp");
    bool part = w->framed || w->cropped;
    int in_w = part ? (int)d->header.width : w->width, in_h = part ? (int)d->header.height : w->height;
    enum fz_err code = fz_decode_begin(d, (int)d->header.width, (int)d->header.height, in_w, in_h);
    if (code == FZ_OK && w->framed)
        code = fz_rows_push_background(d, w->y);
    if (code == FZ_OK && w->cropped)
        fz_reduce_skip(&d->reduce, w->y);
    return code;
}

/* A lossless file that says that nothing of it is clear may have a fourth channel all the same. */
static void make_opaque(const struct webp *w, int from, int to)
{
    uint8_t *end = w->pixels + (size_t)to * (size_t)w->width * 4;
    for (uint8_t *px = w->pixels + (size_t)from * (size_t)w->width * 4; px < end; px += 4)
        px[3] = 255;
}

static enum fz_err push_new_rows(struct webp *w)
{
    int last = 0;
    if (!WebPIDecGetRGB(w->decoder, &last, NULL, NULL, NULL) || last <= w->pushed)
        return FZ_OK;
    struct fz_rows rows = {
        .at = w->pixels,
        .pitch_bytes = (ptrdiff_t)w->width * 4,
        .width = w->width,
        .x = w->x,
        .alpha = w->config.input.has_alpha ? FZ_ALPHA_STRAIGHT : FZ_ALPHA_OPAQUE,
    };
    if (w->config.input.format == 2 && !w->config.input.has_alpha)
        make_opaque(w, w->pushed, last);
    enum fz_err code = fz_rows_push(w->d, &rows, w->pushed, last);
    w->pushed = last;
    return code;
}

static enum fz_err decode(struct webp *w)
{
    struct fz_decode *d = w->d;
    size_t step = w->bytes.len / STEPS > STEP_BYTES ? w->bytes.len / STEPS : STEP_BYTES;
    VP8StatusCode status = VP8_STATUS_SUSPENDED;
    for (size_t end = 0; status == VP8_STATUS_SUSPENDED && end < w->bytes.len;) {
        if (fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        end = w->bytes.len - end > step ? end + step : w->bytes.len;
        status = WebPIUpdate(w->decoder, w->bytes.at, end);
        enum fz_err code = push_new_rows(w);
        if (code != FZ_OK)
            return code;
    }
    if (status == VP8_STATUS_OK)
        return FZ_OK;
    fail(w, status);
    if (w->pushed == 0)
        return d->err->code;
    d->out->damaged = true;
    return FZ_OK;
}

enum fz_err fz_webp_load(struct fz_decode *d)
{
    struct webp w = {.d = d, .bytes = frame_bytes(d)};
    struct fz_bytes profile = fz_webp_chunk(&d->file, "ICCP");
    fz_decode_set_profile(d, profile.at, profile.len);
    if (is_by_rows(d))
        return fz_webp_rows_load(d);
    if (is_by_bands(d))
        return fz_webp_bands_load(d);
    enum fz_err code = set_up(&w);
    if (code == FZ_OK)
        code = begin(&w);
    if (code == FZ_OK)
        code = decode(&w);
    WebPIDelete(w.decoder);
    WebPFreeDecBuffer(&w.config.output);
    fz_block_free(w.pixels);
    return code;
}
