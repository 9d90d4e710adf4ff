#include "image/heavy/jxl_info.h"

#include "base/mem.h"
#include "image/format.h"

#include <stdlib.h>
#include <string.h>

#if FRIEZE_WITH_JXL

#if JPEGXL_NUMERIC_VERSION < JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
#define PIXEL_FORMAT &(const JxlPixelFormat){4, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0},
#else
#define PIXEL_FORMAT
#endif

static bool is_srgb(const JxlColorEncoding *c)
{
    return (c->color_space == JXL_COLOR_SPACE_RGB || c->color_space == JXL_COLOR_SPACE_GRAY) &&
           c->white_point == JXL_WHITE_POINT_D65 && c->transfer_function == JXL_TRANSFER_FUNCTION_SRGB &&
           (c->color_space == JXL_COLOR_SPACE_GRAY || c->primaries == JXL_PRIMARIES_SRGB);
}

static bool brings_profile(const JxlDecoder *decoder)
{
    JxlColorEncoding encoding;
    return JxlDecoderGetColorAsEncodedProfile(decoder, PIXEL_FORMAT JXL_COLOR_PROFILE_TARGET_ORIGINAL,
                                              &encoding) != JXL_DEC_SUCCESS;
}

static enum fz_hdr_curve curve_of(const JxlDecoder *decoder, JxlColorProfileTarget target,
                                  JxlColorEncoding *c)
{
    if (JxlDecoderGetColorAsEncodedProfile(decoder, PIXEL_FORMAT target, c) != JXL_DEC_SUCCESS ||
        (c->color_space != JXL_COLOR_SPACE_RGB && c->color_space != JXL_COLOR_SPACE_GRAY))
        return FZ_HDR_NONE;
    return c->transfer_function == JXL_TRANSFER_FUNCTION_PQ    ? FZ_HDR_PQ
           : c->transfer_function == JXL_TRANSFER_FUNCTION_HLG ? FZ_HDR_HLG
                                                               : FZ_HDR_NONE;
}

/* FZ_HDR_NONE: it is none, nothing was asked for. */
static enum fz_hdr_curve read_hdr(JxlDecoder *decoder, const JxlBasicInfo *info,
                                  struct fz_primaries *primaries)
{
    JxlColorEncoding c;
    enum fz_hdr_curve curve = curve_of(decoder, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &c);
    if (curve == FZ_HDR_NONE)
        return curve;
    if (!info->uses_original_profile)
        JxlDecoderSetPreferredColorProfile(decoder, &c);
    *primaries = (struct fz_primaries){
        .white = {c.white_point_xy[0], c.white_point_xy[1]},
        .red = {c.primaries_red_xy[0], c.primaries_red_xy[1]},
        .green = {c.primaries_green_xy[0], c.primaries_green_xy[1]},
        .blue = {c.primaries_blue_xy[0], c.primaries_blue_xy[1]},
    };
    return curve_of(decoder, JXL_COLOR_PROFILE_TARGET_DATA, &c);
}

/* ICC.1, 7.2.6: the data's colour space. Only as it is stored: what libjxl converts are colours of light. */
static bool is_ink(const JxlBasicInfo *info, const uint8_t *icc, size_t len)
{
    enum { SPACE_AT = 16, SPACE_BYTES = 4 };
    return info->uses_original_profile && info->num_color_channels == 3 && len >= SPACE_AT + SPACE_BYTES &&
           memcmp(icc + SPACE_AT, "CMYK", SPACE_BYTES) == 0;
}

void fz_jxl_colors_read(JxlDecoder *decoder, const JxlBasicInfo *info, struct fz_jxl_colors *out)
{
    bool grey = info->num_color_channels == 1;
    JxlColorEncoding encoding = {
        .color_space = grey ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB,
        .white_point = JXL_WHITE_POINT_D65,
        .primaries = JXL_PRIMARIES_SRGB,
        .transfer_function = JXL_TRANSFER_FUNCTION_SRGB,
        .rendering_intent = JXL_RENDERING_INTENT_PERCEPTUAL,
    };
    size_t len = 0;
    *out = (struct fz_jxl_colors){.color = grey ? FZ_COLOR_GREY : FZ_COLOR_RGB,
                                  .black = FZ_JXL_NO_BLACK,
                                  .brought = brings_profile(decoder)};
    out->curve = read_hdr(decoder, info, &out->primaries);
    out->has_primaries = out->curve != FZ_HDR_NONE && !grey;
    if (out->curve != FZ_HDR_NONE)
        return;
    if (!info->uses_original_profile)
        JxlDecoderSetPreferredColorProfile(decoder, &encoding);
    if (JxlDecoderGetColorAsEncodedProfile(decoder, PIXEL_FORMAT JXL_COLOR_PROFILE_TARGET_DATA, &encoding) ==
            JXL_DEC_SUCCESS &&
        is_srgb(&encoding))
        return;
    if (JxlDecoderGetICCProfileSize(decoder, PIXEL_FORMAT JXL_COLOR_PROFILE_TARGET_DATA, &len) !=
            JXL_DEC_SUCCESS ||
        len == 0 || len > FZ_MAX_PROFILE_BYTES)
        return;
    uint8_t *icc = fz_try_malloc(len);
    if (icc && JxlDecoderGetColorAsICCProfile(decoder, PIXEL_FORMAT JXL_COLOR_PROFILE_TARGET_DATA, icc,
                                              len) == JXL_DEC_SUCCESS) {
        out->icc = icc;
        out->icc_len = len;
        if (is_ink(info, icc, len)) {
            out->color = FZ_COLOR_CMYK_INVERTED;
            out->black = fz_jxl_black_find(decoder, info);
        }
    } else {
        free(icc);
    }
}

/* Frames are counted by their headers, without their pixels. */
enum fz_head_status fz_jxl_facts(const struct fz_bytes *bytes, struct fz_facts *facts)
{
    const struct fz_bytes codes = fz_jxl_codestream(bytes);
    JxlDecoder *decoder = JxlDecoderCreate(NULL);
    JxlBasicInfo info = {0};
    JxlDecoderStatus status = JXL_DEC_ERROR;
    int frames = 0;
    facts->frames = 1;
    if (decoder) {
        JxlDecoderSubscribeEvents(decoder, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FRAME);
        JxlDecoderSetInput(decoder, codes.at, codes.len);
        if (codes.whole)
            JxlDecoderCloseInput(decoder);
        status = JxlDecoderProcessInput(decoder);
    }
    for (; status == JXL_DEC_BASIC_INFO || status == JXL_DEC_COLOR_ENCODING || status == JXL_DEC_FRAME;
         status = JxlDecoderProcessInput(decoder)) {
        if (status == JXL_DEC_BASIC_INFO && JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS)
            break;
        if (status == JXL_DEC_COLOR_ENCODING)
            facts->has_profile = brings_profile(decoder);
        if (status == JXL_DEC_COLOR_ENCODING && !info.have_animation)
            break;
        if (status == JXL_DEC_FRAME && ++frames == facts->max_frames)
            break;
    }
    if (frames > 1)
        facts->frames = frames;
    if (decoder)
        JxlDecoderDestroy(decoder);
    return status == JXL_DEC_NEED_MORE_INPUT && !codes.whole ? FZ_HEAD_MORE : FZ_HEAD_OK;
}

#endif
