/* What lies over a wall that rushes past: when, and how thick. */
#include "fixture.h"

#include "view/flash.h"
#include "view/scroll.h"
#include "view/veil.h"

enum { FRAME_US = 16667, SECOND_US = 1000000, START_US = 5000000 };
static const double ROW_PX = 216, VIEW_PX = 1080;

/* How many of the frames of `seconds` are veiled, as a key goes on by `rows` `per_s` times a second; each frame that
 * `late` divides takes as long as two (0: none). */
static int veiled_frames(double rows, double per_s, int seconds, int frame_us, int late)
{
    struct fz_scroll scroll;
    struct fz_veil veil = {0};
    fz_scroll_init(&scroll);
    fz_scroll_set_max(&scroll, 1e6);
    scroll.most_way = 4 * VIEW_PX;
    int veiled = 0, presses = 0;
    int at_us = 0, dt_us = frame_us;
    for (int frame = 1; at_us < seconds * SECOND_US; frame++, at_us += dt_us) {
        dt_us = late && frame % late == 0 ? 2 * frame_us : frame_us;
        for (; presses <= (double)at_us / SECOND_US * per_s; presses++)
            fz_scroll_by(&scroll, rows * ROW_PX);
        fz_scroll_step(&scroll, (double)dt_us / SECOND_US);
        fz_veil_note(&veil, scroll.gone / ROW_PX, START_US + at_us + dt_us);
        scroll.gone = 0;
        veiled += fz_veil_thickness(&veil, START_US + at_us + dt_us) > 0;
    }
    return veiled;
}

static void what_can_be_followed_has_none(void **state)
{
    (void)state;
    for (int frame_us = FRAME_US; frame_us > 4000; frame_us /= 2) {
        assert_int_equal(veiled_frames(0.6, 5, 4, frame_us, 0), 0);  /* notches of a wheel */
        assert_int_equal(veiled_frames(0.6, 5, 4, frame_us, 10), 0); /* some of them late */
        assert_int_equal(veiled_frames(1, 25, 4, frame_us, 0), 0);   /* a row for each repeat of a key */
        assert_int_equal(veiled_frames(1, 25, 4, frame_us, 20), 0);
        assert_int_equal(veiled_frames(5, 0.1, 4, frame_us, 0), 0); /* a page */
    }
}

static void what_rushes_has_one(void **state)
{
    (void)state;
    for (int frame_us = FRAME_US; frame_us > 4000; frame_us /= 2) {
        int all = 4 * SECOND_US / frame_us;
        assert_true(veiled_frames(5, 25, 4, frame_us, 0) > all * 9 / 10); /* pages */
        assert_true(veiled_frames(100, 0.1, 4, frame_us, 0) > all / 10);  /* far away, once */
        assert_true(veiled_frames(2, 25, 4, frame_us, 0) > all * 9 / 10);
    }
}

/* The most changes within a second of a place on a wall whose rows are of two kinds in turn, and each coming and going of
 * the veil, where `go` says by how many rows each frame moves. */
static int changes(double (*go)(int frame, double rows, int on, int of), double rows, int on, int of)
{
    struct fz_veil veil = {0};
    int64_t times[4096], now_us = START_US;
    int count = 0, most = 0, first = 0;
    bool was_thick = false, was_odd = false;
    double position = 1e6 + 0.5;
    for (int frame = 0; frame < 600; frame++, now_us += FRAME_US) {
        double way = go(frame, rows, on, of);
        position += way;
        bool is_odd = (int64_t)position % 2;
        fz_veil_note(&veil, way, now_us);
        bool is_thick = fz_veil_thickness(&veil, now_us) >= 0.8; /* what it lost then is no change yet */
        if ((is_odd != was_odd && !is_thick) || is_thick != was_thick)
            times[count++] = now_us;
        was_thick = is_thick;
        was_odd = is_odd;
        while (first < count && times[first] <= now_us - SECOND_US)
            first++;
        most = count - first > most ? count - first : most;
    }
    return most;
}

static double in_bursts(int frame, double rows, int on, int of)
{
    return frame % of < on ? rows : 0;
}

/* With a rest at each end. */
static double to_and_fro(int frame, double rows, int on, int of)
{
    double way = in_bursts(frame, rows, on, of);
    return frame / of % 2 ? -way : way;
}

