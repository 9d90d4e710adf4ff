/* AVIF by libavif. Quality 0 to 100 is as avifenc has it: 100 is the finest, 90 hardly to be told from the picture. */
#include "frieze_config.h"
#include "image/encoders/encoders.h"

#if FRIEZE_WITH_AVIF

#include <avif/avif.h>
#include <stdio.h>

enum {
    SPEED = 8,               /* half the time of 6, which avifenc takes, for 2 % more bytes */
    COARSEST = 63,           /* AV1's quantizers: 0 is the finest */
    FULL_COLOR_QUALITY = 90, /* as encoders/jpeg.c */
    CICP_BT709 = 1,          /* primaries of sRGB, */
    CICP_SRGB = 13,          /* its curve, */
    CICP_BT601 = 6,          /* and the matrix that JPEG has too */
};

static void set_quality(avifEncoder *encoder, int quality)
{
#if AVIF_VERSION >= 1000000
    encoder->quality = quality;
#else
    int quantizer = ((100 - quality) * COARSEST + 50) / 100;
    const char *aom = avifCodecName(AVIF_CODEC_CHOICE_AOM, AVIF_CODEC_FLAG_CAN_ENCODE);
    encoder->minQuantizer = aom ? 0 : quantizer;
    encoder->maxQuantizer = aom ? COARSEST : quantizer;
    if (aom) { /* by quality, not by size */
        char level[16];
        snprintf(level, sizeof level, "%d", quantizer);
        encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
        avifEncoderSetCodecSpecificOption(encoder, "end-usage", "q");
        avifEncoderSetCodecSpecificOption(encoder, "cq-level", level);
    }
#endif
}

static bool set_carried(avifImage *image, const struct fz_carried *carried)
{
    uint32_t exif_len, xmp_len;
    const uint8_t *exif = fz_carried_get(carried, FZ_CARRIED_EXIF, &exif_len);
    const uint8_t *xmp = fz_carried_get(carried, FZ_CARRIED_XMP, &xmp_len);
#if AVIF_VERSION >= 1000000
    return (!exif || avifImageSetMetadataExif(image, exif, exif_len) == AVIF_RESULT_OK) &&
           (!xmp || avifImageSetMetadataXMP(image, xmp, xmp_len) == AVIF_RESULT_OK);
#else
    if (exif)
        avifImageSetMetadataExif(image, exif, exif_len);
    if (xmp)
        avifImageSetMetadataXMP(image, xmp, xmp_len);
    return true;
#endif
}

static avifImage *make_image(const struct fz_pixels *pixels, const struct fz_encode *how)
{
    avifPixelFormat format =
        how->quality >= FULL_COLOR_QUALITY ? AVIF_PIXEL_FORMAT_YUV444 : AVIF_PIXEL_FORMAT_YUV420;
    avifImage *image = avifImageCreate((uint32_t)pixels->width, (uint32_t)pixels->height, 8, format);
    if (!image)
        return NULL;
    image->colorPrimaries = CICP_BT709;
    image->transferCharacteristics = CICP_SRGB;
    image->matrixCoefficients = CICP_BT601;
    image->yuvRange = AVIF_RANGE_FULL;
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, image);
    rgb.format = AVIF_RGB_FORMAT_BGRA;
    rgb.ignoreAlpha = AVIF_TRUE;
    rgb.pixels = (uint8_t *)(uintptr_t)pixels->at; /* which are read only */
    rgb.rowBytes = (uint32_t)pixels->pitch_bytes;
    if (avifImageRGBToYUV(image, &rgb) == AVIF_RESULT_OK && set_carried(image, how->carried))
        return image;
    avifImageDestroy(image);
    return NULL;
}

enum fz_err fz_encode_avif(const struct fz_pixels *pixels, const struct fz_encode *how,
                           struct fz_encoded *out, struct fz_error *err)
{
    avifImage *image = make_image(pixels, how);
    avifEncoder *encoder = image ? avifEncoderCreate() : NULL;
    avifRWData data = AVIF_DATA_EMPTY;
    avifResult result = AVIF_RESULT_OUT_OF_MEMORY;
    if (encoder) {
        encoder->maxThreads = 1; /* others have the other cores */
        encoder->speed = SPEED;
        set_quality(encoder, how->quality);
        result = avifEncoderWrite(encoder, image, &data);
        avifEncoderDestroy(encoder);
    }
    if (image)
        avifImageDestroy(image);
    enum fz_err code = result == AVIF_RESULT_OK ? fz_encoded_take(out, data.data, data.size, err)
                       : result == AVIF_RESULT_OUT_OF_MEMORY
                           ? fz_fail(err, FZ_E_MEMORY, 0, "avif: no memory")
                           : fz_fail(err, FZ_E_UNSUPPORTED, 0, "avif: %s", avifResultToString(result));
    avifRWDataFree(&data);
    return code;
}

#else

enum fz_err fz_encode_avif(const struct fz_pixels *pixels, const struct fz_encode *how,
                           struct fz_encoded *out, struct fz_error *err)
{
    (void)pixels, (void)how, (void)out;
    return fz_fail(err, FZ_E_UNSUPPORTED, 0, "avif: this build has no libavif");
}

#endif
