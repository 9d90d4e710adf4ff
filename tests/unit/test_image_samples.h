/* A small picture, the fields of test_image_support.h, in every format but JPEG, written byte by byte. */
#ifndef FZ_TEST_IMAGE_SAMPLES_H
#define FZ_TEST_IMAGE_SAMPLES_H

#include "test_image_support.h"
#include "test_image_webp.h"

enum { FIELD = 16, W = 2 * FIELD, H = 3 * FIELD };

/* --- writers of the simple formats: the fields, opaque -------------------------------------------- */

static inline uint32_t field_at(int x, int y)
{
    return field_colors[y / FIELD * 2 + x / FIELD];
}

static inline void put_pixels(struct bytes *b, bool bgr, bool bottom_up)
{
    for (int i = 0; i < W * H; i++) {
        uint32_t c = field_at(i % W, bottom_up ? H - 1 - i / W : i / W);
        if (bgr)
            bytes_put_le(b, c, 3);
        else
            bytes_put_be(b, c, 3);
    }
}

static inline struct bytes make_png(const struct bytes *exif)
{
    uint8_t *pixels = make_fields(FIELD, 3);
    struct bytes b = encode_png(pixels, W, H, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, exif);
    free(pixels);
    return b;
}

static inline struct bytes make_bmp(void)
{
    struct bytes b = {0};
    bytes_put(&b, "BM", 2);
    bytes_put_le(&b, 54 + W * H * 3, 4);
    bytes_put_le(&b, 0, 4);
    bytes_put_le(&b, 54, 4);
    const uint32_t dib[] = {40, W, H, 1 | 24 << 16, 0, W * H * 3, 2835, 2835, 0, 0};
    for (int i = 0; i < 10; i++)
        bytes_put_le(&b, dib[i], 4);
    put_pixels(&b, true, true);
    return b;
}

static inline struct bytes make_qoi(void)
{
    struct bytes b = {0};
    bytes_put(&b, "qoif", 4);
    bytes_put_be(&b, W, 4);
    bytes_put_be(&b, H, 4);
    bytes_put(&b, "\3\0", 2);
    for (int i = 0; i < W * H; i++) {
        bytes_put_le(&b, 0xfe, 1);
        bytes_put_be(&b, field_at(i % W, i / W), 3);
    }
    bytes_put(&b, "\0\0\0\0\0\0\0\1", 8);
    return b;
}

static inline struct bytes make_ppm(void)
{
    struct bytes b = {0};
    char head[64];
    bytes_put(&b, head,
              (size_t)snprintf(head, sizeof head, "P6\n# a comment\n%d %d\n# another\n255\n", W, H));
    put_pixels(&b, false, false);
    return b;
}

static inline struct bytes make_tga(void)
{
    struct bytes b = {0};
    bytes_put(&b, "\0\0\2\0\0\0\0\0\0\0\0\0", 12);
    bytes_put_le(&b, W, 2);
    bytes_put_le(&b, H, 2);
    bytes_put(&b, "\30\0", 2);
    put_pixels(&b, true, true);
    return b;
}

static inline void put_tag(struct bytes *b, bool big, uint32_t tag, uint32_t type, uint32_t count,
                           uint32_t value)
{
    void (*put)(struct bytes *, uint32_t, int) = big ? bytes_put_be : bytes_put_le;
    put(b, tag, 2);
    put(b, type, 2);
    put(b, count, 4);
    put(b, value, type == 3 && count == 1 ? 2 : 4);
    if (type == 3 && count == 1)
        put(b, 0, 2);
}

static inline struct bytes make_tiff(int orientation, bool big)
{
    struct bytes b = {0};
    void (*put)(struct bytes *, uint32_t, int) = big ? bytes_put_be : bytes_put_le;
    enum { TAGS = 11, PIXELS = 8 + 2 + TAGS * 12 + 4 + 6 };
    bytes_put(&b, big ? "MM\0*" : "II*\0", 4);
    put(&b, 8, 4);
    put(&b, TAGS, 2);
    put_tag(&b, big, 256, 3, 1, W);
    put_tag(&b, big, 257, 4, 1, H);
    put_tag(&b, big, 258, 3, 3, PIXELS - 6);
    put_tag(&b, big, 259, 3, 1, 1);
    put_tag(&b, big, 262, 3, 1, 2);
    put_tag(&b, big, 273, 4, 1, PIXELS);
    put_tag(&b, big, 274, 3, 1, (uint32_t)orientation);
    put_tag(&b, big, 277, 3, 1, 3);
    put_tag(&b, big, 278, 3, 1, H);
    put_tag(&b, big, 279, 4, 1, W * H * 3);
    put_tag(&b, big, 284, 3, 1, 1);
    put(&b, 0, 4);
    for (int i = 0; i < 3; i++)
        put(&b, 8, 2);
    put_pixels(&b, false, false);
    return b;
}

