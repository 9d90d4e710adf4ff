/* Turns and mirrors of the camera, against a picture of a few pixels that is turned and mirrored by hand. */
#include "fixture.h"

#include "view/camera.h"

enum { SIDE = 7 };

struct pixels {
    int w, h;
    int at[SIDE][SIDE]; /* [y][x] */
};

static struct pixels numbered(int w, int h)
{
    struct pixels p = {.w = w, .h = h};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            p.at[y][x] = y * w + x;
    return p;
}

/* The top row becomes the right column. */
static struct pixels turned_clockwise(struct pixels p)
{
    struct pixels out = {.w = p.h, .h = p.w};
    for (int y = 0; y < p.h; y++)
        for (int x = 0; x < p.w; x++)
            out.at[x][p.h - 1 - y] = p.at[y][x];
    return out;
}

static struct pixels mirrored(struct pixels p, bool horizontal)
{
    struct pixels out = {.w = p.w, .h = p.h};
    for (int y = 0; y < p.h; y++)
        for (int x = 0; x < p.w; x++)
            out.at[horizontal ? y : p.h - 1 - y][horizontal ? p.w - 1 - x : x] = p.at[y][x];
    return out;
}

/* What the camera's state says, as struct fz_camera defines it: first the turn, then the mirrors. */
static struct pixels drawn(const struct fz_camera *camera, struct pixels p)
{
    for (int i = 0; i < camera->quarter_turns; i++)
        p = turned_clockwise(p);
    if (camera->flip_h)
        p = mirrored(p, true);
    return camera->flip_v ? mirrored(p, false) : p;
}

static bool same_pixels(const struct pixels *a, const struct pixels *b)
{
    for (int y = 0; y < a->h; y++)
        if (memcmp(a->at[y], b->at[y], sizeof(int) * (size_t)a->w) != 0)
            return false;
    return a->w == b->w && a->h == b->h;
}

static struct fz_camera camera_of(double w, double h)
{
    struct fz_camera camera;
    fz_camera_init(&camera);
    fz_camera_place(&camera, w, h, false, 800, 600, true);
    return camera;
}

static void any_sequence_shows_what_hands_would_make(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 5000; round++) {
        struct pixels picture = numbered(random_int(&random, 1, SIDE), random_int(&random, 1, SIDE)),
                      by_hand = picture;
        struct fz_camera camera = camera_of(picture.w, picture.h);
        for (int i = 0; i < 8; i++) {
            int quarters = random_int(&random, -5, 5);
            bool horizontal = random_int(&random, 0, 1), turn = random_int(&random, 0, 1);
            if (turn)
                fz_camera_turn(&camera, quarters);
            else
                fz_camera_flip(&camera, horizontal);
            for (int k = 0; turn && k < quarters + 8; k++) /* eight quarters more change nothing */
                by_hand = turned_clockwise(by_hand);
            if (!turn)
                by_hand = mirrored(by_hand, horizontal);
            struct pixels shown = drawn(&camera, picture);
            assert_true(same_pixels(&shown, &by_hand));
            assert_true(camera.picture_w == by_hand.w && camera.picture_h == by_hand.h);
            assert_true(camera.target.w == by_hand.w && camera.target.h == by_hand.h);
        }
    }
}

static void assert_same_view(const struct fz_camera *a, const struct fz_camera *b)
{
    assert_int_equal(a->quarter_turns, b->quarter_turns);
    assert_int_equal(a->flip_h, b->flip_h);
    assert_int_equal(a->flip_v, b->flip_v);
    assert_true(a->picture_w == b->picture_w && a->picture_h == b->picture_h);
    assert_near(a->zoom, b->zoom, 1e-9);
    assert_near(a->target.x, b->target.x, 1);
    assert_near(a->target.y, b->target.y, 1);
    assert_near(a->target.w, b->target.w, 0);
    assert_near(a->target.h, b->target.h, 0);
}

static void four_quarters_are_none(void **state)
{
    (void)state;
    static const int ways[][4] = {{1, 1, 1, 1},   {-1, -1, -1, -1}, {2, 2, 0, 0},
                                  {1, -1, 3, -3}, {4, 8, -4, 0},    {5, -1, 1, 3}};
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct fz_camera camera = camera_of(4000, 3000), before = camera;
        for (int k = 0; k < 4; k++)
            fz_camera_turn(&camera, ways[i][k]);
        assert_same_view(&camera, &before);
    }
}

static void mirrored_twice_is_not_at_all(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 1000; round++) {
        struct fz_camera camera = camera_of(random_int(&random, 900, 4000), random_int(&random, 900, 4000));
        fz_camera_turn(&camera, random_int(&random, 0, 3));
        fz_camera_set_mode(&camera, FZ_ZOOM_FREE, random_real(&random, 0.5, 2));
        fz_camera_pan(&camera, random_int(&random, -500, 500), random_int(&random, -500, 500), true);
        struct fz_camera before = camera;
        bool horizontal = random_int(&random, 0, 1);
        fz_camera_flip(&camera, horizontal);
        assert_true((horizontal ? camera.flip_h : camera.flip_v) !=
                    (horizontal ? before.flip_h : before.flip_v));
        fz_camera_flip(&camera, horizontal);
        assert_same_view(&camera, &before);
    }
}

/* What was at the left edge of the window stands at its right edge, mirrored. */
static void a_mirror_keeps_the_part_in_view(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(3000, 2000);
    fz_camera_set_mode(&camera, FZ_ZOOM_FREE, 1);
    fz_camera_pan(&camera, 700, -300, true);
    struct fz_rect before = camera.target;
    fz_camera_flip(&camera, true);
    assert_near(camera.target.x, 800 - (before.x + before.w), 1);
    assert_near(camera.target.y, before.y, 1);
    fz_camera_flip(&camera, false);
    assert_near(camera.target.y, 600 - (before.y + before.h), 1);
    assert_true(camera.shown.x == camera.target.x && camera.shown.y == camera.target.y);
}

static void a_turned_picture_is_fitted_anew(void **state)
{
    (void)state;
    struct fz_camera camera = camera_of(4000, 1000);
    assert_true(camera.target.w == 800 && camera.target.h == 200);
    fz_camera_turn(&camera, 1);
    assert_true(camera.target.w == 150 && camera.target.h == 600);
    assert_true(camera.shown.w == 150);
    fz_camera_place(&camera, 4000, 1000, false, 1600, 600, true); /* sizes are of the unturned picture */
    assert_true(camera.target.w == 150 && camera.target.h == 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sequence_shows_what_hands_would_make),
        cmocka_unit_test(four_quarters_are_none),
        cmocka_unit_test(mirrored_twice_is_not_at_all),
        cmocka_unit_test(a_mirror_keeps_the_part_in_view),
        cmocka_unit_test(a_turned_picture_is_fitted_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
