/* Parts of a picture: each is what the whole shows there. */
#include "test_image_support.h"

#include "image/pixels/reduce.h"

/* Loads a part with whatever limits, and leaves it in host. */
static enum fz_err load_part(const struct bytes *file, struct fz_image_region region, int box_w, int box_h,
                             const struct fz_image_limits *limits, struct host *host, struct fz_image *image,
                             struct fz_error *err)
{
    int fd = open_bytes(file->data, file->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, box_w, box_h, host);
    request.want.region = region;
    if (limits)
        request.limits = *limits;
    enum fz_err code = fz_image_load(&request, scratch, image, err);
    fz_image_scratch_free(scratch);
    close(fd);
    return code;
}

/* The part, reduced by `scale`, against the same part of the whole reduced by it. */
static void assert_part(const struct bytes *file, const struct fz_image_limits *limits,
                        const struct fz_image *whole, int x, int y, int w, int h, int scale, int tolerance)
{
    struct host host = {0};
    struct fz_image part;
    struct fz_error err;
    int out_w = (w + scale - 1) / scale, out_h = (h + scale - 1) / scale;
    assert_int_equal(
        load_part(file, (struct fz_image_region){x, y, w, h}, out_w, out_h, limits, &host, &part, &err),
        FZ_OK);
    assert_int_equal(part.out_w, out_w);
    assert_int_equal(part.out_h, out_h);
    assert_int_equal(part.width, whole->width);
    assert_int_equal(part.height, whole->height);
    for (int j = 0; j < out_h; j++)
        for (int i = 0; i < out_w; i++) {
            uint32_t is = pixel(&part, i, j), wanted = pixel(whole, x / scale + i, y / scale + j);
            if (channel_distance(is, wanted) > tolerance)
                fail_msg("%d,%d of %dx%d+%d+%d at 1/%d: %06x, not %06x", i, j, w, h, x, y, scale, is, wanted);
        }
    host_fini(&host);
}

/* Parts everywhere, at all edges; where the whole is reduced by `scale` it must be without a remainder. */
static void assert_parts(const struct bytes *file, const struct fz_image_limits *limits, int scale,
                         int tolerance)
{
    struct host host = {0};
    struct fz_image whole;
    struct fz_error err;
    assert_int_equal(load(file->data, file->len, 0, 0, &host, &whole, &err), FZ_OK);
    int w = whole.width, h = whole.height;
    host_fini(&host);
    host = (struct host){0};
    assert_int_equal(
        load_part(file, (struct fz_image_region){0}, w / scale, h / scale, limits, &host, &whole, &err),
        FZ_OK);
    int u = 16 * scale;
    const int parts[][4] = {{0, 0, w, h},         {0, 0, u, u},
                            {w - u, h - u, u, u}, {w - u, 0, u, h},
                            {0, h - 2 * u, w, u}, {u, u, w - 2 * u, h - 2 * u},
                            {3 * u, 2 * u, u, u}, {scale, 5 * scale, 7 * scale, 3 * scale}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_part(file, limits, &whole, parts[i][0], parts[i][1], parts[i][2], parts[i][3], scale,
                    tolerance);
    host_fini(&host);
}

static void test_jpeg_at_every_scale(void **state)
{
    (void)state;
    for (int sampling = 1; sampling <= 2; sampling++)
        for (int kind = 0; kind < 3; kind++) {
            struct bytes file = photo_jpeg(1040, 784,
                                           (struct jpeg_options){.sampling = sampling,
                                                                 .progressive = kind == 1,
                                                                 .restart_rows = kind == 2 ? 1 : 0});
            for (int scale = 1; scale <= 8; scale *= 2)
                assert_parts(&file, NULL, scale, 0);
            free(file.data);
        }
}

static void test_jpeg_beyond_its_own_scales(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(1024, 768, (struct jpeg_options){.sampling = 2});
    assert_parts(&file, NULL, 16, 1);
    free(file.data);
}

/* The size is no multiple of anything: turned, the parts begin at the other end of it. */
static void test_jpeg_in_every_orientation(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct bytes file =
            photo_jpeg(403, 301, (struct jpeg_options){.sampling = 2, .orientation = orientation});
        assert_parts(&file, NULL, 1, 0);
        free(file.data);
    }
}

