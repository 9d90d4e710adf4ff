/* Interlaced PNG that are too large to be held: the means of their pixels, whatever of the passes has come. */
#include "test_image_raw_png.h"

static enum fz_err load_unheld(const struct bytes *file, int box, const struct fz_image_limits *limits,
                               struct host *host, struct fz_image *image, struct fz_error *err)
{
    int fd = open_bytes(file->data, file->len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, box, box, host);
    request.limits = *limits;
    enum fz_err code = fz_image_load(&request, scratch, image, err);
    fz_image_scratch_free(scratch);
    close(fd);
    return code;
}

static struct fz_image_limits few_pixels(void)
{
    struct fz_image_limits limits = fz_image_default_limits;
    limits.max_whole_px = 1000;
    return limits;
}

enum { W = 240, H = 160, MOST_BYTES = 8 };

/* R G B A of a pixel in the file, 0 to 1. */
static double channel_of(const struct raw *raw, int x, int y, int c)
{
    const bool is_grey = !(raw->type & PNG_COLOR_MASK_COLOR), has_alpha = raw->type & PNG_COLOR_MASK_ALPHA;
    const int channels = (is_grey ? 1 : 3) + has_alpha, bytes = raw->depth / 8;
    if (c == 3 && !has_alpha)
        return 1;
    const uint8_t *at = raw->rows + (size_t)y * raw->row_bytes +
                        (size_t)(x * channels + (c == 3    ? channels - 1
                                                 : is_grey ? 0
                                                           : c)) *
                            (size_t)bytes;
    return bytes == 2 ? (at[0] << 8 | at[1]) / 65535.0 : at[0] / 255.0;
}

/* The mean of a square over the ground of make_request. */
static uint32_t mean_of(const struct raw *raw, int x, int y, int side)
{
    static const int ground[] = {0x20, 0x40, 0x60};
    uint32_t rgb = 0;
    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int i = 0; i < side * side; i++) {
            const int px_x = x * side + i % side, px_y = y * side + i / side;
            const double alpha = channel_of(raw, px_x, px_y, 3);
            sum += channel_of(raw, px_x, px_y, c) * alpha * 255 + ground[c] * (1 - alpha);
        }
        rgb = rgb << 8 | (uint32_t)(sum / (side * side) + 0.5);
    }
    return rgb;
}

static void test_cells_are_means(void **state)
{
    (void)state;
    static const int kinds[][2] = {{0, 8}, {0, 16}, {2, 8}, {2, 16}, {4, 8}, {6, 8}, {6, 16}};
    static const int sides[] = {2, 4, 5, 8, 10, 16, 20, 40, 80};
    static uint8_t rows[H][W * MOST_BYTES];
    const struct fz_image_limits limits = few_pixels();
    uint32_t seed = 3;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct raw raw = {.width = W,
                          .height = H,
                          .type = kinds[k][0],
                          .depth = kinds[k][1],
                          .rows = rows[0],
                          .row_bytes = sizeof rows[0],
                          .interlace = PNG_INTERLACE_ADAM7};
        for (int i = 0; i < H * W * MOST_BYTES; i++)
            rows[i / (W * MOST_BYTES)][i % (W * MOST_BYTES)] =
                (uint8_t)(next_random(&seed) % 200 + (unsigned)(i / 32 % 56));
        struct bytes file = encode_raw(&raw);
        for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
            struct host host = {0};
            struct fz_image image;
            struct fz_error err;
            assert_int_equal(load_unheld(&file, W / sides[s], &limits, &host, &image, &err), FZ_OK);
            assert_int_equal(image.out_w, W / sides[s]);
            for (int i = 0; i < image.out_w * image.out_h; i++) {
                const int x = i % image.out_w, y = i / image.out_w;
                const uint32_t is = pixel(&image, x, y), wanted = mean_of(&raw, x, y, sides[s]);
                if (channel_distance(is, wanted) > 1)
                    fail_msg("type %d of %d bits by %d, %d,%d: %06x, not %06x", raw.type, raw.depth, sides[s],
                             x, y, is, wanted);
            }
            host_fini(&host);
        }
        free(file.data);
    }
}

