/* The filter against plain double arithmetic, and in vector registers against plain C. */
#include "test_image_support.h"

#include "image/pixels/filter.h"
#include "image/pixels/reduce.h"

#include <math.h>

static bool init_whole(struct fz_reduce *r, struct fz_image_scratch *scratch, enum fz_kernel kernel, int in_w,
                       int in_h, int out_w, int out_h, const struct fz_orient *orient)
{
    return fz_reduce_init_part(r, scratch, kernel, in_w, in_h, &(struct fz_image_region){0, 0, in_w, in_h},
                               &(struct fz_reduce_beyond){0}, out_w, out_h, orient);
}

/* 4 bytes a pixel, no gaps; orientation 1 unless given. Caller frees. */
static uint8_t *reduce_by(enum fz_kernel kernel, const uint8_t *in, int in_w, int in_h, int out_w, int out_h,
                          int orientation)
{
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    bool swaps = fz_orient_swaps(orientation);
    uint8_t *out = malloc((size_t)out_w * (size_t)out_h * 4);
    memset(out, GUARD, (size_t)out_w * (size_t)out_h * 4);
    struct fz_orient orient;
    fz_orient_init(&orient, orientation, out, (swaps ? out_h : out_w) * 4, out_w, out_h);
    struct fz_reduce r;
    assert_true(init_whole(&r, scratch, kernel, in_w, in_h, out_w, out_h, &orient));
    for (int y = 0; y < in_h; y++) {
        uint8_t *row = fz_reduce_input(&r);
        memcpy(row, in + (size_t)y * (size_t)in_w * 4, (size_t)in_w * 4);
        fz_reduce_push(&r, row);
    }
    uint8_t *ignored = fz_reduce_input(&r); /* one row too many does no harm */
    fz_reduce_push(&r, ignored);
    fz_image_scratch_free(scratch);
    return out;
}

static uint8_t *reduce(const uint8_t *in, int in_w, int in_h, int out_w, int out_h, int orientation)
{
    return reduce_by(FZ_KERNEL_CUBIC, in, in_w, in_h, out_w, out_h, orientation);
}

static double cubic(double x)
{
    x = fabs(x);
    return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
}

static double lanczos(double x)
{
    const double pi = 3.14159265358979;
    return x == 0 ? 1 : fabs(x) < 3 ? 3 * sin(pi * x) * sin(pi * x / 3) / (pi * pi * x * x) : 0;
}

static double (*const kernels[])(double) = {[FZ_KERNEL_CUBIC] = cubic, [FZ_KERNEL_LANCZOS] = lanczos};
enum { KERNELS = sizeof kernels / sizeof *kernels };

/* How much of each input pixel there is in output pixel i; from a ratio of 10 on, groups of pixels count as one. */
static void weigh(double (*kernel)(double), double *weights, int i, int in, int out)
{
    int group = in / out / 5 > 1 ? in / out / 5 : 1, groups = (in + group - 1) / group;
    double ratio = (double)in / group / out, center = (i + 0.5) * ratio, sum = 0;
    for (int g = 0; g < groups; g++)
        sum += kernel((g + 0.5 - center) / ratio);
    for (int j = 0; j < in; j++) {
        int size = j / group == groups - 1 ? in - (groups - 1) * group : group;
        weights[j] = kernel((j / group + 0.5 - center) / ratio) / sum / size;
    }
}

/* One channel of an output pixel. */
static double filtered(const uint8_t *in, const double *across, const double *down, int in_w, int in_h, int c)
{
    double sum = 0;
    for (int j = 0; j < in_h; j++)
        for (int i = 0; i < in_w && down[j] != 0; i++)
            sum += across[i] * down[j] * in[((size_t)j * (size_t)in_w + (size_t)i) * 4 + (size_t)c];
    return fmin(fmax(sum, 0), 255);
}

static uint8_t *make_noise(int width, int height, uint32_t seed)
{
    size_t count = (size_t)width * (size_t)height;
    uint8_t *pixels = malloc(count * 4);
    for (size_t i = 0; i < count * 4; i++)
        pixels[i] = i % 4 == 3 ? 255 : (uint8_t)next_random(&seed);
    return pixels;
}

