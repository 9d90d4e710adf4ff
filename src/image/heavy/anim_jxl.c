/* JPEG XL, played by libjxl, which disposes and blends. */
#include "image/anim/format.h"

#include "frieze_config.h"

#if FRIEZE_WITH_JXL

#include "base/mem.h"
#include "image/heavy/jxl_info.h"

#include <limits.h>
#include <stdlib.h>

struct jxl {
    JxlDecoder *decoder; /* owned; NULL: at the start */
    JxlBasicInfo info;
    uint8_t *pixels;  /* owned: the canvas */
    uint8_t *plane;   /* owned: of inks, black, and alpha once the frame is whole; else NULL */
    int black;        /* which channel that is */
    uint8_t *profile; /* owned */
};

static const JxlPixelFormat format = {4, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};

static enum fz_err start(struct fz_anim *anim, struct fz_error *err)
{
    struct jxl *j = anim->state;
    const struct fz_bytes codes = fz_jxl_codestream(&anim->bytes);
    j->decoder = JxlDecoderCreate(NULL); /* without a runner it has one thread */
    if (!j->decoder)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for libjxl");
    JxlDecoderSubscribeEvents(j->decoder, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FRAME |
                                              JXL_DEC_FULL_IMAGE);
    JxlDecoderSetKeepOrientation(j->decoder, JXL_TRUE);
    JxlDecoderSetUnpremultiplyAlpha(j->decoder, JXL_TRUE);
    JxlDecoderSetInput(j->decoder, codes.at, codes.len);
    JxlDecoderCloseInput(j->decoder);
    return FZ_OK;
}

static void jxl_rewind(struct fz_anim *anim)
{
    struct jxl *j = anim->state;
    if (j->decoder)
        JxlDecoderDestroy(j->decoder);
    j->decoder = NULL;
}

static void take_colors(struct fz_anim *anim)
{
    struct jxl *j = anim->state;
    struct fz_jxl_colors colors;
    fz_jxl_colors_read(j->decoder, &j->info, &colors);
    anim->curve = colors.curve;
    anim->has_primaries = colors.has_primaries;
    anim->primaries = colors.primaries;
    free(j->profile);
    j->profile = colors.icc;
    anim->color = colors.color;
    j->black = colors.black;
    anim->icc = (struct fz_bytes){.at = colors.icc, .len = colors.icc_len, .whole = true};
}

static bool take_pixels(struct fz_anim *anim)
{
    struct jxl *j = anim->state;
    size_t bytes = 0, room = (size_t)anim->width * anim->height * 4;
    return JxlDecoderImageOutBufferSize(j->decoder, &format, &bytes) == JXL_DEC_SUCCESS && bytes == room &&
           JxlDecoderSetImageOutBuffer(j->decoder, &format, j->pixels, bytes) == JXL_DEC_SUCCESS &&
           fz_color_is_cmyk(anim->color) == (j->plane != NULL) &&
           (!j->plane || fz_jxl_black_ask(j->decoder, &j->info, j->black, j->plane));
}

static int64_t delay_ms(const struct jxl *j)
{
    JxlFrameHeader header;
    const JxlAnimationHeader *time = &j->info.animation;
    if (JxlDecoderGetFrameHeader(j->decoder, &header) != JXL_DEC_SUCCESS || time->tps_numerator == 0)
        return 0;
    return (int64_t)header.duration * 1000 * time->tps_denominator / time->tps_numerator;
}

/* R G B A to B G R A, in place. */
static void swap_colors(uint8_t *pixels, size_t count)
{
    for (uint8_t *px = pixels, *end = pixels + count * 4; px < end; px += 4) {
        uint8_t red = px[0];
        px[0] = px[2];
        px[2] = red;
    }
}

static void finish_pixels(struct fz_anim *anim)
{
    struct jxl *j = anim->state;
    const size_t count = (size_t)anim->width * anim->height;
    if (j->plane)
        fz_jxl_black_merge(j->pixels, j->plane, count, j->info.alpha_premultiplied);
    else
        swap_colors(j->pixels, count);
    anim->alphas = j->info.alpha_bits > 0 ? j->plane : NULL;
}

static enum fz_err jxl_next(struct fz_anim *anim, struct fz_error *err)
{
    struct jxl *j = anim->state;
    enum fz_err code = j->decoder ? FZ_OK : start(anim, err);
    while (code == FZ_OK) {
        bool fine = true;
        switch (JxlDecoderProcessInput(j->decoder)) {
        case JXL_DEC_BASIC_INFO:
            fine = JxlDecoderGetBasicInfo(j->decoder, &j->info) == JXL_DEC_SUCCESS &&
                   j->info.xsize == anim->width && j->info.ysize == anim->height;
            break;
        case JXL_DEC_COLOR_ENCODING:
            take_colors(anim);
            break;
        case JXL_DEC_FRAME:
            anim->delay_ms = delay_ms(j);
            break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            fine = take_pixels(anim);
            break;
        case JXL_DEC_FULL_IMAGE:
            finish_pixels(anim);
            return FZ_OK;
        default:
            fine = false;
        }
        if (!fine)
            code = fz_fail(err, FZ_E_DAMAGED, 0, "frame %d is damaged", anim->next + 1);
    }
    return code;
}

static enum fz_err jxl_open(struct fz_anim *anim, struct fz_error *err)
{
    struct jxl *j = anim->state = fz_calloc(1, sizeof *j);
    struct fz_facts facts = {.max_frames = INT_MAX};
    fz_jxl_facts(&anim->bytes, &facts);
    anim->facts.frames = facts.frames;
    if (facts.frames < 2)
        return FZ_OK;
    enum fz_err code = start(anim, err);
    if (code != FZ_OK)
        return code;
    if (JxlDecoderProcessInput(j->decoder) != JXL_DEC_BASIC_INFO ||
        JxlDecoderGetBasicInfo(j->decoder, &j->info) != JXL_DEC_SUCCESS)
        return fz_fail(err, FZ_E_DAMAGED, 0, "jxl: its header is damaged");
    anim->facts.plays = j->info.animation.num_loops < INT_MAX ? (int)j->info.animation.num_loops : 0;
    if (JxlDecoderProcessInput(j->decoder) == JXL_DEC_COLOR_ENCODING)
        take_colors(anim); /* what a curve takes is made before the first frame */
    jxl_rewind(anim);
    const size_t count = (size_t)anim->width * anim->height;
    j->pixels = fz_try_malloc(count * 4);
    if (fz_color_is_cmyk(anim->color))
        j->plane = fz_try_malloc(count);
    anim->canvas = j->pixels;
    if (!j->pixels || (fz_color_is_cmyk(anim->color) && !j->plane))
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for a canvas of %ux%u", anim->width, anim->height);
    return FZ_OK;
}

static void jxl_close(struct fz_anim *anim)
{
    struct jxl *j = anim->state;
    jxl_rewind(anim);
    free(j->pixels);
    free(j->plane);
    free(j->profile);
    free(j);
}

const struct fz_anim_format fz_anim_jxl = {.name = "jxl",
                                           .px_bytes = FZ_ANIM_JXL_PX_BYTES,
                                           .open = jxl_open,
                                           .next = jxl_next,
                                           .rewind = jxl_rewind,
                                           .close = jxl_close};

#endif
