/* Kinetic scrolling: one motion, the same at every frame rate, that ends on a whole pixel inside the
 * content. */
#include "fixture.h"

#include "view/scroll.h"

static const double FRAME_S = 1.0 / 60;

static struct fz_scroll scroll_of(double max)
{
    struct fz_scroll scroll;
    fz_scroll_init(&scroll);
    fz_scroll_set_max(&scroll, max);
    return scroll;
}

/* Steps until it rests; how long that took. Fails where it never does, or goes on after it said so. */
static double settle(struct fz_scroll *scroll, double dt_s)
{
    int steps = 0;
    while (fz_scroll_step(scroll, dt_s))
        if (++steps * dt_s > 10)
            fail_msg("at %.17g after 10 s, on its way to %.17g", scroll->position, scroll->target);
    double rest = scroll->position;
    assert_false(fz_scroll_step(scroll, dt_s));
    assert_true(scroll->position == rest);
    assert_true(scroll->position == scroll->target);
    return steps * dt_s;
}

static void assert_rests_well(const struct fz_scroll *scroll)
{
    if (scroll->position != floor(scroll->position) || scroll->position < 0 || scroll->position > scroll->max)
        fail_msg("rests at %.17g of 0 to %.17g", scroll->position, scroll->max);
}

static void starts_at_rest_at_the_top(void **state)
{
    (void)state;
    struct fz_scroll scroll = scroll_of(1000);
    assert_false(fz_scroll_step(&scroll, FRAME_S));
    assert_true(scroll.position == 0);
    assert_int_equal(scroll.direction, 1);
}

static void approaches_without_turning_back(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 300; round++) {
        struct fz_scroll scroll = scroll_of(50000);
        fz_scroll_to(&scroll, random_int(&random, 0, 50000), true);
        double from = scroll.position, to = random_int(&random, 0, 50000), left = fabs(to - from);
        fz_scroll_to(&scroll, to, false);
        assert_true(scroll.position == from); /* nothing moves before time does */
        while (fz_scroll_step(&scroll, random_real(&random, 0.001, 0.05))) {
            double now_left = fabs(to - scroll.position);
            assert_true(now_left < left);
            assert_true((scroll.position - from) * (to - scroll.position) >= 0); /* between both */
            left = now_left;
        }
        assert_true(scroll.position == to);
    }
}

static void arrives_soon(void **state)
{
    (void)state;
    struct fz_scroll scroll = scroll_of(1e6);
    fz_scroll_to(&scroll, 1080, false);
    assert_true(settle(&scroll, FRAME_S) < 1);
    fz_scroll_to(&scroll, 1e6, false);
    assert_true(settle(&scroll, FRAME_S) < 1.5);
}

/* Of a long way only the end is gone, by keys and wheel; a fling goes on from where the hand was. */
static void a_long_way_is_cut_short(void **state)
{
    (void)state;
    struct fz_scroll scroll = scroll_of(1e6);
    scroll.most_way = 4000;
    fz_scroll_to(&scroll, 3000, false);
    fz_scroll_step(&scroll, FRAME_S);
    assert_true(scroll.position < 1000); /* near enough: all of it */
    fz_scroll_to(&scroll, 5e5, false);
    fz_scroll_step(&scroll, FRAME_S);
    assert_true(scroll.position > 5e5 - 4000 && scroll.position < 5e5);
    assert_true(settle(&scroll, FRAME_S) < 0.7);
    fz_scroll_to(&scroll, 0, false);
    fz_scroll_step(&scroll, FRAME_S);
    assert_true(scroll.position < 4000 && scroll.position > 0);

    fz_scroll_to(&scroll, 5e5, true);
    for (int i = 0; i < 30; i++)
        fz_scroll_drag(&scroll, 500, FRAME_S);
    double before = scroll.position;
    fz_scroll_release(&scroll, true);
    assert_true(scroll.target - before > 4000);
    fz_scroll_step(&scroll, FRAME_S);
    assert_true(scroll.position - before < 1000);
}

