/* Ways that go far: what of them is a glide, what a jump, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/flash.h"
#include "view/rush.h"
#include "view/scroll.h"
#include "view/veil.h"

#include <math.h>

enum { FRAME_US = 16667, SECONDS = 20, MOST_CHANGES = 6, ROW_PX = 100, CHANGES = 4000, START_US = 5000000 };

/* A wall as the app moves it: what it changed, and when. */
struct wall {
    struct fz_scroll scroll;
    struct fz_rush rush;
    struct fz_veil veil;
    int64_t now_us, changed_us[CHANGES];
    size_t changes;
    double aimed;
    bool jumps;
    size_t jumped, glided;
};

static void change(struct wall *wall)
{
    assert_true(wall->changes < CHANGES);
    wall->changed_us[wall->changes++] = wall->now_us;
}

/* What of a frame is a change: a movement that no eye follows and no veil lies over, and that of the veil. */
static void show(struct wall *wall, double rows)
{
    double before = fz_veil_thickness(&wall->veil, wall->now_us - FRAME_US);
    fz_veil_note(&wall->veil, wall->scroll.gone / ROW_PX, wall->now_us);
    wall->scroll.gone = 0;
    double thickness = fz_veil_thickness(&wall->veil, wall->now_us);
    if ((rows >= 0.6 && thickness < 1) || (thickness == 1 && before < 1) || (thickness == 0 && before > 0))
        change(wall);
}

static void frame(struct wall *wall)
{
    wall->now_us += FRAME_US;
    if (wall->scroll.target != wall->aimed) {
        wall->aimed = wall->scroll.target;
        bool far = wall->scroll.far;
        wall->jumps = far && !fz_rush_glides(&wall->rush, wall->now_us);
        wall->jumped += wall->jumps;
        wall->glided += far && !wall->jumps;
        if (far && !wall->jumps)
            change(wall); /* the end of the glide */
    }
    double from = wall->scroll.position;
    if (!wall->jumps || wall->now_us >= fz_rush_jump_due_us(&wall->rush))
        fz_scroll_step(&wall->scroll, wall->jumps ? INFINITY : FRAME_US / 1e6);
    double rows = fabs(wall->scroll.position - from) / ROW_PX;
    if (wall->scroll.far)
        fz_rush_note(&wall->rush, rows, wall->now_us);
    show(wall, rows);
}

static struct wall wall_of_rows(void)
{
    struct wall wall = {.now_us = START_US};
    fz_scroll_init(&wall.scroll);
    fz_scroll_set_max(&wall.scroll, 1e8);
    wall.scroll.row_px = ROW_PX;
    wall.scroll.most_way = 16 * ROW_PX;
    return wall;
}

static size_t most_in_a_second(const struct wall *wall)
{
    size_t most = 0;
    for (size_t i = 0, first = 0; i < wall->changes; i++) {
        while (wall->changed_us[i] - wall->changed_us[first] >= 1000000)
            first++;
        most = i - first + 1 > most ? i - first + 1 : most;
    }
    return most;
}

/* Pages of 3 to 40 rows, and the ends, every so many frames. */
static void test_never_more_than_six_changes_a_second(void **state)
{
    (void)state;
    static const double pages[] = {3, 4, 5, 7, 12, 40, 1e5};
    for (size_t p = 0; p < sizeof pages / sizeof *pages; p++)
        for (int every = 1; every < 90; every++) {
            struct wall wall = wall_of_rows();
            int up = 0;
            for (int i = 0; i < SECONDS * 60; i++) {
                if (i % every == 0)
                    fz_scroll_to(&wall.scroll,
                                 wall.scroll.target + ROW_PX * (up++ % 8 < 4 ? pages[p] : -pages[p]), false);
                frame(&wall);
            }
            if (most_in_a_second(&wall) > MOST_CHANGES)
                fail_msg("%zu with %g rows every %d frames", most_in_a_second(&wall), pages[p], every);
            assert_true(wall.glided > 0);
        }
}

/* Who presses once a second sees it glide; twice: every other time; and a held key has a page five times a second. */
static void test_what_is_a_glide(void **state)
{
    (void)state;
    static const struct {
        int every;
        size_t jumped, changes;
    } rows[] = {{75, 0, 48}, {30, 26, 60}, {2, 1, 100}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wall wall = wall_of_rows();
        for (int f = 0; f < SECONDS * 60; f++) {
            if (f % rows[i].every == 0)
                fz_scroll_to(&wall.scroll, wall.scroll.target + 4 * ROW_PX, false);
            frame(&wall);
        }
        assert_true(wall.jumped >= rows[i].jumped && wall.changes >= rows[i].changes);
        assert_true(rows[i].jumped > 0 || wall.jumped == 0);
    }
}

/* What is asked for while nothing may be seen is there with the next jump. */
static void test_a_jump_goes_to_the_last_aim(void **state)
{
    (void)state;
    struct wall wall = wall_of_rows();
    for (int i = 0; i < 40; i++) {
        fz_scroll_to(&wall.scroll, wall.scroll.target + 10 * ROW_PX, false);
        frame(&wall);
    }
    for (int i = 0; i < 80; i++)
        frame(&wall);
    assert_true(wall.scroll.position == 400 * ROW_PX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_more_than_six_changes_a_second),
        cmocka_unit_test(test_what_is_a_glide),
        cmocka_unit_test(test_a_jump_goes_to_the_last_aim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
