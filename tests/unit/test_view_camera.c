/* The camera: fit, fill, zoom about a point, pan, and the way there. */
#include "fixture.h"

#include "view/camera.h"

#include <math.h>

static const double FRAME_S = 1.0 / 60;

static struct fz_camera camera_of(double w, double h, double view_w, double view_h)
{
    struct fz_camera camera;
    fz_camera_init(&camera);
    fz_camera_place(&camera, w, h, false, view_w, view_h, true);
    return camera;
}

static void random_sizes(struct random *random, double *w, double *h, double *view_w, double *view_h)
{
    *w = random_int(random, 1, 6000);
    *h = random_int(random, 1, 6000);
    *view_w = random_int(random, 64, 3000);
    *view_h = random_int(random, 64, 2000);
}

/* Centred where it is shorter than the window, without a gap where it is longer. */
static void assert_well_placed(const struct fz_camera *camera)
{
    const struct fz_rect *t = &camera->target;
    const double sides[2][3] = {{t->x, t->w, camera->view_w}, {t->y, t->h, camera->view_h}};
    for (int i = 0; i < 2; i++) {
        double begin = sides[i][0], end = begin + sides[i][1], view = sides[i][2];
        bool well = sides[i][1] <= view + 1 ? fabs(begin - (view - end)) <= 2 : begin <= 1 && end >= view - 1;
        if (!well)
            fail_msg("%g to %g in a window of %g", begin, end, view);
    }
    assert_true(t->x == floor(t->x) && t->y == floor(t->y) && t->w == floor(t->w) && t->h == floor(t->h));
}

static bool same_rect(struct fz_rect a, struct fz_rect b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

/* ---- Modes --------------------------------------------------------------------------------------------- */

static void fit_shows_all_and_enlarges_nothing(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        double w, h, view_w, view_h;
        random_sizes(&random, &w, &h, &view_w, &view_h);
        struct fz_camera camera = camera_of(w, h, view_w, view_h);
        double zoom = fmin(1, fmin(view_w / w, view_h / h));
        assert_near(camera.zoom, zoom, 1e-9);
        assert_near(camera.target.w, fmax(w * zoom, 1), 0.5);
        assert_near(camera.target.h, fmax(h * zoom, 1), 0.5);
        assert_well_placed(&camera);
        assert_false(fz_camera_exceeds_view(&camera));
        assert_true(same_rect(camera.shown, camera.target));
    }
}

/* A ruler of 20000 x 10 is a line, not nothing. */
static void a_very_long_picture_stays_visible(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(20000, 10, 800, 600);
    assert_true(camera.target.w == 800 && camera.target.h >= 1);
    camera = camera_of(1, 6000, 800, 600);
    assert_true(camera.target.w >= 1 && camera.target.h == 600);
    fz_camera_zoom_at(&camera, 1.25, 400, 300);
    assert_true(camera.target.w >= 1 && camera.target.h > 600);
}

static void fill_leaves_no_gap(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        double w, h, view_w, view_h;
        random_sizes(&random, &w, &h, &view_w, &view_h);
        struct fz_camera camera = camera_of(w, h, view_w, view_h);
        fz_camera_set_mode(&camera, FZ_ZOOM_FILL, 0);
        assert_near(camera.zoom, fmax(view_w / w, view_h / h), 1e-9);
        assert_true(camera.target.w >= view_w - 1 && camera.target.h >= view_h - 1);
        assert_true(fabs(camera.target.w - view_w) <= 1 || fabs(camera.target.h - view_h) <= 1);
        assert_well_placed(&camera);
    }
}

static void a_hundred_percent_is_pixel_for_pixel(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 5000; round++) {
        double w, h, view_w, view_h;
        random_sizes(&random, &w, &h, &view_w, &view_h);
        struct fz_camera camera = camera_of(w, h, view_w, view_h);
        fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 1);
        assert_true(camera.target.w == w && camera.target.h == h);
        assert_well_placed(&camera);
        assert_int_equal(fz_camera_exceeds_view(&camera), w > view_w || h > view_h);
    }
}

static void the_mode_outlives_picture_and_window(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(4000, 3000, 800, 600);
    fz_camera_place(&camera, 1000, 3000, false, 1600, 1200, true);
    assert_near(camera.zoom, 0.4, 1e-9);
    fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 2);
    fz_camera_place(&camera, 500, 500, false, 800, 600, true);
    assert_true(camera.target.w == 1000 && camera.target.h == 1000);
}

