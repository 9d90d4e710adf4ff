/* RAW files, made here. */
#ifndef FZ_TEST_IMAGE_RAW_H
#define FZ_TEST_IMAGE_RAW_H

#include "test_image_support.h"

enum { SENSOR_W = 640, SENSOR_H = 480, PREVIEW_LEN_AT = 8 + 2 + 11 * 12 + 8 };

struct entry {
    uint32_t tag, type, count, value;
};

static inline void put_directory(struct bytes *b, const struct entry *entries, int count)
{
    bytes_put_le(b, (uint32_t)count, 2);
    for (int i = 0; i < count; i++) {
        bytes_put_le(b, entries[i].tag, 2);
        bytes_put_le(b, entries[i].type, 2);
        bytes_put_le(b, entries[i].count, 4);
        bytes_put_le(b, entries[i].value, 4);
    }
    bytes_put_le(b, 0, 4);
}

static inline void set_le(struct bytes *b, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        b->data[at + (size_t)i] = (uint8_t)(value >> (8 * i));
}

/* A DNG with a preview (JPEG, 0 = none) of one colour, but for its lowest third, and a sensor that saw another: red left, green right, as RGGB. */
static inline struct bytes make_dng(int preview_w, int preview_h, uint32_t preview_color, int orientation)
{
    struct bytes b = {0}, preview = {0};
    if (preview_w) {
        uint8_t *pixels = malloc((size_t)preview_w * (size_t)preview_h * 3);
        for (int i = 0; i < preview_w * preview_h * 3; i++)
            pixels[i] = (uint8_t)((i / 3 / preview_w < preview_h * 2 / 3 ? preview_color : ~preview_color) >>
                                  (16 - 8 * (i % 3)));
        preview = encode_jpeg(pixels, preview_w, preview_h, (struct jpeg_options){.quality = 95});
        free(pixels);
    }
    bytes_put(&b, "II*\0\10\0\0\0", 8);
    enum {
        FIRST = 16,
        SENSOR = 14,
        FIRST_AT = 8,
        SENSOR_AT = FIRST_AT + 2 + FIRST * 12 + 4,
        MATRIX_AT = SENSOR_AT + 2 + SENSOR * 12 + 4,
        TEXT_AT = MATRIX_AT + 9 * 8 + 3 * 8,
        DATA_AT = TEXT_AT + 16
    };
    const uint32_t preview_at = DATA_AT + SENSOR_W * SENSOR_H * 2;
    const struct entry first[FIRST] = {
        {254, 4, 1, 1},
        {256, 4, 1, (uint32_t)preview_w},
        {257, 4, 1, (uint32_t)preview_h},
        {258, 3, 1, 8},
        {259, 3, 1, 7},
        {262, 3, 1, 6},
        {271, 2, 8, TEXT_AT},
        {272, 2, 8, TEXT_AT},
        {273, 4, 1, preview_at},
        {274, 3, 1, (uint32_t)orientation},
        {277, 3, 1, 3},
        {279, 4, 1, (uint32_t)preview.len},
        {330, 4, 1, SENSOR_AT},
        {50706, 1, 4, 0x0401},
        {50721, 10, 9, MATRIX_AT},
        {50728, 5, 3, MATRIX_AT + 9 * 8},
    };
    const struct entry sensor[SENSOR] = {
        {254, 4, 1, 0},
        {256, 4, 1, SENSOR_W},
        {257, 4, 1, SENSOR_H},
        {258, 3, 1, 16},
        {259, 3, 1, 1},
        {262, 3, 1, 32803},
        {273, 4, 1, DATA_AT},
        {277, 3, 1, 1},
        {278, 4, 1, SENSOR_H},
        {279, 4, 1, SENSOR_W * SENSOR_H * 2},
        {33421, 3, 2, 2 | 2 << 16},
        {33422, 1, 4, 0x02010100},
        {50714, 3, 1, 0},
        {50717, 4, 1, 65535},
    };
    put_directory(&b, first, FIRST);
    put_directory(&b, sensor, SENSOR);
    for (int i = 0; i < 9; i++) { /* XYZ to camera: the camera sees sRGB */
        static const int32_t matrix[9] = {32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572};
        bytes_put_le(&b, (uint32_t)matrix[i], 4);
        bytes_put_le(&b, 10000, 4);
    }
    for (int i = 0; i < 3; i++) {
        bytes_put_le(&b, 1, 4);
        bytes_put_le(&b, 1, 4);
    }
    bytes_put(&b, "Example\0Example\0", 16);
    for (int y = 0; y < SENSOR_H; y++) {
        uint8_t row[SENSOR_W * 2];
        for (int x = 0; x < SENSOR_W; x++) {
            bool red = x % 2 == 0 && y % 2 == 0, green = (x + y) % 2 == 1;
            const uint16_t v = (x < SENSOR_W / 2 ? red : green) ? 40000 : 2000;
            row[x * 2] = (uint8_t)v;
            row[x * 2 + 1] = (uint8_t)(v >> 8);
        }
        bytes_put(&b, row, sizeof row);
    }
    if (preview.len)
        bytes_put(&b, preview.data, preview.len);
    else
        set_le(&b, FIRST_AT + 2 + 8 * 12 + 8, DATA_AT);
    free(preview.data);
    return b;
}

/* Of one colour. Caller frees. */
static inline struct bytes make_preview(int width, int height, uint32_t color)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    for (int i = 0; i < width * height * 3; i++)
        pixels[i] = (uint8_t)(color >> (16 - 8 * (i % 3)));
    struct bytes preview = encode_jpeg(pixels, width, height, (struct jpeg_options){.quality = 95});
    free(pixels);
    return preview;
}

enum { LINKS_AT = 8 + 2 + 12 * 12 };

/* A directory beside the sensor, below the first one; behind those that are there. */
static inline void add_directory(struct bytes *b, const struct entry *entries, int entry_count)
{
    const uint32_t directory_at = (uint32_t)b->len;
    put_directory(b, entries, entry_count);
    uint32_t count = b->data[LINKS_AT + 4], list_at = (uint32_t)b->len, links;
    memcpy(&links, b->data + LINKS_AT + 8, 4);
    if (count == 1)
        bytes_put_le(b, links, 4);
    for (uint32_t i = 0, link; count > 1 && i < count; i++) {
        memcpy(&link, b->data + links + i * 4, 4);
        bytes_put_le(b, link, 4);
    }
    bytes_put_le(b, directory_at, 4);
    set_le(b, LINKS_AT + 4, count + 1);
    set_le(b, LINKS_AT + 8, list_at);
}

/* Bytes of an even place, for what a directory leads to: where they lie. */
static inline uint32_t add_data(struct bytes *b, const struct bytes *data)
{
    const uint32_t at = (uint32_t)b->len;
    bytes_put(b, data->data, data->len);
    bytes_put(b, "", b->len % 2);
    return at;
}

static inline void add_preview(struct bytes *b, int width, int height, uint32_t color)
{
    struct bytes preview = make_preview(width, height, color);
    const uint32_t w = (uint32_t)width, h = (uint32_t)height, len = (uint32_t)preview.len;
    const uint32_t jpeg_at = add_data(b, &preview);
    const struct entry entries[] = {{254, 4, 1, 1},       {256, 4, 1, w}, {257, 4, 1, h},
                                    {258, 3, 1, 8},       {259, 3, 1, 7}, {262, 3, 1, 6},
                                    {273, 4, 1, jpeg_at}, {277, 3, 1, 3}, {279, 4, 1, len}};
    add_directory(b, entries, 9);
    free(preview.data);
}

#endif
