/* Colours of a file with an ICC profile, against lcms's own arithmetic in floating point. */
#include "test_image_icc.h"

#include "image/pixels/profile.h"

static const uint32_t some_colors[] = {0x000000, 0xffffff, 0x808080, 0xb45a3c, 0x3cb45a, 0x5a3cb4,
                                       0xffe0c0, 0x203040, 0xff0000, 0x00ff00, 0x0000ff, 0xe08090};
enum { COLORS = sizeof some_colors / sizeof *some_colors };

static void fill_colors(uint8_t rows[COLORS * 3])
{
    for (int i = 0; i < COLORS; i++)
        for (int c = 0; c < 3; c++)
            rows[i * 3 + c] = (uint8_t)(some_colors[i] >> (16 - 8 * c));
}

static void test_wide_gamuts(void **state)
{
    (void)state;
    const cmsCIExyYTRIPLE *const corners[] = {&p3, &adobe, &bt709};
    const double gammas[] = {2.2, 2.19921875, 1.8};
    for (int k = 0; k < 3; k++) {
        uint8_t rows[COLORS * 3];
        fill_colors(rows);
        struct bytes icc = rgb_profile(corners[k], gammas[k]);
        struct bytes file = make_png(rows, COLORS, 1, PNG_COLOR_TYPE_RGB, 8, &icc, NULL);
        struct host host;
        struct fz_image image;
        load_ok(&file, 0, &host, &image);
        assert_true(image.has_profile);
        int changed = 0;
        for (int i = 0; i < COLORS; i++) {
            assert_near(pixel(&image, i, 0), expected_rgb(&icc, some_colors[i]), 1);
            changed += channel_distance(pixel(&image, i, 0), some_colors[i]) > 5;
        }
        assert_true(changed >= 4);
        host_fini(&host);
        free(file.data);
        free(icc.data);
    }
}

static void test_grey(void **state)
{
    (void)state;
    uint8_t rows[256];
    for (int i = 0; i < 256; i++)
        rows[i] = (uint8_t)i;
    struct bytes icc = grey_profile(1.5);
    struct bytes file = make_png(rows, 256, 1, PNG_COLOR_TYPE_GRAY, 8, &icc, NULL);
    struct host host;
    struct fz_image image;
    load_ok(&file, 0, &host, &image);
    for (int i = 0; i < 256; i++) {
        const double v = i / 255.0;
        assert_near(pixel(&image, i, 0), expected(&icc, TYPE_GRAY_DBL, &v), 1);
    }
    assert_true((pixel(&image, 128, 0) & 255) > 140);
    host_fini(&host);
    free(file.data);
    free(icc.data);
}

/* Adobe's JPEGs hold 255 - ink; the profile comes in several parts. */
static void test_cmyk(void **state)
{
    (void)state;
    const uint8_t inks[][4] = {{0, 0, 0, 0}, {255, 0, 0, 0}, {40, 200, 10, 20}, {90, 80, 180, 128}};
    struct bytes icc = cmyk_profile(9);
    for (int k = 0; k < 4; k++) {
        uint8_t rows[64 * 64 * 4];
        for (int i = 0; i < 64 * 64 * 4; i++)
            rows[i] = (uint8_t)(255 - inks[k][i % 4]);
        struct bytes plain =
            encode_jpeg(rows, 64, 64, (struct jpeg_options){.in = JCS_CMYK, .channels = 4, .quality = 100});
        struct bytes file = with_profile(&plain, &icc, 9000);
        double percent[4];
        for (int c = 0; c < 4; c++)
            percent[c] = inks[k][c] / 2.55;
        for (int box = 0; box <= 16; box += 16) {
            struct host host;
            struct fz_image image;
            load_ok(&file, box, &host, &image);
            assert_true(image.has_profile);
            assert_near(pixel(&image, 7, 7), expected(&icc, TYPE_CMYK_DBL, percent), 3);
            host_fini(&host);
        }
        free(plain.data);
        free(file.data);
    }
    free(icc.data);
}

/* Converted after the reduction: the profile's curve works on the mean. */
static void test_reduced_then_converted(void **state)
{
    (void)state;
    uint8_t rows[64 * 64 * 3];
    for (int i = 0; i < 64 * 64; i++)
        memset(rows + i * 3, i % 2 ? 250 : 30, 3);
    struct bytes icc = rgb_profile(&bt709, 1.4);
    struct bytes file = make_png(rows, 64, 64, PNG_COLOR_TYPE_RGB, 8, &icc, NULL);
    struct host host;
    struct fz_image image;
    load_ok(&file, 8, &host, &image);
    assert_near(pixel(&image, 4, 4), expected_rgb(&icc, 0x8c8c8c), 1);
    host_fini(&host);
    free(file.data);
    free(icc.data);
}

