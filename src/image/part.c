/* What of a picture is wanted, and how large it becomes. */
#include "image/format.h"
#include "image/limits.h"

#include <endian.h>
#include <limits.h>
#include <string.h>

/* Decoders that scale let through what is too fine, and more of it the smaller they make it. Of a zone plate beyond what the
 * result can show there is left, of 90: 8 where they give just enough, 5.4 at twice that (what libvips takes), 0.5 at three
 * times, which is as much as of a full decode. */
enum { SMOOTH_TIMES = 3 };

void fz_image_fit(int width, int height, int box_w, int box_h, int *out_w, int *out_h)
{
    *out_w = width;
    *out_h = height;
    int64_t w = width, h = height;
    int64_t bw = box_w > 0 ? box_w : INT_MAX, bh = box_h > 0 ? box_h : INT_MAX;
    if (w <= bw && h <= bh)
        return;
    /* Rounded to the nearest pixel along the side that is not the tight one. */
    if (w * bh >= h * bw) {
        *out_w = (int)bw;
        *out_h = (int)((h * bw + w / 2) / w);
    } else {
        *out_w = (int)((w * bh + h / 2) / h);
        *out_h = (int)bh;
    }
    *out_w = *out_w < 1 ? 1 : *out_w;
    *out_h = *out_h < 1 ? 1 : *out_h;
}

void fz_image_cover(int width, int height, int *box_w, int *box_h)
{
    int64_t w = width, h = height, bw = *box_w, bh = *box_h;
    if (w * bh > h * bw) { /* wider than the box */
        int64_t wide = (w * bh + h / 2) / h;
        *box_w = (int)(wide < bw * FZ_IMAGE_COVER ? wide : bw * FZ_IMAGE_COVER);
    } else {
        int64_t high = (h * bw + w / 2) / w;
        *box_h = (int)(high < bh * FZ_IMAGE_COVER ? high : bh * FZ_IMAGE_COVER);
    }
}

static bool is_on_sheet(const struct fz_image_want *want)
{
    return want->sheet_w > 0 && want->sheet_h > 0 && want->region.w == 0;
}

static void fit_sheet(const struct fz_image_want *want, int *w, int *h)
{
    fz_image_fit(want->sheet_w, want->sheet_h, want->box_w, want->box_h, w, h);
}

/* Rounded, at least 1. */
static int scaled(int px, int by, int of)
{
    int64_t to = ((int64_t)px * by + of / 2) / of;
    return to < 1 ? 1 : (int)to;
}

/* The upright size of an upright page, at the scale of its sheet. */
static void fit_page(const struct fz_image_want *want, int width, int height, int *out_w, int *out_h)
{
    int sheet_w, sheet_h, w, h;
    fit_sheet(want, &sheet_w, &sheet_h);
    fz_image_fit(width, height, want->sheet_w, want->sheet_h, &w, &h);
    *out_w = scaled(w, sheet_w, want->sheet_w);
    *out_h = scaled(h, sheet_h, want->sheet_h);
}

struct fz_part fz_decode_part(const struct fz_decode *d, int width, int height)
{
    const struct fz_image_want *want = &d->request->want;
    bool swaps = fz_orient_swaps(d->turn);
    int box_w = swaps ? want->box_h : want->box_w, box_h = swaps ? want->box_w : want->box_h;
    if (want->covers)
        fz_image_cover(width, height, &box_w, &box_h);
    struct fz_part part = {.of = fz_region_stored(&want->region, d->turn, width, height)};
    if (want->region.w == 0 && want->times > 1 && d->format->draws) {
        part.out_w = box_w;
        part.out_h = box_h;
        return part;
    }
    if (is_on_sheet(want)) {
        fit_page(want, swaps ? height : width, swaps ? width : height, swaps ? &part.out_h : &part.out_w,
                 swaps ? &part.out_w : &part.out_h);
        return part;
    }
    if (want->region.w == 0) {
        fz_image_fit(width, height, box_w, box_h, &part.out_w, &part.out_h);
        return part;
    }
    part.out_w = box_w > 0 && box_w < part.of.w ? box_w : part.of.w;
    part.out_h = box_h > 0 && box_h < part.of.h ? box_h : part.of.h;
    return part;
}