/* However far: before it is slow enough for an eye it takes three frames. */
static void a_long_way_is_gone_in_few_frames(void **state)
{
    (void)state;
    for (int rows = 1; rows <= 40; rows++) {
        struct fz_scroll scroll = scroll_of(1e6);
        scroll.row_px = 100;
        scroll.most_way = 1600;
        fz_scroll_to(&scroll, rows * scroll.row_px, false);
        int fast = 0;
        double before = 0;
        while (fz_scroll_step(&scroll, FRAME_S)) {
            fast += scroll.position - before >= 0.6 * scroll.row_px;
            before = scroll.position;
        }
        assert_in_range(fast, rows < 3 ? 0 : 1, 3);
    }
}

/* Where it is after `seconds` in steps of `dt_s`, the last one shorter. */
static double position_after(double seconds, double dt_s)
{
    struct fz_scroll scroll = scroll_of(10000);
    fz_scroll_to(&scroll, 5000, false);
    double t = 0;
    for (; t + dt_s < seconds; t += dt_s)
        fz_scroll_step(&scroll, dt_s);
    fz_scroll_step(&scroll, seconds - t);
    return scroll.position;
}

static void the_same_at_every_frame_rate(void **state)
{
    (void)state;
    static const double seconds[] = {0.02, 0.05, 0.1, 0.2, 0.4, 2},
                        rates[] = {24, 30, 60, 75, 144, 240, 1000};
    for (size_t s = 0; s < COUNT(seconds); s++) {
        double at_once = position_after(seconds[s], seconds[s]);
        for (size_t r = 0; r < COUNT(rates); r++)
            assert_near(position_after(seconds[s], 1 / rates[r]), at_once, 1);
    }
    assert_true(position_after(0.05, 0.001) > 1000 && position_after(0.05, 0.001) < 4500);
    assert_true(position_after(2, 0.001) == 5000);
}

static void changes_its_mind_without_a_jump(void **state)
{
    (void)state;
    struct random random = random_start();
    struct fz_scroll scroll = scroll_of(20000);
    for (int round = 0; round < 2000; round++) {
        double before = scroll.position;
        fz_scroll_to(&scroll, random_int(&random, -1000, 21000), false);
        assert_true(scroll.position == before);
        assert_true(scroll.target >= 0 && scroll.target <= 20000);
        assert_true(scroll.target == before || scroll.direction == (scroll.target < before ? -1 : 1));
        fz_scroll_step(&scroll, FRAME_S);
    }
}

static void rests_on_whole_pixels_inside(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 5000; round++) {
        struct fz_scroll scroll = scroll_of(random_real(&random, 0, 3000));
        fz_scroll_to(&scroll, random_real(&random, -500, 4000), random_int(&random, 0, 1));
        settle(&scroll, random_real(&random, 0.002, 0.05));
        assert_rests_well(&scroll);
    }
}

/* A window that is made higher, or a list that gets shorter, takes the end of the content with it. */
static void rests_on_whole_pixels_when_the_content_shrinks(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 2000; round++) {
        struct fz_scroll scroll = scroll_of(3000);
        fz_scroll_to(&scroll, random_int(&random, 0, 3000), random_int(&random, 0, 1));
        fz_scroll_step(&scroll, FRAME_S);
        double max = random_real(&random, 0, 3000);
        fz_scroll_set_max(&scroll, max);
        assert_true(scroll.position <= max + 1);
        settle(&scroll, FRAME_S);
        assert_rests_well(&scroll);
    }
}

/* Rows that appear above the view move it along; what it was doing goes on. */
static void what_is_seen_stays_where_it_is(void **state)
{
    (void)state;
    struct fz_scroll scroll = scroll_of(5000);
    fz_scroll_to(&scroll, 1000, true);
    fz_scroll_shift(&scroll, 216);
    assert_true(scroll.position == 1216);
    assert_false(fz_scroll_step(&scroll, FRAME_S)); /* it rested, and rests */
    fz_scroll_shift(&scroll, -100.4);
    assert_near(scroll.position, 1115.6, 0.5);
    assert_false(fz_scroll_step(&scroll, FRAME_S));
    assert_rests_well(&scroll);
    fz_scroll_shift(&scroll, 1e6);
    assert_true(scroll.position == 5000);

    fz_scroll_to(&scroll, 2000, true);
    fz_scroll_to(&scroll, 3000, false);
    fz_scroll_step(&scroll, FRAME_S);
    double before = scroll.position;
    assert_true(before > 2000 && before < 3000);
    fz_scroll_shift(&scroll, 500);
    assert_near(scroll.position, before + 500, 1e-9);
    settle(&scroll, FRAME_S);
    assert_true(scroll.position == 3500);
}

