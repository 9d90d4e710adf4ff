/* Thumbnails that another program left (Thumbnail Managing Standard 0.9). */
#ifndef FZ_TEST_IMAGE_LEFT_H
#define FZ_TEST_IMAGE_LEFT_H

#include "test_image_support.h"

#include <zlib.h>

/* Which of the chunks that PNG has for texts: plain, packed, or international, in a language that it does not name. */
enum left_text { LEFT_TEXT, LEFT_ZTXT, LEFT_ITXT, LEFT_PACKED_ITXT, LEFT_TEXTS };

static inline void put_text(struct bytes *b, enum left_text kind, const char *key, const char *value)
{
    static const struct {
        char name[5];
        uint8_t between[4];
        size_t count;
    } kinds[LEFT_TEXTS] = {[LEFT_TEXT] = {"tEXt", {0}, 0},
                           [LEFT_ZTXT] = {"zTXt", {0}, 1},
                           [LEFT_ITXT] = {"iTXt", {0}, 4},
                           [LEFT_PACKED_ITXT] = {"iTXt", {1, 0, 0, 0}, 4}};
    struct bytes chunk = {0};
    uLongf len = compressBound((uLong)strlen(value));
    uint8_t *packed = malloc(len);
    assert_non_null(packed);
    assert_int_equal(compress(packed, &len, (const Bytef *)value, (uLong)strlen(value)), Z_OK);
    bytes_put(&chunk, kinds[kind].name, 4);
    bytes_put(&chunk, key, strlen(key) + 1);
    bytes_put(&chunk, kinds[kind].between, kinds[kind].count);
    bool is_packed = kind == LEFT_ZTXT || kind == LEFT_PACKED_ITXT;
    bytes_put(&chunk, is_packed ? packed : (const uint8_t *)value, is_packed ? len : strlen(value));
    bytes_put_be(b, (uint32_t)chunk.len - 4, 4);
    bytes_put(b, chunk.data, chunk.len);
    bytes_put_be(b, (uint32_t)crc32(0, chunk.data, (uInt)chunk.len), 4);
    free(packed);
    free(chunk.data);
}

/* As a file manager leaves it, upright: of a file from that second. */
static inline struct bytes make_left_thumbnail(enum left_text kind, const char *uri, const char *mtime,
                                               int width, int height)
{
    enum { BEHIND_IHDR = 33 };
    uint8_t *pixels = make_photo(width, height, 3);
    struct bytes png = encode_png(pixels, width, height, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL),
                 b = {0};
    bytes_put(&b, png.data, BEHIND_IHDR);
    put_text(&b, kind, "Thumb::URI", uri);
    put_text(&b, kind, "Thumb::MTime", mtime);
    bytes_put(&b, png.data + BEHIND_IHDR, png.len - BEHIND_IHDR);
    free(png.data);
    free(pixels);
    return b;
}

#endif
