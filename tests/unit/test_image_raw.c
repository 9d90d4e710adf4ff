/* RAW: told from other TIFF files, by the preview where that is large or large enough, else developed at half size. */
#include "test_image_support.h"

#include "frieze_config.h"
#include "test_image_left.h"
#include "test_image_raw.h"

#if FRIEZE_WITH_RAW

static bool is_red(uint32_t rgb)
{
    return (rgb >> 16) > 150 && (rgb >> 8 & 255) < 100;
}

static bool is_green(uint32_t rgb)
{
    return (rgb >> 8 & 255) > 150 && (rgb >> 16) < 120;
}

static void test_developed_where_the_preview_is_small(void **state)
{
    (void)state;
    struct bytes b = make_dng(160, 120, 0x806040, 1);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    if (load(b.data, b.len, 0, 0, &host, &image, &err) != FZ_OK)
        fail_msg("%s", err.msg);
    assert_string_equal(image.format, "raw");
    assert_int_equal(image.width, SENSOR_W / 2);
    assert_int_equal(image.height, SENSOR_H / 2);
    assert_int_equal(image.whole_w, SENSOR_W);
    assert_int_equal(image.whole_h, SENSOR_H);
    assert_true(is_red(pixel(&image, 40, 100)));
    assert_true(is_green(pixel(&image, 280, 100)));
    host_fini(&host);
    /* but for tiles that it covers */
    host = (struct host){0};
    assert_int_equal(load(b.data, b.len, 160, 160, &host, &image, &err), FZ_OK);
    assert_int_equal(image.width, SENSOR_W / 2);
    assert_int_equal(image.out_w, 160);
    assert_near(pixel(&image, 80, 60), 0x806040, 3);
    host_fini(&host);
    free(b.data);
}

/* As a card gives them that was taken out too soon. A disk that cannot be read is another thing. */
static void test_cut_files_say_so(void **state)
{
    (void)state;
    struct bytes b = make_dng(160, 120, 0x806040, 1);
    int told = 0;
    for (size_t percent = 5; percent < 100; percent += 5) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err = {0};
        if (load(b.data, b.len * percent / 100, 0, 0, &host, &image, &err) != FZ_OK) {
            assert_null(strstr(err.msg, "Input/output"));
            told += strstr(err.msg, "ends early") != NULL;
        }
        host_fini(&host);
    }
    assert_true(told > 0);
    free(b.data);
}

static void test_large_preview(void **state)
{
    (void)state;
    struct bytes b = make_dng(1600, 1200, 0x806040, 1);
    for (int box = 0; box <= 300; box += 300) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, box, box, &host, &image, &err), FZ_OK);
        assert_int_equal(image.width, 1600);
        assert_int_equal(image.whole_w, SENSOR_W);
        assert_near(pixel(&image, 10, 10), 0x806040, 3);
        host_fini(&host);
    }
    free(b.data);
}

/* As exiftool, Lightroom and many cameras write it: behind the pixels. */
static void test_directory_at_the_end(void **state)
{
    (void)state;
    enum { FIRST_BYTES = 2 + 16 * 12 + 4 };
    struct bytes b = make_dng(1600, 1200, 0x806040, 1);
    set_le(&b, 4, (uint32_t)b.len);
    assert_true(b.len > 1 << 16);
    uint8_t first[FIRST_BYTES];
    memcpy(first, b.data + 8, FIRST_BYTES);
    memset(b.data + 8, 0, FIRST_BYTES);
    bytes_put(&b, first, FIRST_BYTES);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 300, 300, &host, &image, &err), FZ_OK);
    assert_string_equal(image.format, "raw");
    assert_int_equal(image.width, 1600);
    assert_int_equal(image.whole_w, SENSOR_W);
    assert_near(pixel(&image, 10, 10), 0x806040, 3);
    host_fini(&host);
    free(b.data);
}

