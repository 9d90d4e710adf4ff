/* RAW files whose sensor's values LibRaw cannot decode: shown by a preview that their directories tell of. */
#include "test_image_support.h"

#include "frieze_config.h"
#include "image/probe.h"
#include "test_image_raw.h"

#if FRIEZE_WITH_RAW

enum {
    VC5 = 9,
    JPEG_XL = 52546,
    SENSOR_AT = 8 + 2 + 16 * 12 + 4,
    COMPRESSION_AT = SENSOR_AT + 2 + 4 * 12 + 8,
    SENSOR_DATA_AT = SENSOR_AT + 2 + 6 * 12 + 8,
    PREVIEW_AT = 8 + 2 + 8 * 12 + 8,
};

static struct bytes make_unread(uint32_t compression, int preview_w, uint32_t color, int orientation)
{
    struct bytes b = make_dng(preview_w, preview_w * 3 / 4, color, orientation);
    set_le(&b, COMPRESSION_AT, compression);
    return b;
}

/* Whose values end before all of them have come. */
static struct bytes make_cut(int preview_w, uint32_t color)
{
    struct bytes b = make_dng(preview_w, preview_w * 3 / 4, color, 1);
    set_le(&b, SENSOR_DATA_AT, (uint32_t)b.len - 100);
    return b;
}

static void load_well(const struct bytes *b, int box, struct host *host, struct fz_image *image)
{
    struct fz_error err;
    *host = (struct host){0};
    if (load(b->data, b->len, box, box, host, image, &err) != FZ_OK)
        fail_msg("%s", err.msg);
    assert_string_equal(image->format, "raw");
}

static void test_unknown_compression(void **state)
{
    (void)state;
    static const uint32_t compressions[] = {VC5, JPEG_XL};
    static const int widths[] = {320, 2000};
    for (int i = 0; i < 4; i++) {
        struct bytes b = make_unread(compressions[i / 2], widths[i % 2], 0x806040, 1);
        for (int box = 0; box <= 100; box += 100) {
            struct host host;
            struct fz_image image;
            load_well(&b, box, &host, &image);
            assert_false(image.damaged);
            assert_int_equal(image.width, widths[i % 2]);
            assert_int_equal(image.height, widths[i % 2] * 3 / 4);
            assert_int_equal(image.whole_w, SENSOR_W);
            assert_int_equal(image.whole_h, SENSOR_H);
            assert_near(pixel(&image, image.out_w / 2, image.out_h / 3), 0x806040, 3);
            assert_near(pixel(&image, image.out_w / 2, image.out_h - 2), 0x7f9fbf, 3);
            host_fini(&host);
        }
        free(b.data);
    }
}

static void test_its_size_is_told_before(void **state)
{
    (void)state;
    struct bytes b = make_unread(JPEG_XL, 320, 0x806040, 6);
    struct host host = {0};
    int fd = open_bytes(b.data, b.len);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_probe probe;
    struct fz_error err;
    assert_int_equal(fz_image_probe(&request, scratch, &probe, &err), FZ_OK);
    assert_int_equal(probe.image.width, 240);
    assert_int_equal(probe.image.height, 320);
    assert_int_equal(probe.image.orientation, 6);
    fz_image_scratch_free(scratch);
    close(fd);
    free(b.data);
}

/* The lowest third of it is of another colour. */
static void test_turned_as_the_sensor_lay(void **state)
{
    (void)state;
    static const struct {
        int orientation, x, y; /* where that third is, in hundredths */
    } cases[] = {{1, 50, 90}, {3, 50, 10}, {6, 10, 50}, {8, 90, 50}};
    for (int i = 0; i < 4; i++) {
        struct bytes b = make_unread(JPEG_XL, 320, 0x806040, cases[i].orientation);
        struct host host;
        struct fz_image image;
        load_well(&b, 0, &host, &image);
        const int w = image.width, h = image.height;
        assert_int_equal(image.orientation, cases[i].orientation);
        assert_int_equal(w, cases[i].orientation >= 5 ? 240 : 320);
        assert_int_equal(image.whole_w, cases[i].orientation >= 5 ? SENSOR_H : SENSOR_W);
        assert_near(pixel(&image, w * cases[i].x / 100, h * cases[i].y / 100), 0x7f9fbf, 3);
        assert_near(pixel(&image, w * (100 - cases[i].x) / 100, h * (100 - cases[i].y) / 100), 0x806040, 3);
        host_fini(&host);
        free(b.data);
    }
}