static void reduce_part(const struct fz_image *whole, const struct fz_image_region *region, int out_w,
                        int out_h, uint8_t *out)
{
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_orient upright;
    struct fz_reduce r;
    fz_orient_init(&upright, 1, out, out_w * 4, out_w, out_h);
    assert_true(fz_reduce_init_part(&r, scratch, FZ_KERNEL_CUBIC, whole->out_w, whole->out_h, region,
                                    &(struct fz_reduce_beyond){0}, out_w, out_h, &upright));
    for (int y = 0; y < whole->out_h; y++)
        fz_reduce_push(&r, whole->pixels + (size_t)y * (size_t)whole->pitch_bytes);
    fz_image_scratch_free(scratch);
}

/* Half pixels at the edge would blur or move the part: then the scale is a finer one, reduced exactly. libjpeg's scaled
 * transform is no mean of pixels: single ones differ from it. */
static void test_jpeg_turned_and_reduced(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct bytes file = photo_jpeg(
            407, 305, (struct jpeg_options){.quality = 100, .sampling = 1, .orientation = orientation});
        struct host whole_host = {0}, host = {0};
        struct fz_image whole, part;
        struct fz_error err;
        assert_int_equal(load(file.data, file.len, 0, 0, &whole_host, &whole, &err), FZ_OK);
        struct fz_image_region region = {64, 32, 128, 96};
        assert_int_equal(load_part(&file, region, 32, 24, NULL, &host, &part, &err), FZ_OK);
        uint8_t wanted[24][32 * 4];
        reduce_part(&whole, &region, 32, 24, wanted[0]);
        int off = 0;
        for (int j = 0; j < 24; j++)
            for (int i = 0; i < 32; i++)
                for (int c = 0; c < 3; c++)
                    off += abs(wanted[j][i * 4 + c] - (int)(pixel(&part, i, j) >> (8 * c) & 255));
        assert_true(off <= 32 * 24 * 3);
        host_fini(&host);
        host_fini(&whole_host);
        free(file.data);
    }
}

static void test_png_exactly(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(352, 256, 4);
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int interlaced = 0; interlaced < 2; interlaced++) {
            struct bytes exif = make_exif(orientation, false);
            struct bytes file = encode_png(pixels, 352, 256, PNG_COLOR_TYPE_RGB_ALPHA,
                                           interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, &exif);
            for (int scale = 1; scale <= 4; scale *= 2)
                assert_parts(&file, NULL, scale, 0);
            free(file.data);
            free(exif.data);
        }
    free(pixels);
}

/* Too large to be held: what is wanted is put together out of the passes, in means of squares. */
static void test_interlaced_png_that_is_not_held(void **state)
{
    (void)state;
    struct fz_image_limits limits = fz_image_default_limits;
    limits.max_whole_px = 1000;
    uint8_t *pixels = make_photo(1088, 1024, 4);
    for (int orientation = 1; orientation <= 8; orientation += 5) {
        struct bytes exif = make_exif(orientation, false);
        struct bytes file =
            encode_png(pixels, 1088, 1024, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_ADAM7, &exif);
        for (int scale = 1; scale <= 16; scale *= 2)
            assert_parts(&file, &limits, scale, 0);
        free(file.data);
        free(exif.data);
    }
    free(pixels);
}

/* What is decoded as a whole goes the same way. */
static void test_bmp(void **state)
{
    (void)state;
    enum { W = 64, H = 64 };
    struct bytes file = {0};
    bytes_put(&file, "BM", 2);
    bytes_put_le(&file, 54 + W * H * 4, 4);
    bytes_put_le(&file, 0, 4);
    bytes_put_le(&file, 54, 4);
    bytes_put_le(&file, 40, 4);
    bytes_put_le(&file, W, 4);
    bytes_put_le(&file, H, 4);
    bytes_put_le(&file, 1, 2);
    bytes_put_le(&file, 32, 2);
    for (int i = 0; i < 6; i++)
        bytes_put_le(&file, 0, 4);
    uint32_t seed = 3;
    for (int i = 0; i < W * H; i++)
        bytes_put_le(&file, next_random(&seed), 4);
    assert_parts(&file, NULL, 1, 0);
    free(file.data);
}

