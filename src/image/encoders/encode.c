#include "image/encoders/encoders.h"

#include <stdlib.h>

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
