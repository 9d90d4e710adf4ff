/* Thumbnails that another program left (Thumbnail Managing Standard 0.9). */
#ifndef FZ_TEST_IMAGE_LEFT_H
#define FZ_TEST_IMAGE_LEFT_H

#include "test_image_support.h"

#include <zlib.h>

static inline void put_text(struct bytes *b, const char *key, const char *value)
{
    struct bytes chunk = {0};
    bytes_put(&chunk, "tEXt", 4);
    bytes_put(&chunk, key, strlen(key) + 1);
    bytes_put(&chunk, value, strlen(value));
    bytes_put_be(b, (uint32_t)chunk.len - 4, 4);
    bytes_put(b, chunk.data, chunk.len);
    bytes_put_be(b, (uint32_t)crc32(0, chunk.data, (uInt)chunk.len), 4);
    free(chunk.data);
}

/* As a file manager leaves it, upright: of a file from second 7. */
static inline struct bytes make_left_thumbnail(const char *uri, int width, int height)
{
    enum { BEHIND_IHDR = 33 };
    uint8_t *pixels = make_photo(width, height, 3);
    struct bytes png = encode_png(pixels, width, height, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL),
                 b = {0};
    bytes_put(&b, png.data, BEHIND_IHDR);
    put_text(&b, "Thumb::URI", uri);
    put_text(&b, "Thumb::MTime", "7");
    bytes_put(&b, png.data + BEHIND_IHDR, png.len - BEHIND_IHDR);
    free(png.data);
    free(pixels);
    return b;
}

#endif
