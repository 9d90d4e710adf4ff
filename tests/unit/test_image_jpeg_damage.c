/* JPEG files that are cut, changed, too large, or made to do harm. */
#include "test_image_support.h"

static void test_hostile_exif_counts_as_upright(void **state)
{
    (void)state;
    uint8_t *pixels = make_fields(16, 3);
    struct bytes good = encode_jpeg(pixels, 32, 48, (struct jpeg_options){.orientation = 6});
    size_t exif_at = 0;
    for (size_t i = 0; i + 6 < good.len && !exif_at; i++)
        exif_at = memcmp(good.data + i, "Exif\0\0", 6) == 0 ? i + 6 : 0;
    assert_true(exif_at > 0);
    for (size_t i = 0; i < 26; i++)
        for (int value = 0; value < 256; value += 15) {
            uint8_t was = good.data[exif_at + i];
            good.data[exif_at + i] = (uint8_t)value;
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            assert_int_equal(load(good.data, good.len, 0, 0, &host, &image, &err), FZ_OK);
            assert_in_range(image.orientation, 1, 8);
            host_fini(&host);
            good.data[exif_at + i] = was;
        }
    free(good.data);
    free(pixels);
}

/* Cut anywhere: what had come is shown as in the whole file, the rest is background. */
static void test_cut_files(void **state)
{
    (void)state;
    enum { W = 300, H = 240 };
    for (int kind = 0; kind < 4; kind++) {
        struct bytes file = photo_jpeg(W, H,
                                       (struct jpeg_options){.sampling = 2,
                                                             .progressive = kind == 1,
                                                             .restart_rows = kind == 2,
                                                             .several_scans = kind == 3});
        struct host whole_host = {0};
        struct fz_image whole;
        struct fz_error err;
        assert_int_equal(load(file.data, file.len, 0, 0, &whole_host, &whole, &err), FZ_OK);
        int shown_before = 0;
        for (size_t percent = 0; percent < 100; percent += 3) {
            struct host host = {0};
            struct fz_image image;
            enum fz_err code = load(file.data, file.len * percent / 100, 0, 0, &host, &image, &err);
            if (code == FZ_OK) {
                assert_true(image.damaged);
                int shown = 0;
                while (shown < H && pixel(&image, 5, shown) == pixel(&whole, 5, shown) &&
                       pixel(&image, W - 5, shown) == pixel(&whole, W - 5, shown))
                    shown++;
                if (kind == 0 || kind == 2) {
                    assert_true(shown >= shown_before);
                    assert_true(shown >= (int)percent * H / 100 - 60);
                    if (percent < 80)
                        assert_int_equal(pixel(&image, W / 2, H - 1), 0x204060);
                    shown_before = shown;
                }
            } else {
                assert_true(code == FZ_E_DAMAGED || code == FZ_E_NOT_PICTURE);
                assert_true(percent < 20);
            }
            host_fini(&host);
            host = (struct host){0};
            load(file.data, file.len * percent / 100, 50, 50, &host, &image, &err);
            host_fini(&host);
        }
        host_fini(&whole_host);
        free(file.data);
    }
}

static void test_only_the_end_marker_missing_is_no_damage(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(200, 150, (struct jpeg_options){.sampling = 2});
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len - 2, 0, 0, &host, &image, &err), FZ_OK);
    assert_false(image.damaged);
    host_fini(&host);
    free(file.data);
}

/* Any byte changed: a result or a reason, nothing else. */
static void test_changed_bytes(void **state)
{
    (void)state;
    uint32_t seed = 11;
    for (int kind = 0; kind < 3; kind++) {
        struct bytes file = photo_jpeg(
            120, 90,
            (struct jpeg_options){
                .sampling = 2, .progressive = kind == 1, .restart_rows = kind == 2, .orientation = 6});
        for (int round = 0; round < 400; round++) {
            uint8_t saved[4];
            size_t at[4];
            for (int i = 0; i < 4; i++) {
                at[i] = next_random(&seed) % (round % 2 ? file.len : file.len < 700 ? file.len : 700);
                saved[i] = file.data[at[i]];
                file.data[at[i]] = (uint8_t)next_random(&seed);
            }
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            int box = round % 3 * 20;
            int fd = open_bytes(file.data, file.len);
            struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
            struct fz_image_request request = make_request(fd, box, box, &host);
            request.limits.max_rows_px = request.limits.max_whole_px = 1000000;
            enum fz_err code = fz_image_load(&request, scratch, &image, &err);
            assert_true(code == FZ_OK || code == FZ_E_DAMAGED || code == FZ_E_NOT_PICTURE ||
                        code == FZ_E_LIMIT || code == FZ_E_MEMORY);
            fz_image_scratch_free(scratch);
            close(fd);
            host_fini(&host);
            for (int i = 3; i >= 0; i--)
                file.data[at[i]] = saved[i];
        }
        free(file.data);
    }
}

