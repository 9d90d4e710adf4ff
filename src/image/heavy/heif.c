/* HEIC and AVIF by libheif: the picture, or the smallest of its thumbnails that is large enough for who asks for all of it and
 * nothing exact: libheif makes them out of every so manyth pixel, so that they are up to 20 of 255 off. */
#include "image/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_HEIF

#include "base/mem.h"
#include "image/codecs/heif_boxes.h"
#include "image/pixels/deep.h"
#include "image/pixels/h273.h"
#include "image/limits.h"
#include "image/pixels/rows.h"

#include <libheif/heif.h>
#include <stdlib.h>

enum { MAX_THUMBNAILS = 16, MIN_CODED_SIDE = 1024, BLOCK = 64, CANCEL_ROWS = 64 };

struct heif {
    struct fz_decode *d;
    struct heif_context *context;     /* owned */
    struct heif_image_handle *handle; /* owned: the picture */
    struct heif_image_handle *source; /* owned where it is another: what is decoded */
    struct heif_image *image;         /* owned */
    int width, height;                /* of the picture, upright where libheif turns it, px */
    uint8_t *copy;                    /* owned: the file as libheif is to see it; NULL: as it is */
    bool is_alone;                    /* it is decoded as it is coded, */
    struct fz_heif_part part;         /* of which that is shown */
    bool is_limited;                  /* its range is, and libheif is told that it is full */
    enum fz_hdr_curve curve;
    struct fz_hdr *hdr; /* owned; NULL: it has no such curve */
};

static enum fz_err fail(const struct heif *h, struct heif_error error)
{
    bool unread = error.code == heif_error_Unsupported_feature ||
                  error.code == heif_error_Unsupported_filetype ||
                  error.subcode == heif_suberror_Unsupported_codec;
    /* With any other detail it was not asked for any: the sizes are wrong. */
    bool memory =
        error.code == heif_error_Memory_allocation_error && error.subcode == heif_suberror_Unspecified;
    bool limit = error.subcode == heif_suberror_Security_limit_exceeded;
    return fz_fail(h->d->err,
                   memory   ? FZ_E_MEMORY
                   : limit  ? FZ_E_LIMIT
                   : unread ? FZ_E_UNSUPPORTED
                            : FZ_E_DAMAGED,
                   0, "%s: %s", h->d->format->name, error.message);
}

static enum fz_err copy_file(struct heif *h)
{
    const struct fz_bytes *file = &h->d->file;
    const uint64_t range_at = fz_heif_limited_range(file);
    h->is_alone = fz_heif_is_left_alone(file, &h->part);
    h->is_limited = range_at > 0;
    if (!h->is_alone && !h->is_limited)
        return FZ_OK;
    h->copy = fz_try_malloc(file->len);
    if (!h->copy)
        return fz_fail(h->d->err, FZ_E_MEMORY, 0, "no memory for a copy of the file");
    memcpy(h->copy, file->at, file->len);
    if (h->is_alone)
        fz_heif_leave_alone(file, h->copy);
    if (h->is_limited)
        h->copy[range_at] |= 0x80;
    return FZ_OK;
}

static enum fz_err open_file(struct heif *h)
{
    struct fz_decode *d = h->d;
    enum fz_err code = copy_file(h);
    if (code != FZ_OK)
        return code;
    h->context = heif_context_alloc();
    if (!h->context)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for libheif");
    /* The workers are the threads. */
    heif_context_set_max_decoding_threads(h->context, 0);
    uint32_t side = d->header.coded_side + BLOCK;
    heif_context_set_maximum_image_size_limit(h->context,
                                              (int)(side > MIN_CODED_SIDE ? side : MIN_CODED_SIDE));
    struct heif_error error = heif_context_read_from_memory_without_copy(
        h->context, h->copy ? h->copy : d->file.at, d->file.len, NULL);
    if (error.code == heif_error_Ok)
        error = heif_context_get_primary_image_handle(h->context, &h->handle);
    if (error.code != heif_error_Ok)
        return fail(h, error);
    h->source = h->handle;
    h->width = heif_image_handle_get_width(h->handle);
    h->height = heif_image_handle_get_height(h->handle);
    /* Where no property tells it libheif finds out by decoding. */
    if (h->is_alone || (h->width == 0 && h->height == 0)) {
        bool swaps = !h->is_alone && fz_orient_swaps(d->out->orientation);
        h->width = (int)(swaps ? d->header.height : d->header.width);
        h->height = (int)(swaps ? d->header.width : d->header.height);
    }
    if (h->width < 1 || h->height < 1)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: it has no pixels", d->format->name);
    return fz_limits_check(&d->request->limits, (uint32_t)h->width, (uint32_t)h->height, false, d->err);
}

