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

#endif