static double mean_distance(const struct fz_image *a, const struct fz_image *b)
{
    double sum = 0;
    assert_int_equal(a->out_w, b->out_w);
    assert_int_equal(a->out_h, b->out_h);
    for (int y = 0; y < a->out_h; y++)
        for (int x = 0; x < a->out_w; x++)
            sum += channel_distance(pixel(a, x, y), pixel(b, x, y));
    return sum / a->out_w / a->out_h;
}

/* Slow and without edges: what is coarse is hardly different. */
static uint8_t *make_slopes(int width, int height)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3), *p = pixels;
    uint32_t seed = 7;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const int noise = (int)(next_random(&seed) % 8);
            *p++ = (uint8_t)(20 + x * 200 / width + noise);
            *p++ = (uint8_t)(20 + y * 200 / height + noise);
            *p++ = (uint8_t)(120 + (x * 100 / width - y * 100 / height) + noise);
        }
    return pixels;
}

/* A picture with an edge of smaller cells, and what is cut of it: as it is shown where it is held. */
static void test_shows_what_has_come(void **state)
{
    (void)state;
    const struct fz_image_limits limits = few_pixels();
    uint8_t *pixels = make_slopes(1003, 701);
    struct bytes file = encode_png(pixels, 1003, 701, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, NULL);
    for (int box = 40; box <= 1003; box = box * 3 / 2)
        for (size_t percent = 3; percent <= 100; percent += percent < 30 ? 3 : 10) {
            struct bytes cut = {.data = file.data, .len = file.len * percent / 100};
            struct host host = {0}, held_host = {0};
            struct fz_image image, held;
            struct fz_error err;
            assert_int_equal(load(cut.data, cut.len, box, box, &held_host, &held, &err), FZ_OK);
            assert_int_equal(load_unheld(&cut, box, &limits, &host, &image, &err), FZ_OK);
            assert_int_equal(image.damaged, held.damaged);
            const double distance = mean_distance(&image, &held);
            if (distance > (image.damaged ? 4 : 1.5))
                fail_msg("%zu %% of it in %d px: %.1f", percent, box, distance);
            host_fini(&host);
            host_fini(&held_host);
        }
    free(file.data);
    free(pixels);
}

enum { SIDE = 12000 }; /* 144 megapixels */

/* Small file, big picture. */
static void test_many_pixels_in_little_memory(void **state)
{
    (void)state;
    struct bytes file = encode_half_white(SIDE, PNG_INTERLACE_ADAM7);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 100, 100, &host, &image, &err), FZ_OK);
    assert_true(host.reserved < file.len + (4 << 20));
    assert_int_equal(pixel(&image, 50, 47), 0x000000);
    assert_int_equal(pixel(&image, 50, 52), 0xffffff);
    host_fini(&host);
    free(file.data);
}

/* Who has no more time sees as much of it as has come. */
static void test_time_that_is_over_leaves_a_coarse_picture(void **state)
{
    (void)state;
    struct bytes file = encode_half_white(SIDE, PNG_INTERLACE_ADAM7);
    struct fz_image_limits limits = fz_image_default_limits;
    limits.max_cpu_us = 100000; /* of half a second and more */
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load_unheld(&file, 1000, &limits, &host, &image, &err), FZ_OK);
    assert_true(image.damaged);
    assert_int_equal(err.code, FZ_E_TIMEOUT);
    assert_int_equal(pixel(&image, 500, 10), 0x000000);
    host_fini(&host);
    free(file.data);
}

/* Where no memory is left for the whole it is made of means too. */
static void test_little_memory(void **state)
{
    (void)state;
    uint8_t *pixels = make_slopes(2000, 1500);
    struct bytes file = encode_png(pixels, 2000, 1500, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, NULL);
    struct host host = {.reserve_most = 3 << 20}, held_host = {0};
    struct fz_image image, held;
    struct fz_error err;
    assert_int_equal(load(file.data, file.len, 200, 200, &host, &image, &err), FZ_OK);
    assert_int_equal(load(file.data, file.len, 200, 200, &held_host, &held, &err), FZ_OK);
    assert_true(held_host.reserved > 12 << 20);
    assert_true(mean_distance(&image, &held) < 1.5);
    host_fini(&host);
    host_fini(&held_host);
    free(file.data);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_are_means),
        cmocka_unit_test(test_shows_what_has_come),
        cmocka_unit_test(test_many_pixels_in_little_memory),
        cmocka_unit_test(test_time_that_is_over_leaves_a_coarse_picture),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