/* ---- Zoom and pan -------------------------------------------------------------------------------------- */

/* The point of the picture, 0..1, under a point of the window. */
static void picture_point(const struct fz_camera *camera, double x, double y, double *u, double *v)
{
    *u = (x - camera->target.x) / camera->target.w;
    *v = (y - camera->target.y) / camera->target.h;
}

static void zoom_keeps_the_point_under_the_pointer(void **state)
{
    (void)state;
    struct random random = random_start();
    int free_of_edges = 0;
    for (int round = 0; round < 20000; round++) {
        double view_w = random_int(&random, 300, 2500), view_h = random_int(&random, 300, 1500);
        struct fz_camera camera =
            camera_of(random_int(&random, 2000, 6000), random_int(&random, 2000, 6000), view_w, view_h);
        fz_camera_set_mode(&camera, FZ_ZOOM_FREE, random_real(&random, 1.5, 3));
        fz_camera_pan(&camera, random_real(&random, -3000, 3000), random_real(&random, -3000, 3000), true);
        double x = random_real(&random, 0, view_w), y = random_real(&random, 0, view_h);
        double factor = random_real(&random, 0.7, 1.6), zoom = camera.zoom, u0, v0, u1, v1;
        picture_point(&camera, x, y, &u0, &v0);
        fz_camera_zoom_at(&camera, factor, x, y);
        picture_point(&camera, x, y, &u1, &v1);
        const struct fz_rect *t = &camera.target;
        assert_near(camera.zoom, zoom * factor, 1e-9);
        assert_well_placed(&camera);
        /* Whole pixels before and after: each may be off by one, and zoom enlarges the first. */
        const double off = factor + 1;
        if (t->x < -1 && t->x + t->w > view_w + 1) {
            assert_near(u0 * t->w, u1 * t->w, off);
            free_of_edges++;
        }
        if (t->y < -1 && t->y + t->h > view_h + 1)
            assert_near(v0 * t->h, v1 * t->h, off);
    }
    assert_true(free_of_edges > 10000);
}

/* What whole pixels are off by does not add up. */
static void zoom_keeps_the_point_over_many_steps(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 5000; round++) {
        double w = random_int(&random, 100, 1000), h = random_int(&random, 100, 1000);
        struct fz_camera camera = camera_of(w, h, 1280, 720);
        fz_camera_set_mode(&camera, FZ_ZOOM_FILL, 0);
        /* Near the middle, so that no edge of the picture comes into the window. */
        bool in_the_middle = round % 2 == 0;
        double x = in_the_middle ? 640 : random_int(&random, 600, 680);
        double y = in_the_middle ? 360 : random_int(&random, 340, 380);
        double u0, v0, u1, v1, first = camera.zoom;
        picture_point(&camera, x, y, &u0, &v0);
        for (int step = 0; step < 10; step++)
            fz_camera_zoom_at(&camera, 1.25, x, y);
        picture_point(&camera, x, y, &u1, &v1);
        /* A pixel where it began, and one where it ended. */
        double off = camera.zoom / first + 1;
        assert_near(u0 * camera.target.w, u1 * camera.target.w, off);
        assert_near(v0 * camera.target.h, v1 * camera.target.h, off);
        if (in_the_middle) {
            assert_near(camera.centre_x, 0.5, 1e-9);
            assert_near(camera.centre_y, 0.5, 1e-9);
        }
    }
}

static void steps_do_not_jump_over_a_hundred_percent(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(1000, 1000, 900, 900);
    fz_camera_zoom_at(&camera, 1.25, 450, 450);
    assert_true(camera.zoom == 1 && camera.target.w == 1000);
    fz_camera_zoom_at(&camera, 1.25, 450, 450);
    assert_near(camera.zoom, 1.25, 1e-9);
    fz_camera_zoom_at(&camera, 0.5, 450, 450);
    assert_true(camera.zoom == 1);
    fz_camera_zoom_at(&camera, 0.5, 450, 450);
    assert_near(camera.zoom, 0.5, 1e-9);
}

static void all_of_a_long_picture_is_a_zoom_out_away(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(100000, 400, 640, 480);
    const double whole = camera.zoom;
    fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 1);
    for (int i = 0; i < 100; i++)
        fz_camera_zoom_at(&camera, 0.8, 320, 240);
    assert_near(camera.zoom, whole, 1e-9);
    assert_well_placed(&camera);
}

