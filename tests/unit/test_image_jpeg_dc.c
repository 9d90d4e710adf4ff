/* JPEG by DC values alone, against libjpeg's own 1/8. */
#include "test_image_support.h"

#include "image/format.h"
#include "image/jpeg/dc.h"

struct pixels {
    uint8_t *bgrx; /* owned */
    int width, height;
};

static void open_jpeg(struct jpeg_decompress_struct *c, struct jpeg_error_mgr *errors,
                      const struct bytes *file)
{
    c->err = jpeg_std_error(errors);
    jpeg_create_decompress(c);
    jpeg_mem_src(c, file->data, file->len);
    jpeg_read_header(c, TRUE);
}

static struct pixels by_libjpeg(const struct bytes *file, unsigned eighths)
{
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr errors;
    open_jpeg(&c, &errors, file);
    c.scale_num = eighths;
    c.scale_denom = 8;
    c.do_block_smoothing = FALSE;
    c.out_color_space = JCS_EXT_BGRX;
    jpeg_start_decompress(&c);
    struct pixels p = {malloc((size_t)c.output_width * c.output_height * 4), (int)c.output_width,
                       (int)c.output_height};
    while (c.output_scanline < c.output_height) {
        JSAMPROW row = p.bgrx + (size_t)c.output_scanline * c.output_width * 4;
        jpeg_read_scanlines(&c, &row, 1);
    }
    jpeg_destroy_decompress(&c);
    return p;
}

/* False: not taken, and nothing was begun. */
static bool by_dc(const struct bytes *file, struct fz_image_scratch *scratch, unsigned eighths,
                  struct pixels *p)
{
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr errors;
    open_jpeg(&c, &errors, file);
    c.scale_num = eighths;
    struct host host = {0};
    struct fz_image_request request = make_request(-1, (int)(c.image_width * eighths + 7) / 8,
                                                   (int)(c.image_height * eighths + 7) / 8, &host);
    struct fz_image image = {0};
    struct fz_error err;
    struct fz_decode d = {.request = &request, .scratch = scratch, .turn = 1, .out = &image, .err = &err};
    bool taken;
    const char *damage;
    assert_int_equal(fz_jpeg_dc_load(&d, &c, &taken, &damage), FZ_OK);
    assert_null(damage);
    assert_int_equal(host.allocs, taken ? 1 : 0);
    if (taken) {
        *p = (struct pixels){malloc((size_t)image.out_w * (size_t)image.out_h * 4), image.out_w, image.out_h};
        for (int y = 0; y < image.out_h; y++)
            memcpy(p->bgrx + (size_t)y * (size_t)image.out_w * 4,
                   image.pixels + (size_t)y * (size_t)image.pitch_bytes, (size_t)image.out_w * 4);
    }
    host_fini(&host);
    jpeg_destroy_decompress(&c);
    return taken;
}

/* The mean distance of the two; the file must be of a kind that is taken. */
static double distance_at(unsigned eighths, const struct bytes *file, struct fz_image_scratch *scratch)
{
    struct pixels want = by_libjpeg(file, eighths), got;
    assert_true(by_dc(file, scratch, eighths, &got));
    assert_true(got.width == want.width && got.height == want.height);
    double sum = 0;
    for (int i = 0; i < want.width * want.height * 4; i++)
        sum += i % 4 == 3 ? 0 : abs(want.bgrx[i] - got.bgrx[i]);
    double mean = sum / (want.width * want.height * 3);
    free(want.bgrx);
    free(got.bgrx);
    return mean;
}

static double distance(const struct bytes *file, struct fz_image_scratch *scratch)
{
    return distance_at(1, file, scratch);
}

static const int sizes[][2] = {{640, 480}, {248, 240}, {256, 256}, {264, 248}, {8, 8}, {16, 16}, {32, 16}};

