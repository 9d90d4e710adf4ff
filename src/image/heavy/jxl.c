/* JPEG XL by libjxl: at 1/8 or less by its DC alone, cut short as far as it goes. */
#include "image/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_JXL

#include "base/mem.h"
#include "image/heavy/jxl_info.h"
#include "image/pixels/rows.h"

#include <jxl/decode.h>
#include <stdlib.h>

enum { STEP_BYTES = 256 << 10, DC_SCALE = 8, CANCEL_ROWS = 64 };

struct jxl {
    struct fz_decode *d;
    struct fz_bytes codes; /* that the decoder is given */
    JxlDecoder *decoder;   /* owned */
    JxlBasicInfo info;
    JxlPixelFormat format;
    uint8_t *pixels; /* owned: the picture as stored, R G B A or C M Y A, */
    uint8_t *plane;  /* owned: of inks, black beside them; else NULL */
    int black;       /* which channel that is */
    enum fz_hdr_curve curve;
    bool coarse;  /* the DC is enough */
    size_t given; /* bytes of `codes` that the decoder has or had */
};

static enum fz_err fail_early(struct fz_decode *d)
{
    return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file ends early");
}

static enum fz_err take_info(struct jxl *j)
{
    struct fz_decode *d = j->d;
    if (JxlDecoderGetBasicInfo(j->decoder, &j->info) != JXL_DEC_SUCCESS)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "jxl: its header is damaged");
    if (j->info.xsize != d->header.width || j->info.ysize != d->header.height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its size");
    int target_w, target_h;
    fz_decode_least(d, (int)j->info.xsize, (int)j->info.ysize, &target_w, &target_h);
    /* Of what has other channels beside its colours libjxl tells of no DC; if ever it does, they come later, and alpha is clear. */
    j->coarse = j->info.num_extra_channels == 0 && (uint64_t)target_w * DC_SCALE <= j->info.xsize &&
                (uint64_t)target_h * DC_SCALE <= j->info.ysize;
    j->format = (JxlPixelFormat){4, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    return FZ_OK;
}

/* 16 bits, which take libjxl three times the memory, only where a curve or a profile may spread them; inks are converted in
 * 8. */
static void take_colors(struct jxl *j)
{
    struct fz_jxl_colors colors;
    fz_jxl_colors_read(j->decoder, &j->info, &colors);
    j->curve = colors.curve;
    j->d->has_primaries = colors.has_primaries;
    j->d->primaries = colors.primaries;
    j->d->color = colors.color;
    j->black = colors.black;
    if (fz_color_is_cmyk(colors.color))
        j->coarse = false; /* what libjxl gives before the end lacks black */
    if (colors.curve != FZ_HDR_NONE ||
        (colors.icc && j->info.bits_per_sample > 8 && !fz_color_is_cmyk(colors.color)))
        j->format.data_type = JXL_TYPE_UINT16;
    fz_decode_set_profile(j->d, colors.icc, colors.icc_len);
    j->d->out->has_profile = colors.brought;
    free(colors.icc);
}

static enum fz_err make_room(struct jxl *j)
{
    size_t bytes = 0;
    if (JxlDecoderImageOutBufferSize(j->decoder, &j->format, &bytes) != JXL_DEC_SUCCESS || j->pixels)
        return fz_fail(j->d->err, FZ_E_DAMAGED, 0, "jxl: its frame is damaged");
    j->pixels = bytes <= j->d->working_bytes ? fz_try_malloc(bytes) : NULL;
    if (j->pixels)
        memset(j->pixels, 0, bytes); /* what a cut file does not reach */
    bool is_ink = fz_color_is_cmyk(j->d->color);
    if (is_ink)
        j->plane = fz_try_malloc((size_t)j->info.xsize * j->info.ysize);
    if (!j->pixels || (is_ink && !j->plane) ||
        JxlDecoderSetImageOutBuffer(j->decoder, &j->format, j->pixels, bytes) != JXL_DEC_SUCCESS ||
        (is_ink && !fz_jxl_black_ask(j->decoder, &j->info, j->black, j->plane)))
        return fz_fail(j->d->err, FZ_E_MEMORY, 0, "no memory for %ux%u pixels", j->info.xsize, j->info.ysize);
    return FZ_OK;
}

/* The next bytes of the file, so that it can be asked now and then whether to go on. */
static bool give_more(struct jxl *j)
{
    const struct fz_bytes *codes = &j->codes;
    size_t left = JxlDecoderReleaseInput(j->decoder), from = j->given - left;
    if (j->given >= codes->len)
        return false;
    size_t step = left < STEP_BYTES ? STEP_BYTES : left; /* what it does not take must grow */
    j->given = codes->len - j->given > step ? j->given + step : codes->len;
    JxlDecoderSetInput(j->decoder, codes->at + from, j->given - from);
    if (j->given == codes->len)
        JxlDecoderCloseInput(j->decoder);
    return true;
}

/* Until the first picture is there, as fine as it is needed; *complete is false where it is not all there. */
static enum fz_err decode(struct jxl *j, bool *complete)
{
    struct fz_decode *d = j->d;
    enum fz_err code = FZ_OK;
    *complete = true;
    while (code == FZ_OK) {
        if (fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        switch (JxlDecoderProcessInput(j->decoder)) {
        case JXL_DEC_NEED_MORE_INPUT:
            if (give_more(j))
                break;
            *complete = false;
            return j->pixels && JxlDecoderFlushImage(j->decoder) == JXL_DEC_SUCCESS ? FZ_OK : fail_early(d);
        case JXL_DEC_BASIC_INFO:
            code = take_info(j);
            break;
        case JXL_DEC_COLOR_ENCODING:
            take_colors(j);
            break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            code = make_room(j);
            break;
        case JXL_DEC_FRAME_PROGRESSION:
            if (j->coarse && j->pixels && JxlDecoderGetIntendedDownsamplingRatio(j->decoder) >= DC_SCALE &&
                JxlDecoderFlushImage(j->decoder) == JXL_DEC_SUCCESS)
                return FZ_OK; /* the DC, smoothed, at the picture's own size */
            break;
        case JXL_DEC_FULL_IMAGE:
        case JXL_DEC_SUCCESS:
            return j->pixels ? FZ_OK : fz_fail(d->err, FZ_E_DAMAGED, 0, "jxl: it has no pixels");
        default:
            *complete = false;
            if (j->pixels && JxlDecoderFlushImage(j->decoder) == JXL_DEC_SUCCESS)
                return FZ_OK;
            return fz_fail(d->err, FZ_E_DAMAGED, 0, "jxl: its data is damaged");
        }
    }
    return code;
}

static enum fz_err push_deep(struct fz_decode *d, uint16_t *rgba, const struct fz_hdr *hdr)
{
    for (int y = 0; y < d->reduce.in_h; y++, rgba += (size_t)d->reduce.in_w * 4) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        if (hdr)
            fz_hdr_row(hdr, rgba, d->reduce.in_w);
        fz_decode_push_deep(d, rgba);
    }
    return FZ_OK;
}

static enum fz_err push_inks(struct jxl *j)
{
    struct fz_decode *d = j->d;
    const size_t width = j->info.xsize;
    uint8_t *row = j->pixels, *plane = j->plane;
    for (uint32_t y = 0; y < j->info.ysize; y++, row += width * 4, plane += width) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        fz_jxl_black_merge(row, plane, width, j->info.alpha_premultiplied);
        if (j->info.alpha_bits > 0)
            fz_decode_push_inks(d, row, plane, FZ_ALPHA_STRAIGHT);
        else
            fz_decode_push(d, row, FZ_ALPHA_OPAQUE);
    }
    return FZ_OK;
}