static void test_a_part_outside_is_brought_inside(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(100, 80, (struct jpeg_options){0});
    static const struct fz_image_region regions[] = {
        {90, 70, 50, 50}, {-5, -5, 10, 10}, {5000, 5000, 10, 10}, {0, 0, 5000, 5000}, {50, 50, 10, 0}};
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_part(&file, regions[i], 4000, 4000, NULL, &host, &image, &err), FZ_OK);
        assert_true(image.out_w >= 1 && image.out_w <= 100 && image.out_h >= 1 && image.out_h <= 80);
        host_fini(&host);
    }
    free(file.data);
}

/* A file that is larger than what may be held comes in pieces, and shows the same. */
static void assert_same_in_pieces(const struct bytes *file, int width, int height, bool is_jpeg)
{
    assert_true(file->len > (1 << 20));
    struct fz_image_limits whole = fz_image_default_limits, limits[2] = {whole, whole};
    whole.max_whole_bytes = UINT64_MAX;
    limits[0].max_whole_bytes = 100000;
    limits[1].max_held_bytes = 100000;
    const struct {
        struct fz_image_region region;
        int side;
    } cases[] = {{{0}, 400},
                 {{0}, 100},
                 {{width / 2, height - 300, width / 3, 300}, 400},
                 {{0, 0, 64, 64}, 400},
                 {{0, height / 2, width, 10}, 400}};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct host held_host = {0}, host = {0};
        struct fz_image held, image;
        struct fz_error err;
        bool large = i % 2 != 0;
        struct fz_image_region region = cases[i / 2].region;
        int side = cases[i / 2].side;
        if (!large && !is_jpeg) /* which of PNGs happens only where the memory is short */
            continue;
        assert_int_equal(load_part(file, region, side, side, &whole, &held_host, &held, &err), FZ_OK);
        assert_int_equal(load_part(file, region, side, side, &limits[large], &host, &image, &err), FZ_OK);
        assert_int_equal(held.out_w, image.out_w);
        assert_int_equal(held.out_h, image.out_h);
        assert_int_equal(held.damaged, image.damaged);
        assert_memory_equal(held.pixels, image.pixels, (size_t)held.out_h * (size_t)held.pitch_bytes);
        assert_true(host.reserved + file->len - (700 << 10) < held_host.reserved);
        host_fini(&held_host);
        host_fini(&host);
    }
}

static void test_jpeg_in_pieces(void **state)
{
    (void)state;
    struct bytes file =
        photo_jpeg(2000, 1500, (struct jpeg_options){.quality = 98, .sampling = 2, .orientation = 6});
    assert_same_in_pieces(&file, 1500, 2000, true);
    /* At 1/8 another decoder begins, which leaves what is damaged to libjpeg. */
    memset(file.data + file.len * 3 / 4, 0xff, 3);
    assert_same_in_pieces(&file, 1500, 2000, true);
    free(file.data);
}

static void test_progressive_jpeg_in_pieces(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(2400, 1800, (struct jpeg_options){.quality = 95, .progressive = true});
    assert_same_in_pieces(&file, 2400, 1800, true);
    free(file.data);
}

static void test_png_in_pieces(void **state)
{
    (void)state;
    uint8_t *pixels = make_photo(1400, 1000, 3);
    struct bytes file = encode_png(pixels, 1400, 1000, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL);
    assert_same_in_pieces(&file, 1400, 1000, false);
    free(file.data);
    free(pixels);
}