static void load_part(const struct bytes *file, struct fz_image_region region, int box,
                      struct fz_image_index *index, struct host *host, struct fz_image *image)
{
    int fd = open_bytes(file->data, file->len);
    struct fz_image_request request = make_request(fd, box, box, host);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_error err = {0};
    request.want.region = region;
    request.index = index;
    if (fz_image_load(&request, scratch, image, &err) != FZ_OK)
        fail_msg("%d, %d: %s", region.x, region.y, err.msg);
    fz_image_scratch_free(scratch);
    close(fd);
}

/* As it is asked for when somebody zooms in. */
static void test_parts_of_the_preview(void **state)
{
    (void)state;
    struct bytes b = make_dng(1600, 1200, 0x806040, 1);
    struct fz_image_index index = {.file_bytes = 0};
    for (int y = 0; y < 1200; y += 250) {
        struct host host = {0};
        struct fz_image image;
        load_part(&b, (struct fz_image_region){.x = 100, .y = y, .w = 200, .h = 200}, 0, &index, &host,
                  &image);
        assert_false(image.damaged);
        assert_near(pixel(&image, 100, 30), y + 30 < 800 ? 0x806040 : 0x7f9fbf, 3);
        host_fini(&host);
    }
    free(b.data);
}

/* Of what is developed, however small they are wanted: red is left of them, green right. */
static void test_parts_where_the_preview_is_small(void **state)
{
    (void)state;
    enum { SIDE = 80, BOX = 20 };
    struct bytes b = make_dng(160, 120, 0x806040, 1);
    for (int x = 40; x <= 200; x += 160) {
        struct host host = {0};
        struct fz_image image;
        load_part(&b, (struct fz_image_region){.x = x, .y = 100, .w = SIDE, .h = SIDE}, BOX, NULL, &host,
                  &image);
        assert_int_equal(image.width, SENSOR_W / 2);
        assert_int_equal(image.out_w, BOX);
        assert_true((x < SENSOR_W / 4 ? is_red : is_green)(pixel(&image, BOX / 2, BOX / 2)));
        host_fini(&host);
    }
    free(b.data);
}

/* By this process so far, with read(2) and the like. */
static uint64_t bytes_read(void)
{
    unsigned long long bytes = 0;
    FILE *io = fopen("/proc/self/io", "r");
    assert_non_null(io);
    assert_int_equal(fscanf(io, "rchar: %llu", &bytes), 1);
    fclose(io);
    return bytes;
}

static void test_the_file_is_read_once(void **state)
{
    (void)state;
    struct bytes b = make_dng(1600, 1200, 0x806040, 1);
    int fd = open_bytes(b.data, b.len);
    struct host host = {0};
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image image;
    struct fz_error err = {0};
    request.want.alone = true;
    const uint64_t before = bytes_read();
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
    assert_in_range(bytes_read() - before, b.len / 2, b.len + b.len / 2);
    host_fini(&host);
    fz_image_scratch_free(scratch);
    close(fd);
    free(b.data);
}

static void test_orientations(void **state)
{
    (void)state;
    static const int orientations[] = {1, 3, 6, 8};
    for (int i = 0; i < 4; i++) {
        struct bytes b = make_dng(160, 120, 0x806040, orientations[i]);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(image.orientation, orientations[i]);
        bool upright = orientations[i] >= 5;
        assert_int_equal(image.width, (upright ? SENSOR_H : SENSOR_W) / 2);
        assert_int_equal(image.whole_w, upright ? SENSOR_H : SENSOR_W);
        int w = image.width, h = image.height;
        const uint32_t red = orientations[i] == 1   ? pixel(&image, 20, h / 2)
                             : orientations[i] == 3 ? pixel(&image, w - 20, h / 2)
                             : orientations[i] == 6 ? pixel(&image, w / 2, 20)
                                                    : pixel(&image, w / 2, h - 20);
        assert_true(is_red(red));
        host_fini(&host);
        free(b.data);
    }
}

