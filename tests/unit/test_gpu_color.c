/* Contrast, against known values, and that every background has a colour that can be read on it. */
#include "fixture.h"

#include "gpu/color.h"

static const struct fz_color black = {0, 0, 0, 255}, white = {255, 255, 255, 255};

static void known_contrasts(void **state)
{
    (void)state;
    assert_near(fz_color_contrast(black, white), 21, 1e-9);
    assert_near(fz_color_contrast(white, black), 21, 1e-9);
    assert_near(fz_color_contrast(white, white), 1, 1e-9);
    /* The lightest grey that is readable on white: https://webaim.org/articles/contrast/ */
    assert_near(fz_color_contrast((struct fz_color){0x76, 0x76, 0x76, 255}, white), 4.54, 0.005);
}

static void every_background_is_readable(void **state)
{
    (void)state;
    struct fz_color wish = {178, 178, 184, 255};
    struct fz_color kept = fz_color_readable(wish, (struct fz_color){12, 12, 14, 255});
    assert_memory_equal(&kept, &wish, sizeof wish);
    for (int r = 0; r < 256; r += 15)
        for (int g = 0; g < 256; g += 15)
            for (int b = 0; b < 256; b += 15) {
                struct fz_color background = {(uint8_t)r, (uint8_t)g, (uint8_t)b, 255};
                struct fz_color chosen = fz_color_readable(wish, background);
                assert_true(fz_color_contrast(chosen, background) >= FZ_READABLE_CONTRAST);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_contrasts),
        cmocka_unit_test(every_background_is_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
