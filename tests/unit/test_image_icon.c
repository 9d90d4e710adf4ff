/* ICO and CUR: bitmaps of every number of bits, and their masks; pictures in PNG are those of test_image_png.c. */
#include "test_image_support.h"

enum { W = 5, H = 3, AT = 22, HEAD = 40, BACKGROUND = 0x204060, MASK_BYTES = H * 4 };

static uint32_t color_at(int x, int y)
{
    return field_colors[(x + y * 2) % 6];
}

/* Of the lower row alone, in columns 1 and 4. */
static bool is_clear(int x, int y)
{
    return y == H - 1 && (x == 1 || x == 4);
}

static uint32_t five_bits(uint32_t rgb)
{
    uint32_t out = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        out |= ((rgb >> (shift + 3) & 31) * 255 + 15) / 31 << shift;
    return out;
}

static void put_pixel(struct bytes *b, uint32_t rgb, int bits, uint32_t spare)
{
    if (bits == 16)
        bytes_put_le(b, (rgb >> 19 & 31) << 10 | (rgb >> 11 & 31) << 5 | (rgb >> 3 & 31) | spare << 15, 2);
    else if (bits == 8)
        for (uint32_t i = 0; i < 6; i++)
            bytes_put_le(b, i, rgb == field_colors[i] ? 1 : 0);
    else
        bytes_put_le(b, rgb, bits / 8);
}

/* Rows from below, filled up to four bytes; the picture, then its mask. */
static struct bytes make_icon(int kind, int bits, bool from_top)
{
    struct bytes b = {0};
    const uint32_t dib[] = {HEAD,
                            W,
                            from_top ? (uint32_t) - (2 * H) : 2 * H,
                            1 | (uint32_t)bits << 16,
                            0,
                            0,
                            0,
                            0,
                            bits == 8 ? 6 : 0,
                            0};
    bytes_put_le(&b, (uint32_t)kind << 16, 4);
    bytes_put_le(&b, 1, 2);
    bytes_put_le(&b, W | H << 8, 4);
    bytes_put_le(&b, kind == 1 ? 1 | (uint32_t)bits << 16 : 0, 4); /* of a cursor: its hot spot */
    bytes_put_le(&b, 0, 4);
    bytes_put_le(&b, AT, 4);
    for (size_t i = 0; i < sizeof dib / sizeof *dib; i++)
        bytes_put_le(&b, dib[i], 4);
    for (int i = 0; i < 6 && bits == 8; i++)
        bytes_put_le(&b, field_colors[i], 4);
    for (int row = 0; row < H; row++) {
        const size_t from = b.len;
        for (int x = 0; x < W; x++)
            put_pixel(&b, color_at(x, from_top ? row : H - 1 - row), bits, (uint32_t)(x & 1));
        while ((b.len - from) % 4 != 0)
            bytes_put_le(&b, 0, 1);
    }
    for (int row = 0; row < H; row++) {
        uint32_t mask = 0;
        for (int x = 0; x < W; x++)
            mask |= is_clear(x, from_top ? row : H - 1 - row) ? 0x80u >> x : 0;
        bytes_put_le(&b, mask, 4);
    }
    const uint32_t len = (uint32_t)b.len - AT;
    memcpy(b.data + 14, &len, 4);
    return b;
}

static void assert_icon(const struct bytes *b, const char *format, int bits, bool masked)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    if (load(b->data, b->len, 0, 0, &host, &image, &err) != FZ_OK)
        fail_msg("%s of %d bits: %s", format, bits, err.msg);
    assert_string_equal(image.format, format);
    assert_int_equal(image.width, W);
    assert_int_equal(image.height, H);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const uint32_t color = bits == 16 ? five_bits(color_at(x, y)) : color_at(x, y);
            assert_int_equal(pixel(&image, x, y), masked && is_clear(x, y) ? BACKGROUND : color);
        }
    host_fini(&host);
}

static void test_bits(void **state)
{
    (void)state;
    static const int bits[] = {8, 16, 24};
    for (int kind = 1; kind <= 2; kind++)
        for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
            for (int from_top = 0; from_top < 2; from_top++) {
                struct bytes b = make_icon(kind, bits[i], from_top);
                const char *format = kind == 1 ? "ico" : "cur";
                assert_icon(&b, format, bits[i], true);
                b.len -= MASK_BYTES;
                assert_icon(&b, format, bits[i], false);
                free(b.data);
            }
}

/* As .NET writes them: 255 in the byte that is kept for later use. Without more that looks like an icon it is none. */
static void test_reserved_byte_of_dotnet(void **state)
{
    (void)state;
    enum { RESERVED = 9, PLANES = 10, BITS = 12, LEN = 14 };
    static const struct {
        size_t at;
        uint8_t value;
    } no_icon[] = {{RESERVED, 1}, {RESERVED, 254}, {PLANES, 2}, {BITS, 33}, {LEN, 0}};
    for (size_t i = 0; i <= sizeof no_icon / sizeof *no_icon; i++) {
        struct bytes b = make_icon(1, 24, false);
        const uint8_t none[4] = {0};
        b.data[RESERVED] = 255;
        if (i == 0) {
            assert_icon(&b, "ico", 24, true);
            memcpy(b.data + PLANES, none, 4); /* most say nothing of either */
            assert_icon(&b, "ico", 24, true);
        } else {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            if (no_icon[i - 1].at == LEN)
                memcpy(b.data + LEN, none, 4);
            else
                b.data[no_icon[i - 1].at] = no_icon[i - 1].value;
            assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_NOT_PICTURE);
        }
        free(b.data);
    }
}

/* The PNG in it says where it ends, whatever its entry says. */
static void test_too_short_an_entry(void **state)
{
    (void)state;
    uint8_t pixels[W * H * 3];
    for (int i = 0; i < W * H; i++)
        for (int c = 0; c < 3; c++)
            pixels[i * 3 + c] = (uint8_t)(color_at(i % W, i / W) >> (16 - 8 * c));
    struct bytes b = make_icon(1, 24, false),
                 png = encode_png(pixels, W, H, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL);
    b.len = AT;
    bytes_put(&b, png.data, png.len);
    b.data[14] = 64;
    assert_icon(&b, "ico", 24, false);
    free(b.data);
    free(png.data);
}

/* What ends in its pixels, is of other masks, or larger than any file. */
static void test_damage(void **state)
{
    (void)state;
    static const uint32_t sides[] = {W + 5, 200, 10000, 1 << 20, INT32_MAX};
    struct bytes b = make_icon(1, 16, false);
    struct fz_image image;
    struct fz_error err;
    for (size_t len = AT + HEAD; len < b.len - MASK_BYTES; len++) {
        struct bytes copy = {.data = malloc(len), .len = len}; /* so that what reads on is seen */
        struct host host = {0};
        memcpy(copy.data, b.data, len);
        assert_int_equal(load(copy.data, copy.len, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
        free(copy.data);
    }
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct host host = {0};
        memcpy(b.data + AT + 4, &sides[i], 4);
        memcpy(b.data + AT + 8, &sides[i], 4);
        enum fz_err code = load(b.data, b.len, 0, 0, &host, &image, &err);
        assert_true(code == FZ_E_DAMAGED || code == FZ_E_LIMIT);
    }
    free(b.data);
    b = make_icon(1, 16, false);
    b.data[AT + 16] = 3; /* BI_BITFIELDS, which icons may not have */
    struct host host = {0};
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_reserved_byte_of_dotnet),
        cmocka_unit_test(test_too_short_an_entry),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