static void test_equals_libjpeg(void **state)
{
    (void)state;
    const struct jpeg_options kinds[] = {
        {.sampling = 1},
        {.sampling = 1, .quality = 30},
        {.sampling = 1, .quality = 100},
        {.sampling = 2, .down = 1},
        {.sampling = 4, .down = 1},
        {.sampling = 1, .down = 2},
        {.in = JCS_GRAYSCALE, .channels = 1},
        {.in = JCS_GRAYSCALE, .channels = 1, .sampling = 2},
        {.in = JCS_RGB, .out = JCS_RGB},
        {.sampling = 1, .restart_rows = 1},
        {.sampling = 2, .down = 1, .restart_rows = 2},
    };
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct bytes file = photo_jpeg(sizes[i][0], sizes[i][1], kinds[k]);
            double d = distance(&file, scratch);
            if (d > 0)
                fail_msg("kind %zu at %dx%d: %.3f", k, sizes[i][0], sizes[i][1], d);
            free(file.data);
        }
    fz_image_scratch_free(scratch);
}

/* Noise of full contrast: codes of 16 bits, blocks without an end, values of 10 bits. */
static void test_noise_equals_libjpeg(void **state)
{
    (void)state;
    enum { SIDE = 512 };
    uint8_t *noise = malloc(SIDE * SIDE * 3);
    uint32_t seed = 3;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (int contrast = 0; contrast < 2; contrast++) {
        for (int i = 0; i < SIDE * SIDE * 3; i++)
            noise[i] = contrast ? (uint8_t)next_random(&seed) : (uint8_t)(next_random(&seed) & 1 ? 255 : 0);
        for (int quality = 50; quality <= 100; quality += 10) {
            struct bytes file = encode_jpeg(noise, SIDE, SIDE, (struct jpeg_options){.quality = quality});
            assert_true(distance(&file, scratch) == 0);
            free(file.data);
        }
    }
    fz_image_scratch_free(scratch);
    free(noise);
}

/* Codes that are longer than a look-up begin with ones, as nearly everywhere, or not. */
static void test_any_codes_equal_libjpeg(void **state)
{
    (void)state;
    static const UINT8 counts[][17] = {
        {[8] = 162},
        {[13] = 162},
        {[16] = 162},
        {[1] = 1, [2] = 1, [3] = 1, [4] = 1, [5] = 1, [6] = 1, [7] = 1, [8] = 1, [16] = 154},
        {[1] = 1, [2] = 1, [3] = 1, [5] = 1, [6] = 1, [7] = 1, [8] = 1, [9] = 1, [10] = 1, [13] = 153},
    };
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int quality = 50; quality <= 100; quality += 25) {
            struct bytes file =
                photo_jpeg(256, 256, (struct jpeg_options){.quality = quality, .ac_counts = counts[i]});
            double d = distance(&file, scratch);
            if (d > 0)
                fail_msg("codes %zu at quality %d: %.3f", i, quality, d);
            free(file.data);
        }
    fz_image_scratch_free(scratch);
}

/* 4:2:0: libjpeg takes all coefficients of chroma into account. Luma is the same. */
static void test_subsampled_chroma_is_near(void **state)
{
    (void)state;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (int restart = 0; restart < 2; restart++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct jpeg_options options = {.sampling = 2, .restart_rows = restart};
            struct bytes file = photo_jpeg(sizes[i][0], sizes[i][1], options);
            double d = distance(&file, scratch);
            if (d > (sizes[i][0] > 200 ? 2 : 5)) /* a few pixels: a few coefficients */
                fail_msg("%dx%d: %.3f", sizes[i][0], sizes[i][1], d);
            free(file.data);
        }
    uint8_t *grey = make_photo(640, 480, 3);
    for (int i = 0; i < 640 * 480; i++)
        grey[i * 3 + 1] = grey[i * 3 + 2] = grey[i * 3];
    struct bytes file = encode_jpeg(grey, 640, 480, (struct jpeg_options){.sampling = 2});
    assert_true(distance(&file, scratch) == 0);
    free(file.data);
    free(grey);
    fz_image_scratch_free(scratch);
}

