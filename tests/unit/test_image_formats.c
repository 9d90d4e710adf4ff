/* Every format but JPEG: known by its bytes, right in its pixels, judged by its header before anything is
 * allocated. */
#include "test_image_samples.h"

#include "frieze_config.h"

#include <time.h>

/* --- tests -------------------------------------------------------------------------------------- */

static void test_known_by_the_bytes_and_right(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct bytes b = samples[i].make();
        struct fz_error err = {0};
        int fd = open_bytes(b.data, b.len);
        const char *name = fz_image_sniff(fd, &err); /* the name says nothing */
        assert_non_null(name);
        assert_string_equal(name, samples[i].format);
        close(fd);
        const int boxes[][2] = {{0, 0}, {1000, 1000}, {16, 24}, {11, 20}, {5, 5}};
        for (int k = 0; k < 5; k++) {
            struct host host = {0};
            struct fz_image image;
            enum fz_err code = load(b.data, b.len, boxes[k][0], boxes[k][1], &host, &image, &err);
            if (code != FZ_OK)
                fail_msg("%s (sample %d): %s", samples[i].format, i, err.msg);
            assert_string_equal(image.format, samples[i].format);
            assert_int_equal(image.width, W);
            assert_int_equal(image.height, H);
            int want_w, want_h;
            fz_image_fit(W, H, boxes[k][0], boxes[k][1], &want_w, &want_h);
            assert_int_equal(image.out_w, want_w);
            assert_int_equal(image.out_h, want_h);
            if (want_w > 10) {
                int tolerance = strcmp(samples[i].format, "webp") == 0 ? 10
                                : strcmp(samples[i].format, "xv") == 0 ? 64
                                                                       : 1;
                if (want_w == W && strcmp(samples[i].format, "svg") != 0)
                    assert_near(pixel(&image, 0, 0), field_colors[0], tolerance);
                assert_fields(&image, 1, tolerance);
            }
            assert_int_equal(host.reserves, 1);
            host_fini(&host);
        }
        free(b.data);
    }
}

static void test_known_without_a_decoder(void **state)
{
    (void)state;
    static const struct {
        const char *format, *title, *library;
        bool has_library;
        const char bytes[48];
    } files[] = {
        /* clang-format off */
        {"heic", "HEIC", "libheif", FRIEZE_WITH_HEIF, "\0\0\0\x18\x66typheic\0\0\0\0mif1heic"},
        {"heic", "HEIC", "libheif", FRIEZE_WITH_HEIF, "\0\0\0\x1c\x66typmif1\0\0\0\0mif1heicmiaf"},
        {"heic", "HEIC", "libheif", FRIEZE_WITH_HEIF, "\0\0\0\x18\x66typmsf1\0\0\0\0msf1hevc" "avif"}, /* behind the list of brands */
        {"avif", "AVIF", "libheif", FRIEZE_WITH_HEIF, "\0\0\0\x1c\x66typavif\0\0\0\0mif1avifmiaf"},
        {"avif", "AVIF", "libheif", FRIEZE_WITH_HEIF, "\0\0\0\x1c\x66typmif1\0\0\0\0mif1miafavif"},
        {"avif", "AVIF", "libheif", FRIEZE_WITH_HEIF, "\0\0\0\x14\x66typavis\0\0\0\0msf1"},
        {"jxl", "JPEG XL", "libjxl", FRIEZE_WITH_JXL, "\xff\x0a\x7f\x01"},
        {"jxl", "JPEG XL", "libjxl", FRIEZE_WITH_JXL, "\0\0\0\x0cJXL \x0d\x0a\x87\x0a\0\0\0\x14\x66typjxl "},
        {"jp2", "JPEG 2000", NULL, 0, "\0\0\0\x0cjP  \x0d\x0a\x87\x0a\0\0\0\x14\x66typjp2 "},
        {"jp2", "JPEG 2000", NULL, 0, "\xff\x4f\xff\x51"},
        {"exr", "OpenEXR", NULL, 0, "\x76\x2f\x31\x01\x02"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err = {0};
        int fd = open_bytes(files[i].bytes, sizeof files[i].bytes);
        const char *name = fz_image_sniff(fd, &err);
        close(fd);
        assert_non_null(name); /* a picture, of which the tile says why it is not shown */
        assert_string_equal(name, files[i].format);
        enum fz_err code = load(files[i].bytes, sizeof files[i].bytes, 8, 8, &host, &image, &err);
        assert_int_equal(code, files[i].has_library ? FZ_E_DAMAGED : FZ_E_UNSUPPORTED); /* only a head */
        char expected[64];
        snprintf(expected, sizeof expected,
                 files[i].library ? "%s: this build has no %s" : "%s: this build cannot read it",
                 files[i].title, files[i].library);
        if (!files[i].has_library)
            assert_string_equal(err.msg, expected);
        assert_true(files[i].has_library || host.reserves == 0);
        assert_string_equal(image.format, files[i].format);
    }
}

static void test_huge_by_the_header(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        if (!samples[i].size_bytes)
            continue;
        struct bytes b = samples[i].make();
        size_t gap = strcmp(samples[i].format, "webp") == 0 ? 3 : samples[i].size_bytes == 4 ? 4 : 2;
        for (size_t k = 0; k < 2; k++)
            for (int n = 0; n < samples[i].size_bytes; n++) {
                bool low = samples[i].big_endian ? n >= samples[i].size_bytes - 2 : n < 2;
                b.data[samples[i].size_at + k * gap + (size_t)n] = low ? 0xff : 0;
            }
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 256, 192, &host, &image, &err), FZ_E_LIMIT);
        assert_int_equal(host.allocs, 0);
        assert_int_equal(host.reserves, 0);
        assert_string_equal(image.format, samples[i].format);
        free(b.data);
    }
}