static enum fz_err push(struct jxl *j)
{
    struct fz_decode *d = j->d;
    const int width = (int)j->info.xsize, height = (int)j->info.ysize;
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    if (code != FZ_OK)
        return code;
    if (j->plane)
        return push_inks(j);
    if (j->format.data_type == JXL_TYPE_UINT16) {
        struct fz_hdr *hdr = j->curve != FZ_HDR_NONE ? fz_hdr_new(j->curve, 0) : NULL;
        if (!hdr && j->curve != FZ_HDR_NONE)
            return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for tables");
        code = push_deep(d, (uint16_t *)(void *)j->pixels, hdr);
        fz_hdr_free(hdr);
        return code;
    }
    struct fz_rows rows = {j->pixels, (ptrdiff_t)width * 4, width, 0, true, FZ_ALPHA_OPAQUE};
    if (j->info.alpha_bits > 0)
        rows.alpha = FZ_ALPHA_STRAIGHT;
    return fz_rows_push(d, &rows, 0, height);
}

static enum fz_err load(struct jxl *j)
{
    struct fz_decode *d = j->d;
    j->decoder = JxlDecoderCreate(NULL); /* without a runner it has one thread */
    if (!j->decoder)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for libjxl");
    JxlDecoderSubscribeEvents(j->decoder, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING |
                                              JXL_DEC_FRAME_PROGRESSION | JXL_DEC_FULL_IMAGE);
    JxlDecoderSetKeepOrientation(j->decoder, JXL_TRUE);
    JxlDecoderSetUnpremultiplyAlpha(j->decoder, JXL_TRUE);
    JxlDecoderSetProgressiveDetail(j->decoder, kDC);
    bool complete;
    enum fz_err code = decode(j, &complete);
    if (code == FZ_OK)
        code = push(j);
    if (code == FZ_OK && !complete) {
        d->out->damaged = true;
        fail_early(d);
    }
    return code;
}

enum fz_err fz_jxl_load(struct fz_decode *d)
{
    struct jxl j = {.d = d, .codes = fz_jxl_codestream(&d->file)};
    enum fz_err code = load(&j);
    if (j.decoder)
        JxlDecoderDestroy(j.decoder);
    free(j.pixels);
    free(j.plane);
    return code;
}

#endif