/* Where the memory does not hold it, neither. */
static void test_pieces_where_the_whole_is_refused(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(3000, 2000, (struct jpeg_options){.quality = 95});
    struct host host = {.reserve_most = 5 << 19};
    struct fz_image image;
    struct fz_error err;
    assert_true(file.len > host.reserve_most);
    assert_int_equal(load_part(&file, (struct fz_image_region){0}, 400, 400, NULL, &host, &image, &err),
                     FZ_OK);
    assert_true(host.reserved <= host.reserve_most);
    host_fini(&host);
    free(file.data);
}

/* Whatever is wrong with the file: a reason, or a picture of the size asked for. */
static void test_damaged_files(void **state)
{
    (void)state;
    uint32_t seed = 11;
    struct bytes good = photo_jpeg(640, 480, (struct jpeg_options){.sampling = 2, .restart_rows = 1});
    for (int round = 0; round < 200; round++) {
        struct bytes file = {.data = malloc(good.len), .len = good.len};
        memcpy(file.data, good.data, good.len);
        for (int i = 0; i < 4; i++)
            file.data[600 + next_random(&seed) % (good.len - 600)] = (uint8_t)next_random(&seed);
        file.len -= round % 2 ? next_random(&seed) % (good.len - 700) : 0;
        struct host host = {0};
        struct fz_image image;
        struct fz_error err = {0};
        struct fz_image_region region = {(int)(next_random(&seed) % 600), (int)(next_random(&seed) % 400),
                                         1 + (int)(next_random(&seed) % 300),
                                         1 + (int)(next_random(&seed) % 200)};
        int scale = 1 + round % 3;
        enum fz_err code = load_part(&file, region, (region.w + scale - 1) / scale,
                                     (region.h + scale - 1) / scale, NULL, &host, &image, &err);
        if (code == FZ_OK)
            assert_true(image.out_w >= 1 && image.out_w <= region.w && image.pixels);
        else
            assert_true(err.msg[0] != 0);
        host_fini(&host);
        free(file.data);
    }
    free(good.data);
}

static void test_jpeg_in_pieces_ends_early_or_is_cancelled(void **state)
{
    (void)state;
    struct bytes file = photo_jpeg(2000, 1500, (struct jpeg_options){.quality = 95});
    struct fz_image_limits limits = fz_image_default_limits;
    limits.max_held_bytes = 100000;
    struct host host = {0}, cancelling = {.cancel_after = 6}, full = {0};
    struct fz_image image;
    struct fz_error err;
    struct bytes cut = {.data = file.data, .len = file.len * 2 / 3};
    assert_int_equal(load_part(&cut, (struct fz_image_region){0}, 400, 400, &limits, &host, &image, &err),
                     FZ_OK);
    assert_true(image.damaged);
    assert_near(pixel(&image, 100, 290), 0x204060, 0);
    host_fini(&host);
    assert_int_equal(
        load_part(&file, (struct fz_image_region){0}, 400, 400, &limits, &cancelling, &image, &err),
        FZ_E_CANCELLED);
    assert_int_equal(err.code, FZ_E_CANCELLED);
    host_fini(&cancelling);
    limits.max_file_bytes = file.len - 1;
    assert_int_equal(load_part(&file, (struct fz_image_region){0}, 400, 400, &limits, &full, &image, &err),
                     FZ_E_LIMIT);
    host_fini(&full);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jpeg_at_every_scale),
        cmocka_unit_test(test_jpeg_beyond_its_own_scales),
        cmocka_unit_test(test_jpeg_in_every_orientation),
        cmocka_unit_test(test_jpeg_turned_and_reduced),
        cmocka_unit_test(test_png_exactly),
        cmocka_unit_test(test_interlaced_png_that_is_not_held),
        cmocka_unit_test(test_bmp),
        cmocka_unit_test(test_a_part_outside_is_brought_inside),
        cmocka_unit_test(test_jpeg_in_pieces),
        cmocka_unit_test(test_progressive_jpeg_in_pieces),
        cmocka_unit_test(test_png_in_pieces),
        cmocka_unit_test(test_pieces_where_the_whole_is_refused),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_jpeg_in_pieces_ends_early_or_is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
