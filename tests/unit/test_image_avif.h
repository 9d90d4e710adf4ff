/* A picture as an AVIF, without loss. */
#ifndef TEST_IMAGE_AVIF_H
#define TEST_IMAGE_AVIF_H

#include "test_image_support.h"

#include <avif/avif.h>

/* Takes `image`. */
static inline struct bytes encode_avif(avifImage *image)
{
    struct bytes b = {0};
    avifRWData data = AVIF_DATA_EMPTY;
    avifEncoder *encoder = avifEncoderCreate();
    encoder->speed = 10;
    encoder->minQuantizer = encoder->maxQuantizer = AVIF_QUANTIZER_LOSSLESS;
    encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = AVIF_QUANTIZER_LOSSLESS;
    assert_int_equal(avifEncoderWrite(encoder, image, &data), AVIF_RESULT_OK);
    bytes_put(&b, data.data, data.size);
    avifRWDataFree(&data);
    avifImageDestroy(image);
    avifEncoderDestroy(encoder);
    return b;
}

#endif