/* libjpeg means over half a block; here are its lowest frequencies, of which a filter makes more. */
static void test_quarter_is_near(void **state)
{
    (void)state;
    const struct jpeg_options kinds[] = {
        {.sampling = 1},
        {.sampling = 2},
        {.sampling = 2, .restart_rows = 1},
        {.in = JCS_GRAYSCALE, .channels = 1},
        {.in = JCS_RGB, .out = JCS_RGB},
        {.sampling = 2, .quality = 100},
        {.sampling = 1, .quality = 40},
    };
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct bytes file = photo_jpeg(sizes[i][0], sizes[i][1], kinds[k]);
            double d = distance_at(2, &file, scratch);
            if (d > (sizes[i][0] > 200 ? 1.5 : 8)) /* a few pixels: a few coefficients */
                fail_msg("kind %zu at %dx%d: %.3f", k, sizes[i][0], sizes[i][1], d);
            free(file.data);
        }
    const struct jpeg_options others[] = {{.sampling = 2, .down = 1},
                                          {.sampling = 1, .down = 2},
                                          {.sampling = 4, .down = 1},
                                          {.progressive = true}};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        struct bytes file = photo_jpeg(640, 480, others[k]);
        struct pixels none;
        assert_false(by_dc(&file, scratch, 2, &none));
        free(file.data);
    }
    fz_image_scratch_free(scratch);
}

/* Nothing behind the first scan is looked at. */
static void test_progressive_needs_its_first_scan(void **state)
{
    (void)state;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (int sampling = 1; sampling <= 2; sampling++) {
        struct bytes file =
            photo_jpeg(640, 480, (struct jpeg_options){.sampling = sampling, .progressive = true});
        double d = distance(&file, scratch);
        if (d > (sampling == 2 ? 3.5 : 0.5))
            fail_msg("%dx%d: %.3f", sampling, sampling, d);
        size_t scans = 0, at = 0;
        for (; at + 1 < file.len && scans < 2; at++)
            scans += file.data[at] == 0xff && file.data[at + 1] == 0xda;
        file.len = at;
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(file.data, file.len, 80, 60, &host, &image, &err), FZ_OK);
        assert_false(image.damaged);
        host_fini(&host);
        free(file.data);
    }
    fz_image_scratch_free(scratch);
}

/* At 1/8 a progressive file needs no memory for its coefficients, and is no larger than what decodes by rows. */
static void test_progressive_holds_no_coefficients(void **state)
{
    (void)state;
    for (int out = 0; out < 2; out++) {
        struct jpeg_options options = {.progressive = true, .sampling = 2};
        if (out)
            options = (struct jpeg_options){.progressive = true, .in = JCS_RGB, .out = JCS_RGB};
        struct bytes file = photo_jpeg(1600, 1200, options);
        for (int eighth = 0; eighth < 2; eighth++) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            int fd = open_bytes(file.data, file.len);
            struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
            struct fz_image_request request = make_request(fd, eighth ? 200 : 201, eighth ? 150 : 151, &host);
            assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
            assert_int_equal(host.reserved - file.len > 1600 * 1200 * 3, !eighth);
            host_fini(&host);
            host = (struct host){0};
            lseek(fd, 0, SEEK_SET);
            request.limits.max_whole_px = 1600 * 1200 - 1;
            assert_int_equal(fz_image_load(&request, scratch, &image, &err), eighth ? FZ_OK : FZ_E_LIMIT);
            host_fini(&host);
            host = (struct host){0};
            lseek(fd, 0, SEEK_SET);
            request.want.may_shrink = true;
            assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_OK);
            assert_true(image.out_w == 200 && image.out_h == 150 && image.width == 1600);
            host_fini(&host);
            fz_image_scratch_free(scratch);
            close(fd);
        }
        free(file.data);
    }
}

/* Nor where the memory does not hold the file. */
static void test_progressive_in_pieces_holds_no_coefficients(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(1600, 1200, (struct jpeg_options){.progressive = true, .quality = 95});
    struct host host = {0}, little = {0};
    struct fz_image held, image;
    struct fz_error err;
    assert_in_range(file.len, 500 << 10, 1 << 20);
    const size_t behind = (1 << 20) - file.len;
    memset(bytes_add(&file, behind), 0, behind);
    assert_int_equal(load(file.data, file.len, 200, 150, &host, &held, &err), FZ_OK);
    little.reserve_most = host.reserved - 1;
    if (load(file.data, file.len, 200, 150, &little, &image, &err) != FZ_OK)
        fail_msg("%s", err.msg);
    assert_memory_equal(held.pixels, image.pixels, (size_t)held.out_h * (size_t)held.pitch_bytes);
    host_fini(&little);
    host_fini(&host);
    free(file.data);
}