/* Finds the frame header (SOF0 or SOF2), at its marker. */
static size_t find_frame(const struct bytes *file)
{
    for (size_t i = 2; i + 9 < file->len;) {
        if (file->data[i + 1] == 0xc0 || file->data[i + 1] == 0xc2)
            return i;
        i += 2 + (size_t)(file->data[i + 2] << 8 | file->data[i + 3]);
    }
    fail();
    return 0;
}

static void assert_refused(const struct bytes *file, enum fz_err want, const char *text)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file->data, file->len, 256, 192, &host, &image, &err), want);
    assert_int_equal(host.allocs, 0);
    assert_int_equal(host.reserves, 0);
    assert_non_null(strstr(err.msg, text));
}

static void test_refused_by_the_header(void **state)
{
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        struct bytes file = photo_jpeg(64, 64, (struct jpeg_options){.progressive = progressive});
        uint8_t *frame = file.data + find_frame(&file);
        memcpy(frame + 5, "\xff\xff\xff\xff", 4);
        assert_refused(&file, FZ_E_LIMIT, "65535x65535");
        memcpy(frame + 5, "\x9c\x40\x9c\x40", 4); /* 40,000 x 40,000: 1,600 Mpx */
        assert_refused(&file, FZ_E_LIMIT, "Mpx");
        memcpy(frame + 5, "\x00\x00\x00\x40", 4);
        assert_refused(&file, FZ_E_DAMAGED, "size");
        memcpy(frame + 5, "\x00\x40\x00\x40", 4);
        frame[4] = 12;
        assert_refused(&file, FZ_E_DAMAGED, "8 bits");
        frame[4] = 8;
        frame[9] = 5;
        assert_refused(&file, FZ_E_DAMAGED, "jpeg");
        free(file.data);
    }
}

/* 20,000 x 20,000 is within the limit for rows, over that for pictures that must be held as a whole: more than 1/8 of a
 * progressive file. */
static void test_progressive_counts_as_whole(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(64, 64, (struct jpeg_options){.progressive = true});
    memcpy(file.data + find_frame(&file) + 5, "\x4e\x20\x4e\x20", 4);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 2501, 2501, &host, &image, &err), FZ_E_LIMIT);
    assert_non_null(strstr(err.msg, "100 Mpx"));
    assert_int_equal(host.reserves, 0);
    assert_int_equal(load(file.data, file.len, 2500, 2500, &host, &image, &err), FZ_E_DAMAGED);
    assert_int_equal(host.reserves, 1);
    assert_int_equal(host.allocs, 0);
    free(file.data);
}

/* Hundreds of scans in a small file are an attack on time. */
static void test_endless_scans(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(64, 64, (struct jpeg_options){.progressive = true});
    size_t scan = 0, last = file.len - 2;
    for (size_t i = 0; i + 1 < file.len; i++)
        if (file.data[i] == 0xff && file.data[i + 1] == 0xda)
            scan = i;
    struct bytes many = {0};
    bytes_put(&many, file.data, last);
    for (int i = 0; i < 1000; i++)
        bytes_put(&many, file.data + scan, last - scan);
    bytes_put(&many, "\xff\xd9", 2);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(many.data, many.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_true(image.damaged);
    host_fini(&host);
    free(many.data);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_exif_counts_as_upright),
        cmocka_unit_test(test_cut_files),
        cmocka_unit_test(test_only_the_end_marker_missing_is_no_damage),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_refused_by_the_header),
        cmocka_unit_test(test_progressive_counts_as_whole),
        cmocka_unit_test(test_endless_scans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