static void test_huge_text_headers(void **state)
{
    (void)state;
    static const char *const files[] = {
        "P6 65535 65535 255\n",
        "P5\n99999999999999999999999999 7\n255\n",
        "/* XPM */\nstatic char *x[] = {\n\"65535 65535 2 1\",\n\"a c #000000\",",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(files[i], strlen(files[i]), 256, 192, &host, &image, &err), FZ_E_LIMIT);
        host_fini(&host);
    }
    /* TIFF: the tag of height */
    struct bytes b = make_tiff(1, true);
    memcpy(b.data + 10 + 12 + 8, "\xff\xff\xff\xff", 4);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 256, 192, &host, &image, &err), FZ_E_LIMIT);
    assert_int_equal(host.reserves, 0);
    free(b.data);
    /* GIF: a small screen, a huge frame */
    b = make_plain_gif();
    uint8_t *frame = memchr(b.data + 13 + 768, ',', b.len - 13 - 768);
    memcpy(frame + 5, "\xff\xff\xff\xff", 4);
    assert_int_equal(load(b.data, b.len, 256, 192, &host, &image, &err), FZ_E_LIMIT);
    assert_int_equal(host.reserves, 0);
    free(b.data);
}

/* A drawing has no pixels before it is drawn. SDL2_image draws it as large as it says, or as its coordinates are. */
static void test_huge_drawings(void **state)
{
    (void)state;
    static const char *const sides[] = {"width='65535' height='65535'", "width='99999999999cm' height='1'",
                                        "viewBox='0 0 1e9 1e9'"};
    for (size_t i = 0; i < (FRIEZE_WITH_RSVG ? 3 : 2); i++) {
        char text[200];
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        snprintf(text, sizeof text, "<svg xmlns='http://www.w3.org/2000/svg' %s></svg>", sides[i]);
        enum fz_err code = load(text, strlen(text), 256, 192, &host, &image, &err);
        assert_true(code == (FRIEZE_WITH_RSVG ? FZ_OK : FZ_E_LIMIT));
        assert_true(host.reserved < 20 << 20);
        host_fini(&host);
    }
}