static void the_wheel_adds_up(void **state)
{
    (void)state;
    struct fz_scroll scroll = scroll_of(1000);
    fz_scroll_by(&scroll, 100);
    fz_scroll_step(&scroll, FRAME_S);
    fz_scroll_by(&scroll, 100);
    fz_scroll_by(&scroll, -50);
    settle(&scroll, FRAME_S);
    assert_true(scroll.position == 150);
    fz_scroll_by(&scroll, 5000);
    settle(&scroll, FRAME_S);
    assert_true(scroll.position == 1000);
    fz_scroll_by(&scroll, -5000);
    settle(&scroll, FRAME_S);
    assert_true(scroll.position == 0);
}

/* A touchpad sends many events of less than a pixel each: none is lost. */
static void small_wheel_steps_add_up(void **state)
{
    (void)state;
    static const double steps[] = {0.1, 0.3, 0.45, 0.7, 1.4, 2.6};
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct fz_scroll scroll = scroll_of(1000);
        for (int event = 0; event < 200; event++) {
            fz_scroll_by(&scroll, steps[i]);
            fz_scroll_step(&scroll, 0.008);
        }
        settle(&scroll, FRAME_S);
        assert_near(scroll.position, 200 * steps[i], 2);
        assert_rests_well(&scroll);
    }
}

static void a_drag_moves_it_directly(void **state)
{
    (void)state;
    struct fz_scroll scroll = scroll_of(1000);
    fz_scroll_to(&scroll, 500, true);
    fz_scroll_drag(&scroll, 30, 0.016);
    assert_true(scroll.position == 530);
    assert_int_equal(scroll.direction, 1);
    assert_false(fz_scroll_step(&scroll, FRAME_S));
    fz_scroll_drag(&scroll, -100, 0.016);
    assert_true(scroll.position == 430);
    assert_int_equal(scroll.direction, -1);
    fz_scroll_drag(&scroll, -1000, 0.016);
    assert_true(scroll.position == 0);
    fz_scroll_drag(&scroll, 5000, 0.016);
    assert_true(scroll.position == 1000);
}

/* Drags at a steady speed, px/s, for a fifth of a second, then lets go. */
static struct fz_scroll fling(double from, double speed)
{
    struct fz_scroll scroll = scroll_of(100000);
    fz_scroll_to(&scroll, from, true);
    for (int i = 0; i < 25; i++)
        fz_scroll_drag(&scroll, speed * 0.008, 0.008);
    fz_scroll_release(&scroll, true);
    return scroll;
}

static void let_go_slowly_it_stays(void **state)
{
    (void)state;
    struct fz_scroll scroll = fling(500, 50);
    double before = scroll.position;
    settle(&scroll, FRAME_S);
    assert_near(scroll.position, before, 1);
    assert_rests_well(&scroll);
}

static void let_go_fast_it_glides_on(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        double last = 0;
        for (double speed = 500; speed <= 8000; speed *= 2) {
            struct fz_scroll scroll = fling(50000, sign * speed);
            double let_go = scroll.position;
            fz_scroll_step(&scroll, 0.001);
            /* without a jerk: the first thousandth of a second at the speed of the hand */
            assert_near(sign * (scroll.position - let_go), speed * 0.001, speed * 0.001 * 0.1);
            settle(&scroll, FRAME_S);
            double glide = sign * (scroll.position - let_go);
            assert_true(glide > last * 1.5 && glide > speed * 0.1);
            assert_int_equal(scroll.direction, sign);
            assert_rests_well(&scroll);
            last = glide;
        }
    }
}

static void an_old_fling_is_forgotten(void **state)
{
    (void)state;
    struct fz_scroll scroll = fling(50000, 6000);
    settle(&scroll, FRAME_S);
    double before = scroll.position;
    fz_scroll_drag(&scroll, 1, 0.008);
    fz_scroll_release(&scroll, true);
    settle(&scroll, FRAME_S);
    assert_near(scroll.position, before + 1, 1);
}

