/* What flashes, as WCAG 2.3.1 has it: what may be shown when, and how a picture that was turned covers the window. */
#include "fixture.h"

#include "view/flash.h"

enum { SECOND_US = 1000000 };

static const struct fz_shade black = {0, 0}, white = {255, 0};

static struct fz_flash_scene plain(struct fz_shade shade)
{
    struct fz_flash_scene scene;
    fz_flash_fill(&scene, shade);
    return scene;
}

/* Of `cells` cells, on black. */
static struct fz_flash_scene patch(int cells, struct fz_shade shade)
{
    struct fz_flash_scene scene = plain(black);
    for (int i = 0; i < cells; i++) {
        scene.levels[FZ_FLASH_LIGHT][i] = shade.light;
        scene.levels[FZ_FLASH_RED][i] = shade.red;
    }
    return scene;
}

/* How often within a second one can go to and fro between two scenes, as fast as it is allowed. */
static int changes_in_a_second(const struct fz_flash_scene *a, const struct fz_flash_scene *b, int64_t gap_us)
{
    static struct fz_flash flash;
    int most = 0;
    int64_t now_us = 0, times[4096];
    size_t count = 0, start = 0;
    fz_flash_init(&flash);
    fz_flash_show(&flash, a, now_us);
    for (int n = 1; now_us < 5 * SECOND_US && count < 4096; n++) {
        const struct fz_flash_scene *next = n % 2 ? b : a;
        int64_t due_us = fz_flash_due_us(&flash, next, gap_us, now_us += 5000);
        assert_true(due_us >= now_us);
        assert_true(due_us <= now_us + FZ_FLASH_SECOND_US);
        while ((due_us = fz_flash_due_us(&flash, next, gap_us, now_us)) > now_us)
            now_us = due_us;
        fz_flash_show(&flash, next, now_us);
        times[count++] = now_us;
        while (times[start] <= now_us - SECOND_US)
            start++;
        most = (int)(count - start) > most ? (int)(count - start) : most;
    }
    return most;
}

static void three_flashes_in_a_second(void **state)
{
    (void)state;
    struct fz_flash_scene a = plain(black), b = plain(white);
    assert_int_equal(changes_in_a_second(&a, &b, 0), FZ_FLASH_CHANGES);
    assert_int_equal(changes_in_a_second(&a, &b, FZ_FLASH_GAP_US), FZ_FLASH_CHANGES);
    assert_int_equal(changes_in_a_second(&a, &b, 2 * FZ_FLASH_GAP_US), FZ_FLASH_CHANGES / 2);
}

static void what_is_no_flash_is_free(void **state)
{
    (void)state;
    struct fz_flash_scene a = plain((struct fz_shade){100, 0}), b = plain((struct fz_shade){124, 0});
    assert_true(changes_in_a_second(&a, &b, FZ_FLASH_GAP_US) > 100);
    a = plain((struct fz_shade){205, 0}), b = plain(white); /* both bright */
    assert_true(changes_in_a_second(&a, &b, FZ_FLASH_GAP_US) > 100);
    a = plain(black), b = patch(FZ_FLASH_AREA - 1, white);
    assert_true(changes_in_a_second(&a, &b, FZ_FLASH_GAP_US) > 100);
    b = patch(FZ_FLASH_AREA, white);
    assert_int_equal(changes_in_a_second(&a, &b, FZ_FLASH_GAP_US), FZ_FLASH_CHANGES);
}

static void red_flashes_by_itself(void **state)
{
    (void)state;
    struct fz_flash_scene a = plain(fz_shade_of(0xff0000)), b = plain(fz_shade_of(0x008000));
    assert_in_range(fz_shade_of(0xff0000).light - fz_shade_of(0x008000).light, 1, 24);
    assert_int_equal(changes_in_a_second(&a, &b, 0), FZ_FLASH_CHANGES);
    a = plain(fz_shade_of(0xb00000));
    b = plain(fz_shade_of(0xa80000)); /* a little less red */
    assert_true(changes_in_a_second(&a, &b, 0) > 100);
}

