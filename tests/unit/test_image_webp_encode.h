/* WebP files of pixels, as libwebp writes them. */
#ifndef FZ_TEST_IMAGE_WEBP_ENCODE_H
#define FZ_TEST_IMAGE_WEBP_ENCODE_H

#include "test_image_support.h"

#include <webp/encode.h>

/* R G B A without gaps. Caller frees with WebPMemoryWriterClear. */
static inline WebPMemoryWriter encode_webp(const uint8_t *px, int width, int height, const WebPConfig *config)
{
    WebPPicture picture;
    WebPMemoryWriter writer;
    assert_true(WebPPictureInit(&picture));
    picture.use_argb = config->lossless;
    picture.width = width;
    picture.height = height;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    assert_true(WebPPictureImportRGBA(&picture, px, width * 4));
    assert_true(WebPEncode(config, &picture));
    WebPPictureFree(&picture);
    return writer;
}

#endif