/* Same shape to within a pixel of the smaller one, and large enough. */
static bool covers(const struct heif *h, const struct heif_image_handle *small, int target_w, int target_h)
{
    int64_t w = heif_image_handle_get_width(small), high = heif_image_handle_get_height(small);
    int64_t across = w * h->height - high * h->width;
    int64_t pixel = h->width > h->height ? h->width : h->height;
    return w >= target_w && high >= target_h && across <= pixel && -across <= pixel &&
           heif_image_handle_has_alpha_channel(small) == heif_image_handle_has_alpha_channel(h->handle);
}

static void choose_thumbnail(struct heif *h)
{
    heif_item_id ids[MAX_THUMBNAILS];
    int target_w, target_h;
    fz_decode_least(h->d, h->width, h->height, &target_w, &target_h);
    int count = heif_image_handle_get_list_of_thumbnail_IDs(h->handle, ids, MAX_THUMBNAILS);
    for (int i = 0; i < count; i++) {
        struct heif_image_handle *small = NULL;
        struct heif_error error = heif_image_handle_get_thumbnail(h->handle, ids[i], &small);
        if (error.code != heif_error_Ok)
            continue;
        bool better = covers(h, small, target_w, target_h) &&
                      heif_image_handle_get_width(small) < heif_image_handle_get_width(h->source);
        struct heif_image_handle *worse = better ? h->source : small;
        if (better)
            h->source = small;
        if (worse != h->handle)
            heif_image_handle_release(worse);
    }
}

static bool is_premultiplied(const struct heif *h)
{
    return heif_image_handle_has_alpha_channel(h->source) &&
           heif_image_handle_is_premultiplied_alpha(h->source);
}

/* Colours in numbers, where they are not those of sRGB. The curves of television are taken for that of sRGB. */
static void take_primaries(struct heif *h)
{
    struct heif_color_profile_nclx *nclx = NULL;
    struct heif_error error = heif_image_handle_get_nclx_color_profile(h->handle, &nclx);
    if (error.code == heif_error_Ok && nclx) {
        const unsigned transfer = (unsigned)nclx->transfer_characteristics;
        h->curve = fz_h273_curve(transfer);
        h->d->has_primaries = fz_h273_primaries((unsigned)nclx->color_primaries, transfer, &h->d->primaries);
    }
    heif_nclx_color_profile_free(nclx);
}

/* libheif does not tell whether a picture has colours; a profile of grey stands in none that has. */
static bool is_of_grey(const uint8_t *icc, size_t len)
{
    enum { SPACE_AT = 16 }; /* ICC.1, 7.2 */
    return len >= SPACE_AT + 4 && memcmp(icc + SPACE_AT, "GRAY", 4) == 0;
}

static void take_profile(struct heif *h)
{
    enum heif_color_profile_type type = heif_image_handle_get_color_profile_type(h->handle);
    size_t len = heif_image_handle_get_raw_color_profile_size(h->handle);
    if (type == heif_color_profile_type_nclx)
        take_primaries(h);
    if ((type != heif_color_profile_type_prof && type != heif_color_profile_type_rICC) || len == 0 ||
        len > FZ_MAX_PROFILE_BYTES)
        return;
    uint8_t *icc = fz_try_malloc(len);
    struct heif_error error = icc ? heif_image_handle_get_raw_color_profile(h->handle, icc)
                                  : (struct heif_error){.code = heif_error_Memory_allocation_error};
    if (error.code == heif_error_Ok) {
        h->d->color = is_of_grey(icc, len) ? FZ_COLOR_GREY : FZ_COLOR_RGB;
        fz_decode_set_profile(h->d, icc, len);
    }
    free(icc);
}

static struct heif_error decode(struct heif *h, bool deep)
{
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    if (options)
        options->convert_hdr_to_8bit = !deep;
    struct heif_error error =
        heif_decode_image(h->source, &h->image, heif_colorspace_RGB,
                          deep ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RGBA, options);
    heif_decoding_options_free(options);
    return error;
}

/* A sample of limited range (H.273, 8.3) to 0..65535. */
static uint16_t widen(unsigned v, int bits)
{
    const unsigned black = 16u << (bits - 8), span = 219u << (bits - 8);
    return v > black ? fz_deep_scale(v - black, span) : 0;
}

static void unmultiply(uint16_t *rgba, int count)
{
    for (int i = 0; i < count; i++, rgba += 4)
        for (int c = 0; c < 3; c++)
            rgba[c] = fz_deep_unmultiply(rgba[c], rgba[3]);
}

/* R G B A of `bits` bits, least significant byte first; used up. */
static enum fz_err push_deep(struct heif *h, uint8_t *plane, int stride, int height, int bits)
{
    struct fz_decode *d = h->d;
    const unsigned most = (1u << bits) - 1;
    const bool premultiplied = is_premultiplied(h);
    for (int y = 0; y < height; y++, plane += stride) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        uint16_t *row = (uint16_t *)(void *)plane;
        for (int i = 0; i < d->reduce.in_w * 4; i++) {
            const uint8_t *from = plane + (ptrdiff_t)i * 2;
            const unsigned v = fz_load_le16(from);
            row[i] = h->is_limited && i % 4 < 3 ? widen(v, bits) : fz_deep_scale(v, most);
        }
        if (premultiplied)
            unmultiply(row, d->reduce.in_w);
        if (h->hdr)
            fz_hdr_row(h->hdr, row, d->reduce.in_w);
        fz_decode_push_deep(d, row);
    }
    return FZ_OK;
}