static void a_way_in_small_steps_is_one_change(void **state)
{
    (void)state;
    static struct fz_flash flash;
    struct fz_flash_scene scene;
    fz_flash_init(&flash);
    int64_t now_us = 0;
    for (int n = 0; n < 20; n++) {
        for (int light = 5; light <= 255; light += 10) {
            scene = plain((struct fz_shade){(uint8_t)(n % 2 ? 260 - light : light), 0});
            int64_t due_us = fz_flash_due_us(&flash, &scene, 0, now_us);
            if (n < FZ_FLASH_CHANGES)
                assert_int_equal(due_us, now_us);
            now_us = (due_us > now_us ? due_us : now_us) + 1000;
            fz_flash_show(&flash, &scene, now_us);
        }
    }
    assert_true(now_us >
                2 * FZ_FLASH_SECOND_US); /* twenty ways of 25 ms each: from the seventh on they wait */
}

static void what_is_not_known_counts_as_a_change(void **state)
{
    (void)state;
    static struct fz_flash flash;
    struct fz_flash_scene scene = plain(black);
    fz_flash_init(&flash);
    fz_flash_show(&flash, &scene, 0);
    assert_int_equal(fz_flash_due_us(&flash, NULL, FZ_FLASH_GAP_US, 10), 10);
    fz_flash_cut(&flash, 10);
    assert_int_equal(fz_flash_due_us(&flash, NULL, FZ_FLASH_GAP_US, 20), 10 + FZ_FLASH_GAP_US);
    assert_int_equal(fz_flash_due_us(&flash, &scene, FZ_FLASH_GAP_US, 20), 10 + FZ_FLASH_GAP_US);
    fz_flash_show(&flash, &scene, 30); /* and now it is */
    assert_int_equal(fz_flash_due_us(&flash, &scene, FZ_FLASH_GAP_US, 40), 40);
}

/* What takes `changes` of the six, as often as it may. */
static void cuts_share_six_changes(void **state)
{
    (void)state;
    for (int changes = 1; changes <= 3; changes++) {
        struct fz_flash flash;
        int64_t now_us = 0;
        fz_flash_init(&flash);
        for (int cut = 0; cut < 4 * FZ_FLASH_CHANGES / changes; cut++) {
            int64_t due_us = fz_flash_cut_due_us(&flash, changes);
            int64_t full_us = cut / (FZ_FLASH_CHANGES / changes) * FZ_FLASH_SECOND_US;
            assert_int_equal(due_us > now_us ? due_us : now_us, full_us);
            now_us = full_us;
            for (int i = 0; i < changes; i++)
                fz_flash_cut(&flash, now_us);
        }
    }
}

static void after_a_rest_all_is_shown_at_once(void **state)
{
    (void)state;
    static struct fz_flash flash;
    struct fz_flash_scene a = plain(black), b = plain(white);
    fz_flash_init(&flash);
    for (int n = 0; n < 50; n++) {
        int64_t now_us = (int64_t)n * FZ_FLASH_GAP_US;
        assert_int_equal(fz_flash_due_us(&flash, n % 2 ? &a : &b, FZ_FLASH_GAP_US, now_us), now_us);
        fz_flash_show(&flash, n % 2 ? &a : &b, now_us);
    }
}

/* A picture with one white quarter, the upper left one. */
static struct fz_luma quartered(void)
{
    static uint8_t pixels[64 * 48 * 4];
    for (int i = 0; i < 64 * 48; i++)
        memset(pixels + (size_t)i * 4, i % 64 < 32 && i / 64 < 24 ? 255 : 0, 4);
    struct fz_luma luma;
    fz_luma_measure(&luma, pixels, 64, 48, 64 * 4);
    return luma;
}

/* "10/00": which quarters of the window are white. */
static void assert_quarters(const struct fz_flash_scene *scene, const char *expected)
{
    char seen[6] = "..../";
    for (int i = 0; i < 4; i++) {
        int row = FZ_FLASH_ROWS * (i / 2 * 2 + 1) / 4, column = FZ_FLASH_COLUMNS * (i % 2 * 2 + 1) / 4;
        uint8_t light = scene->levels[FZ_FLASH_LIGHT][row * FZ_FLASH_COLUMNS + column];
        seen[i + i / 2] = light == 255 ? '1' : light == 0 ? '0' : '?';
    }
    seen[2] = '/';
    assert_string_equal(seen, expected);
}