/* Cut within its first scan: what has come is shown as in the whole file, without more memory. */
static void test_progressive_cut_in_its_first_scan(void **state)
{
    (void)state;
    enum { W = 1600, H = 1200 };
    struct bytes file = photo_jpeg(W, H, (struct jpeg_options){.progressive = true, .sampling = 2});
    struct host whole_host = {0};
    struct fz_image whole, image;
    struct fz_error err;
    size_t scan = 0;
    for (size_t at = 0; scan == 0; at++)
        scan = file.data[at] == 0xff && file.data[at + 1] == 0xda ? at : 0;
    assert_int_equal(load(file.data, file.len, W / 8, H / 8, &whole_host, &whole, &err), FZ_OK);
    size_t cut = scan + 15000;
    struct host host = {0};
    assert_int_equal(load(file.data, cut, W / 8, H / 8, &host, &image, &err), FZ_OK);
    assert_true(image.damaged);
    assert_string_equal(err.msg, "file ends early");
    assert_true(host.reserved < cut + 2000000);
    int same = 0;
    while (same < H / 8 && pixel(&image, 7, same) == pixel(&whole, 7, same))
        same++;
    assert_in_range(same, 10, H / 8 - 10);
    assert_int_equal(pixel(&image, 7, H / 8 - 1), 0x204060);
    host_fini(&host);
    host = (struct host){0};
    assert_int_equal(load(file.data, scan + 16, W / 8, H / 8, &host, &image, &err), FZ_E_DAMAGED);
    host_fini(&host);
    host_fini(&whole_host);
    free(file.data);
}

static void test_other_kinds_are_left_to_libjpeg(void **state)
{
    (void)state;
    const struct jpeg_options kinds[] = {
        {.arithmetic = true},
        {.several_scans = true},
        {.in = JCS_CMYK, .channels = 4},
        {.sampling = 4, .down = 2},
    };
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct bytes file = photo_jpeg(160, 120, kinds[k]);
        struct pixels none;
        assert_false(by_dc(&file, scratch, 1, &none));
        free(file.data);
    }
    fz_image_scratch_free(scratch);
}

/* Whatever is changed, the result is a picture or a reason; the same tables serve the next file. */
static void test_changed_bytes(void **state)
{
    (void)state;
    const struct jpeg_options kinds[] = {
        {.sampling = 2},
        {.sampling = 2, .down = 1},
        {.sampling = 1},
        {.sampling = 2, .restart_rows = 1},
        {.in = JCS_GRAYSCALE, .channels = 1},
        {.sampling = 2, .progressive = true},
    };
    uint32_t seed = 5;
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct bytes file = photo_jpeg(200, 150, kinds[k]);
        for (int round = 0; round < 500; round++) {
            struct bytes bad = {0};
            bytes_put(&bad, file.data, round % 5 ? file.len : next_random(&seed) % file.len);
            for (int i = 0; i < 3 && bad.len > 0; i++)
                bad.data[next_random(&seed) % (round % 2 && bad.len > 700 ? 700 : bad.len)] =
                    (uint8_t)next_random(&seed);
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            int fd = open_bytes(bad.data, bad.len);
            struct fz_image_request request = make_request(fd, 25, 25, &host);
            request.limits.max_rows_px = request.limits.max_whole_px = 1000000;
            enum fz_err code = fz_image_load(&request, scratch, &image, &err);
            assert_true(code == FZ_OK || code == FZ_E_DAMAGED || code == FZ_E_NOT_PICTURE ||
                        code == FZ_E_LIMIT || code == FZ_E_MEMORY);
            assert_true(code == FZ_OK || err.msg[0]);
            close(fd);
            host_fini(&host);
            free(bad.data);
        }
        free(file.data);
    }
    fz_image_scratch_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_libjpeg),
        cmocka_unit_test(test_noise_equals_libjpeg),
        cmocka_unit_test(test_any_codes_equal_libjpeg),
        cmocka_unit_test(test_subsampled_chroma_is_near),
        cmocka_unit_test(test_quarter_is_near),
        cmocka_unit_test(test_progressive_needs_its_first_scan),
        cmocka_unit_test(test_progressive_holds_no_coefficients),
        cmocka_unit_test(test_progressive_in_pieces_holds_no_coefficients),
        cmocka_unit_test(test_progressive_cut_in_its_first_scan),
        cmocka_unit_test(test_other_kinds_are_left_to_libjpeg),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
