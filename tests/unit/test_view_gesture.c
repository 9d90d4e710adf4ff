/* Gestures: tracks of fingers as hands make them, and as they should not come. */
#include "fixture.h"

#include "view/gesture.h"

enum { MS = 1000, FRAME_US = 8000 };

/* What a track of fingers gave, in the order that it came. */
struct hand {
    struct fz_gestures gestures;
    int64_t now_us;
    int counts[FZ_GESTURE_PINCH + 1];
    struct fz_gesture last, release;
    double dx, dy, factor;
};

static struct hand hand_of(double px_per_point)
{
    struct hand hand = {.now_us = 1000000, .factor = 1};
    fz_gestures_init(&hand.gestures, px_per_point);
    return hand;
}

static void take(struct hand *hand, struct fz_gesture gesture)
{
    hand->counts[gesture.kind]++;
    hand->dx += gesture.dx;
    hand->dy += gesture.dy;
    hand->factor *= gesture.factor;
    if (gesture.kind == FZ_GESTURE_RELEASE)
        hand->release = gesture;
    if (gesture.kind != FZ_GESTURE_NONE)
        hand->last = gesture;
}

static void wait_us(struct hand *hand, int64_t us)
{
    hand->now_us += us;
    take(hand, fz_gesture_wait(&hand->gestures, hand->now_us));
}

static void down(struct hand *hand, int id, double x, double y)
{
    take(hand, fz_gesture_down(&hand->gestures, id, x, y, hand->now_us));
}

static void move(struct hand *hand, int id, double x, double y)
{
    wait_us(hand, FRAME_US);
    take(hand, fz_gesture_move(&hand->gestures, id, x, y, hand->now_us));
}

static void up(struct hand *hand, int id, double x, double y)
{
    take(hand, fz_gesture_up(&hand->gestures, id, x, y, hand->now_us));
}

/* A finger goes from one place to another in so many steps of 8 ms, and up at once. */
static void stroke(struct hand *hand, double x0, double y0, double x1, double y1, int steps)
{
    down(hand, 1, x0, y0);
    for (int i = 1; i <= steps; i++)
        move(hand, 1, x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps);
    up(hand, 1, x1, y1);
}

/* Nothing but these, and the hand is at rest again. */
static void assert_only(struct hand *hand, enum fz_gesture_kind kind, int count)
{
    for (int i = FZ_GESTURE_TAP; i <= FZ_GESTURE_PINCH; i++)
        if (hand->counts[i] != (i == (int)kind ? count : 0))
            fail_msg("%d of kind %d, only %d of kind %d were to come", hand->counts[i], i, count, kind);
    assert_int_equal(hand->gestures.state, FZ_GESTURES_REST);
    assert_true(fz_gesture_due_us(&hand->gestures) == INT64_MAX);
}

static void tap_at(struct hand *hand, double x, double y)
{
    down(hand, 1, x, y);
    wait_us(hand, 60 * MS);
    up(hand, 1, x, y);
}

static void a_tap(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    tap_at(&hand, 100, 50);
    assert_only(&hand, FZ_GESTURE_TAP, 1);
    assert_true(hand.last.x == 100 && hand.last.y == 50);
}

static void a_shaking_finger_taps(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 200; round++) {
        double scale = random_real(&random, 1, 3);
        struct hand hand = hand_of(scale);
        down(&hand, 1, 100, 50);
        for (int i = 0; i < 20; i++)
            move(&hand, 1, 100 + random_real(&random, -5, 5) * scale,
                 50 + random_real(&random, -5, 5) * scale);
        up(&hand, 1, 104, 47);
        assert_only(&hand, FZ_GESTURE_TAP, 1);
    }
}

static void two_taps(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    tap_at(&hand, 100, 50);
    wait_us(&hand, 150 * MS);
    tap_at(&hand, 110, 60);
    assert_int_equal(hand.counts[FZ_GESTURE_TAP], 1);
    assert_int_equal(hand.last.kind, FZ_GESTURE_DOUBLE_TAP);
    assert_true(hand.last.x == 110 && hand.last.y == 60);
    wait_us(&hand, 150 * MS);
    tap_at(&hand, 110, 60); /* the third begins anew */
    assert_int_equal(hand.last.kind, FZ_GESTURE_TAP);
}

