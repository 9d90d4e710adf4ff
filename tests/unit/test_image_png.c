/* PNG: rows, passes, what is cut, and what is too large. */
#include "test_image_raw_png.h"

#include <math.h>
#include <zlib.h>

static enum fz_err load_png(const struct bytes *b, int box, struct host *host, struct fz_image *image,
                            struct fz_error *err)
{
    return load(b->data, b->len, box, box, host, image, err);
}

static void test_all_color_types_are_exact(void **state)
{
    (void)state;
    const int types[] = {PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA, PNG_COLOR_TYPE_GRAY};
    for (int t = 0; t < 3; t++)
        for (int interlace = 0; interlace < 2; interlace++) {
            int channels = t == 0 ? 3 : t == 1 ? 4 : 1;
            uint8_t *pixels = make_photo(61, 47, channels);
            for (int i = 3; t == 1 && i < 61 * 47 * 4; i += 4)
                pixels[i] = 255;
            struct bytes b = encode_png(pixels, 61, 47, types[t], interlace, NULL);
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_OK);
            assert_false(image.damaged);
            for (int i = 0; i < 61 * 47; i++) {
                const uint8_t *p = pixels + i * channels;
                uint32_t want = channels == 1 ? p[0] * 0x010101u : (uint32_t)(p[0] << 16 | p[1] << 8 | p[2]);
                assert_int_equal(pixel(&image, i % 61, i / 61), want);
            }
            host_fini(&host);
            free(b.data);
            free(pixels);
        }
}

/* 4-bit palette with two transparent entries, 16-bit samples, and a transparent colour. */
static void test_rare_kinds(void **state)
{
    (void)state;
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    struct raw palette = {.width = 4,
                          .height = 1,
                          .depth = 4,
                          .type = PNG_COLOR_TYPE_PALETTE,
                          .rows = (const uint8_t *)"\x01\x23",
                          .row_bytes = 2,
                          .palette = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}},
                          .alpha = {0, 128}};
    struct bytes b = encode_raw(&palette);
    assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 0, 0), 0x204060);
    assert_near(pixel(&image, 1, 0), 0x10a030, 1);
    assert_int_equal(pixel(&image, 2, 0), 0x0000ff);
    assert_int_equal(pixel(&image, 3, 0), 0xffffff);
    host_fini(&host);
    free(b.data);

    host = (struct host){0};
    struct raw deep = {.width = 2,
                       .height = 1,
                       .depth = 16,
                       .type = PNG_COLOR_TYPE_RGB,
                       .rows = (const uint8_t *)"\xff\xff\x80\x80\0\0\x12\x34\x80\x00\x00\x80",
                       .row_bytes = 12};
    b = encode_raw(&deep);
    assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 0, 0), 0xff8000);
    assert_near(pixel(&image, 1, 0), 0x127f00, 1);
    host_fini(&host);
    free(b.data);

    host = (struct host){0};
    struct raw keyed = {.width = 2,
                        .height = 1,
                        .depth = 8,
                        .type = PNG_COLOR_TYPE_RGB,
                        .rows = (const uint8_t *)"\1\2\3\1\2\4",
                        .row_bytes = 6,
                        .keyed = true,
                        .clear = {.red = 1, .green = 2, .blue = 3}};
    b = encode_raw(&keyed);
    assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 0, 0), 0x204060);
    assert_int_equal(pixel(&image, 1, 0), 0x010204);
    host_fini(&host);
    free(b.data);
}

/* A sample of `depth` bits, the i-th of a row. */
static unsigned sample_at(const uint8_t *row, int i, int depth)
{
    if (depth == 16)
        return (unsigned)(row[i * 2] << 8 | row[i * 2 + 1]);
    return (unsigned)row[i * depth / 8] >> (8 - depth - i * depth % 8) & ((1u << depth) - 1);
}