/* As TIFF had JPEG before Technote 2, and as many cameras have it still. */
static void add_old_preview(struct bytes *b, int width, int height, uint32_t color)
{
    struct bytes preview = make_preview(width, height, color);
    const uint32_t len = (uint32_t)preview.len, at = add_data(b, &preview);
    const struct entry entries[] = {{254, 4, 1, 1}, {259, 3, 1, 6}, {513, 4, 1, at}, {514, 4, 1, len}};
    add_directory(b, entries, 4);
    free(preview.data);
}

static void test_largest_wins(void **state)
{
    (void)state;
    for (int old = 0; old < 2; old++)
        for (int first = 0; first < 2; first++) {
            struct bytes b = make_unread(VC5, 160, 0x806040, 1);
            struct host host;
            struct fz_image image;
            if (first == 0)
                add_preview(&b, 200, 150, 0x604080);
            (old ? add_old_preview : add_preview)(&b, 640, 480, 0x408060);
            if (first == 1)
                add_preview(&b, 200, 150, 0x604080);
            load_well(&b, 0, &host, &image);
            assert_int_equal(image.width, 640);
            assert_near(pixel(&image, 300, 300), 0x408060, 3);
            host_fini(&host);
            free(b.data);
        }
}

/* With a strip of these bytes; `colors` is PreviewColorSpace. */
static void add_coded(struct bytes *b, uint32_t compression, const struct bytes *coded, uint32_t colors)
{
    const uint32_t len = (uint32_t)coded->len, at = add_data(b, coded);
    const struct entry entries[] = {
        {254, 4, 1, 1}, {259, 3, 1, compression}, {273, 4, 1, at}, {279, 4, 1, len}, {50970, 4, 1, colors}};
    add_directory(b, entries, 5);
}

static void test_in_adobe_rgb(void **state)
{
    (void)state;
    enum { SRGB = 2, ADOBE_RGB = 3 };
    struct bytes preview = make_preview(320, 240, 0x40a040);
    for (uint32_t colors = SRGB; colors <= ADOBE_RGB; colors++) {
        struct bytes b = make_unread(JPEG_XL, 0, 0, 1);
        struct host host;
        struct fz_image image;
        add_coded(&b, 7, &preview, colors);
        load_well(&b, 0, &host, &image);
        assert_int_equal(channel_distance(pixel(&image, 100, 100), 0x40a040) > 20, colors == ADOBE_RGB);
        host_fini(&host);
        free(b.data);
    }
    free(preview.data);
}

#if FRIEZE_WITH_JXL
static struct bytes read_sample(const char *name)
{
    char path[512];
    struct bytes b = {0};
    uint8_t chunk[4096];
    snprintf(path, sizeof path, "%s/%s", FZ_TEST_CORPUS, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        bytes_put(&b, chunk, n);
    fclose(file);
    return b;
}

static void test_preview_of_jpeg_xl(void **state)
{
    (void)state;
    struct bytes coded = read_sample("lossy.jxl"), b = make_unread(JPEG_XL, 0, 0, 1);
    struct host host = {0}, alone_host = {0};
    struct fz_image image, alone;
    struct fz_error err;
    assert_int_equal(load(coded.data, coded.len, 0, 0, &alone_host, &alone, &err), FZ_OK);
    add_coded(&b, JPEG_XL, &coded, 2);
    load_well(&b, 0, &host, &image);
    assert_int_equal(image.width, alone.width);
    assert_int_equal(image.height, alone.height);
    assert_int_equal(image.whole_w, SENSOR_W);
    assert_true(host.reserved > alone_host.reserved);
    for (int i = 0; i < image.width * image.height; i++)
        assert_int_equal(pixel(&image, i % image.width, i / image.width),
                         pixel(&alone, i % image.width, i / image.width));
    host_fini(&host);
    host_fini(&alone_host);
    free(coded.data);
    free(b.data);
}
#endif

/* In its own size, and it is said why. A tile that it covers is as good as any. */
static void test_instead_of_what_cannot_be_developed(void **state)
{
    (void)state;
    struct bytes b = make_cut(280, 0x806040);
    for (int box = 0; box <= 300; box += 100) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, box, box, &host, &image, &err), FZ_OK);
        const bool covered = box == 100 || box == 200;
        assert_int_equal(image.damaged, !covered);
        assert_int_equal(image.width, covered ? SENSOR_W / 2 : 280);
        assert_int_equal(image.out_w, covered ? box : 280);
        assert_int_equal(image.whole_w, SENSOR_W);
        assert_true(covered || (strstr(err.msg, "raw: ") == err.msg && strstr(err.msg, "preview")));
        assert_near(pixel(&image, 10, 10), 0x806040, 3);
        host_fini(&host);
    }
    free(b.data);
}

