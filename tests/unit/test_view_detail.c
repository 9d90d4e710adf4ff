/* Squares of a huge picture: those that the window needs, and where they stand, however the picture is turned. */
#include "fixture.h"

#include "view/detail.h"

static struct fz_detail_view random_view(struct random *random)
{
    double zoom = exp((random_int(random, 0, 1000) - 800) / 200.0);
    struct fz_detail_view view = {
        .w = random_int(random, 2000, 60000),
        .h = random_int(random, 2000, 60000),
        .quarters = random_int(random, 0, 3),
        .flip_h = random_int(random, 0, 1),
        .flip_v = random_int(random, 0, 1),
        .view_w = random_int(random, 300, 4000),
        .view_h = random_int(random, 300, 3000),
    };
    double w = view.quarters % 2 ? view.h : view.w, h = view.quarters % 2 ? view.w : view.h;
    view.rect = (struct fz_rect){.w = round(w * zoom), .h = round(h * zoom)};
    view.rect.x = -random_int(random, 0, (int)fmax(view.rect.w - 100, 1));
    view.rect.y = -random_int(random, 0, (int)fmax(view.rect.h - 100, 1));
    return view;
}

static double scale_of(const struct fz_detail_view *view)
{
    return view->rect.w / (view->quarters % 2 ? view->h : view->w);
}

static void a_level_has_a_pixel_for_each_of_the_window(void **state)
{
    (void)state;
    assert_int_equal(fz_detail_level(3), 0);
    assert_int_equal(fz_detail_level(1), 0);
    assert_int_equal(fz_detail_level(0.51), 0);
    assert_int_equal(fz_detail_level(0.5), 1);
    assert_int_equal(fz_detail_level(0.3), 1);
    assert_int_equal(fz_detail_level(0.25), 2);
    assert_true(fz_detail_level(1e-9) < 20);
}

/* Every pixel of the window that shows some of the picture is covered by exactly one square of the grid. */
static void squares_cover_the_window_once(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 300; round++) {
        struct fz_detail_view view = random_view(&random);
        struct fz_detail_grid grid;
        assert_true(fz_detail_in_view(&view, fz_detail_level(scale_of(&view)), &grid));
        for (int i = 0; i < 50; i++) {
            double x = random_int(&random, 0, (int)view.view_w - 1) + 0.5;
            double y = random_int(&random, 0, (int)view.view_h - 1) + 0.5;
            bool inside = x < view.rect.x + view.rect.w && y < view.rect.y + view.rect.h;
            int covered = 0;
            for (int k = 0; k < grid.columns * grid.rows; k++) {
                struct fz_rect r = fz_detail_place(&view, grid.level, grid.column + k % grid.columns,
                                                   grid.row + k / grid.columns);
                covered += x > r.x && x < r.x + r.w && y > r.y && y < r.y + r.h;
            }
            if (covered != inside)
                fail_msg("%g,%g is covered %d times", x, y, covered);
        }
        struct fz_detail_grid around = fz_detail_around(&view, &grid, 2);
        assert_true(around.column >= 0 && around.row >= 0);
        assert_true(around.columns >= grid.columns && around.columns <= grid.columns + 4);
        assert_true(fz_detail_contains(&around, grid.level, grid.column, grid.row));
        assert_false(fz_detail_contains(&around, grid.level + 1, grid.column, grid.row));
    }
}

static void nothing_is_needed_where_the_picture_is_out_of_view(void **state)
{
    (void)state;
    struct fz_detail_view view = {
        .w = 5000, .h = 5000, .rect = {-5000, 0, 5000, 5000}, .view_w = 800, .view_h = 600};
    struct fz_detail_grid grid;
    assert_false(fz_detail_in_view(&view, 0, &grid));
}

/* The four corners of the picture, in each turn. */
static void squares_turn_with_the_picture(void **state)
{
    (void)state;
    static const char *const at[8] = {"0,0", "768,0", "768,256", "0,256", "768,0", "0,0", "0,256", "768,256"};
    for (int i = 0; i < 8; i++) {
        struct fz_detail_view view = {
            .w = i % 2 ? 512 : 1024, .h = i % 2 ? 1024 : 512, .quarters = i % 4, .flip_h = i >= 4};
        view.rect = (struct fz_rect){0, 0, 1024, 512};
        struct fz_rect r = fz_detail_place(&view, 0, 0, 0);
        char text[64];
        snprintf(text, sizeof text, "%g,%g", r.x, r.y);
        assert_string_equal(text, at[i]);
        assert_true(r.w == 256 && r.h == 256);
    }
}

/* What is decoded has whole pixels of its level, a border where there are neighbours, and nothing outside. */
static void sources_have_whole_pixels_and_borders(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 3000; round++) {
        struct fz_detail_view view = random_view(&random);
        struct fz_detail_grid grid;
        int level = random_int(&random, 0, 4), unit = 1 << level;
        assert_true(fz_detail_in_view(&view, level, &grid));
        struct fz_detail_source s = fz_detail_source(&view, &grid);
        assert_true(s.x >= 0 && s.y >= 0 && s.x + s.w <= view.w && s.y + s.h <= view.h);
        assert_int_equal(s.x % unit, 0);
        assert_int_equal(s.y % unit, 0);
        assert_int_equal(s.out_w, (s.w + unit - 1) / unit);
        assert_int_equal(s.out_h, (s.h + unit - 1) / unit);
        assert_int_equal(s.first_x, grid.column > 0 ? FZ_DETAIL_BORDER : 0);
        assert_int_equal(s.x + s.first_x * unit, grid.column * FZ_DETAIL_SIDE * unit);
        assert_true(s.x + s.w == view.w || s.out_w >= s.first_x + grid.columns * FZ_DETAIL_SIDE + 1);
        int w, h;
        fz_detail_size(&view, level, grid.column + grid.columns - 1, grid.row, &w, &h);
        assert_true(s.out_w >= s.first_x + (grid.columns - 1) * FZ_DETAIL_SIDE + w);
        assert_true(w >= 1 && w <= FZ_DETAIL_SIDE && h >= 1 && h <= FZ_DETAIL_SIDE);
    }
}

static void blocks_take_all_that_is_missing(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 2000; round++) {
        bool missing[64];
        struct fz_detail_grid grid = {1, 5, 7, random_int(&random, 1, 8), random_int(&random, 1, 8)}, block;
        int all = grid.columns * grid.rows, left = 0, most = random_int(&random, 1, 20);
        for (int i = 0; i < all; i++)
            left += missing[i] = random_int(&random, 0, 3) > 0;
        while (fz_detail_block(&grid, missing, most, &block)) {
            assert_true(block.columns * block.rows <= most);
            for (int k = 0; k < block.columns * block.rows; k++) {
                int column = block.column + k % block.columns, row = block.row + k / block.columns;
                assert_true(fz_detail_contains(&grid, block.level, column, row));
                bool *one = &missing[(row - grid.row) * grid.columns + column - grid.column];
                assert_true(*one);
                *one = false;
                left--;
            }
        }
        assert_int_equal(left, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_has_a_pixel_for_each_of_the_window),
        cmocka_unit_test(squares_cover_the_window_once),
        cmocka_unit_test(nothing_is_needed_where_the_picture_is_out_of_view),
        cmocka_unit_test(squares_turn_with_the_picture),
        cmocka_unit_test(sources_have_whole_pixels_and_borders),
        cmocka_unit_test(blocks_take_all_that_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