/* What pixel x of such a row is over the background. */
static uint32_t sample_color(const struct raw *raw, const uint8_t *row, int x)
{
    static const int channels_of[] = {[0] = 1, [2] = 3, [3] = 1, [4] = 2, [6] = 4};
    const int channels = channels_of[raw->type];
    double v[4] = {0}, max = (1 << raw->depth) - 1, alpha = 1;
    uint32_t result = 0;
    for (int c = 0; c < channels; c++)
        v[c] = sample_at(row, x * channels + c, raw->depth) / max;
    const double rgb[3] = {v[0], channels > 2 ? v[1] : v[0], channels > 2 ? v[2] : v[0]};
    const png_color *color = &raw->palette[(int)(v[0] * max) % 4];
    const double colors[3] = {color->red / 255.0, color->green / 255.0, color->blue / 255.0};
    if (channels % 2 == 0)
        alpha = v[channels - 1];
    if (raw->type == PNG_COLOR_TYPE_PALETTE)
        alpha = v[0] * max < 2 ? raw->alpha[(int)(v[0] * max)] / 255.0 : 1;
    if (raw->keyed && raw->type == PNG_COLOR_TYPE_GRAY && (unsigned)lround(v[0] * max) == raw->clear.gray)
        alpha = 0;
    for (int c = 0; c < 3; c++) {
        double value = raw->type == PNG_COLOR_TYPE_PALETTE ? colors[c] : rgb[c];
        result = result << 8 |
                 (uint32_t)lround(value * 255 * alpha + (0x204060 >> (16 - 8 * c) & 255) * (1 - alpha));
    }
    return result;
}

/* All that the format knows: every type in every depth, by rows and interlaced, with a clear grey and clear colours. */
static void test_all_types_and_depths(void **state)
{
    (void)state;
    static const int kinds[][2] = {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
                                   {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}};
    enum { W = 37, H = 21, ROW = W * 8 };
    static uint8_t rows[H][ROW];
    uint32_t seed = 5;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int round = 0; round < 4; round++) {
            struct raw raw = {.width = W,
                              .height = H,
                              .type = kinds[k][0],
                              .depth = kinds[k][1],
                              .rows = rows[0],
                              .row_bytes = ROW,
                              .interlace = round % 2,
                              .palette = {{255, 0, 0}, {9, 255, 0}, {0, 0, 255}, {255, 255, 255}},
                              .alpha = {0, 77}};
            raw.keyed = round / 2 && raw.type == PNG_COLOR_TYPE_GRAY;
            raw.clear.gray = 1;
            /* Of the palette's four colours. */
            const unsigned mask = raw.type != PNG_COLOR_TYPE_PALETTE ? 255
                                  : raw.depth == 8                   ? 3
                                  : raw.depth == 4                   ? 0x33
                                                                     : 255;
            for (int i = 0; i < H * ROW; i++)
                rows[i / ROW][i % ROW] = (uint8_t)(next_random(&seed) & mask);
            if (raw.keyed && raw.depth == 16)
                memcpy(rows[3], "\0\1", 2);
            struct bytes b = encode_raw(&raw);
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_OK);
            for (int i = 0; i < W * H; i++) {
                uint32_t got = pixel(&image, i % W, i / W), want = sample_color(&raw, rows[i / W], i % W);
                if (channel_distance(got, want) > 1)
                    fail_msg("type %d of %d bits, round %d, pixel %d: %06x, not %06x", raw.type, raw.depth,
                             round, i, got, want);
            }
            host_fini(&host);
            free(b.data);
        }
}

static void test_cut_files_are_shown_in_part(void **state)
{
    (void)state;
    enum { W = 200, H = 160 };
    uint8_t *pixels = make_photo(W, H, 3);
    for (int interlace = 0; interlace < 2; interlace++) {
        struct bytes b = encode_png(pixels, W, H, PNG_COLOR_TYPE_RGB, interlace, NULL);
        for (size_t percent = 0; percent < 100; percent += 2) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            enum fz_err code = load(b.data, b.len * percent / 100, 0, 0, &host, &image, &err);
            if (b.len * percent / 100 > 9000) /* libpng takes 8 KiB at once, or none of them */
                assert_int_equal(code, FZ_OK);
            if (code != FZ_OK) {
                assert_true(code == FZ_E_DAMAGED || code == FZ_E_NOT_PICTURE);
                host_fini(&host);
                continue;
            }
            assert_true(image.damaged);
            int right = 0;
            while (right < H && pixel(&image, 0, right) ==
                                    (uint32_t)(pixels[right * W * 3] << 16 | pixels[right * W * 3 + 1] << 8 |
                                               pixels[right * W * 3 + 2]))
                right++;
            if (!interlace) {
                assert_true(right >= (int)percent * H / 100 - 9000 * H / (int)b.len - 12);
                if (percent < 80)
                    assert_int_equal(pixel(&image, W / 2, H - 1), 0x204060);
            } else if (percent > 40) {
                assert_int_not_equal(pixel(&image, W / 2, H - 1), 0x204060); /* coarse, but there */
            }
            host_fini(&host);
        }
        free(b.data);
    }
    free(pixels);
}