static void zoom_has_limits(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(1000, 800, 900, 900);
    for (int i = 0; i < 100; i++)
        fz_camera_zoom_at(&camera, 1.5, 100, 200);
    assert_true(camera.zoom >= 16 && camera.zoom <= 256);
    assert_well_placed(&camera);
    double largest = camera.zoom;
    fz_camera_zoom_at(&camera, 1.5, 100, 200);
    assert_true(camera.zoom == largest);
    for (int i = 0; i < 100; i++)
        fz_camera_zoom_at(&camera, 0.5, 100, 200);
    assert_true(camera.zoom > 0 && camera.zoom <= 0.1);
    assert_true(camera.target.w >= 1 && camera.target.h >= 1);
    assert_well_placed(&camera);
}

/* Whatever fit or fill has chosen: closer is never smaller, and further away never larger. */
static void zoom_goes_the_way_it_says(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        double long_side = exp(random_real(&random, 0, log(200000))),
               short_side = exp(random_real(&random, 0, log(3000)));
        bool wide = random_int(&random, 0, 1);
        struct fz_camera camera =
            camera_of(ceil(wide ? long_side : short_side), ceil(wide ? short_side : long_side), 1920, 1080);
        fz_camera_set_mode(&camera, random_int(&random, 0, 1) ? FZ_ZOOM_FILL : FZ_ZOOM_FIT, 0);
        double before = camera.zoom, factor = random_int(&random, 0, 1) ? 1.25 : 0.8;
        fz_camera_zoom_at(&camera, factor, 960, 540);
        if (factor > 1 ? camera.zoom < before : camera.zoom > before)
            fail_msg("%g x %g: zoomed from %g to %g by %g", camera.picture_w, camera.picture_h, before,
                     camera.zoom, factor);
    }
}

static void pan_follows_the_hand_up_to_the_edges(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 3000; round++) {
        double w, h, view_w, view_h;
        random_sizes(&random, &w, &h, &view_w, &view_h);
        struct fz_camera camera = camera_of(w, h, view_w, view_h);
        fz_camera_set_mode(&camera, FZ_ZOOM_FREE, random_real(&random, 0.3, 4));
        for (int i = 0; i < 10; i++) {
            double dx = random_int(&random, -900, 900), dy = random_int(&random, -900, 900);
            struct fz_rect before = camera.target;
            bool moved = fz_camera_pan(&camera, dx, dy, true);
            assert_well_placed(&camera);
            assert_int_equal(moved, !same_rect(before, camera.target));
            assert_true(same_rect(camera.shown, camera.target));
            const struct fz_rect *t = &camera.target;
            assert_true(t->w == before.w && t->h == before.h);
            if (t->x < -1 && t->x + t->w > view_w + 1)
                assert_near(t->x - before.x, dx, 2);
            if (t->y < -1 && t->y + t->h > view_h + 1)
                assert_near(t->y - before.y, dy, 2);
        }
    }
}

static void what_fits_does_not_pan(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(400, 300, 800, 600);
    assert_false(fz_camera_pan(&camera, 100, -100, true));
    assert_true(camera.target.x == 200 && camera.target.y == 150);
    fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 3); /* 1200 x 900 */
    assert_true(fz_camera_pan(&camera, 1e6, 0, true));
    assert_true(camera.target.x == 0);
    assert_false(fz_camera_pan(&camera, 1, 0, true));
    assert_true(fz_camera_pan(&camera, -1e6, -1e6, true));
    assert_true(camera.target.x == -400 && camera.target.y == -300);
    assert_false(fz_camera_pan(&camera, -1, -1, true));
}

static void small_pans_add_up(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(4000, 4000, 800, 600);
    fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 1);
    double x = camera.target.x;
    for (int i = 0; i < 100; i++)
        fz_camera_pan(&camera, 0.3, 0, true);
    assert_near(camera.target.x - x, 30, 1);
}

/* ---- The way there ------------------------------------------------------------------------------------- */

static double distance(struct fz_rect a, struct fz_rect b)
{
    return fabs(a.x - b.x) + fabs(a.y - b.y) + fabs(a.w - b.w) + fabs(a.h - b.h);
}

