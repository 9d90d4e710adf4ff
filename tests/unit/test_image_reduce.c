/* Area averaging against plain double arithmetic. */
#include "test_image_support.h"

#include "image/reduce.h"

#include <math.h>

/* 4 bytes a pixel, no gaps; orientation 1 unless given. Caller frees. */
static uint8_t *reduce(const uint8_t *in, int in_w, int in_h, int out_w, int out_h, int orientation)
{
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    bool swaps = fz_orient_swaps(orientation);
    uint8_t *out = malloc((size_t)out_w * (size_t)out_h * 4);
    memset(out, GUARD, (size_t)out_w * (size_t)out_h * 4);
    struct fz_orient orient;
    fz_orient_init(&orient, orientation, out, (swaps ? out_h : out_w) * 4, out_w, out_h);
    struct fz_reduce r;
    assert_true(fz_reduce_init(&r, scratch, in_w, in_h, out_w, out_h, &orient));
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

static double overlap(double a0, double a1, double b0, double b1)
{
    double from = a0 > b0 ? a0 : b0, to = a1 < b1 ? a1 : b1;
    return to > from ? to - from : 0;
}

/* The mean of one channel over the area of an output pixel. */
static double area_mean(const uint8_t *in, int in_w, int in_h, int out_w, int out_h, int x, int y, int c)
{
    double x0 = (double)x * in_w / out_w, x1 = (double)(x + 1) * in_w / out_w;
    double y0 = (double)y * in_h / out_h, y1 = (double)(y + 1) * in_h / out_h;
    double sum = 0;
    for (int j = (int)y0; j < in_h && j < y1; j++)
        for (int i = (int)x0; i < in_w && i < x1; i++)
            sum += overlap(x0, x1, i, i + 1) * overlap(y0, y1, j, j + 1) *
                   in[((size_t)j * (size_t)in_w + (size_t)i) * 4 + (size_t)c];
    return sum / ((x1 - x0) * (y1 - y0));
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
    {4000, 9, 256, 9}, {9, 4000, 3, 2},      {700, 5000, 1, 1},   {257, 258, 256, 257},
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

static void test_equals_the_mean_of_the_area(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        const int *s = sizes[k];
        uint8_t *in = make_noise(s[0], s[1], (uint32_t)k);
        uint8_t *out = reduce(in, s[0], s[1], s[2], s[3], 1);
        for (int y = 0; y < s[3]; y++)
            for (int x = 0; x < s[2]; x++)
                for (int c = 0; c < 3; c++) {
                    double want = area_mean(in, s[0], s[1], s[2], s[3], x, y, c);
                    int got = out[(y * s[2] + x) * 4 + c];
                    if (fabs(got - want) > 1.3)
                        fail_msg("%dx%d -> %dx%d: (%d, %d) is %d, not %.2f", s[0], s[1], s[2], s[3], x, y,
                                 got, want);
                }
        free(in);
        free(out);
    }
}

static void test_whole_ratios_are_exact(void **state)
{
    (void)state;
    for (int ratio = 2; ratio <= 8; ratio *= 2) {
        int w = 24 * ratio, h = 16 * ratio;
        uint8_t *in = make_noise(w, h, 5);
        uint8_t *out = reduce(in, w, h, 24, 16, 1);
        for (int y = 0; y < 16; y++)
            for (int x = 0; x < 24; x++)
                for (int c = 0; c < 3; c++) {
                    int sum = 0;
                    for (int j = 0; j < ratio; j++)
                        for (int i = 0; i < ratio; i++)
                            sum += in[((y * ratio + j) * w + x * ratio + i) * 4 + c];
                    int n = ratio * ratio;
                    assert_int_equal(out[(y * 24 + x) * 4 + c], (sum + n / 2) / n);
                }
        free(in);
        free(out);
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
            uint8_t *out = reduce(in, s[0], s[1], s[2], s[3], 1);
            for (int i = 0; i < s[2] * s[3]; i++)
                assert_memory_equal(out + i * 4, in, 4);
            free(in);
            free(out);
        }
}

static void test_longest_side(void **state)
{
    (void)state;
    const int sides[][4] = {{65500, 2, 1, 1}, {2, 65500, 1, 1}, {65500, 3, 255, 2}, {3, 65500, 2, 255}};
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

/* cos(k r^2): up to the centre's quarter all frequencies fit the small picture; towards the corners they lie
 * far above what it can show, and must fade into grey instead of coming back as false rings. */
static void test_zone_plate(void **state)
{
    (void)state;
    enum { IN = 1024, OUT = 128 };
    uint8_t *in = malloc((size_t)IN * IN * 4);
    for (int y = 0; y < IN; y++)
        for (int x = 0; x < IN; x++) {
            double dx = x - IN / 2 + 0.5, dy = y - IN / 2 + 0.5;
            int v = (int)lround(127.5 + 127 * cos(3.14159265358979 * (dx * dx + dy * dy) / IN));
            memcpy(in + ((size_t)y * IN + (size_t)x) * 4,
                   (uint8_t[]){(uint8_t)v, (uint8_t)v, (uint8_t)v, 255}, 4);
        }
    uint8_t *out = reduce(in, IN, IN, OUT, OUT, 1);
    double inner = 0, outer = 0, point = 0;
    int inner_n = 0, outer_n = 0;
    for (int y = 0; y < OUT; y++)
        for (int x = 0; x < OUT; x++) {
            double dx = x - OUT / 2 + 0.5, dy = y - OUT / 2 + 0.5, r = sqrt(dx * dx + dy * dy);
            double d = out[(y * OUT + x) * 4] - 127.5;
            double p = in[((size_t)y * 8 * IN + (size_t)x * 8) * 4] - 127.5;
            if (r < 4) {
                inner += d * d;
                inner_n++;
            } else if (r > 24) {
                outer += d * d;
                point += p * p;
                outer_n++;
            }
        }
    inner = sqrt(inner / inner_n);
    outer = sqrt(outer / outer_n);
    point = sqrt(point / outer_n);
    assert_true(point > 80); /* what taking every eighth pixel would show there */
    assert_true(inner > 60);
    assert_true(outer < 6);
    free(in);
    free(out);
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
        cmocka_unit_test(test_equals_the_mean_of_the_area),
        cmocka_unit_test(test_whole_ratios_are_exact),
        cmocka_unit_test(test_flat_color_stays),
        cmocka_unit_test(test_longest_side),
        cmocka_unit_test(test_zone_plate),
        cmocka_unit_test(test_turned_rows_equal_turned_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
