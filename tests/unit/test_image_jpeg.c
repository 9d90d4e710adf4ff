/* JPEG: every kind of file, every scale, every orientation. */
#include "test_image_support.h"

#include "image/jpeg/dc.h"

/* The mean distance of all channels between a small result and the area means of the full one. */
static double distance_to_full(const struct bytes *file, int box_w, int box_h)
{
    struct host small_host = {0}, full_host = {0};
    struct fz_image s, f;
    struct fz_error err;
    assert_int_equal(load(file->data, file->len, box_w, box_h, &small_host, &s, &err), FZ_OK);
    assert_int_equal(load(file->data, file->len, 0, 0, &full_host, &f, &err), FZ_OK);
    double sum = 0;
    for (int y = 0; y < s.out_h; y++)
        for (int x = 0; x < s.out_w; x++) {
            int x0 = x * f.out_w / s.out_w, x1 = (x + 1) * f.out_w / s.out_w;
            int y0 = y * f.out_h / s.out_h, y1 = (y + 1) * f.out_h / s.out_h;
            for (int c = 0; c < 3; c++) {
                double mean = 0;
                for (int j = y0; j < y1; j++)
                    for (int i = x0; i < x1; i++)
                        mean += f.pixels[j * f.pitch_bytes + i * 4 + c];
                mean /= (x1 - x0) * (y1 - y0);
                double d = s.pixels[y * s.pitch_bytes + x * 4 + c] - mean;
                sum += d < 0 ? -d : d;
            }
        }
    double mean = sum / (s.out_w * s.out_h * 3);
    host_fini(&small_host);
    host_fini(&full_host);
    return mean;
}

static void test_all_scales_show_the_same(void **state)
{
    (void)state;
    for (int sampling = 1; sampling <= 2; sampling++)
        for (int progressive = 0; progressive < 2; progressive++) {
            struct bytes file =
                photo_jpeg(640, 480, (struct jpeg_options){.sampling = sampling, .progressive = progressive});
            const int boxes[][2] = {{640, 480}, {500, 500}, {320, 240}, {300, 225}, {160, 120},
                                    {130, 98},  {80, 60},   {64, 48},   {20, 15},   {1, 1}};
            for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
                double d = distance_to_full(&file, boxes[i][0], boxes[i][1]);
                /* Areas that are no whole number of pixels are only roughly the same here; and a progressive file has
                 * chroma at 1/16 where luma is at 1/8. */
                bool coarse = sampling == 2 && progressive && (boxes[i][0] == 80 || boxes[i][0] == 64);
                /* Nor is one pixel the mean of all: what lies at the edge counts less. */
                coarse = coarse || boxes[i][0] == 1;
                if (d > (640 % boxes[i][0] || coarse ? 3.5 : 2))
                    fail_msg("sampling %d progressive %d box %dx%d: %.2f", sampling, progressive, boxes[i][0],
                             boxes[i][1], d);
            }
            free(file.data);
        }
}

/* A picture that is long and 12 px across, from dark to light: one and a half blocks, the rest of which encoders fill. */
static struct bytes narrow_jpeg(int length, bool lies, struct jpeg_options options)
{
    enum { SIDE = 12 };
    int width = lies ? length : SIDE, height = lies ? SIDE : length;
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    assert_non_null(pixels);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memset(pixels + ((size_t)y * (size_t)width + (size_t)x) * 3, (lies ? y : x) * 20, 3);
    struct bytes file = encode_jpeg(pixels, width, height, options);
    free(pixels);
    return file;
}

static void test_what_fills_the_last_block_is_not_shown(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        bool lies = i & 1;
        struct bytes file =
            narrow_jpeg(1600, lies, (struct jpeg_options){.sampling = i & 2 ? 2 : 1, .progressive = i & 4});
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(file.data, file.len, 200, 200, &host, &image, &err), FZ_OK);
        assert_int_equal(lies ? image.out_h : image.out_w, 2);
        assert_near(pixel(&image, lies ? 100 : 0, lies ? 0 : 100), 0x323232, 8);
        assert_near(pixel(&image, lies ? 100 : 1, lies ? 1 : 100), 0xaaaaaa, 8);
        host_fini(&host);
        free(file.data);
    }
}