/* A disc of one colour, clear black around it: between them lie mixtures of the converted colour and the background. */
static void assert_disc(bool with_icc)
{
    enum { SIDE = 96 };
    uint8_t rows[SIDE * SIDE * 4];
    for (int i = 0; i < SIDE * SIDE; i++) {
        int dx = i % SIDE - SIDE / 2, dy = i / SIDE - SIDE / 2;
        memcpy(rows + i * 4, dx * dx + dy * dy < 1600 ? "\xb4\x5a\x3c\xff" : "\0\0\0\0", 4);
    }
    struct bytes icc = rgb_profile(&p3, 2.2);
    struct bytes file = make_png(rows, SIDE, SIDE, PNG_COLOR_TYPE_RGBA, 8, with_icc ? &icc : NULL, NULL);
    struct host host;
    struct fz_image image;
    load_ok(&file, SIDE / 5, &host, &image);
    const uint32_t in = with_icc ? expected_rgb(&icc, 0xb45a3c) : 0xb45a3c, around = 0x204060;
    int mixed = 0;
    for (int i = 0; i < image.out_w * image.out_h; i++) {
        uint32_t got = pixel(&image, i % image.out_w, i / image.out_w), mix = 0;
        double part = (double)((int)(got >> 16) - 0x20) / ((int)(in >> 16) - 0x20);
        if (part < 0.05 || part > 0.95)
            continue; /* the filter makes edges a little steeper on both sides, which is clipped */
        for (int shift = 16; shift >= 0; shift -= 8)
            mix = mix << 8 |
                  (uint32_t)lround(part * (in >> shift & 255) + (1 - part) * (around >> shift & 255));
        assert_near(got, mix, 2);
        mixed++;
    }
    assert_true(mixed > 10);
    assert_near(pixel(&image, image.out_w / 2, image.out_h / 2), in, 1);
    assert_int_equal(pixel(&image, 0, 0), around);
    host_fini(&host);
    free(file.data);
    free(icc.data);
}

static void test_alpha(void **state)
{
    (void)state;
    assert_disc(false);
    assert_disc(true);
}

/* In 8 bits of linear light, all that is darker than sRGB 13 would be black. */
static void test_linear_light_of_16_bits(void **state)
{
    (void)state;
    for (int channels = 1; channels <= 3; channels += 2) {
        uint8_t rows[256 * 6];
        for (int i = 0; i < 256 * channels; i++) {
            double v = i / channels / 255.0;
            double linear = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
            unsigned v16 = (unsigned)lround(linear * 65535);
            rows[i * 2] = (uint8_t)(v16 >> 8);
            rows[i * 2 + 1] = (uint8_t)v16;
        }
        struct bytes icc = channels == 1 ? grey_profile(1) : rgb_profile(&bt709, 1);
        int type = channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
        struct bytes file = make_png(rows, 256, 1, type, 16, &icc, NULL);
        struct host host;
        struct fz_image image;
        load_ok(&file, 0, &host, &image);
        for (uint32_t i = 0; i < 256; i++)
            assert_near(pixel(&image, (int)i, 0), i << 16 | i << 8 | i, 1);
        host_fini(&host);
        free(file.data);
        free(icc.data);
    }
}

/* What the file of these colors becomes: as its profile says, or exactly as they stand (NULL). Takes its bytes. */
static void check_colors(struct bytes *file, const struct bytes *icc)
{
    struct host host;
    struct fz_image image;
    load_ok(file, 0, &host, &image);
    for (int i = 0; i < COLORS; i++)
        assert_near(pixel(&image, i, 0), icc ? expected_rgb(icc, some_colors[i]) : some_colors[i],
                    icc ? 1 : 0);
    host_fini(&host);
    free(file->data);
}

/* gAMA and cHRM stand for a profile; gAMA alone, or linear light in 8 bits, is nobody's wish. */
static void test_primaries(void **state)
{
    (void)state;
    uint8_t rows[COLORS * 3];
    fill_colors(rows);
    const double gammas[] = {1 / 1.8, 1.0};
    struct bytes icc = rgb_profile(&p3, 1.8);
    for (int k = 0; k < 2; k++) {
        struct bytes file = make_png(rows, COLORS, 1, PNG_COLOR_TYPE_RGB, 8, NULL, &gammas[k]);
        check_colors(&file, k ? NULL : &icc);
    }
    free(icc.data);
}