/* Canon's heap of records (CIFF): what it takes for LibRaw to know the camera, a preview, and degrees clockwise. */
static struct bytes make_crw(uint32_t degrees, const struct bytes *preview)
{
    enum { RECORDS = 5, CAMERA_BYTES = 128, RAW_BYTES = 100000, HEAD_BYTES = 26 };
    static const char camera[CAMERA_BYTES] = "Canon\0Canon EOS 10D";
    static const uint16_t sensor[17] = {34, 3152, 2068, 1, 1, 72, 16, 3143, 2063};
    const uint32_t info[7] = {3072, 2048, 0x3f800000 /* 1.0: the shape of a pixel */, degrees, 8, 24, 1};
    uint8_t *raw = calloc(RAW_BYTES, 1);
    const struct {
        uint32_t type;
        const void *data;
        size_t len;
    } records[RECORDS] = {{0x080a, camera, sizeof camera},
                          {0x1810, info, sizeof info},
                          {0x1031, sensor, sizeof sensor},
                          {0x2007, preview->data, preview->len},
                          {0x2005, raw, RAW_BYTES}};
    struct bytes b = {0}, table = {0};
    bytes_put(&b, "II\x1a\0\0\0HEAPCCDR\0\0\0\0\0\0\0\0\0\0\0\0", HEAD_BYTES);
    bytes_put_le(&table, RECORDS, 2);
    for (int i = 0; i < RECORDS; i++) {
        bytes_put_le(&table, records[i].type, 2);
        bytes_put_le(&table, (uint32_t)records[i].len, 4);
        bytes_put_le(&table, (uint32_t)b.len - HEAD_BYTES, 4);
        bytes_put(&b, records[i].data, records[i].len);
        bytes_put(&b, "", records[i].len % 2);
    }
    const uint32_t table_at = (uint32_t)b.len - HEAD_BYTES;
    bytes_put(&b, table.data, table.len);
    bytes_put_le(&b, table_at, 4);
    free(table.data);
    free(raw);
    return b;
}

static void test_degrees(void **state)
{
    (void)state;
    static const int orientations[] = {1, 6, 3, 8};
    uint8_t *pixels = make_fields(800, 3);
    struct bytes preview = encode_jpeg(pixels, 1600, 2400, (struct jpeg_options){.quality = 95});
    for (int i = 0; i < 4; i++) {
        struct bytes b = make_crw((uint32_t)i * 90, &preview);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(b.data, b.len, 240, 240, &host, &image, &err), FZ_OK);
        assert_int_equal(image.orientation, orientations[i]);
        assert_int_equal(image.width, i % 2 ? 2400 : 1600);
        const int right = image.out_w - 5, bottom = image.out_h - 5; /* the first field goes clockwise */
        assert_near(pixel(&image, i == 1 || i == 2 ? right : 5, i >= 2 ? bottom : 5), field_colors[0], 8);
        host_fini(&host);
        free(b.data);
    }
    free(preview.data);
    free(pixels);
}

/* Wherever it stands. */
static void test_largest_of_several_previews(void **state)
{
    (void)state;
    enum { PREVIEWS = 3 };
    static const int widths[PREVIEWS] = {160, 1920, 1600};
    static const uint32_t colors[PREVIEWS] = {0x806040, 0x408060, 0x604080};
    for (int first = 0; first < PREVIEWS; first++)
        for (int step = 1; step < PREVIEWS; step++) {
            const int second = (first + step) % PREVIEWS, third = (second + step) % PREVIEWS;
            struct bytes b = make_dng(widths[first], widths[first] * 3 / 4, colors[first], 1);
            add_preview(&b, widths[second], widths[second] * 3 / 4, colors[second]);
            add_preview(&b, widths[third], widths[third] * 3 / 4, colors[third]);
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            if (load(b.data, b.len, 300, 300, &host, &image, &err) != FZ_OK)
                fail_msg("%d first, then %d: %s", widths[first], widths[second], err.msg);
            if (image.width != 1920)
                fail_msg("%d first, then %d: %d px wide", widths[first], widths[second], image.width);
            assert_near(pixel(&image, 10, 10), 0x408060, 3);
            host_fini(&host);
            free(b.data);
        }
}