static void two_taps_that_are_none(void **state)
{
    (void)state;
    struct hand slow = hand_of(1), apart = hand_of(1), between = hand_of(1);
    tap_at(&slow, 100, 50);
    wait_us(&slow, 400 * MS);
    tap_at(&slow, 100, 50);
    assert_only(&slow, FZ_GESTURE_TAP, 2);

    tap_at(&apart, 100, 50);
    wait_us(&apart, 100 * MS);
    tap_at(&apart, 300, 50);
    assert_only(&apart, FZ_GESTURE_TAP, 2);

    tap_at(&between, 100, 50);
    stroke(&between, 100, 50, 130, 50, 3);
    tap_at(&between, 100, 50);
    assert_int_equal(between.counts[FZ_GESTURE_DOUBLE_TAP], 0);
}

static void a_long_press(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 100, 50);
    int64_t due = fz_gesture_due_us(&hand.gestures);
    assert_in_range(due - hand.now_us, 400 * MS, 600 * MS);
    wait_us(&hand, due - hand.now_us - 1);
    assert_int_equal(hand.counts[FZ_GESTURE_LONG_PRESS], 0);
    wait_us(&hand, 1);
    assert_int_equal(hand.counts[FZ_GESTURE_LONG_PRESS], 1);
    move(&hand, 1, 300, 50); /* what follows is nothing any more */
    up(&hand, 1, 300, 50);
    assert_only(&hand, FZ_GESTURE_LONG_PRESS, 1);
}

/* Where nobody looked at the clock meanwhile, it is a long press all the same, and no tap. */
static void a_long_press_that_is_seen_late(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 100, 50);
    hand.now_us += 900 * MS;
    up(&hand, 1, 100, 50);
    assert_only(&hand, FZ_GESTURE_LONG_PRESS, 1);
}

/* All of the way but the slop, without a jump. */
static void a_drag(void **state)
{
    (void)state;
    for (int steps = 1; steps <= 40; steps += 13) {
        struct hand hand = hand_of(1);
        stroke(&hand, 100, 300, 160, 220, steps);
        assert_int_equal(hand.counts[FZ_GESTURE_TAP] + hand.counts[FZ_GESTURE_PINCH], 0);
        assert_true(hand.counts[FZ_GESTURE_DRAG] > 0);
        assert_int_equal(hand.counts[FZ_GESTURE_RELEASE], 1);
        assert_near(hypot(hand.dx, hand.dy), 100 - 8, 1e-9);
        assert_near(hand.dy / hand.dx, -80.0 / 60, 1e-9);
    }
}

static void swipes(void **state)
{
    (void)state;
    static const struct {
        double dx, dy;
        int steps;
        enum fz_swipe swipe;
    } strokes[] = {
        {-200, 10, 20, FZ_SWIPE_LEFT}, {200, -30, 20, FZ_SWIPE_RIGHT}, {20, 200, 20, FZ_SWIPE_DOWN},
        {-9, -200, 20, FZ_SWIPE_UP},   {-50, 4, 6, FZ_SWIPE_LEFT},    /* a flick */
        {-50, 4, 100, FZ_SWIPE_NONE},                                 /* as far, but slowly */
        {-20, 0, 2, FZ_SWIPE_NONE},    {150, 140, 20, FZ_SWIPE_NONE}, /* aslant */
        {-300, 0, 400, FZ_SWIPE_LEFT},                                /* slowly, but far */
    };
    for (size_t i = 0; i < COUNT(strokes); i++) {
        for (double scale = 1; scale <= 3; scale++) {
            struct hand hand = hand_of(scale);
            stroke(&hand, 900, 900, 900 + strokes[i].dx * scale, 900 + strokes[i].dy * scale,
                   strokes[i].steps);
            if (hand.release.swipe != strokes[i].swipe)
                fail_msg("stroke %zu at %g: swipe %d, not %d", i, scale, hand.release.swipe,
                         strokes[i].swipe);
        }
    }
}

static void a_swipe_that_turns_back_is_none(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 500, 300);
    for (int i = 1; i <= 20; i++)
        move(&hand, 1, 500 - i * 12, 300);
    for (int i = 1; i <= 10; i++)
        move(&hand, 1, 260 + i * 10, 300);
    up(&hand, 1, 360, 300);
    assert_int_equal(hand.release.swipe, FZ_SWIPE_NONE);
}