/* Before what is premultiplied is undone: that comes first where it is made. */
static void widen_rows(const struct fz_rows *rows, int from, int to)
{
    uint8_t wide[256];
    for (unsigned v = 0; v < 256; v++)
        wide[v] = fz_deep_byte(widen(v, 8));
    for (int y = from; y < to; y++) {
        uint8_t *row = rows->at + y * rows->pitch_bytes;
        for (int i = 0; i < rows->width * 4; i++)
            row[i] = i % 4 < 3 ? wide[row[i]] : row[i];
    }
}

static enum fz_err push_bytes(struct heif *h, uint8_t *plane, int stride, int width, int height)
{
    struct fz_rows rows = {plane, stride, width, 0, true, FZ_ALPHA_OPAQUE};
    enum fz_err code = FZ_OK;
    if (heif_image_handle_has_alpha_channel(h->source))
        rows.alpha = is_premultiplied(h) ? FZ_ALPHA_PREMULTIPLIED : FZ_ALPHA_STRAIGHT;
    for (int y = 0, to; y < height && code == FZ_OK; y = to) {
        to = height - y > CANCEL_ROWS ? y + CANCEL_ROWS : height;
        if (h->is_limited)
            widen_rows(&rows, y, to);
        code = fz_rows_push(h->d, &rows, y, to);
    }
    return code;
}

static enum fz_err push(struct heif *h, bool deep)
{
    struct fz_decode *d = h->d;
    int stride = 0, width = heif_image_get_width(h->image, heif_channel_interleaved),
        height = heif_image_get_height(h->image, heif_channel_interleaved);
    uint8_t *plane = heif_image_get_plane(h->image, heif_channel_interleaved, &stride);
    int bits = heif_image_get_bits_per_pixel_range(h->image, heif_channel_interleaved);
    if (!plane || width < 1 || height < 1 || stride / (deep ? 8 : 4) < width ||
        (deep && (bits < 8 || bits > 16)))
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: it has no pixels", d->format->name);
    if (h->is_alone) {
        const struct fz_heif_part *part = &h->part;
        if (part->x + part->w > (uint32_t)width || part->y + part->h > (uint32_t)height)
            return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s: it holds but %dx%d pixels", d->format->name, width,
                           height);
        plane += (ptrdiff_t)part->y * stride + (ptrdiff_t)part->x * (deep ? 8 : 4);
        width = (int)part->w;
        height = (int)part->h;
    }
    enum fz_err code = fz_decode_begin(d, h->width, h->height, width, height);
    if (code != FZ_OK)
        return code;
    return deep ? push_deep(h, plane, stride, height, bits) : push_bytes(h, plane, stride, width, height);
}

/* Of the brightest, where the file tells it; else 0. */
static unsigned peak_nits(const struct heif_image *image)
{
#if LIBHEIF_HAVE_VERSION(1, 15, 0)
    struct heif_content_light_level level = {0};
    if (heif_image_has_content_light_level(image))
        heif_image_get_content_light_level(image, &level);
    return level.max_content_light_level;
#else
    (void)image;
    return 0;
#endif
}

static enum fz_err load(struct heif *h)
{
    enum fz_err code = open_file(h);
    if (code != FZ_OK)
        return code;
    /* A thumbnail may be of another range; and parts of one that is no half or quarter do not lie side by side. */
    const struct fz_image_want *want = &h->d->request->want;
    if (!want->exact && want->region.w == 0 && !h->is_alone && !h->is_limited)
        choose_thumbnail(h);
    take_profile(h);
    if (fz_decode_cancelled(h->d))
        return fz_decode_fail_cancelled(h->d);
    bool deep = heif_image_handle_get_luma_bits_per_pixel(h->source) > 8 || h->curve != FZ_HDR_NONE;
    struct heif_error error = decode(h, deep);
    if (error.code != heif_error_Ok)
        return fail(h, error);
    if (deep && h->curve != FZ_HDR_NONE && !(h->hdr = fz_hdr_new(h->curve, peak_nits(h->image))))
        return fz_fail(h->d->err, FZ_E_MEMORY, 0, "no memory for tables");
    return push(h, deep);
}

enum fz_err fz_heif_load(struct fz_decode *d)
{
    struct heif h = {.d = d};
    enum fz_err code = load(&h);
    fz_hdr_free(h.hdr);
    heif_image_release(h.image);
    if (h.source != h.handle)
        heif_image_handle_release(h.source);
    heif_image_handle_release(h.handle);
    heif_context_free(h.context);
    free(h.copy);
    return code;
}

#endif