static void it_does_not_flash_itself(void **state)
{
    (void)state;
    for (int period = 4; period < 120; period++)
        for (int rushing = 1; rushing < period && rushing < 40; rushing++)
            if (changes(in_bursts, 3, rushing, period) > FZ_FLASH_CHANGES)
                fail_msg("%d changes with %d frames of %d", changes(in_bursts, 3, rushing, period), rushing,
                         period);
}

static void what_is_shaken_has_one(void **state)
{
    (void)state;
    for (double rows = 0.11; rows < 4; rows *= 1.03)
        for (int on = 1; on <= 5;
             on++) /* of longer ones the first alone, which drifts, has as many changes */
            for (int rest = 0; rest < 4; rest++)
                if (changes(to_and_fro, rows, on, on + rest) > FZ_FLASH_CHANGES)
                    fail_msg("%d changes, shaken by %f rows a frame, %d frames each way and %d of rest",
                             changes(to_and_fro, rows, on, on + rest), rows, on, rest);
}

static void who_turns_back_has_none(void **state)
{
    (void)state;
    struct fz_veil veil = {0};
    for (int frame = 0; frame < 600; frame++) {
        double trembles = frame % 2 ? 0.1 : -0.1, way = frame / 20 % 2 ? 0.4 : -0.4;
        fz_veil_note(&veil, way + trembles, START_US + frame * FRAME_US);
        assert_true(fz_veil_thickness(&veil, START_US + frame * FRAME_US) == 0);
    }
}

static void it_comes_at_once_and_goes_slowly(void **state)
{
    (void)state;
    struct fz_veil veil = {0};
    int64_t now_us = START_US;
    for (int frame = 0; frame <= FZ_VEIL_FREE; frame++) {
        assert_true(fz_veil_thickness(&veil, now_us) == 0);
        fz_veil_note(&veil, 5, now_us += FRAME_US);
    }
    assert_true(fz_veil_thickness(&veil, now_us) == 1);
    double before = 1;
    for (int frame = 0; frame < 60; frame++) {
        fz_veil_note(&veil, 0, now_us += FRAME_US);
        assert_true(fz_veil_thickness(&veil, now_us) <= before);
        assert_true(before - fz_veil_thickness(&veil, now_us) < 0.1);
        before = fz_veil_thickness(&veil, now_us);
    }
    assert_true(before == 0);
}

static uint32_t under(int alpha, uint32_t veil, uint32_t rgb)
{
    uint32_t blended = 0;
    for (int shift = 0; shift < 24; shift += 8)
        blended |=
            ((veil >> shift & 255) * (uint32_t)alpha + (rgb >> shift & 255) * (uint32_t)(255 - alpha)) / 255
            << shift;
    return blended;
}

static void nothing_flashes_under_it(void **state)
{
    (void)state;
    static const uint32_t backgrounds[] = {0x0c0c0e, 0,        0xffffff, 0x808080,
                                           0xff0000, 0x00ff00, 0x0000ff, 0x400000};
    for (size_t b = 0; b < sizeof backgrounds / sizeof *backgrounds; b++) {
        int alpha = fz_veil_alpha(backgrounds[b]);
        for (int i = 0; i < 125 * 125; i++) {
            uint32_t colors[2];
            for (int n = 0, five = i; n < 2; n++) {
                colors[n] = 0;
                for (int c = 0; c < 3; c++, five /= 5)
                    colors[n] = colors[n] << 8 | (uint32_t)(five % 5 * 255 / 4);
                colors[n] = under(alpha, backgrounds[b], colors[n]);
            }
            if (fz_flash_differs(fz_shade_of(colors[0]), fz_shade_of(colors[1])))
                fail_msg("%06x and %06x on %06x", colors[0], colors[1], backgrounds[b]);
        }
        assert_in_range(alpha, 128, 255);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_followed_has_none), cmocka_unit_test(what_rushes_has_one),
        cmocka_unit_test(it_does_not_flash_itself),      cmocka_unit_test(what_is_shaken_has_one),
        cmocka_unit_test(who_turns_back_has_none),       cmocka_unit_test(it_comes_at_once_and_goes_slowly),
        cmocka_unit_test(nothing_flashes_under_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