/* The window that its stream of zlib names (RFC 1950, 2.2) is smaller than what it points back by, as some writers have it. */
static void test_a_window_larger_than_it_says(void **state)
{
    (void)state;
    enum { W = 200, H = 40, SMALLEST_WINDOW = 0x08 };
    uint8_t *pixels = make_photo(W, H, 3);
    for (int y = 1; y < H; y++) /* each row is told by the one before */
        memcpy(pixels + (size_t)y * W * 3, pixels, W * 3);
    struct bytes b = encode_png(pixels, W, H, PNG_COLOR_TYPE_RGB, 0, NULL);
    uint8_t *data = memmem(b.data, b.len, "IDAT", 4);
    size_t len = (size_t)(data[-4] << 24 | data[-3] << 16 | data[-2] << 8 | data[-1]);
    assert_int_not_equal(data[4], SMALLEST_WINDOW);
    data[4] = SMALLEST_WINDOW;
    data[5] = 31 - SMALLEST_WINDOW * 256 % 31;
    uint32_t sum = (uint32_t)crc32(0, data, (uInt)len + 4);
    for (int i = 0; i < 4; i++)
        data[4 + len + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_OK);
    assert_false(image.damaged);
    for (int x = 0; x < W; x++)
        assert_int_equal(pixel(&image, x, H - 1),
                         (uint32_t)(pixels[x * 3] << 16 | pixels[x * 3 + 1] << 8 | pixels[x * 3 + 2]));
    host_fini(&host);
    free(b.data);
    free(pixels);
}

/* What Xcode makes of a PNG begins with a chunk of its own. */
static void test_those_of_iphones_are_named(void **state)
{
    (void)state;
    static const uint8_t begin[] = "\x89PNG\r\n\x1a\n\0\0\0\4CgBI\x50\0\x20\6\x2c\xb8\x77\x66\0\0\0\x0dIHDR";
    struct bytes b = {0};
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    bytes_put(&b, begin, sizeof begin - 1);
    memset(bytes_add(&b, 40), 0, 40);
    assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_E_UNSUPPORTED);
    assert_non_null(strstr(err.msg, "iPhones (CgBI)"));
    assert_null(strstr(err.msg, "damaged"));
    host_fini(&host);
    free(b.data);
}

static void test_huge(void **state)
{
    (void)state;
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    const struct {
        uint32_t width, height;
        const char *kind;
        enum fz_err want;
    } cases[] = {
        {65535, 65535, "\10\2\0\0\0", FZ_E_LIMIT},
        {160001, 1, "\10\2\0\0\0", FZ_E_LIMIT},
        {0x7fffffff, 0x7fffffff, "\10\2\0\0\0", FZ_E_LIMIT},
        {0xffffffff, 0xffffffff, "\10\2\0\0\0", FZ_E_LIMIT},
        {40000, 40000, "\1\0\0\0\0", FZ_E_LIMIT},
        {40000, 40000, "\1\0\0\0\1", FZ_E_LIMIT},
        {0, 5, "\10\2\0\0\0", FZ_E_DAMAGED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = {0};
        bytes_put(&b, "\x89PNG\r\n\x1a\n\0\0\0\15IHDR", 16);
        bytes_put_be(&b, cases[i].width, 4);
        bytes_put_be(&b, cases[i].height, 4);
        bytes_put(&b, cases[i].kind, 5);
        bytes_put(&b, "crc!\0\0\0\3IDAT123crc!", 19);
        assert_int_equal(load_png(&b, 256, &host, &image, &err), cases[i].want);
        assert_int_equal(host.allocs, 0);
        assert_int_equal(host.reserves, 0);
        free(b.data);
    }
}

/* Small file, big picture: by rows it needs little memory. */
static void test_many_pixels_in_little_memory(void **state)
{
    (void)state;
    struct bytes b = encode_half_white(6000, PNG_INTERLACE_NONE);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load_png(&b, 100, &host, &image, &err), FZ_OK);
    assert_true(host.reserved < b.len + (4 << 20));
    assert_int_equal(pixel(&image, 50, 47), 0x000000);
    assert_near(pixel(&image, 50, 49), 0x000000, 24); /* the filter smooths the edge */
    assert_near(pixel(&image, 50, 50), 0xffffff, 24);
    assert_int_equal(pixel(&image, 50, 52), 0xffffff);
    host_fini(&host);
    free(b.data);
}