static const int sizes[][4] = {
    {1, 1, 1, 1},      {2, 2, 1, 1},         {3, 3, 2, 2},        {5, 7, 4, 3},
    {17, 13, 16, 12},  {100, 1, 7, 1},       {1, 100, 1, 7},      {64, 64, 64, 32},
    {64, 64, 32, 64},  {500, 375, 256, 192}, {333, 500, 111, 99}, {1000, 700, 31, 1},
    {4000, 9, 256, 9}, {9, 2400, 3, 2},      {700, 5000, 1, 1},   {257, 258, 256, 257},
};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void test_same_size_is_a_copy(void **state)
{
    (void)state;
    uint8_t *in = make_noise(37, 23, 1);
    uint8_t *out = reduce(in, 37, 23, 37, 23, 1);
    assert_memory_equal(in, out, 37 * 23 * 4);
    free(in);
    free(out);
}

static void check_against_filter(enum fz_kernel kernel, const int *s, uint32_t seed)
{
    static double across[4000], down[5000];
    uint8_t *in = make_noise(s[0], s[1], seed);
    uint8_t *out = reduce_by(kernel, in, s[0], s[1], s[2], s[3], 1);
    int step = s[2] * s[3] / 200 + 1; /* not all pixels of the large ones */
    for (int i = 0; i < s[2] * s[3]; i += step) {
        weigh(kernels[kernel], across, i % s[2], s[0], s[2]);
        weigh(kernels[kernel], down, i / s[2], s[1], s[3]);
        for (int c = 0; c < 4; c++) {
            double want = filtered(in, across, down, s[0], s[1], c);
            if (fabs(out[i * 4 + c] - want) > 1.01)
                fail_msg("kernel %d, %dx%d -> %dx%d: (%d, %d) is %d, not %.2f", (int)kernel, s[0], s[1], s[2],
                         s[3], i % s[2], i / s[2], out[i * 4 + c], want);
        }
    }
    free(in);
    free(out);
}

static void test_equals_the_filter(void **state)
{
    (void)state;
    for (int kernel = 0; kernel < KERNELS; kernel++)
        for (int k = 0; k < SIZES; k++)
            check_against_filter((enum fz_kernel)kernel, sizes[k], (uint32_t)k);
}

static void test_vectors_equal_plain_c(void **state)
{
    (void)state;
    enum { PX = 333, OUT = 101, VALUES = (PX * 4 / FZ_FILTER_BLOCK + 1) * FZ_FILTER_BLOCK };
    static uint8_t rows[8][VALUES], to[2][OUT * 4];
    static int16_t down[2][VALUES], weights[OUT * 8];
    const uint8_t *at[8];
    int firsts[OUT];
    uint32_t seed = 11;
    for (int k = 0; k < 8; k++) {
        at[k] = rows[k];
        for (int i = 0; i < VALUES; i++)
            rows[k][i] = (uint8_t)(next_random(&seed) % 4 ? next_random(&seed) : 255);
    }
    for (int taps = 2; taps <= 8; taps += 2) {
        for (int i = 0; i < OUT; i++) {
            firsts[i] = (int)(next_random(&seed) % (PX - 8));
            int16_t *w = weights + i * taps;
            for (int k = 0; k < taps; k++)
                w[k] = (int16_t)((int)(next_random(&seed) % 8000) - 3000);
        }
        int ways;
        const struct fz_filter *way = fz_filter_ways(&ways), *plain = &way[ways - 1];
        assert_string_equal(plain->name, "plain");
        plain->down(down[1], at, weights, taps, VALUES);
        plain->across(to[1], down[1], firsts, weights, taps, OUT);
        for (; way < plain; way++) {
            way->down(down[0], at, weights, taps, VALUES);
            assert_memory_equal(down[0], down[1], sizeof down[0]);
            way->across(to[0], down[0], firsts, weights, taps, OUT);
            assert_memory_equal(to[0], to[1], sizeof to[0]);
        }
    }
}

static void test_flat_color_stays(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++)
        for (int v = 0; v < 256; v += k < 12 ? 15 : 1) {
            const int *s = sizes[k];
            if ((size_t)s[0] * (size_t)s[1] > 100000 && v % 85 != 0)
                continue;
            size_t count = (size_t)s[0] * (size_t)s[1];
            uint8_t *in = malloc(count * 4);
            for (size_t i = 0; i < count; i++)
                memcpy(in + i * 4, (uint8_t[]){(uint8_t)v, (uint8_t)(255 - v), (uint8_t)(v / 2), 255}, 4);
            for (int kernel = 0; kernel < KERNELS; kernel++) {
                uint8_t *out = reduce_by((enum fz_kernel)kernel, in, s[0], s[1], s[2], s[3], 1);
                for (int i = 0; i < s[2] * s[3]; i++)
                    assert_memory_equal(out + i * 4, in, 4);
                free(out);
            }
            free(in);
        }
}

