/* What is enlarged, against the same in fractions. */
#include "fixture.h"
#include "image/pixels/bilinear.h"

#include <math.h>

enum { W = 7, H = 5, MORE = 3 };

static uint32_t from[H][W + MORE];

static void paint(void)
{
    for (uint32_t y = 0; y < H; y++)
        for (uint32_t x = 0; x < W + MORE; x++)
            from[y][x] = x < W ? 0xff000000u | (x * 37 % 256) << 16 | (y * 61 % 256) << 8 | (x * y * 29 % 256)
                               : 0x12345678;
}

static double channel(int x, int y, int shift)
{
    x = x < 0 ? 0 : x < W ? x : W - 1;
    y = y < 0 ? 0 : y < H ? y : H - 1;
    return from[y][x] >> shift & 255;
}

static double expected(double x, double y, int shift)
{
    int left = (int)floor(x), top = (int)floor(y);
    double u = x - left, v = y - top;
    return (channel(left, top, shift) * (1 - u) + channel(left + 1, top, shift) * u) * (1 - v) +
           (channel(left, top + 1, shift) * (1 - u) + channel(left + 1, top + 1, shift) * u) * v;
}

static void check(int w, int h)
{
    enum { MOST = 64 };
    static const uint32_t untouched = 0x9abcdef0;
    static uint32_t to[MOST][MOST];
    for (int i = 0; i < MOST * MOST; i++)
        to[i / MOST][i % MOST] = untouched;
    assert_true(fz_bilinear_enlarge(from[0], W + MORE, W, H, to[0], MOST, w, h));
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int shift = 0; shift < 32; shift += 8) {
                double is = to[y][x] >> shift & 255;
                double should = expected((x + 0.5) * W / w - 0.5, (y + 0.5) * H / h - 0.5, shift);
                assert_true(fabs(is - should) <= 2);
            }
    assert_int_equal(to[0][w], untouched);
    assert_int_equal(to[h][0], untouched);
}

static void of_each_size(void **state)
{
    (void)state;
    paint();
    for (int w = W; w < 40; w += 3)
        for (int h = H; h < 40; h += 4)
            check(w, h);
}

static void as_large_is_the_same(void **state)
{
    (void)state;
    uint32_t to[H][W];
    paint();
    assert_true(fz_bilinear_enlarge(from[0], W + MORE, W, H, to[0], W, W, H));
    for (int y = 0; y < H; y++)
        assert_memory_equal(to[y], from[y], sizeof to[y]);
}

/* Several pixels at once are what they are one by one. */
static void rows_are_exact(void **state)
{
    (void)state;
    enum { FROM = 40, MOST = 23 };
    static const uint32_t untouched = 0x9abcdef0;
    uint32_t upper[FROM], lower[FROM], to[MOST + 1];
    struct fz_bilinear across[MOST], down = {.weight = 0};
    for (uint32_t x = 0; x < FROM; x++) {
        upper[x] = x % 5 ? x * 2654435761u : UINT32_MAX;
        lower[x] = x % 7 ? x * 2246822519u + 1 : 0;
    }
    for (int w = 1; w <= MOST; w++)
        for (uint32_t weight = 0; weight <= 256; weight += 32) {
            for (int x = 0; x < w; x++)
                across[x] = fz_bilinear_at((w - x) * (double)FROM / w - 0.9, 0, FROM - 1, 1);
            to[w] = untouched;
            fz_bilinear_between(upper, lower, weight, across, w, to);
            for (int x = 0; x < w; x++) {
                struct fz_bilinear a = across[x];
                uint32_t above = fz_bilinear_blend(upper[a.first], upper[a.second], a.weight);
                uint32_t below = fz_bilinear_blend(lower[a.first], lower[a.second], a.weight);
                assert_int_equal(to[x], fz_bilinear_blend(above, below, weight));
            }
            assert_int_equal(to[w], untouched);
            assert_true(fz_bilinear_fill(upper, across, w, &down, 1, to, w));
            for (int x = 0; x < w; x++)
                assert_int_equal(to[x], fz_bilinear_blend(upper[across[x].first], upper[across[x].second],
                                                          across[x].weight));
            assert_int_equal(to[w], untouched);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_each_size),
        cmocka_unit_test(as_large_is_the_same),
        cmocka_unit_test(rows_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