/* What is set aside is for the way that is gone, which is not that of the first scan alone. */
static void test_a_long_narrow_picture_has_the_memory_for_all_scans(void **state)
{
    (void)state;
    struct bytes file = narrow_jpeg(60000, false, (struct jpeg_options){.sampling = 2, .progressive = true});
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 7500, 7500, &host, &image, &err), FZ_OK);
    assert_int_equal(image.out_h, 7500);
    host_fini(&host);
    free(file.data);
}

/* It costs those nothing whose last block is little of them. */
static void test_the_least_scale_is_for_all_but_narrow_pictures(void **state)
{
    (void)state;
    for (int side = 140; side < 10000; side++)
        assert_true(fz_jpeg_shows_end(0, side, 1) && fz_jpeg_shows_end(0, side, 2));
    for (int side = 8; side < 140; side += 8)
        assert_true(fz_jpeg_shows_end(0, side, 1) && fz_jpeg_shows_end(side, 8, 1));
    assert_false(fz_jpeg_shows_end(0, 12, 1));
    assert_true(fz_jpeg_shows_end(0, 12, 2));
    struct bytes file = photo_jpeg(1500, 1000, (struct jpeg_options){.sampling = 2, .progressive = true});
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 187, 187, &host, &image, &err), FZ_OK);
    assert_true(host.reserved < file.len + 1500 * 1000 * 3 / 2); /* for the first scan alone */
    host_fini(&host);
    free(file.data);
}

static void test_full_size_equals_libjpeg(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(123, 77, (struct jpeg_options){.sampling = 2});
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_string_equal(image.format, "jpeg");
    assert_int_equal(image.width, 123);
    assert_int_equal(image.height, 77);
    assert_int_equal(image.orientation, 1);
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr errors;
    c.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&c);
    jpeg_mem_src(&c, file.data, file.len);
    jpeg_read_header(&c, TRUE);
    jpeg_start_decompress(&c);
    uint8_t rgb[123 * 3];
    for (int y = 0; y < 77; y++) {
        JSAMPROW row = rgb;
        jpeg_read_scanlines(&c, &row, 1);
        for (int x = 0; x < 123; x++)
            assert_int_equal(pixel(&image, x, y), rgb[x * 3] << 16 | rgb[x * 3 + 1] << 8 | rgb[x * 3 + 2]);
    }
    jpeg_finish_decompress(&c);
    jpeg_destroy_decompress(&c);
    host_fini(&host);
    free(file.data);
}

static void test_orientations(void **state)
{
    (void)state;
    uint8_t *pixels = make_fields(64, 3);
    for (int o = 1; o <= 8; o++)
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            struct bytes file = encode_jpeg(
                pixels, 128, 192, (struct jpeg_options){.orientation = o, .big_endian = big_endian});
            const int boxes[][2] = {{0, 0}, {100, 100}, {30, 40}, {12, 12}};
            for (int i = 0; i < 4; i++) {
                struct host host = {0};
                struct fz_image image;
                struct fz_error err;
                assert_int_equal(load(file.data, file.len, boxes[i][0], boxes[i][1], &host, &image, &err),
                                 FZ_OK);
                assert_int_equal(image.orientation, o);
                assert_int_equal(image.width, o >= 5 ? 192 : 128);
                assert_int_equal(image.height, o >= 5 ? 128 : 192);
                int want_w, want_h;
                fz_image_fit(image.width, image.height, boxes[i][0], boxes[i][1], &want_w, &want_h);
                assert_int_equal(image.out_w, want_w);
                assert_int_equal(image.out_h, want_h);
                assert_fields(&image, o, 6);
                host_fini(&host);
            }
            free(file.data);
        }
    free(pixels);
}