/* The chunk counts less than a profile that comes behind it, and more than numbers. */
static void test_chunk_that_says_srgb(void **state)
{
    (void)state;
    uint8_t rows[COLORS * 3];
    fill_colors(rows);
    const double gamma = 1 / 1.8;
    struct bytes icc = rgb_profile(&p3, 1.8);
    for (int k = 0; k < 2; k++) {
        struct bytes file =
            make_png(rows, COLORS, 1, PNG_COLOR_TYPE_RGB, 8, k ? NULL : &icc, k ? &gamma : NULL);
        add_srgb_chunk(&file);
        check_colors(&file, k ? NULL : &icc);
    }
    free(icc.data);
}

/* sRGB, damaged, of another kind of picture: all shown as they are, to the last bit. */
static void test_shown_as_it_is(void **state)
{
    (void)state;
    uint8_t rows[COLORS * 3];
    fill_colors(rows);
    struct bytes wide = rgb_profile(&p3, 2.2), cut = wide, link;
    cut.len = cut.len / 3;
    cmsHPROFILE limit = cmsCreateInkLimitingDeviceLink(cmsSigCmykData, 200);
    link = saved(limit);
    struct bytes others[] = {
        saved(cmsCreate_sRGBProfile()), cmyk_profile(5), grey_profile(1), cut, link, {0}};
    others[5] = (struct bytes){.data = (uint8_t *)(uintptr_t) "none", .len = 4};
    uint8_t *flat = malloc(64 * 64 * 3);
    memset(flat, 0x93, 64 * 64 * 3);
    struct bytes plain = encode_jpeg(flat, 64, 64, (struct jpeg_options){.quality = 95});
    for (int k = 0; k < 6; k++) {
        struct bytes file = with_profile(&plain, &others[k], 700);
        struct host host;
        struct fz_image image;
        load_ok(&file, 0, &host, &image);
        assert_near(pixel(&image, 9, 9), 0x939393, 1);
        host_fini(&host);
        free(file.data);
    }
    for (int k = 0; k < 3; k++)
        free(others[k].data);
    free(wide.data);
    free(link.data);
    free(flat);
    free(plain.data);
}

/* The last few transforms stay; sRGB is found to be none, and that stays too. */
static void test_kept(void **state)
{
    (void)state;
    struct fz_profiles *profiles = fz_profiles_new();
    struct bytes icc[6];
    const struct fz_profile *found[6];
    for (int i = 0; i < 6; i++)
        icc[i] = rgb_profile(&p3, 1.5 + 0.1 * i);
    for (int i = 0; i < 3; i++)
        found[i] = fz_profile_find(profiles, icc[i].data, icc[i].len, FZ_COLOR_RGB);
    for (int i = 0; i < 3; i++) {
        assert_non_null(found[i]);
        assert_ptr_equal(found[i], fz_profile_find(profiles, icc[i].data, icc[i].len, FZ_COLOR_RGB));
    }
    assert_null(fz_profile_find(profiles, icc[0].data, icc[0].len, FZ_COLOR_CMYK));
    size_t held = fz_profiles_trim(profiles, SIZE_MAX);
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < 6; i++)
            assert_non_null(fz_profile_find(profiles, icc[i].data, icc[i].len, FZ_COLOR_RGB));
    assert_true(fz_profiles_trim(profiles, SIZE_MAX) < held * 2);
    assert_true(fz_profiles_trim(profiles, 0) < 64 << 10);
    assert_non_null(fz_profile_find(profiles, icc[0].data, icc[0].len, FZ_COLOR_RGB));
    fz_profiles_free(profiles);
    for (int i = 0; i < 6; i++)
        free(icc[i].data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_gamuts),    cmocka_unit_test(test_grey),
        cmocka_unit_test(test_cmyk),           cmocka_unit_test(test_reduced_then_converted),
        cmocka_unit_test(test_alpha),          cmocka_unit_test(test_linear_light_of_16_bits),
        cmocka_unit_test(test_primaries),      cmocka_unit_test(test_chunk_that_says_srgb),
        cmocka_unit_test(test_shown_as_it_is), cmocka_unit_test(test_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