/* A few bytes that announce 961 Mpx which are not in the file. Three seconds and more, where each row is made. */
static void test_rows_that_are_not_there_take_no_time(void **state)
{
    (void)state;
    enum { SIDE = 31000, MOST_CPU_S = 1 };
    struct bytes files[3] = {0};
    const char pfm[] = "PF\n31000 31000\n-1.0\n", gif_end[] = "\2\2\x44\1\0;";
    bytes_put(&files[0], pfm, sizeof pfm); /* and one byte of its pixels */
    bytes_put(&files[1], "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", 18);
    for (int i = 0; i < 2; i++)
        bytes_put_le(&files[1], SIDE, 4);
    bytes_put(&files[1], "\1\0\x18\0", 4);
    for (int i = 0; i < 7; i++) /* and the same */
        bytes_put_le(&files[1], 0, 4);
    bytes_put(&files[2], "GIF89a", 6); /* of which one pixel is shown */
    for (int i = 0; i < 2; i++)
        bytes_put_le(&files[2], SIDE, 2);
    bytes_put(&files[2], "\x80\0\0\xff\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0", 19);
    bytes_put(&files[2], gif_end, sizeof gif_end - 1);
    for (int i = 0; i < 3; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        const clock_t before = clock();
        assert_int_equal(load(files[i].data, files[i].len, 256, 256, &host, &image, &err), FZ_OK);
        assert_true(clock() - before < (clock_t)MOST_CPU_S * CLOCKS_PER_SEC);
        assert_int_equal(image.damaged, i < 2);
        assert_int_equal(pixel(&image, 128, 128), 0x204060);
        host_fini(&host);
        free(files[i].data);
    }
}

static void test_cut_files(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        struct bytes b = samples[i].make();
        for (size_t percent = 0; percent < 100; percent += 2) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            enum fz_err code = load(b.data, b.len * percent / 100, 20, 20, &host, &image, &err);
            if (code != FZ_OK && code != FZ_E_DAMAGED && code != FZ_E_NOT_PICTURE && code != FZ_E_MEMORY)
                fail_msg("%s cut at %zu %%: %s", samples[i].format, percent, err.msg);
            host_fini(&host);
        }
        free(b.data);
    }
}

static void test_changed_bytes(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int i = 0; i < SAMPLES; i++) {
        struct bytes good = samples[i].make();
        for (int round = 0; round < 60; round++) {
            struct bytes b = copy_of(good.data, good.len);
            for (int n = 0; n < 3; n++)
                b.data[next_random(&seed) % (round % 2     ? b.len
                                             : b.len < 120 ? b.len
                                                           : 120)] = (uint8_t)next_random(&seed);
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            int fd = open_bytes(b.data, b.len);
            struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
            struct fz_image_request request = make_request(fd, round % 3 * 9, round % 3 * 9, &host);
            request.limits.max_rows_px = request.limits.max_whole_px = 1000000;
            fz_image_load(&request, scratch, &image, &err);
            fz_image_scratch_free(scratch);
            close(fd);
            host_fini(&host);
            free(b.data);
        }
        free(good.data);
    }
}

static void test_tiff_orientations(void **state)
{
    (void)state;
    for (int o = 1; o <= 8; o++)
        for (int big = 0; big < 2; big++) {
            struct bytes b = make_tiff(o, big);
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
            assert_int_equal(image.orientation, o);
            assert_int_equal(image.width, o >= 5 ? H : W);
            assert_fields(&image, o, 0);
            host_fini(&host);
            free(b.data);
        }
}

static void test_png_and_webp_orientations(void **state)
{
    (void)state;
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    for (int o = 1; o <= 8; o++) {
        struct bytes exif = make_exif(o, o % 2);
        struct bytes b = make_png(&exif);
        host = (struct host){0};
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.orientation, o);
        assert_fields(&image, o, 0);
        host_fini(&host);
        free(b.data);
        free(exif.data);
    }
    host = (struct host){0};
    assert_int_equal(load(webp_lossy, sizeof webp_lossy, 0, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(image.orientation, 8);
    assert_fields(&image, 8, 10);
    host_fini(&host);
}

/* (value * alpha + background * (255 - alpha)) / 255, rounded, for each of many alphas; background is
 * 0x204060. */
static void test_alpha_over_background(void **state)
{
    (void)state;
    uint8_t pixels[64 * 4 * 4];
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 64; x++)
            memcpy(pixels + (y * 64 + x) * 4, (uint8_t[]){255, 100, 0, (uint8_t)(x * 255 / 63)}, 4);
    struct bytes b = encode_png(pixels, 64, 4, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE, NULL);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    for (int x = 0; x < 64; x++) {
        int a = x * 255 / 63;
        uint32_t want = (uint32_t)((255 * a + 0x20 * (255 - a) + 127) / 255) << 16 |
                        (uint32_t)((100 * a + 0x40 * (255 - a) + 127) / 255) << 8 |
                        (uint32_t)((0 * a + 0x60 * (255 - a) + 127) / 255);
        assert_int_equal(pixel(&image, x, 1), want);
    }
    host_fini(&host);
    free(b.data);
}