/* One colour in every colour space. CMYK is multiplied out: R = (255 - C) * (255 - K) / 255. */
static void test_color_spaces(void **state)
{
    (void)state;
    const struct {
        struct jpeg_options options;
        uint8_t sample[4];
        uint32_t want;
    } cases[] = {
        {{.in = JCS_GRAYSCALE, .channels = 1}, {137}, 0x898989},
        {{.in = JCS_RGB, .channels = 3}, {200, 60, 20}, 0xc83c14},
        {{.in = JCS_RGB, .out = JCS_RGB, .channels = 3}, {200, 60, 20}, 0xc83c14},
        {{.in = JCS_RGB, .out = JCS_GRAYSCALE, .channels = 3}, {255, 255, 255}, 0xffffff},
        /* libjpeg writes an Adobe marker with CMYK and YCCK: the samples are the inverse of ink */
        {{.in = JCS_CMYK, .channels = 4}, {255, 128, 0, 255}, 0xff8000},
        {{.in = JCS_CMYK, .channels = 4}, {255, 255, 255, 100}, 0x646464},
        {{.in = JCS_CMYK, .out = JCS_YCCK, .channels = 4}, {200, 60, 20, 255}, 0xc83c14},
        {{.in = JCS_CMYK, .out = JCS_YCCK, .channels = 4, .progressive = true}, {200, 60, 20, 255}, 0xc83c14},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int channels = cases[k].options.channels;
        uint8_t *pixels = malloc(40 * 40 * 4);
        for (int i = 0; i < 40 * 40; i++)
            memcpy(pixels + i * channels, cases[k].sample, (size_t)channels);
        struct bytes file = encode_jpeg(pixels, 40, 40, cases[k].options);
        for (int box = 0; box <= 40; box += 5) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            assert_int_equal(load(file.data, file.len, box, box, &host, &image, &err), FZ_OK);
            assert_false(image.damaged);
            assert_near(pixel(&image, image.out_w / 2, image.out_h / 2), cases[k].want, 4);
            assert_near(pixel(&image, 0, 0), cases[k].want, 4);
            host_fini(&host);
        }
        free(file.data);
        free(pixels);
    }
}

/* As Pillow, ImageMagick, libvips and browsers read it. */
static void test_cmyk_without_adobe_marker_is_inverted_too(void **state)
{
    (void)state;
    uint8_t pixels[16 * 16 * 4];
    for (int i = 0; i < 16 * 16; i++)
        memcpy(pixels + i * 4, (uint8_t[]){255, 128, 0, 255}, 4);
    struct bytes file = encode_jpeg(pixels, 16, 16, (struct jpeg_options){.in = JCS_CMYK, .channels = 4});
    for (size_t i = 0; i + 5 < file.len; i++)
        if (memcmp(file.data + i, "Adobe", 5) == 0)
            file.data[i] = 'a';
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 0, 0, &host, &image, &err), FZ_OK);
    assert_near(pixel(&image, 8, 8), 0xff8000, 4);
    host_fini(&host);
    free(file.data);
}

static void test_kinds_and_odd_sizes(void **state)
{
    (void)state;
    const struct jpeg_options kinds[] = {
        {.sampling = 2},
        {.sampling = 2, .progressive = true},
        {.sampling = 1, .progressive = true},
        {.several_scans = true},
        {.several_scans = true, .sampling = 2},
        {.arithmetic = true},
        {.restart_rows = 1, .sampling = 2},
        {.in = JCS_GRAYSCALE, .channels = 1, .progressive = true},
        {.in = JCS_CMYK, .channels = 4, .progressive = true},
    };
    const int sides[] = {1, 7, 8, 9, 16, 17, 33, 100, 255};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
            for (size_t j = 0; j < sizeof sides / sizeof *sides; j++) {
                struct bytes file = photo_jpeg(sides[i], sides[j], kinds[k]);
                for (int box = 0; box < 40; box += 13) {
                    struct host host = {0};
                    struct fz_image image;
                    struct fz_error err;
                    assert_int_equal(load(file.data, file.len, box, box, &host, &image, &err), FZ_OK);
                    assert_false(image.damaged);
                    host_fini(&host);
                }
                free(file.data);
            }
}