static void test_cancelled_at_every_asking(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(100, 90, 3);
    for (int interlace = 0; interlace < 2; interlace++) {
        struct bytes b = encode_png(pixels, 100, 90, PNG_COLOR_TYPE_RGB, interlace, NULL);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_OK);
        int asked = host.asked;
        assert_true(asked > 6);
        host_fini(&host);
        for (int n = 1; n <= asked; n++) {
            host = (struct host){.cancel_after = n};
            assert_int_equal(load_png(&b, 0, &host, &image, &err), FZ_E_CANCELLED);
            assert_int_equal(host.asked, n);
            host_fini(&host);
        }
        free(b.data);
    }
    free(pixels);
}

/* An icon of it, between others of one pixel; the byte where a PNG says whether it is interlaced is one of these. */
static struct bytes icon_of(const struct bytes *png, int others)
{
    static const uint8_t dot[] = {12, 0, 0, 0, 1, 0, 2, 0, 1, 0, 24, 0, 1, 2, 3, 0, 0, 0, 0, 0};
    struct bytes b = {0};
    uint32_t at = 6 + 16 * (uint32_t)(others + 1);
    bytes_put(&b, "\0\0\1\0", 4);
    bytes_put_le(&b, (uint32_t)others + 1, 2);
    for (int i = 0; i <= others; i++) {
        uint32_t len = i < others ? sizeof dot : (uint32_t)png->len;
        bytes_put(&b, "\1\1\0\0\1\0\30\0", 8);
        bytes_put_le(&b, len, 4);
        bytes_put_le(&b, at, 4);
        at += len;
    }
    for (int i = 0; i < others; i++)
        bytes_put(&b, dot, sizeof dot);
    bytes_put(&b, png->data, png->len);
    return b;
}

static uint64_t reserved_beside(const struct bytes *file, const char *format)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    if (load(file->data, file->len, 0, 0, &host, &image, &err) != FZ_OK)
        fail_msg("%s: %s", format, err.msg);
    assert_string_equal(image.format, format);
    host_fini(&host);
    return host.reserved - file->len;
}

static void test_icon_takes_what_its_png_takes(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(256, 200, 3);
    uint64_t plain[2];
    for (int interlace = 0; interlace < 2; interlace++) {
        struct bytes png = encode_png(pixels, 256, 200, PNG_COLOR_TYPE_RGB, interlace, NULL);
        plain[interlace] = reserved_beside(&png, "png");
        for (int others = 0; others < 40; others++) {
            struct bytes icon = icon_of(&png, others);
            uint64_t bytes = reserved_beside(&icon, "ico");
            if (bytes != plain[interlace])
                fail_msg("%d others: %llu bytes in place of %llu", others, (unsigned long long)bytes,
                         (unsigned long long)plain[interlace]);
            free(icon.data);
        }
        free(png.data);
    }
    assert_true(plain[1] > plain[0] + 256 * 200);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_color_types_are_exact),
        cmocka_unit_test(test_rare_kinds),
        cmocka_unit_test(test_all_types_and_depths),
        cmocka_unit_test(test_cut_files_are_shown_in_part),
        cmocka_unit_test(test_a_window_larger_than_it_says),
        cmocka_unit_test(test_those_of_iphones_are_named),
        cmocka_unit_test(test_huge),
        cmocka_unit_test(test_many_pixels_in_little_memory),
        cmocka_unit_test(test_cancelled_at_every_asking),
        cmocka_unit_test(test_icon_takes_what_its_png_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