/* What is clear has no colour: averaging must not let it bleed. */
static void test_clear_pixels_do_not_bleed(void **state)
{
    (void)state;
    uint8_t pixels[32 * 32 * 4];
    for (int i = 0; i < 32 * 32; i++)
        memcpy(pixels + i * 4, i % 2 ? (uint8_t[]){0, 255, 0, 0} : (uint8_t[]){0x20, 0x40, 0x60, 255}, 4);
    struct bytes b = encode_png(pixels, 32, 32, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_ADAM7, NULL);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 8, 8, &host, &image, &err), FZ_OK);
    for (int i = 0; i < 64; i++)
        assert_int_equal(pixel(&image, i % 8, i / 8), 0x204060);
    host_fini(&host);
    free(b.data);

    host = (struct host){0};
    assert_int_equal(load(webp_alpha, sizeof webp_alpha, 0, 0, &host, &image, &err), FZ_OK);
    assert_near(pixel(&image, 8, 8), 0x703040, 6); /* half 0xc02020, half background */
    host_fini(&host);
}

static void test_gif_frame_stands_in_its_place(void **state)
{
    (void)state;
    struct bytes b = make_gif(W + 20, H + 30, 7, 9, true);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(image.width, W + 20);
    assert_int_equal(image.height, H + 30);
    assert_int_equal(pixel(&image, 6, 20), 0x204060);
    assert_int_equal(pixel(&image, 20, 8), 0x204060);
    assert_int_equal(pixel(&image, 7, 9), field_colors[0]);
    assert_int_equal(pixel(&image, 7 + W - 1, 9), field_colors[1]);
    assert_int_equal(pixel(&image, 7 + W, 9), 0x204060);
    assert_int_equal(pixel(&image, 7 + FIELD, 9 + FIELD), 0x204060); /* colour 3 is the transparent one */
    host_fini(&host);
    free(b.data);
}

/* As Chromium and Pillow do it: by the first frame alone. */
static void test_gif_screen_holds_the_first_frame(void **state)
{
    (void)state;
    static const struct {
        int screen_w, screen_h, x, y, width, height;
    } cases[] = {{0, 0, 0, 0, W, H},
                 {W, 5, 0, 0, W, H},
                 {W + 2, H + 3, 7, 1, W + 7, H + 3},
                 {4, 4, 40, 50, 40 + W, 50 + H}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = make_gif(cases[i].screen_w, cases[i].screen_h, cases[i].x, cases[i].y, false);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.width, cases[i].width);
        assert_int_equal(image.height, cases[i].height);
        assert_int_equal(pixel(&image, cases[i].x, cases[i].y), field_colors[0]);
        assert_int_equal(pixel(&image, cases[i].x + W - 1, cases[i].y + H - 1), field_colors[5]);
        host_fini(&host);
        free(b.data);
    }
}

static void test_gif_without_colors_is_grey(void **state)
{
    (void)state;
    struct bytes b = make_gif(W, H, 0, 0, false);
    enum { SCREEN_BYTES = 13, TABLE_BYTES = 768 };
    b.data[10] = 0;
    memmove(b.data + SCREEN_BYTES, b.data + SCREEN_BYTES + TABLE_BYTES, b.len - SCREEN_BYTES - TABLE_BYTES);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len - TABLE_BYTES, 0, 0, &host, &image, &err), FZ_OK);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_int_equal(pixel(&image, x, y), (y / FIELD * 2 + x / FIELD) * 0x010101);
    host_fini(&host);
    free(b.data);
}