/* ---- Two fingers ------------------------------------------------------------------------------------------------- */

static void a_pinch(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 400, 300);
    down(&hand, 2, 500, 300);
    for (int i = 1; i <= 25; i++) {
        move(&hand, 1, 400 - i * 4, 300);
        move(&hand, 2, 500 + i * 4, 300);
    }
    assert_near(hand.last.x + hand.last.dx, 450, 3);
    assert_near(hand.last.y, 300, 1e-9);
    up(&hand, 2, 600, 300);
    up(&hand, 1, 300, 300);
    assert_int_equal(hand.counts[FZ_GESTURE_PINCH], 50 - 3); /* the slop, and what shows that it is left */
    assert_only(&hand, FZ_GESTURE_PINCH, 47);
    assert_near(hand.factor, 3, 0.35);
}

static void two_fingers_pan(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 400, 300);
    down(&hand, 2, 500, 300);
    for (int i = 1; i <= 50; i++) {
        move(&hand, 1, 400 + i * 2, 300 + i * 3);
        move(&hand, 2, 500 + i * 2, 300 + i * 3);
    }
    up(&hand, 1, 500, 450);
    up(&hand, 2, 600, 450);
    assert_only(&hand, FZ_GESTURE_PINCH, hand.counts[FZ_GESTURE_PINCH]);
    assert_near(hand.dx, 100, 10);
    assert_near(hand.dy, 150, 15);
    assert_true(hand.factor == 1); /* they move one after the other, but alike */
}

static void two_fingers_that_rest_do_nothing(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 400, 300);
    down(&hand, 2, 500, 300);
    move(&hand, 1, 402, 301);
    wait_us(&hand, 2000 * MS);
    up(&hand, 1, 402, 301);
    up(&hand, 2, 500, 300);
    assert_only(&hand, FZ_GESTURE_NONE, 0);
    tap_at(&hand, 400, 300);
    assert_int_equal(hand.last.kind, FZ_GESTURE_TAP);
}

/* A drag ends, without a fling, when a second finger comes; what is left of a pinch drags nothing. */
static void from_one_finger_to_two_and_back(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 100, 300);
    for (int i = 1; i <= 20; i++)
        move(&hand, 1, 100 + i * 10, 300);
    down(&hand, 2, 500, 300);
    assert_int_equal(hand.counts[FZ_GESTURE_RELEASE], 1);
    assert_int_equal(hand.release.swipe, FZ_SWIPE_NONE);
    assert_true(hand.release.dt_s >= 0.1);
    int drags = hand.counts[FZ_GESTURE_DRAG];
    for (int i = 1; i <= 20; i++)
        move(&hand, 2, 500 + i * 10, 300);
    assert_true(hand.counts[FZ_GESTURE_PINCH] > 10);
    up(&hand, 1, 300, 300);
    for (int i = 1; i <= 20; i++)
        move(&hand, 2, 700 - i * 10, 300);
    up(&hand, 2, 500, 300);
    assert_int_equal(hand.counts[FZ_GESTURE_DRAG], drags);
    assert_int_equal(hand.counts[FZ_GESTURE_RELEASE], 1);
}

/* ---- What should not come ---------------------------------------------------------------------------------------- */

static void a_third_finger_changes_nothing(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 400, 300);
    down(&hand, 2, 500, 300);
    down(&hand, 3, 10, 10);
    for (int i = 1; i <= 25; i++) {
        move(&hand, 3, 10 + i * 20, 10);
        move(&hand, 1, 400 - i * 4, 300);
        move(&hand, 2, 500 + i * 4, 300);
    }
    assert_near(hand.factor, 3, 0.35);
    assert_near(hand.dx, 0, 6);
    up(&hand, 1, 300, 300);
    up(&hand, 2, 600, 300);
    assert_int_equal(hand.gestures.state, FZ_GESTURES_SPENT);
    up(&hand, 3, 510, 10);
    assert_only(&hand, FZ_GESTURE_PINCH, hand.counts[FZ_GESTURE_PINCH]);
}

