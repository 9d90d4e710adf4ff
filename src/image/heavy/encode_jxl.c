/* JPEG XL by libjxl. Quality is as cjxl has it: 90 is hardly to be told from the picture, 100 loses nothing. */
#include "frieze_config.h"
#include "image/encoders/encoders.h"

#if FRIEZE_WITH_JXL

#include "base/mem.h"

#include <jxl/encode.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOSSLESS_EFFORT = 3, /* with 7, the default, 12 megapixels take up to a minute */
    FIRST_BYTES = 64 << 10,
    BOX_HEAD = 4, /* of EXIF: how far away its structure begins */
};

/* Butteraugli's distance, 1 = just to be seen. */
static float distance_of(int quality)
{
    const float q = (float)quality;
    if (quality >= 30)
        return 0.1F + (100 - q) * 0.09F;
    return 53 / 3000.0F * q * q - 23 / 20.0F * q + 25;
}

static bool add_boxes(JxlEncoder *encoder, const struct fz_carried *carried)
{
    uint32_t exif_len, xmp_len;
    const uint8_t *exif = fz_carried_get(carried, FZ_CARRIED_EXIF, &exif_len);
    const uint8_t *xmp = fz_carried_get(carried, FZ_CARRIED_XMP, &xmp_len);
    if ((exif || xmp) && JxlEncoderUseBoxes(encoder) != JXL_ENC_SUCCESS)
        return false;
    if (exif) {
        uint8_t box[BOX_HEAD + FZ_CARRIED_MOST] = {0};
        memcpy(box + BOX_HEAD, exif, exif_len);
        if (JxlEncoderAddBox(encoder, "Exif", box, BOX_HEAD + (size_t)exif_len, JXL_FALSE) != JXL_ENC_SUCCESS)
            return false;
    }
    return !xmp || JxlEncoderAddBox(encoder, "xml ", xmp, xmp_len, JXL_FALSE) == JXL_ENC_SUCCESS;
}

static bool set_up(JxlEncoder *encoder, const struct fz_pixels *pixels, bool is_lossless)
{
    JxlBasicInfo info;
    JxlColorEncoding color;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = (uint32_t)pixels->width;
    info.ysize = (uint32_t)pixels->height;
    info.bits_per_sample = 8;
    info.num_color_channels = 3;
    info.uses_original_profile = is_lossless;
    JxlColorEncodingSetToSRGB(&color, JXL_FALSE);
    return JxlEncoderSetBasicInfo(encoder, &info) == JXL_ENC_SUCCESS &&
           JxlEncoderSetColorEncoding(encoder, &color) == JXL_ENC_SUCCESS;
}

/* R G B: it takes no other order. */
static bool add_pixels(JxlEncoder *encoder, const struct fz_pixels *pixels, int quality, bool is_lossless)
{
    static const JxlPixelFormat format = {3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    const size_t width = (size_t)pixels->width, bytes = width * 3 * (size_t)pixels->height;
    uint8_t *rgb = fz_try_malloc(bytes), *to = rgb;
    JxlEncoderFrameSettings *settings = rgb ? JxlEncoderFrameSettingsCreate(encoder, NULL) : NULL;
    for (int y = 0; settings && y < pixels->height; y++) {
        const uint8_t *from = pixels->at + (ptrdiff_t)y * pixels->pitch_bytes;
        for (size_t x = 0; x < width; x++, from += 4, to += 3) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
    bool done =
        settings &&
        (!is_lossless || JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT,
                                                          LOSSLESS_EFFORT) == JXL_ENC_SUCCESS) &&
        (is_lossless ? JxlEncoderSetFrameLossless(settings, JXL_TRUE)
                     : JxlEncoderSetFrameDistance(settings, distance_of(quality))) == JXL_ENC_SUCCESS &&
        JxlEncoderAddImageFrame(settings, &format, rgb, bytes) == JXL_ENC_SUCCESS;
    free(rgb);
    return done;
}

/* Into memory that grows. */
static bool read_out(JxlEncoder *encoder, struct fz_encoded *out)
{
    size_t room = 0;
    JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
    while (status == JXL_ENC_NEED_MORE_OUTPUT) {
        size_t more = room > 0 ? room * 2 : FIRST_BYTES;
        uint8_t *bytes = fz_try_malloc(more);
        if (!bytes)
            return false;
        if (out->len > 0)
            memcpy(bytes, out->bytes, out->len);
        free(out->bytes);
        out->bytes = bytes;
        room = more;
        uint8_t *next = bytes + out->len;
        size_t left = room - out->len;
        status = JxlEncoderProcessOutput(encoder, &next, &left);
        out->len = room - left;
    }
    return status == JXL_ENC_SUCCESS;
}

enum fz_err fz_encode_jxl(const struct fz_pixels *pixels, const struct fz_encode *how, struct fz_encoded *out,
                          struct fz_error *err)
{
    const bool is_lossless = how->quality == 100;
    JxlEncoder *encoder = JxlEncoderCreate(NULL);
    bool done = encoder && set_up(encoder, pixels, is_lossless) && add_boxes(encoder, how->carried) &&
                add_pixels(encoder, pixels, how->quality, is_lossless);
    if (done) {
        JxlEncoderCloseInput(encoder);
        done = read_out(encoder, out);
    }
    bool lacks_memory = !encoder || JxlEncoderGetError(encoder) == JXL_ENC_ERR_OOM;
    if (encoder)
        JxlEncoderDestroy(encoder);
    if (done)
        return FZ_OK;
    return lacks_memory ? fz_fail(err, FZ_E_MEMORY, 0, "jxl: no memory")
                        : fz_fail(err, FZ_E_UNSUPPORTED, 0, "jxl: libjxl cannot encode it");
}

#else

enum fz_err fz_encode_jxl(const struct fz_pixels *pixels, const struct fz_encode *how, struct fz_encoded *out,
                          struct fz_error *err)
{
    (void)pixels, (void)how, (void)out;
    return fz_fail(err, FZ_E_UNSUPPORTED, 0, "jxl: this build has no libjxl");
}

#endif