static void fill(const struct fz_image *out, uint32_t rgb)
{
    const uint32_t px = htole32(rgb | UINT32_C(0xff000000));
    for (int y = 0; y < out->out_h; y++)
        for (int x = 0; x < out->out_w; x++)
            memcpy(out->pixels + (ptrdiff_t)y * out->pitch_bytes + (ptrdiff_t)x * 4, &px, 4);
}

enum fz_err fz_decode_alloc(struct fz_decode *d, int width, int height, uint8_t **to)
{
    const struct fz_image_request *request = d->request;
    struct fz_image *out = d->out;
    out->out_w = width;
    out->out_h = height;
    if (is_on_sheet(&request->want))
        fit_sheet(&request->want, &out->out_w, &out->out_h);
    enum fz_err code = fz_limits_check_output(&request->limits, out->out_w, out->out_h, d->err);
    if (code != FZ_OK)
        return code;
    out->pixels = request->host.alloc(request->host.ctx, out->out_w, out->out_h, &out->pitch_bytes);
    if (!out->pixels)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %dx%d pixels", out->out_w, out->out_h);
    *to = out->pixels;
    if (out->out_w == width && out->out_h == height)
        return FZ_OK;
    fill(out, request->want.background);
    out->shows_background = true;
    *to +=
        (ptrdiff_t)((out->out_h - height) / 2) * out->pitch_bytes + (ptrdiff_t)((out->out_w - width) / 2) * 4;
    return FZ_OK;
}

static int smooth_times(const struct fz_image_want *want)
{
    return want->smooth ? SMOOTH_TIMES : 1;
}

struct fz_part fz_decode_least_part(const struct fz_decode *d, int width, int height)
{
    struct fz_part part = fz_decode_part(d, width, height);
    int times = smooth_times(&d->request->want);
    part.out_w = part.out_w < part.of.w / times ? part.out_w * times : part.of.w;
    part.out_h = part.out_h < part.of.h / times ? part.out_h * times : part.of.h;
    return part;
}

static void whole_of(const struct fz_part *part, int width, int height, int *out_w, int *out_h)
{
    *out_w = (int)(((int64_t)width * part->out_w + part->of.w - 1) / part->of.w);
    *out_h = (int)(((int64_t)height * part->out_h + part->of.h - 1) / part->of.h);
}

void fz_decode_target(const struct fz_decode *d, int width, int height, int *out_w, int *out_h)
{
    struct fz_part part = fz_decode_part(d, width, height);
    whole_of(&part, width, height, out_w, out_h);
}

void fz_decode_least(const struct fz_decode *d, int width, int height, int *least_w, int *least_h)
{
    struct fz_part part = fz_decode_least_part(d, width, height);
    whole_of(&part, width, height, least_w, least_h);
}

bool fz_decode_is_coarse(const struct fz_decode *d)
{
    const struct fz_image_want *want = &d->request->want;
    const struct fz_header *h = &d->header;
    if (!h->coarse_first || want->region.w > 0)
        return false;
    for (int turned = 0; turned < 2; turned++) { /* which one is not known yet */
        int box_w = turned ? want->box_h : want->box_w, box_h = turned ? want->box_w : want->box_h;
        int w, h_px;
        if (want->covers)
            fz_image_cover((int)h->width, (int)h->height, &box_w, &box_h);
        fz_image_fit((int)h->width, (int)h->height, box_w, box_h, &w, &h_px);
        int64_t times = smooth_times(want);
        if (w * times > (h->width + 7) / 8 || h_px * times > (h->height + 7) / 8)
            return false;
    }
    return true;
}