/* Noise, some rows of one colour, noise again: pixel for pixel as if each of those rows had been pushed. */
static void check_flat_rows(const int *s, int from, int count, const struct fz_image_region *part)
{
    static const uint8_t px[4] = {9, 130, 77, 255};
    uint8_t *in = make_noise(s[0], s[1], 3), *out[2];
    for (int way = 0; way < 2; way++) {
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_reduce r;
        struct fz_orient orient;
        out[way] = calloc((size_t)s[2] * (size_t)s[3], 4);
        fz_orient_init(&orient, 3, out[way], s[2] * 4, s[2], s[3]);
        assert_true(fz_reduce_init_part(&r, scratch, FZ_KERNEL_CUBIC, s[0], s[1], part,
                                        &(struct fz_reduce_beyond){0}, s[2], s[3], &orient));
        for (int y = 0; y < s[1]; y++) {
            uint8_t *row = in + (size_t)y * (size_t)s[0] * 4;
            if (way == 0 && y == from) {
                fz_reduce_push_flat(&r, px, count);
                y += count - 1;
                continue;
            }
            for (int x = 0; x < s[0] && y >= from && y < from + count; x++)
                memcpy(row + (size_t)x * 4, px, 4);
            fz_reduce_push(&r, row);
        }
        assert_true(fz_reduce_is_done(&r));
        fz_image_scratch_free(scratch);
    }
    assert_memory_equal(out[0], out[1], (size_t)s[2] * (size_t)s[3] * 4);
    free(in);
    free(out[0]);
    free(out[1]);
}

static void test_flat_rows(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        const int *s = sizes[k], from = s[1] / 5;
        const struct fz_image_region all = {0, 0, s[0], s[1]};
        for (int count = 1; count <= s[1]; count += s[1] / 7 + 1) {
            check_flat_rows(s, 0, count, &all);
            check_flat_rows(s, from, count < s[1] - from ? count : s[1] - from, &all);
            check_flat_rows(s, s[1] - count, count, &all);
        }
    }
    const int of_part[4] = {900, 1500, 20, 30};
    for (int y = 100; y < 900; y += 111)
        check_flat_rows(of_part, y, 500, &(struct fz_image_region){100, 501, 700, 640});
}

static void test_longest_side(void **state)
{
    (void)state;
    const int sides[][4] = {{160000, 2, 1, 1}, {2, 160000, 1, 1}, {160000, 3, 255, 2}, {3, 160000, 2, 255}};
    for (int k = 0; k < 4; k++) {
        size_t count = (size_t)sides[k][0] * (size_t)sides[k][1];
        uint8_t *in = malloc(count * 4);
        memset(in, 255, count * 4);
        uint8_t *out = reduce(in, sides[k][0], sides[k][1], sides[k][2], sides[k][3], 1);
        for (int i = 0; i < sides[k][2] * sides[k][3] * 4; i++)
            assert_int_equal(out[i], 255);
        free(in);
        free(out);
    }
}

/* As many pixels in one group as there may be, all of them white: the sums hold them. */
static void test_largest_group(void **state)
{
    (void)state;
    enum { SIDE = 160000, ROWS = 5 * 257 };
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_reduce r;
    struct fz_orient orient;
    uint8_t out[4] = {0}, *row = malloc((size_t)SIDE * 4);
    memset(row, 255, (size_t)SIDE * 4);
    fz_orient_init(&orient, 1, out, sizeof out, 1, 1);
    assert_true(init_whole(&r, scratch, FZ_KERNEL_CUBIC, SIDE, ROWS, 1, 1, &orient));
    for (int y = 0; y < ROWS; y++)
        fz_reduce_push(&r, row);
    for (int i = 0; i < 4; i++)
        assert_int_equal(out[i], 255);
    fz_image_scratch_free(scratch);
    free(row);
}