static void cancelled(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 100, 300);
    for (int i = 1; i <= 20; i++)
        move(&hand, 1, 100 + i * 10, 300);
    take(&hand, fz_gesture_cancel(&hand.gestures));
    assert_int_equal(hand.counts[FZ_GESTURE_RELEASE], 1);
    assert_int_equal(hand.release.swipe, FZ_SWIPE_NONE);
    move(&hand, 1, 400, 300); /* of a finger that counts no more */
    up(&hand, 1, 400, 300);
    assert_int_equal(hand.counts[FZ_GESTURE_RELEASE], 1);
    tap_at(&hand, 100, 50);
    assert_int_equal(hand.last.kind, FZ_GESTURE_TAP);
}

static void fingers_that_nobody_knows(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    up(&hand, 5, 10, 10);
    move(&hand, 6, 10, 10);
    assert_only(&hand, FZ_GESTURE_NONE, 0);
    down(&hand, 1, 10, 10);
    move(&hand, 1, NAN, INFINITY);
    up(&hand, 1, 10, 10);
    assert_only(&hand, FZ_GESTURE_TAP, 1);
}

/* Whatever fingers do: no factor that is none, no gesture without its end, and rest when all are up. */
static void any_fingers(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 3000; round++) {
        struct hand hand = hand_of(1);
        bool dragged = false;
        for (int i = 0; i < 40; i++) {
            int id = random_int(&random, 1, 4), before = hand.counts[FZ_GESTURE_DRAG];
            double x = random_int(&random, 0, 30) * 10, y = random_int(&random, 0, 30) * 10;
            int what = random_int(&random, 0, 6), released = hand.counts[FZ_GESTURE_RELEASE];
            if (what == 0)
                down(&hand, id, x, y);
            else if (what == 1)
                up(&hand, id, x, y);
            else if (what == 2 && i % 10 == 0)
                take(&hand, fz_gesture_cancel(&hand.gestures));
            else
                move(&hand, id, x, y);
            assert_true(isfinite(hand.dx) && isfinite(hand.dy));
            assert_true(isfinite(hand.factor) && hand.factor > 0);
            dragged |= hand.counts[FZ_GESTURE_DRAG] > before;
            if (hand.counts[FZ_GESTURE_RELEASE] > released) {
                assert_true(dragged);
                dragged = false;
            }
        }
        take(&hand, fz_gesture_cancel(&hand.gestures));
        assert_int_equal(hand.gestures.state, FZ_GESTURES_REST);
        hand.counts[FZ_GESTURE_TAP] = 0;
        tap_at(&hand, 1000, 1000);
        assert_int_equal(hand.counts[FZ_GESTURE_TAP], 1);
    }
}

/* As that of a key of the board, which goes down past the gestures. */
static void a_finger_from_elsewhere_ends_nothing(void **state)
{
    (void)state;
    struct hand hand = hand_of(1);
    down(&hand, 1, 100, 100);
    move(&hand, 1, 100, 200);
    up(&hand, 2, 500, 500);
    move(&hand, 1, 100, 300);
    up(&hand, 1, 100, 300);
    assert_int_equal(hand.counts[FZ_GESTURE_DRAG], 2);
    assert_int_equal(hand.counts[FZ_GESTURE_RELEASE], 1);
    assert_int_equal(hand.gestures.state, FZ_GESTURES_REST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tap),
        cmocka_unit_test(a_shaking_finger_taps),
        cmocka_unit_test(two_taps),
        cmocka_unit_test(two_taps_that_are_none),
        cmocka_unit_test(a_long_press),
        cmocka_unit_test(a_long_press_that_is_seen_late),
        cmocka_unit_test(a_drag),
        cmocka_unit_test(swipes),
        cmocka_unit_test(a_swipe_that_turns_back_is_none),
        cmocka_unit_test(a_pinch),
        cmocka_unit_test(two_fingers_pan),
        cmocka_unit_test(two_fingers_that_rest_do_nothing),
        cmocka_unit_test(from_one_finger_to_two_and_back),
        cmocka_unit_test(a_third_finger_changes_nothing),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(fingers_that_nobody_knows),
        cmocka_unit_test(any_fingers),
        cmocka_unit_test(a_finger_from_elsewhere_ends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