/* Uncompressed LZW: 9-bit codes, the table cleared before it would need more. The frame stands at (at_x,
 * at_y). */
static inline struct bytes make_gif(int screen_w, int screen_h, int at_x, int at_y, bool transparent)
{
    struct bytes b = {0}, codes = {0};
    bytes_put(&b, "GIF89a", 6);
    bytes_put_le(&b, (uint32_t)screen_w, 2);
    bytes_put_le(&b, (uint32_t)screen_h, 2);
    bytes_put(&b, "\xf7\0\0", 3);
    for (int i = 0; i < 256; i++)
        bytes_put_be(&b, i < 6 ? field_colors[i] : 0, 3);
    bytes_put(&b, "!\xfe\5hello\0", 9); /* a comment */
    bytes_put(&b, transparent ? "!\xf9\4\1\0\0\3\0" : "!\xf9\4\0\0\0\3\0", 8);
    bytes_put(&b, ",", 1);
    bytes_put_le(&b, (uint32_t)at_x, 2);
    bytes_put_le(&b, (uint32_t)at_y, 2);
    bytes_put_le(&b, W, 2);
    bytes_put_le(&b, H, 2);
    bytes_put(&b, "\0\10", 2);
    uint32_t bits = 0;
    int count = 0;
    for (int i = 0; i <= W * H; i++)
        for (int clear = i % 200 == 0 && i < W * H; clear >= 0; clear--) {
            int x = i % W, y = i / W;
            uint32_t code = clear ? 256 : i == W * H ? 257 : (uint32_t)(y / FIELD * 2 + x / FIELD);
            bits |= code << count;
            for (count += 9; count >= 8; count -= 8, bits >>= 8)
                bytes_put_le(&codes, bits & 255, 1);
        }
    bytes_put_le(&codes, bits & 255, 1);
    for (size_t i = 0; i < codes.len; i += 255) {
        size_t n = codes.len - i < 255 ? codes.len - i : 255;
        bytes_put_le(&b, (uint32_t)n, 1);
        bytes_put(&b, codes.data + i, n);
    }
    bytes_put(&b, "\0;", 2);
    free(codes.data);
    return b;
}

static inline struct bytes make_plain_gif(void)
{
    return make_gif(W, H, 0, 0, false);
}

static inline struct bytes make_plain_png(void)
{
    return make_png(NULL);
}

static inline struct bytes make_plain_tiff(void)
{
    return make_tiff(1, false);
}

/* Icons: one with a PNG, as the large ones are, and one with a bitmap and its mask. */
static inline struct bytes make_ico(void)
{
    struct bytes b = {0}, png = make_png(NULL);
    bytes_put(&b, "\0\0\1\0\1\0", 6);
    bytes_put(&b, "\40\60\0\0\1\0\40\0", 8);
    bytes_put_le(&b, (uint32_t)png.len, 4);
    bytes_put_le(&b, 22, 4);
    bytes_put(&b, png.data, png.len);
    free(png.data);
    return b;
}

static inline struct bytes make_bitmap_icon(int type)
{
    struct bytes b = {0};
    bytes_put(&b, type == 1 ? "\0\0\1\0\1\0" : "\0\0\2\0\1\0", 6);
    bytes_put(&b, "\40\60\0\0\1\0\40\0", 8);
    bytes_put_le(&b, 40 + W * H * 4 + W / 8 * H, 4);
    bytes_put_le(&b, 22, 4);
    const uint32_t dib[] = {40, W, 2 * H, 1 | 32 << 16, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 10; i++)
        bytes_put_le(&b, dib[i], 4);
    for (int i = 0; i < W * H; i++)
        bytes_put_le(&b, field_at(i % W, H - 1 - i / W) | 0xff000000u, 4);
    for (int i = 0; i < W / 8 * H; i++)
        bytes_put_le(&b, 0, 1);
    return b;
}

static inline struct bytes make_ico_bitmap(void)
{
    return make_bitmap_icon(1);
}

static inline struct bytes make_cur(void)
{
    return make_bitmap_icon(2);
}

static inline struct bytes make_xpm(void)
{
    struct bytes b = {0};
    char line[128];
    bytes_put(&b, line,
              (size_t)snprintf(line, sizeof line, "/* XPM */\nstatic char *x[] = {\n\"%d %d 6 1\",\n", W, H));
    for (int i = 0; i < 6; i++)
        bytes_put(&b, line,
                  (size_t)snprintf(line, sizeof line, "\"%c c #%06x\",\n", 'a' + i, field_colors[i]));
    for (int y = 0; y < H; y++) {
        bytes_put(&b, "\"", 1);
        for (int x = 0; x < W; x++)
            bytes_put(&b, &(char){(char)('a' + y / FIELD * 2 + x / FIELD)}, 1);
        bytes_put(&b, "\",\n", 3);
    }
    bytes_put(&b, "};\n", 3);
    return b;
}