/* Whose place is told in pixels of what is developed. */
static void test_no_part_of_a_preview(void **state)
{
    (void)state;
    struct bytes b = make_cut(280, 0x806040);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err = {0};
    int fd = open_bytes(b.data, b.len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.want.region = (struct fz_image_region){10, 10, 50, 50};
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_E_DAMAGED);
    assert_null(strstr(err.msg, "preview"));
    fz_image_scratch_free(scratch);
    close(fd);
    host_fini(&host);
    free(b.data);
}

static void test_refused_without_a_preview(void **state)
{
    (void)state;
    struct bytes files[] = {make_cut(0, 0), make_unread(JPEG_XL, 0, 0, 1)};
    for (int i = 0; i < 2; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(files[i].data, files[i].len, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
        assert_null(strstr(err.msg, "preview"));
        free(files[i].data);
    }
}

/* Neither place nor length nor what stands there is as the directory says. */
static void test_directories_that_lie(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint32_t value;
    } lies[] = {{PREVIEW_LEN_AT, 0},      {PREVIEW_LEN_AT, 1},
                {PREVIEW_LEN_AT, 29},     {PREVIEW_LEN_AT, 1 << 24},
                {PREVIEW_AT, UINT32_MAX}, {PREVIEW_LEN_AT, UINT32_MAX},
                {PREVIEW_AT, 0},          {PREVIEW_AT, 8},
                {PREVIEW_AT - 4, 2},      {PREVIEW_AT - 4, UINT32_MAX}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct bytes b = make_unread(JPEG_XL, 320, 0x806040, 1);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        set_le(&b, lies[i].at, lies[i].value);
        if (load(b.data, b.len, 0, 0, &host, &image, &err) != FZ_E_DAMAGED)
            fail_msg("lie %zu is believed", i);
        free(b.data);
    }
}

/* To themselves, as many as there can be. */
static void test_directories_in_a_circle(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 8, 9, 1 << 20, UINT32_MAX};
    for (int i = 0; i < 5; i++) {
        struct bytes b = make_unread(JPEG_XL, 320, 0x806040, 1);
        struct host host;
        struct fz_image image;
        const uint32_t list_at = (uint32_t)b.len;
        for (int k = 0; k < 20; k++)
            bytes_put_le(&b, 8, 4);
        set_le(&b, LINKS_AT + 4, counts[i]);
        set_le(&b, LINKS_AT + 8, counts[i] == 1 ? 8 : list_at);
        load_well(&b, 0, &host, &image);
        assert_int_equal(image.width, 320);
        host_fini(&host);
        free(b.data);
    }
}

/* As for any other picture. */
static void test_limits(void **state)
{
    (void)state;
    struct bytes b = make_unread(JPEG_XL, 320, 0x806040, 1);
    uint32_t jpeg_at;
    memcpy(&jpeg_at, b.data + PREVIEW_AT, 4);
    for (size_t i = jpeg_at; i + 9 < b.len; i++)
        if (b.data[i] == 0xff && b.data[i + 1] == 0xc0) {
            memset(b.data + i + 5, 0xff, 4); /* height and width */
            break;
        }
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_LIMIT);
    free(b.data);
}

static void test_cut_and_changed(void **state)
{
    (void)state;
    struct bytes kinds[] = {make_unread(JPEG_XL, 160, 0x806040, 1), make_cut(160, 0x806040)};
    uint32_t seed = 5;
    for (size_t i = 0; i < 120; i++) {
        const struct bytes *b = &kinds[i % 2];
        struct bytes changed = {0};
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        bytes_put(&changed, b->data, i % 3 ? b->len : b->len * i / 120);
        for (int k = 0; i % 3 && k < 3; k++)
            changed.data[next_random(&seed) % 500] = (uint8_t)next_random(&seed);
        load(changed.data, changed.len, i % 4 < 2 ? 64 : 0, 0, &host, &image, &err);
        host_fini(&host);
        free(changed.data);
    }
    free(kinds[0].data);
    free(kinds[1].data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_compression),
        cmocka_unit_test(test_its_size_is_told_before),
        cmocka_unit_test(test_turned_as_the_sensor_lay),
        cmocka_unit_test(test_largest_wins),
        cmocka_unit_test(test_in_adobe_rgb),
#if FRIEZE_WITH_JXL
        cmocka_unit_test(test_preview_of_jpeg_xl),
#endif
        cmocka_unit_test(test_instead_of_what_cannot_be_developed),
        cmocka_unit_test(test_no_part_of_a_preview),
        cmocka_unit_test(test_refused_without_a_preview),
        cmocka_unit_test(test_directories_that_lie),
        cmocka_unit_test(test_directories_in_a_circle),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_cut_and_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
