/* JPEG files with an EXIF thumbnail. */
#ifndef FZ_TEST_IMAGE_THUMBNAIL_H
#define FZ_TEST_IMAGE_THUMBNAIL_H

#include "test_image_support.h"

/* One colour. */
static inline struct bytes plain_jpeg(int width, int height, uint32_t color)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
        memcpy(pixels + i * 3, (uint8_t[]){(uint8_t)(color >> 16), (uint8_t)(color >> 8), (uint8_t)color}, 3);
    struct bytes file = encode_jpeg(pixels, width, height, (struct jpeg_options){.sampling = 2});
    free(pixels);
    return file;
}

static inline void put_entry(struct bytes *b, uint32_t tag, uint32_t type, uint32_t value)
{
    bytes_put_le(b, tag, 2);
    bytes_put_le(b, type, 2);
    bytes_put_le(b, 1, 4);
    bytes_put_le(b, value, 4);
}

/* Orientation in the main directory, and, if not 0, one in that of the thumbnail. */
static inline struct bytes exif_with(const struct bytes *thumbnail, int orientation, int of_thumbnail)
{
    struct bytes b = {0};
    uint32_t entries = of_thumbnail ? 4 : 3, at = 26 + 2 + entries * 12 + 4;
    bytes_put(&b, "II*\0\10\0\0\0\1\0", 10);
    put_entry(&b, 0x112, 3, (uint32_t)orientation);
    bytes_put_le(&b, 26, 4);
    bytes_put_le(&b, entries, 2);
    put_entry(&b, 0x103, 3, 6);
    if (of_thumbnail)
        put_entry(&b, 0x112, 3, (uint32_t)of_thumbnail);
    put_entry(&b, 0x201, 4, at);
    put_entry(&b, 0x202, 4, (uint32_t)thumbnail->len);
    bytes_put_le(&b, 0, 4);
    bytes_put(&b, thumbnail->data, thumbnail->len);
    return b;
}

/* Puts EXIF data into a JPEG file, behind its first marker. Takes both. */
static inline struct bytes jpeg_with(struct bytes file, struct bytes exif)
{
    struct bytes b = {0};
    bytes_put(&b, "\xff\xd8\xff\xe1", 4);
    bytes_put_be(&b, (uint32_t)exif.len + 8, 2);
    bytes_put(&b, "Exif\0\0", 6);
    bytes_put(&b, exif.data, exif.len);
    bytes_put(&b, file.data + 2, file.len - 2);
    free(file.data);
    free(exif.data);
    return b;
}

/* A picture in one colour that carries a thumbnail in another. */
static inline struct bytes jpeg_with_thumbnail(int w, int h, uint32_t color, int small_w, int small_h,
                                               uint32_t small_color, int orientation)
{
    struct bytes small = plain_jpeg(small_w, small_h, small_color);
    struct bytes exif = exif_with(&small, orientation, 0);
    free(small.data);
    return jpeg_with(plain_jpeg(w, h, color), exif);
}

#endif
