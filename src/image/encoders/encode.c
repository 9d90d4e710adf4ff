#include "image/encoders/encoders.h"
#include "image/heavy.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum fz_err fz_encoded_take(struct fz_encoded *out, const void *bytes, size_t len, struct fz_error *err)
{
    out->bytes = fz_try_malloc(len);
    if (!out->bytes)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for a file of %zu bytes", len);
    memcpy(out->bytes, bytes, len);
    out->len = len;
    return FZ_OK;
}

uint64_t fz_image_encode_bytes(enum fz_encoding encoding, int width, int height)
{
    /* Bytes a pixel at the peak, the file that comes out included; measured with 12 megapixels of noise, rounded up. */
    static const unsigned bytes_per_px[] = {
        [FZ_ENCODING_JPEG] = 12, [FZ_ENCODING_PNG] = 9, [FZ_ENCODING_WEBP] = 32, [FZ_ENCODING_AVIF] = 40,
        [FZ_ENCODING_JXL] = 70,  [FZ_ENCODING_PPM] = 3, [FZ_ENCODING_BMP] = 3,
    };
    return (uint64_t)width * (uint64_t)height * bytes_per_px[encoding];
}

static enum fz_err encode_heavy(const struct fz_pixels *pixels, const struct fz_encode *how,
                                struct fz_encoded *out, struct fz_error *err)
{
    const struct fz_heavy *heavy = fz_heavy_load(err);
    if (!heavy)
        return err->code;
    return how->encoding == FZ_ENCODING_AVIF ? heavy->encode_avif(pixels, how, out, err)
                                             : heavy->encode_jxl(pixels, how, out, err);
}

enum fz_err fz_image_encode(const struct fz_pixels *pixels, const struct fz_encode *how,
                            struct fz_encoded *out, struct fz_error *err)
{
    enum fz_err code = FZ_OK;
    *out = (struct fz_encoded){0};
    switch (how->encoding) {
    case FZ_ENCODING_JPEG:
        code = fz_encode_jpeg(pixels, how, out, err);
        break;
    case FZ_ENCODING_PNG:
        code = fz_encode_png(pixels, how, out, err);
        break;
    case FZ_ENCODING_WEBP:
        code = fz_encode_webp(pixels, how, out, err);
        break;
    case FZ_ENCODING_AVIF:
    case FZ_ENCODING_JXL:
        code = encode_heavy(pixels, how, out, err);
        break;
    case FZ_ENCODING_PPM:
    case FZ_ENCODING_BMP:
        code = fz_encode_plain(pixels, how, out, err);
        break;
    }
    if (code != FZ_OK) {
        free(out->bytes);
        *out = (struct fz_encoded){0};
    }
    return code;
}