static void test_reservation(void **state)
{
    (void)state;
    struct fz_image image;
    struct fz_error err;
    struct bytes base = photo_jpeg(1000, 800, (struct jpeg_options){.sampling = 2});
    struct bytes prog = photo_jpeg(1000, 800, (struct jpeg_options){.sampling = 2, .progressive = true});
    struct host host = {0};
    assert_int_equal(load(base.data, base.len, 100, 100, &host, &image, &err), FZ_OK);
    assert_int_equal(host.reserves, 1);
    assert_true(host.reserved > base.len && host.reserved < base.len + 2000000);
    host_fini(&host);

    host = (struct host){0};
    assert_int_equal(load(prog.data, prog.len, 200, 200, &host, &image, &err), FZ_OK);
    assert_true(host.reserved > prog.len + 1000 * 800 * 3 && host.reserved < prog.len + 1000 * 800 * 6);
    host_fini(&host);

    host = (struct host){.refuse = true};
    assert_int_equal(load(base.data, base.len, 100, 100, &host, &image, &err), FZ_E_LIMIT);
    assert_int_equal(host.allocs, 0);

    host = (struct host){.no_memory = true};
    assert_int_equal(load(base.data, base.len, 100, 100, &host, &image, &err), FZ_E_MEMORY);
    free(base.data);
    free(prog.data);
}

/* Of several scans libjpeg holds all coefficients, but at an eighth. */
static void test_an_eighth_where_no_more_finds_memory(void **state)
{
    (void)state;
    struct bytes prog = photo_jpeg(1000, 800, (struct jpeg_options){.sampling = 2, .progressive = true});
    struct fz_image image;
    struct fz_error err;
    struct host host = {.reserve_most = prog.len + 1500000};
    assert_int_equal(load_perhaps_smaller(prog.data, prog.len, 500, 400, &host, &image, &err), FZ_OK);
    assert_int_equal(image.width, 1000);
    assert_int_equal(image.out_w, 125);
    assert_int_equal(image.out_h, 100);
    host_fini(&host);

    host = (struct host){.refuse = true};
    assert_int_equal(load_perhaps_smaller(prog.data, prog.len, 500, 400, &host, &image, &err), FZ_E_LIMIT);
    assert_true(host.reserved < prog.len + 1500000);
    assert_non_null(strstr(err.msg, "needs 4 MB")); /* what it takes at the size that was asked for */
    free(prog.data);
}

static void test_cancelled_at_every_asking(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct bytes file =
            photo_jpeg(400, 300, (struct jpeg_options){.sampling = 2, .progressive = kind == 1});
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(file.data, file.len, 0, 0, &host, &image, &err), FZ_OK);
        int asked = host.asked;
        assert_true(asked > 300 / 8);
        host_fini(&host);
        for (int n = 1; n <= asked; n++) {
            host = (struct host){.cancel_after = n};
            assert_int_equal(load(file.data, file.len, 0, 0, &host, &image, &err), FZ_E_CANCELLED);
            assert_int_equal(host.asked, n); /* not one more row */
            host_fini(&host);
        }
        free(file.data);
    }
}

static void test_output_limit(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(300, 200, (struct jpeg_options){0});
    int fd = open_bytes(file.data, file.len);
    struct host host = {0};
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.limits.max_output_px = 300 * 200 - 1;
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_E_LIMIT);
    assert_int_equal(host.allocs, 0);
    lseek(fd, 0, SEEK_SET);
    request.want.box_w = request.want.box_h = 150;
    assert_int_equal(fz_image_load(&request, scratch, &image, NULL), FZ_OK);
    fz_image_scratch_free(scratch);
    host_fini(&host);
    close(fd);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_scales_show_the_same),
        cmocka_unit_test(test_what_fills_the_last_block_is_not_shown),
        cmocka_unit_test(test_a_long_narrow_picture_has_the_memory_for_all_scans),
        cmocka_unit_test(test_the_least_scale_is_for_all_but_narrow_pictures),
        cmocka_unit_test(test_full_size_equals_libjpeg),
        cmocka_unit_test(test_orientations),
        cmocka_unit_test(test_color_spaces),
        cmocka_unit_test(test_cmyk_without_adobe_marker_is_inverted_too),
        cmocka_unit_test(test_kinds_and_odd_sizes),
        cmocka_unit_test(test_reservation),
        cmocka_unit_test(test_an_eighth_where_no_more_finds_memory),
        cmocka_unit_test(test_cancelled_at_every_asking),
        cmocka_unit_test(test_output_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