/* Of which the first bytes tell how the sensor lies, and nothing of the edges that are not shown. */
static void test_thumbnails_of_others(void **state)
{
    (void)state;
    static const struct {
        int orientation, width, height;
        bool found;
    } cases[] = {{1, 256, 192, true}, {1, 256, 190, true},  {1, 192, 256, false}, {1, 256, 144, false},
                 {6, 192, 256, true}, {6, 256, 192, false}, {3, 256, 192, true},  {1, 648, 486, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = make_dng(0, 0, 0, cases[i].orientation);
        struct bytes png =
            make_left_thumbnail(LEFT_TEXT, "file:///a.dng", "7", cases[i].width, cases[i].height);
        struct fz_image_thumbnail thumbnail = {png.data, png.len, "file:///a.dng", 7};
        struct host host = {0};
        struct fz_image_request request = make_request(-1, 128, 128, &host);
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_image image;
        request.head = (struct fz_image_head){.bytes = b.data, .len = 1000};
        if (fz_image_load_thumbnail(&request, &thumbnail, scratch, &image) != cases[i].found)
            fail_msg("case %zu", i);
        if (cases[i].found) {
            bool turned = cases[i].orientation == 6;
            assert_string_equal(image.format, "raw");
            assert_int_equal(image.orientation, cases[i].orientation);
            assert_int_equal(image.width, turned ? SENSOR_H : SENSOR_W);
            assert_int_equal(image.height, turned ? SENSOR_W : SENSOR_H);
            assert_int_equal(turned ? image.out_h : image.out_w, 128);
        }
        host_fini(&host);
        thumbnail.mtime_s = 8;
        assert_false(fz_image_load_thumbnail(&request, &thumbnail, scratch, &image));
        fz_image_scratch_free(scratch);
        free(png.data);
        free(b.data);
    }
}

/* LibRaw gives up at a preview of too few bytes, or of far too many, though the sensor's values are there. */
static void test_impossible_preview(void **state)
{
    (void)state;
    static const uint32_t lens[] = {0, 29, 1 << 20, UINT32_MAX};
    struct bytes b = make_dng(160, 120, 0x806040, 1);
    for (int i = 0; i < 4; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        set_le(&b, PREVIEW_LEN_AT, lens[i]);
        if (load(b.data, b.len, 0, 0, &host, &image, &err) != FZ_OK)
            fail_msg("preview of %u bytes: %s", lens[i], err.msg);
        assert_int_equal(image.whole_w, SENSOR_W);
        assert_true(is_red(pixel(&image, 40, 100)));
        assert_true(is_green(pixel(&image, 280, 100)));
        host_fini(&host);
    }
    free(b.data);
}

static void test_cut_and_changed(void **state)
{
    (void)state;
    struct bytes b = make_dng(160, 120, 0x806040, 1);
    struct fz_image image;
    struct fz_error err;
    uint32_t seed = 5;
    for (size_t i = 0; i < 60; i++) {
        struct bytes changed = {0};
        struct host host = {0};
        bytes_put(&changed, b.data, i % 2 ? b.len : b.len * i / 60);
        for (int k = 0; i % 2 && k < 3; k++)
            changed.data[next_random(&seed) % 500] = (uint8_t)next_random(&seed);
        load(changed.data, changed.len, i % 4 ? 64 : 0, 0, &host, &image, &err);
        host_fini(&host);
        free(changed.data);
    }
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_developed_where_the_preview_is_small),
        cmocka_unit_test(test_cut_files_say_so),
        cmocka_unit_test(test_large_preview),
        cmocka_unit_test(test_directory_at_the_end),
        cmocka_unit_test(test_parts_of_the_preview),
        cmocka_unit_test(test_parts_where_the_preview_is_small),
        cmocka_unit_test(test_the_file_is_read_once),
        cmocka_unit_test(test_orientations),
        cmocka_unit_test(test_degrees),
        cmocka_unit_test(test_largest_of_several_previews),
        cmocka_unit_test(test_thumbnails_of_others),
        cmocka_unit_test(test_impossible_preview),
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
