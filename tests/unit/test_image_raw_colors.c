/* The colours that the previews in RAW files are of. */
#include "frieze_config.h"
#include "image/probe.h"
#include "test_image_icc.h"
#include "test_image_raw.h"

#if FRIEZE_WITH_RAW

/* That of the preview, where the preview is what is shown. */
static void test_profile(void **state)
{
    (void)state;
    const cmsCIExyYTRIPLE wide = {{0.67, 0.33, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}};
    struct bytes icc = rgb_profile(&wide, 2.2), plain = make_dng(1600, 1200, 0x806040, 1);
    size_t jpeg_at = 0; /* by the ninth tag */
    for (size_t i = 0; i < 4; i++)
        jpeg_at |= (size_t)plain.data[8 + 2 + 8 * 12 + 8 + i] << (8 * i);
    struct bytes jpeg = {.data = plain.data + jpeg_at, .len = plain.len - jpeg_at};
    struct bytes with = with_profile(&jpeg, &icc, icc.len), b = {0};
    bytes_put(&b, plain.data, jpeg_at);
    bytes_put(&b, with.data, with.len);
    set_le(&b, 8 + 2 + 11 * 12 + 8, (uint32_t)with.len);
    const struct bytes *files[] = {&plain, &b};
    for (int i = 0; i < 2; i++) {
        struct host host = {0};
        int fd = open_bytes(files[i]->data, files[i]->len);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_probe probe;
        struct fz_error err;
        assert_int_equal(fz_image_probe(&request, scratch, &probe, &err), FZ_OK);
        assert_string_equal(probe.image.format, "raw");
        assert_int_equal(probe.image.has_profile, i == 1);
        fz_image_scratch_free(scratch);
        close(fd);
    }
    free(icc.data);
    free(plain.data);
    free(with.data);
    free(b.data);
}

enum { VERSION_AT = 8 + 2 + 13 * 12, JPEG_AT = 8 + 2 + 8 * 12 + 8 };

static uint32_t get_le(const struct bytes *b, size_t at)
{
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++)
        value |= (uint32_t)b->data[at + i] << (8 * i);
    return value;
}

/* A sensor's TIFF whose camera was set to Adobe RGB, or whose DNG says so; `segment` goes into its preview. */
static struct bytes adobe_rgb(bool is_dng, const struct bytes *segment)
{
    struct bytes b = make_dng(1600, 1200, 0x40a040, 1), jpeg = {0};
    const size_t jpeg_at = get_le(&b, JPEG_AT), len = b.len - jpeg_at;
    bytes_put(&jpeg, b.data + jpeg_at, 2);
    bytes_put(&jpeg, segment->data, segment->len);
    bytes_put(&jpeg, b.data + jpeg_at + 2, len - 2);
    b.len = jpeg_at;
    bytes_put(&b, jpeg.data, jpeg.len);
    bytes_put(&b, "", b.len % 2);
    set_le(&b, PREVIEW_LEN_AT, (uint32_t)jpeg.len);
    const uint32_t exif_at = (uint32_t)b.len;
    put_directory(
        &b, (const struct entry[]){{0xa001, 3, 1, 0xffff}, {0xa005, 4, 1, exif_at + 2 + 2 * 12 + 4}}, 2);
    put_directory(&b, (const struct entry[]){{1, 2, 4, 0x333052}}, 1); /* "R03" */
    const size_t entry = is_dng ? 8 + 2 + 7 * 12 : VERSION_AT; /* in place of its model, or of its version */
    set_le(&b, entry, 0x8769 | 4 << 16);
    set_le(&b, entry + 4, 1);
    set_le(&b, entry + 8, exif_at);
    uint8_t *maker = memmem(b.data, b.len, "Example", 8);
    assert_non_null(maker);
    if (!is_dng) { /* whose maker LibRaw wants to know, and takes what is largest for the sensor, unless it is JPEG of old */
        memcpy(maker, "NIKON\0", 7);
        set_le(&b, 8 + 2 + 4 * 12 + 8, 6);
    }
    free(jpeg.data);
    return b;
}

/* Segment of EXIF with nothing but its colour space. */
static struct bytes color_space(uint32_t value)
{
    struct bytes b = {0}, tiff = {0};
    bytes_put(&tiff, "II*\0\10\0\0\0", 8);
    put_directory(&tiff, (const struct entry[]){{0x8769, 4, 1, 8 + 2 + 12 + 4}}, 1);
    put_directory(&tiff, (const struct entry[]){{0xa001, 3, 1, value}}, 1);
    bytes_put(&b, "\xff\xe1", 2);
    bytes_put_be(&b, (uint32_t)tiff.len + 8, 2);
    bytes_put(&b, "Exif\0\0", 6);
    bytes_put(&b, tiff.data, tiff.len);
    free(tiff.data);
    return b;
}

/* Its green is more than sRGB has, unless the preview itself is said to be of sRGB. */
static void test_preview_in_the_colors_that_the_camera_was_set_to(void **state)
{
    (void)state;
    struct bytes none = {.data = malloc(1)}, srgb = color_space(1), uncalibrated = color_space(0xffff);
    const struct {
        bool is_dng;
        const struct bytes *segment;
        uint32_t want;
    } cases[] = {{false, &none, 0x00a134},
                 {false, &uncalibrated, 0x00a134},
                 {false, &srgb, 0x40a040},
                 {true, &none, 0x40a040}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = adobe_rgb(cases[i].is_dng, cases[i].segment);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        if (load(b.data, b.len, 300, 300, &host, &image, &err) != FZ_OK)
            fail_msg("case %zu: %s", i, err.msg);
        assert_string_equal(image.format, "raw");
        assert_int_equal(image.width, 1600);
        if (abs((int)(pixel(&image, 10, 10) >> 16) - (int)(cases[i].want >> 16)) > 4)
            fail_msg("case %zu: %06x", i, pixel(&image, 10, 10));
        assert_near(pixel(&image, 10, 10), cases[i].want, 6);
        host_fini(&host);
        free(b.data);
    }
    free(none.data);
    free(srgb.data);
    free(uncalibrated.data);
}

/* A DNG says it of its preview alone, whatever its camera was set to. */
static void test_preview_in_the_colors_that_a_dng_says(void **state)
{
    (void)state;
    enum { ENTRY_AT = 8 + 2 + 7 * 12, PREVIEW_COLOR_SPACE = 50970, SRGB = 2, ADOBE_RGB };
    for (uint32_t space = SRGB; space <= ADOBE_RGB; space++) {
        struct bytes b = make_dng(1600, 1200, 0x40a040, 1);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        set_le(&b, ENTRY_AT, PREVIEW_COLOR_SPACE | 4 << 16); /* in place of its model */
        set_le(&b, ENTRY_AT + 4, 1);
        set_le(&b, ENTRY_AT + 8, space);
        assert_int_equal(load(b.data, b.len, 300, 300, &host, &image, &err), FZ_OK);
        assert_int_equal(image.width, 1600);
        assert_near(pixel(&image, 10, 10), space == ADOBE_RGB ? 0x00a134 : 0x40a040, 6);
        host_fini(&host);
        free(b.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_preview_in_the_colors_that_a_dng_says),
        cmocka_unit_test(test_preview_in_the_colors_that_the_camera_was_set_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