/* cos(k r^2), whose frequency grows with the distance from the centre until it is half that of the pixels. */
static uint8_t *make_zone_plate(int side)
{
    uint8_t *pixels = malloc((size_t)side * (size_t)side * 4);
    for (int i = 0; i < side * side; i++) {
        double dx = i % side - side / 2.0 + 0.5, dy = i / side - side / 2.0 + 0.5;
        int v = (int)lround(127.5 + 127 * cos(3.14159265358979 * (dx * dx + dy * dy) / side));
        memset(pixels + (size_t)i * 4, v, 4);
    }
    return pixels;
}

/* Root mean square of what is left of it where its frequency, across or down, is within these bounds; 0.5 is the highest
 * that the result can show. */
static double contrast(const uint8_t *out, int in, int side, double from, double to)
{
    double sum = 0, per_px = (double)in / side * in / side / in;
    int count = 0;
    for (int i = 0; i < side * side; i++) {
        double fx = fabs(i % side - side / 2.0 + 0.5) * per_px,
               fy = fabs(i / side - side / 2.0 + 0.5) * per_px;
        double f = fx > fy ? fx : fy, d = out[i * 4] - 127.5;
        sum += f >= from && f < to ? d * d : 0;
        count += f >= from && f < to;
    }
    return count ? sqrt(sum / count) : 0;
}

/* What is too fine fades into grey instead of coming back as false rings. Of a mean over the area, 12 would be left from 0.75
 * on and 10 from 1 on, of single pixels 90; in the pass band it would be duller. */
static void test_zone_plate(void **state)
{
    (void)state;
    const int sizes_px[][2] = {{1024, 256}, {1000, 300}, {1024, 128}, {4096, 300}};
    static const struct {
        double passed, most, beyond, rest;
    } bounds[] = {
        [FZ_KERNEL_CUBIC] = {85, 13, 3, 1},
        [FZ_KERNEL_LANCZOS] = {88, 10, 1.5, 1},
    };
    for (int kernel = 0; kernel < KERNELS; kernel++)
        for (int k = 0; k < 4; k++) {
            int in = sizes_px[k][0], side = sizes_px[k][1];
            uint8_t *plate = make_zone_plate(in);
            uint8_t *out = reduce_by((enum fz_kernel)kernel, plate, in, in, side, side, 1);
            const double found[] = {contrast(out, in, side, 0, 0.25), contrast(out, in, side, 0.6, 0.75),
                                    contrast(out, in, side, 0.75, 1), contrast(out, in, side, 1, 99)};
            print_message("kernel %d, %d to %d: %.1f %.1f %.1f %.1f\n", kernel, in, side, found[0], found[1],
                          found[2], found[3]);
            assert_true(found[0] > bounds[kernel].passed && found[1] < bounds[kernel].most);
            assert_true(found[2] < bounds[kernel].beyond && found[3] < bounds[kernel].rest);
            free(plate);
            free(out);
        }
}

static void test_turned_rows_equal_turned_result(void **state)
{
    (void)state;
    const int s[][4] = {{150, 133, 150, 133}, {150, 133, 97, 71}, {31, 200, 30, 140}};
    for (int k = 0; k < 3; k++) {
        int w = s[k][2], h = s[k][3];
        uint8_t *in = make_noise(s[k][0], s[k][1], 3);
        uint8_t *plain = reduce(in, s[k][0], s[k][1], w, h, 1);
        for (int o = 2; o <= 8; o++) {
            uint8_t *turned = reduce(in, s[k][0], s[k][1], w, h, o);
            int out_w = o >= 5 ? h : w;
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    int tx = o == 1 || o == 4   ? x
                             : o == 2 || o == 3 ? w - 1 - x
                             : o == 5 || o == 8 ? y
                                                : h - 1 - y;
                    int ty = o == 1 || o == 2   ? y
                             : o == 3 || o == 4 ? h - 1 - y
                             : o == 5 || o == 6 ? x
                                                : w - 1 - x;
                    assert_memory_equal(turned + (ty * out_w + tx) * 4, plain + (y * w + x) * 4, 4);
                }
            free(turned);
        }
        free(in);
        free(plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_size_is_a_copy),
        cmocka_unit_test(test_equals_the_filter),
        cmocka_unit_test(test_vectors_equal_plain_c),
        cmocka_unit_test(test_flat_color_stays),
        cmocka_unit_test(test_flat_rows),
        cmocka_unit_test(test_longest_side),
        cmocka_unit_test(test_largest_group),
        cmocka_unit_test(test_zone_plate),
        cmocka_unit_test(test_turned_rows_equal_turned_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