static void a_turned_picture_covers_the_window(void **state)
{
    (void)state;
    static const struct {
        int quarters;
        bool flip_h, flip_v;
        const char *expected;
    } turns[] = {
        {0, false, false, "10/00"}, {1, false, false, "01/00"}, {2, false, false, "00/01"},
        {3, false, false, "00/10"}, {0, true, false, "01/00"},  {0, false, true, "00/10"},
        {1, true, false, "10/00"},  {1, false, true, "00/01"},  {3, true, true, "01/00"},
    };
    struct fz_luma luma = quartered();
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        struct fz_flash_scene scene = plain((struct fz_shade){99, 0});
        fz_flash_place(&scene, &luma, (struct fz_rect){0, 0, 640, 480}, 640, 480, turns[i].quarters,
                       turns[i].flip_h, turns[i].flip_v);
        assert_quarters(&scene, turns[i].expected);
    }
    struct fz_flash_scene scene = plain(black);
    fz_flash_place(&scene, &luma, (struct fz_rect){-640, -480, 1280, 960}, 640, 480, 0, false, false);
    assert_quarters(&scene, "00/00"); /* zoomed into its lower right quarter */
    scene = plain(white);
    fz_flash_place(&scene, &luma, (struct fz_rect){320, 240, 320, 240}, 640, 480, 0, false, false);
    assert_quarters(&scene, "11/10"); /* small, in a corner */
}

static void shades_are_those_of_the_pixels(void **state)
{
    (void)state;
    assert_int_equal(fz_shade_of(0xffffff).light, 255);
    assert_int_equal(fz_shade_of(0xffffff).red, 0);
    assert_int_equal(fz_shade_of(0xff0000).light, 54); /* 0.2126 */
    assert_int_equal(fz_shade_of(0xff0000).red, 255);
    assert_int_equal(fz_shade_of(0x777777).light, 47); /* 0.184 */
    for (int side = 1; side <= 300; side += side < 40 ? 1 : 37) {
        size_t bytes = (size_t)side * (size_t)side * 4;
        uint8_t *pixels = malloc(bytes); /* of its own size: sanitizers see who reads beyond */
        for (size_t i = 0; i < bytes; i += 4)
            memcpy(pixels + i, (uint8_t[]){0x33, 0x66, 0x99, 0xff}, 4);
        struct fz_luma luma;
        fz_luma_measure(&luma, pixels, side, side, side * 4);
        for (int i = 0; i < FZ_LUMA_CELLS; i++)
            assert_memory_equal(&luma.places[i], (&(struct fz_shade){fz_shade_of(0x996633).light, 0}),
                                sizeof(struct fz_shade));
        free(pixels);
    }
}

/* A chequered picture and its negative have the same mean, and flash all the same; noise of single pixels does not. */
static void patterns_are_seen(void **state)
{
    (void)state;
    enum { SIDE = 640 };
    static uint8_t pixels[SIDE * SIDE * 4];
    struct fz_luma luma[2];
    for (int field = 20; field >= 1; field -= 19) {
        for (int negative = 0; negative < 2; negative++) {
            for (int i = 0; i < SIDE * SIDE; i++)
                memset(pixels + (size_t)i * 4, (i % SIDE / field + i / SIDE / field + negative) % 2 ? 255 : 0,
                       4);
            fz_luma_measure(&luma[negative], pixels, SIDE, SIDE, SIDE * 4);
        }
        int changed = 0;
        for (int i = 0; i < FZ_LUMA_CELLS; i++)
            changed += abs(luma[0].places[i].light - luma[1].places[i].light) > 128;
        if (field > 1)
            assert_true(changed > FZ_LUMA_CELLS / 2);
        else
            assert_int_equal(changed, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_flashes_in_a_second),
        cmocka_unit_test(what_is_no_flash_is_free),
        cmocka_unit_test(red_flashes_by_itself),
        cmocka_unit_test(a_way_in_small_steps_is_one_change),
        cmocka_unit_test(what_is_not_known_counts_as_a_change),
        cmocka_unit_test(cuts_share_six_changes),
        cmocka_unit_test(after_a_rest_all_is_shown_at_once),
        cmocka_unit_test(a_turned_picture_covers_the_window),
        cmocka_unit_test(shades_are_those_of_the_pixels),
        cmocka_unit_test(patterns_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