static inline struct bytes make_svg(void)
{
    struct bytes b = {0};
    char text[256];
    bytes_put(&b, text,
              (size_t)snprintf(
                  text, sizeof text,
                  "<?xml version=\"1.0\"?>\n<!-- <html> -->\n<!DOCTYPE svg>\n"
                  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 3' width='%dpx' height=\"%d\">\n",
                  W, H));
    for (int i = 0; i < 6; i++)
        bytes_put(&b, text,
                  (size_t)snprintf(text, sizeof text,
                                   "<rect x='%d' y='%d' width='1' height='1' fill='#%06x'/>\n", i % 2, i / 2,
                                   field_colors[i]));
    bytes_put(&b, "</svg>\n", 7);
    return b;
}

static inline struct bytes make_pcx(void)
{
    struct bytes b = {0};
    bytes_put(&b, "\12\5\1\10", 4);
    const uint32_t numbers[] = {0, 0, W - 1, H - 1, 72, 72};
    for (int i = 0; i < 6; i++)
        bytes_put_le(&b, numbers[i], 2);
    uint8_t rest[112] = {[49] = 3, [50] = W};
    bytes_put(&b, rest, sizeof rest);
    for (int y = 0; y < H; y++)
        for (int c = 16; c >= 0; c -= 8)
            for (int x = 0; x < W; x++) {
                uint32_t v = field_at(x, y) >> c & 255;
                if (v >= 0xc0)
                    bytes_put_le(&b, 0xc1, 1);
                bytes_put_le(&b, v, 1);
            }
    return b;
}

/* Chunky pixels of an IFF file, uncompressed. */
static inline struct bytes make_ilbm(void)
{
    struct bytes b = {0};
    bytes_put(&b, "FORM", 4);
    bytes_put_be(&b, 4 + 28 + 8 + 768 + 8 + W * H, 4);
    bytes_put(&b, "PBM BMHD\0\0\0\24", 12);
    bytes_put_be(&b, W, 2);
    bytes_put_be(&b, H, 2);
    bytes_put(&b, "\0\0\0\0\10\0\0\0\0\0\1\1", 12);
    bytes_put_be(&b, W, 2);
    bytes_put_be(&b, H, 2);
    bytes_put(&b, "CMAP\0\0\3\0", 8);
    for (int i = 0; i < 256; i++)
        bytes_put_be(&b, i < 6 ? field_colors[i] : 0, 3);
    bytes_put(&b, "BODY", 4);
    bytes_put_be(&b, W * H, 4);
    for (int i = 0; i < W * H; i++)
        bytes_put_le(&b, (uint32_t)(i / W / FIELD * 2 + i % W / FIELD), 1);
    return b;
}

/* 3, 3 and 2 bits. */
static inline struct bytes make_xv(void)
{
    struct bytes b = {0};
    static const char head[] = "P7 332\n#IMGINFO:32x48\n#END_OF_COMMENTS\n32 48 255\n";
    bytes_put(&b, head, sizeof head - 1);
    for (int i = 0; i < W * H; i++) {
        uint32_t c = field_at(i % W, i / W);
        bytes_put_le(&b, (c >> 16 & 0xe0) | (c >> 11 & 0x1c) | (c >> 6 & 3), 1);
    }
    return b;
}

static inline struct bytes copy_of(const uint8_t *data, size_t len)
{
    struct bytes b = {0};
    bytes_put(&b, data, len);
    return b;
}

static inline struct bytes make_webp(void)
{
    return copy_of(webp_lossless, sizeof webp_lossless);
}

static inline struct bytes make_animated_webp(void)
{
    return copy_of(webp_animated, sizeof webp_animated);
}

static const struct sample {
    const char *format;
    struct bytes (*make)(void);
    size_t size_at; /* of four bytes or two, most significant first or last, for the huge ones */
    int size_bytes;
    bool big_endian;
} samples[] = {
    {"png", make_plain_png, 16, 4, true},
    {"gif", make_plain_gif, 6, 2, false},
    {"tiff", make_plain_tiff, 0, 0, false},
    {"bmp", make_bmp, 18, 4, false},
    {"qoi", make_qoi, 4, 4, true},
    {"pnm", make_ppm, 0, 0, false},
    {"tga", make_tga, 12, 2, false},
    {"ico", make_ico, 22 + 16, 4, true},
    {"ico", make_ico_bitmap, 26, 4, false},
    {"cur", make_cur, 26, 4, false},
    {"xpm", make_xpm, 0, 0, false},
    {"svg", make_svg, 0, 0, false},
    {"pcx", make_pcx, 8, 2, false},
    {"ilbm", make_ilbm, 20, 2, true},
    {"xv", make_xv, 0, 0, false},
    {"webp", make_webp, 0, 0, false},
    {"webp", make_animated_webp, 24, 3, false},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

#endif