static void steps_come_closer_and_end(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 500; round++) {
        double w, h, view_w, view_h;
        random_sizes(&random, &w, &h, &view_w, &view_h);
        struct fz_camera camera = camera_of(w, h, view_w, view_h);
        fz_camera_set_mode(&camera, FZ_ZOOM_FREE, random_real(&random, 0.1, 5));
        fz_camera_pan(&camera, random_int(&random, -900, 900), random_int(&random, -900, 900), false);
        double left = distance(camera.shown, camera.target), t = 0;
        for (double dt_s = random_real(&random, 0.001, 0.05); fz_camera_step(&camera, dt_s); t += dt_s) {
            double now_left = distance(camera.shown, camera.target);
            assert_true(now_left < left);
            assert_true(t < 2);
            left = now_left;
        }
        assert_true(same_rect(camera.shown, camera.target));
        assert_false(fz_camera_step(&camera, FRAME_S));
    }
}

static void the_same_at_every_frame_rate(void **state)
{
    (void)state;
    static const double rates[] = {24, 60, 144, 1000};
    struct fz_rect at[COUNT(rates)];
    for (size_t r = 0; r < COUNT(rates); r++) {
        struct fz_camera camera = camera_of(4000, 3000, 800, 600);
        fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 1);
        double t = 0;
        for (; t + 1 / rates[r] < 0.1; t += 1 / rates[r])
            assert_true(fz_camera_step(&camera, 1 / rates[r]));
        fz_camera_step(&camera, 0.1 - t);
        at[r] = camera.shown;
        assert_true(distance(at[r], at[0]) < 1);
    }
    assert_true(at[0].w > 900 && at[0].w < 3900);
}

static void placed_smoothly_only_where_asked(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(4000, 3000, 800, 600);
    struct fz_rect shown = camera.shown;
    fz_camera_place(&camera, 4000, 3000, false, 1600, 1200, false);
    assert_true(same_rect(camera.shown, shown));
    assert_true(camera.target.w == 1600);
    fz_camera_place(&camera, 4000, 3000, false, 1600, 1200, true);
    assert_true(same_rect(camera.shown, camera.target));
}

/* As long as nobody knows how large the picture is, steps count from all of it, whatever that is; a zoom by number does not. */
static void steps_before_the_size_is_known(void **state)
{
    (void)state;
    for (int by_number = 0; by_number < 2; by_number++)
        for (int out = 0; out < 2; out++) {
            struct fz_camera camera = camera_of(4000, 3000, 800, 600);
            fz_camera_place(&camera, 800, 600, true, 800, 600, true);
            fz_camera_zoom_at(&camera, out ? 0.5 : 2, 400, 300);
            if (by_number)
                fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 1);
            fz_camera_place(&camera, 1600, 600, true, 1600, 600, true); /* the window was made larger */
            fz_camera_place(&camera, 4000, 3000, false, 1600, 600, true);
            assert_true(fabs(camera.zoom - (by_number ? 1 : out ? 0.1 : 0.4)) < 1e-9);
            assert_well_placed(&camera);
            fz_camera_place(&camera, 2000, 1500, false, 1600, 600, true); /* another picture with that zoom */
            assert_true(fabs(camera.zoom - (by_number ? 1 : out ? 0.1 : 0.4)) < 1e-9);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_shows_all_and_enlarges_nothing),
        cmocka_unit_test(a_very_long_picture_stays_visible),
        cmocka_unit_test(fill_leaves_no_gap),
        cmocka_unit_test(a_hundred_percent_is_pixel_for_pixel),
        cmocka_unit_test(the_mode_outlives_picture_and_window),
        cmocka_unit_test(zoom_keeps_the_point_under_the_pointer),
        cmocka_unit_test(zoom_keeps_the_point_over_many_steps),
        cmocka_unit_test(steps_do_not_jump_over_a_hundred_percent),
        cmocka_unit_test(zoom_has_limits),
        cmocka_unit_test(all_of_a_long_picture_is_a_zoom_out_away),
        cmocka_unit_test(zoom_goes_the_way_it_says),
        cmocka_unit_test(pan_follows_the_hand_up_to_the_edges),
        cmocka_unit_test(what_fits_does_not_pan),
        cmocka_unit_test(small_pans_add_up),
        cmocka_unit_test(steps_come_closer_and_end),
        cmocka_unit_test(the_same_at_every_frame_rate),
        cmocka_unit_test(placed_smoothly_only_where_asked),
        cmocka_unit_test(steps_before_the_size_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
