/* Rows of three bytes a pixel become rows of four: each way that this machine can go gives the same, and writes no more. */
#include "fixture.h"

#include "image/pixels/expand.h"

enum { MOST = 80, GUARD = 0x5a };

static void each_pixel_is_turned_round(void **state)
{
    (void)state;
    struct random random = random_start();
    void (*const ways[])(uint8_t *, const uint8_t *, int) = {fz_expand_rgb_plain, fz_expand_rgb};
    for (int width = 0; width <= MOST; width++) {
        uint8_t *row = malloc((size_t)width * 3 + 1); /* which AddressSanitizer guards */
        for (int i = 0; i < width * 3 + 1; i++)
            row[i] = (uint8_t)random_int(&random, 0, 255);
        for (size_t w = 0; w < COUNT(ways); w++) {
            uint8_t out[MOST * 4 + 16];
            memset(out, GUARD, sizeof out);
            ways[w](out, row, width);
            for (int x = 0; x < width; x++) {
                const uint8_t bgra[] = {row[x * 3 + 2], row[x * 3 + 1], row[x * 3], 255};
                assert_memory_equal(out + x * 4, bgra, sizeof bgra);
            }
            for (size_t i = (size_t)width * 4; i < sizeof out; i++)
                assert_int_equal(out[i], GUARD);
        }
        free(row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pixel_is_turned_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