static void test_gray_and_gray_alpha_png(void **state)
{
    (void)state;
    uint8_t pixels[16 * 16 * 2];
    for (int i = 0; i < 16 * 16; i++) {
        pixels[i * 2] = (uint8_t)i;
        pixels[i * 2 + 1] = 255;
    }
    struct bytes b = encode_png(pixels, 16, 16, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_INTERLACE_NONE, NULL);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    for (int i = 0; i < 256; i++)
        assert_int_equal(pixel(&image, i % 16, i / 16), i * 0x010101);
    host_fini(&host);
    free(b.data);
    uint8_t gray[256];
    for (int i = 0; i < 256; i++)
        gray[i] = (uint8_t)i;
    b = encode_png(gray, 16, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, NULL);
    host = (struct host){0};
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
    for (int i = 0; i < 256; i++)
        assert_int_equal(pixel(&image, i % 16, i / 16), i * 0x010101);
    host_fini(&host);
    free(b.data);
}

static void test_what_only_looks_like_a_picture(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *title;
    } files[] = {
        {"DDS |\0\0\0\7\x10\2\0", 12, "DDS"},
        {"icns\0\0\1\0", 8, "ICNS"},
        {"\x8aMNG\r\n\x1a\n\0\0\0\x1cMHDR", 16, "MNG"},
        {"\x8bJNG\r\n\x1a\n\0\0\0\x10JHDR", 16, "JNG"},
        {"\x01\xda\1\1\0\3\0\10\0\10\0\3", 12, "SGI"},
        {"#define a_width 8\n#define a_height 8\n", 37, "XBM"},
        {"#define a 8\n#define a_width 8\n", 30, NULL},
        {"<!DOCTYPE html><html><svg width='4' height='4'></svg></html>", 60, NULL},
        {"<?xml version='1.0'?><gpx></gpx>", 32, NULL},
        {"P8\nWIDTH 3\n", 11, NULL},
        {"Pictures", 8, NULL},
        {"BMovie night", 12, NULL},
        {"RIFF\x10\0\0\0WAVEfmt ", 16, NULL},
        {"\0\0\0\x1c\x66typmp42\0\0\0\0mp42isommif1", 28, NULL},
        {"GIF", 3, NULL},
        {"\xff\xd8", 2, NULL},
        {"#!/bin/sh\necho hello\n", 21, NULL},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(files[i].bytes, files[i].len, 0, 0, &host, &image, &err), FZ_E_NOT_PICTURE);
        char says[80] = "no picture of a known format";
        if (files[i].title)
            snprintf(says, sizeof says, "%s: a format that frieze does not read", files[i].title);
        assert_string_equal(err.msg, says);
        int fd = open_bytes(files[i].bytes, files[i].len);
        assert_null(fz_image_sniff(fd, &err));
        assert_int_equal(err.code, FZ_E_NOT_PICTURE);
        assert_string_equal(err.msg, says);
        close(fd);
    }
    /* zeros, of which a format without magic bytes could make something */
    uint8_t zeros[4096] = {0};
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(zeros, sizeof zeros, 0, 0, &host, &image, &err), FZ_E_NOT_PICTURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_by_the_bytes_and_right),
        cmocka_unit_test(test_known_without_a_decoder),
        cmocka_unit_test(test_huge_by_the_header),
        cmocka_unit_test(test_huge_text_headers),
        cmocka_unit_test(test_huge_drawings),
        cmocka_unit_test(test_rows_that_are_not_there_take_no_time),
        cmocka_unit_test(test_cut_files),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_tiff_orientations),
        cmocka_unit_test(test_png_and_webp_orientations),
        cmocka_unit_test(test_alpha_over_background),
        cmocka_unit_test(test_clear_pixels_do_not_bleed),
        cmocka_unit_test(test_gif_frame_stands_in_its_place),
        cmocka_unit_test(test_gif_screen_holds_the_first_frame),
        cmocka_unit_test(test_gif_without_colors_is_grey),
        cmocka_unit_test(test_gray_and_gray_alpha_png),
        cmocka_unit_test(test_what_only_looks_like_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