/* Where movements are not wanted, what is let go of stays, and what is under way arrives at once. */
static void without_motion(void **state)
{
    (void)state;
    struct fz_scroll scroll = scroll_of(100000);
    fz_scroll_to(&scroll, 50000, true);
    for (int i = 0; i < 25; i++)
        fz_scroll_drag(&scroll, 60, 0.008);
    fz_scroll_release(&scroll, false);
    assert_true(scroll.position == 50000 + 25 * 60);
    assert_false(fz_scroll_step(&scroll, FRAME_S));
    assert_true(scroll.velocity == 0);

    fz_scroll_to(&scroll, 12345, false);
    assert_true(fz_scroll_step(&scroll, INFINITY));
    assert_true(scroll.position == 12345);
    assert_false(fz_scroll_step(&scroll, FRAME_S));
}

static void a_glide_ends_at_the_ends(void **state)
{
    (void)state;
    struct fz_scroll scroll = fling(1000, -9000);
    settle(&scroll, FRAME_S);
    assert_true(scroll.position == 0);
    scroll = fling(98000, 9000);
    settle(&scroll, FRAME_S);
    assert_true(scroll.position == 100000);
}

/* --- the wheel that goes in whole steps --- */

static void whole_notches_go_at_once(void **state)
{
    (void)state;
    struct fz_wheel wheel = {0};
    assert_int_equal(fz_wheel_turn(&wheel, 1, 1000), 1);
    assert_int_equal(fz_wheel_turn(&wheel, -2, 2000), -2);
    assert_int_equal(fz_wheel_turn(&wheel, 0, 3000), 0);
}

/* A swipe over a touchpad: forty events of a tenth of a notch are four steps, not forty. */
static void small_parts_add_up(void **state)
{
    (void)state;
    struct fz_wheel wheel = {0};
    long steps = 0;
    for (int64_t i = 0; i < 40; i++)
        steps += fz_wheel_turn(&wheel, 0.1, 1000 + i * 8000);
    assert_in_range(steps, 3, 4); /* tenths are no binary numbers */
}

static void parts_are_forgotten(void **state)
{
    (void)state;
    struct fz_wheel wheel = {0};
    assert_int_equal(fz_wheel_turn(&wheel, 0.75, 1000), 0);
    assert_int_equal(fz_wheel_turn(&wheel, -0.5, 9000), 0); /* turned back */
    assert_int_equal(fz_wheel_turn(&wheel, -0.5, 17000), -1);
    assert_int_equal(fz_wheel_turn(&wheel, 0.75, 25000), 0);
    assert_int_equal(fz_wheel_turn(&wheel, 0.75, 2000000), 0); /* rested */
    assert_int_equal(fz_wheel_turn(&wheel, 0.5, 2008000), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_at_rest_at_the_top),
        cmocka_unit_test(approaches_without_turning_back),
        cmocka_unit_test(arrives_soon),
        cmocka_unit_test(a_long_way_is_cut_short),
        cmocka_unit_test(a_long_way_is_gone_in_few_frames),
        cmocka_unit_test(the_same_at_every_frame_rate),
        cmocka_unit_test(changes_its_mind_without_a_jump),
        cmocka_unit_test(rests_on_whole_pixels_inside),
        cmocka_unit_test(rests_on_whole_pixels_when_the_content_shrinks),
        cmocka_unit_test(what_is_seen_stays_where_it_is),
        cmocka_unit_test(the_wheel_adds_up),
        cmocka_unit_test(small_wheel_steps_add_up),
        cmocka_unit_test(a_drag_moves_it_directly),
        cmocka_unit_test(let_go_slowly_it_stays),
        cmocka_unit_test(let_go_fast_it_glides_on),
        cmocka_unit_test(an_old_fling_is_forgotten),
        cmocka_unit_test(without_motion),
        cmocka_unit_test(a_glide_ends_at_the_ends),
        cmocka_unit_test(whole_notches_go_at_once),
        cmocka_unit_test(small_parts_add_up),
        cmocka_unit_test(parts_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
