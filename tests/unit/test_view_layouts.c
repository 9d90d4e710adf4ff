/* What holds in every layout of the table, against loops over all tiles, for random windows and sections with a printed seed. */
#include "fixture.h"

#include "ctl/option.h"
#include "view/layout_kinds.h"
#include "view/mosaic.h"

enum { MOST_TILES = 300, MOST_SECTIONS = 12 };

struct wall {
    struct fz_layout layout;
    struct fz_layout_section sections[MOST_SECTIONS];
    struct fz_mosaic mosaic;
    double ratios[MOST_TILES]; /* 0: not known */
};

static double ratio_of(const void *of, size_t index)
{
    return ((const struct wall *)of)->ratios[index];
}

static void draw_ratios(struct random *random, struct wall *wall)
{
    wall->mosaic.ratio_of = ratio_of;
    wall->mosaic.of = wall;
    for (size_t i = 0; i < MOST_TILES; i++) {
        int kind = random_int(random, 0, 9);
        wall->ratios[i] = kind == 0   ? 0
                          : kind == 1 ? random_real(random, 0.01, 20)
                          : kind < 5  ? 2.0 / 3
                                      : 1.5;
    }
}

static void draw_pins(struct random *random, struct wall *wall)
{
    wall->mosaic.pin_count = 0;
    for (uint32_t pin = 0; random_int(random, 0, 2) > 0;) {
        pin += (uint32_t)random_int(random, 1, MOST_TILES / 2);
        wall->mosaic.pins[wall->mosaic.pin_count++] = pin;
        if (wall->mosaic.pin_count == FZ_MOSAIC_PINS)
            return;
    }
}

static void set_random(struct random *random, struct wall *wall)
{
    struct fz_layout_params params = {.id = (enum fz_layout_id)random_int(random, 0, FZ_LAYOUTS - 1),
                                      .view_w = random_int(random, 64, 2000),
                                      .view_h = random_int(random, 64, 1500),
                                      .tile_w = random_int(random, 16, 400),
                                      .tile_h = random_int(random, 16, 400),
                                      .caption_h = FZ_CAPTION_H,
                                      .heading_h = random_int(random, 1, 60),
                                      .count = (size_t)random_int(random, 1, MOST_TILES),
                                      .sections = wall->sections,
                                      .mosaic = &wall->mosaic};
    draw_ratios(random, wall);
    draw_pins(random, wall);
    size_t wanted = (size_t)random_int(random, 0, MOST_SECTIONS);
    for (size_t start = 0; params.section_count < wanted && start < params.count;) {
        wall->sections[params.section_count++].start = (uint32_t)start;
        start += (size_t)random_int(random, 1, 30);
    }
    fz_layout_set(&wall->layout, &params);
}

static const char *describe(const struct fz_layout *layout)
{
    static char text[160];
    const struct fz_layout_params *p = &layout->params;
    snprintf(text, sizeof text, "%s, window %dx%d, tile %dx%d, %zu tiles, %zu sections",
             fz_layout_name(p->id), p->view_w, p->view_h, p->tile_w, p->tile_h, p->count, p->section_count);
    return text;
}

static bool apart(struct fz_rect a, struct fz_rect b)
{
    return a.x + a.w <= b.x + 1e-6 || b.x + b.w <= a.x + 1e-6 || a.y + a.h <= b.y + 1e-6 ||
           b.y + b.h <= a.y + 1e-6;
}

static bool is_whole(double x)
{
    return x == floor(x);
}

/* ---- The table ----------------------------------------------------------------------------------------- */

static void names_are_those_of_the_option(void **state)
{
    (void)state;
    char names[200] = "";
    for (int i = 0; i < FZ_LAYOUTS; i++) {
        enum fz_layout_id id = FZ_LAYOUTS;
        const char *name = fz_layout_name((enum fz_layout_id)i);
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? "|" : "", name);
        assert_true(fz_layout_find(name, &id));
        assert_int_equal(id, i);
    }
    assert_string_equal(names, fz_option_row(FZ_OPTION_LAYOUT)->metavar);
    enum fz_layout_id id;
    assert_false(fz_layout_find("gri", &id));
}

/* ---- Where things stand -------------------------------------------------------------------------------- */

static void nothing_lies_over_another_thing(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 300; round++) {
        set_random(&random, &wall);
        const struct fz_layout *layout = &wall.layout;
        for (size_t i = 0; i < layout->params.count; i++) {
            struct fz_rect cell = fz_layout_cell(layout, i), box = fz_layout_box(layout, i);
            assert_true(is_whole(box.x) && is_whole(box.y) && is_whole(box.w) && is_whole(box.h));
            assert_true(box.w >= 1 && box.h >= 1);
            assert_true(box.x > cell.x - 1 && box.x + box.w <= cell.x + cell.w + 1e-6);
            assert_true(box.y > cell.y - 1 && box.y + box.h <= cell.y + cell.h + 1e-6);
            for (size_t k = 0; k < i; k++)
                if (!apart(fz_layout_cell(layout, k), cell))
                    fail_msg("%s: tiles %zu and %zu overlap", describe(layout), k, i);
            for (size_t s = 0; s < layout->params.section_count; s++)
                if (!apart(fz_layout_heading(layout, s), cell))
                    fail_msg("%s: heading %zu lies over tile %zu", describe(layout), s, i);
        }
    }
}

static void a_heading_leaves_a_low_strip_to_its_pictures(void **state)
{
    (void)state;
    struct fz_layout_section sections[] = {{.start = 0}, {.start = 50}};
    struct fz_layout_params params = {.id = FZ_LAYOUT_STRIP,
                                      .view_w = 800,
                                      .tile_w = 256,
                                      .tile_h = 192,
                                      .count = 100,
                                      .heading_h = 36,
                                      .sections = sections,
                                      .section_count = 2};
    struct fz_layout layout;
    for (params.view_h = 40; params.view_h < 400; params.view_h++) {
        fz_layout_set(&layout, &params);
        assert_true(layout.box_h >= params.view_h / 2.0);
    }
    assert_true(layout.params.section_count == 2);
}

static void a_strip_is_one_row_of_larger_tiles(void **state)
{
    (void)state;
    struct fz_layout_params params = {.id = FZ_LAYOUT_STRIP,
                                      .view_w = 1920,
                                      .view_h = 1080,
                                      .tile_w = 256,
                                      .tile_h = 192,
                                      .caption_h = FZ_CAPTION_H,
                                      .count = 100000};
    struct fz_layout layout;
    size_t first, last, index;
    fz_layout_set(&layout, &params);
    assert_true(layout.box_w == 640 && layout.box_h == 480);
    double above = fz_layout_box(&layout, 0).y, below = 1080 - above - layout.box_h;
    assert_near(above, below, FZ_CAPTION_H + FZ_MIN_GAP);
    for (size_t i = 1; i < 100; i++) {
        struct fz_rect box = fz_layout_box(&layout, i), before = fz_layout_box(&layout, i - 1);
        assert_true(box.y == before.y && box.x - before.x == layout.pitch_x);
    }
    assert_true(fz_layout_visible(&layout, fz_layout_scroll_max(&layout), &first, &last));
    assert_int_equal(last, params.count - 1);
    assert_int_equal(first, params.count - 3);
    assert_true(fz_layout_hit(&layout, fz_layout_scroll_max(&layout), 1900, 540, &index));
    assert_int_equal(index, last);
    assert_false(fz_layout_hit(&layout, 0, 100, 5, &index));
    assert_int_equal(fz_layout_move(&layout, 7, 0, 1, FZ_LAYOUT_OWN_COLUMN), 8);
    assert_int_equal(fz_layout_move(&layout, 7, -1, 0, FZ_LAYOUT_OWN_COLUMN), 6);
}

static void a_wall_without_tiles_answers(void **state)
{
    (void)state;
    static struct wall wall;
    for (int id = 0; id < FZ_LAYOUTS; id++) {
        struct fz_layout_params params = {.id = (enum fz_layout_id)id,
                                          .view_w = 800,
                                          .view_h = 480,
                                          .tile_w = 256,
                                          .tile_h = 192,
                                          .mosaic = &wall.mosaic};
        size_t first, last;
        fz_layout_set(&wall.layout, &params);
        assert_false(fz_layout_visible(&wall.layout, 0, &first, &last));
        assert_false(fz_layout_hit(&wall.layout, 0, 100, 100, &first));
        assert_true(fz_layout_start(&wall.layout, 3) == 0 && fz_layout_centre(&wall.layout, 3) == 0);
        assert_true(fz_layout_reveal(&wall.layout, 3, 100) == 0 && fz_layout_box(&wall.layout, 3).w == 0);
        assert_int_equal(fz_layout_move(&wall.layout, 3, 1, 1, 0), 0);
        assert_int_equal(fz_layout_page(&wall.layout, 3, 1), 1);
        assert_int_equal(fz_layout_section(&wall.layout, 3), 0);
    }
}

/* ---- Looking ------------------------------------------------------------------------------------------- */

static void visible_is_what_a_loop_finds(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 5000; round++) {
        set_random(&random, &wall);
        const struct fz_layout *layout = &wall.layout;
        double scroll = random_real(&random, 0, fz_layout_scroll_max(layout)), view = fz_layout_view(layout);
        size_t first = SIZE_MAX, last = SIZE_MAX;
        assert_true(fz_layout_visible(layout, scroll, &first, &last));
        assert_true(first <= last && last < layout->params.count);
        for (size_t i = 0; i < layout->params.count; i++) {
            double start = fz_layout_start(layout, i), end = start + fz_layout_cell_length(layout, i);
            double seen = fmin(end, scroll + view) - fmax(start, scroll);
            bool visible = i >= first && i <= last;
            bool may_be_hidden =
                fz_layout_has_shapes(layout->params.id) && ((i > first && i < last) || first == last);
            if ((seen > 0.5 + 1e-6 && !visible) || (seen < 0.5 - 1e-6 && visible && !may_be_hidden))
                fail_msg("%s at %.17g: %g px of %zu seen, visible: %zu to %zu", describe(layout), scroll,
                         seen, i, first, last);
        }
    }
}

static void hit_is_the_inverse_of_cell(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 1000; round++) {
        set_random(&random, &wall);
        const struct fz_layout *layout = &wall.layout;
        double scroll = floor(random_real(&random, 0, fz_layout_scroll_max(layout)));
        for (int i = 0; i < 20; i++) {
            double x = random_real(&random, 0, layout->params.view_w),
                   y = random_real(&random, 0, layout->params.view_h);
            size_t index = SIZE_MAX, expected = SIZE_MAX;
            for (size_t k = 0; k < layout->params.count; k++) {
                struct fz_rect cell = fz_layout_cell(layout, k);
                *(layout->sideways ? &cell.x : &cell.y) -= scroll;
                if (x >= cell.x && x < cell.x + cell.w && y >= cell.y && y < cell.y + cell.h)
                    expected = k;
            }
            if (!fz_layout_hit(layout, scroll, x, y, &index))
                index = SIZE_MAX;
            if (index != expected)
                fail_msg("%s at %g: (%.17g, %.17g) lies in %zu, not %zu", describe(layout), scroll, x, y,
                         expected, index);
        }
    }
}

static void reveal_and_centre_show_the_tile(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 20000; round++) {
        set_random(&random, &wall);
        const struct fz_layout *layout = &wall.layout;
        double max = fz_layout_scroll_max(layout), view = fz_layout_view(layout);
        size_t index = (size_t)random_int(&random, 0, (int)layout->params.count - 1);
        double start = fz_layout_start(layout, index), end = start + fz_layout_cell_length(layout, index);
        double revealed = fz_layout_reveal(layout, index, random_real(&random, 0, max));
        double centred = fz_layout_centre(layout, index);
        assert_true(revealed >= 0 && revealed <= max && centred >= 0 && centred <= max);
        assert_near(fz_layout_reveal(layout, index, revealed), revealed, 1e-6);
        if (end - start > view)
            continue;
        assert_true(start >= revealed - 1e-6 && end <= revealed + view + 1e-6);
        assert_true(start >= centred - 1 && end <= centred + view + 1);
        if (centred > 0 && centred < max)
            assert_near((start + end) / 2, centred + view / 2, 1);
    }
}

/* ---- Shapes -------------------------------------------------------------------------------------------- */

static const int SIZES[][2] = {{1920, 1080}, {1280, 800}, {3840, 2160}, {800, 480}};

/* Of photographs, all shapes known. */
static void set_photos(struct random *random, struct wall *wall, enum fz_layout_id id, int view_w, int view_h)
{
    static const double shapes[] = {1.5, 1.5, 4.0 / 3, 2.0 / 3, 0.75, 1, 16.0 / 9};
    struct fz_layout_params params = {.id = id,
                                      .view_w = view_w,
                                      .view_h = view_h,
                                      .tile_w = 256,
                                      .tile_h = 256,
                                      .count = MOST_TILES,
                                      .mosaic = &wall->mosaic};
    draw_ratios(random, wall);
    for (size_t i = 0; i < MOST_TILES; i++)
        wall->ratios[i] = shapes[random_int(random, 0, 6)];
    fz_layout_set(&wall->layout, &params);
}

static void assert_whole_picture(const struct wall *wall, size_t i)
{
    struct fz_rect box = fz_layout_box(&wall->layout, i);
    if (fabs(box.w - box.h * wall->ratios[i]) > 1 + wall->ratios[i])
        fail_msg("tile %zu of shape %g is %g x %g", i, wall->ratios[i], box.w, box.h);
}

static void justified_rows_fill_the_window(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 200; round++) {
        const int *size = SIZES[round % 4];
        set_photos(&random, &wall, FZ_LAYOUT_JUSTIFIED, size[0], size[1]);
        for (size_t i = 0, next; i < MOST_TILES; i = next) {
            struct fz_rect first = fz_layout_box(&wall.layout, i), box = first;
            assert_true(first.x == FZ_MIN_GAP / 2);
            for (next = i; next < MOST_TILES && fz_layout_box(&wall.layout, next).y == first.y; next++) {
                box = fz_layout_box(&wall.layout, next);
                assert_true(box.h == first.h);
                assert_whole_picture(&wall, next);
            }
            if (next < MOST_TILES && box.x + box.w != size[0] - FZ_MIN_GAP / 2)
                fail_msg("%s: the row of tile %zu ends at %g", describe(&wall.layout), i, box.x + box.w);
            assert_true(first.h >= 100 && first.h <= wall.layout.box_h);
        }
    }
}

static void masonry_columns_end_together(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 200; round++) {
        const int *size = SIZES[round % 4];
        set_photos(&random, &wall, FZ_LAYOUT_MASONRY, size[0], size[1]);
        double bottom = 0;
        for (size_t i = 0; i < MOST_TILES; i++) {
            struct fz_rect box = fz_layout_box(&wall.layout, i);
            assert_true(box.w == wall.layout.box_w);
            assert_whole_picture(&wall, i);
            bottom = fmax(bottom, box.y + box.h);
        }
        assert_near(bottom, wall.layout.length, FZ_MIN_GAP);
        double most = 0; /* nothing is much lower than what stands beside it */
        for (size_t i = 1; i < MOST_TILES; i++)
            most = fmax(most, fabs(fz_layout_box(&wall.layout, i).y - fz_layout_box(&wall.layout, i - 1).y));
        assert_true(most < 2 * wall.layout.box_w / (2.0 / 3));
    }
}

static void what_is_shown_stays_when_shapes_become_known(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 200; round++) {
        size_t first, last;
        enum fz_layout_id id = round % 2 ? FZ_LAYOUT_JUSTIFIED : FZ_LAYOUT_MASONRY;
        struct fz_rect before[MOST_TILES];
        set_photos(&random, &wall, id, 1280, 800);
        double ratios[MOST_TILES];
        memcpy(ratios, wall.ratios, sizeof ratios);
        memset(wall.ratios, 0, sizeof wall.ratios);
        struct fz_layout_params params = wall.layout.params;
        fz_layout_set(&wall.layout, &params);
        assert_true(fz_mosaic_at(&wall.layout, 0)->is_guessed);
        double scroll = random_real(&random, 0, fz_layout_scroll_max(&wall.layout));
        assert_true(fz_layout_visible(&wall.layout, scroll, &first, &last));
        fz_mosaic_show(&wall.layout, first, last);
        for (size_t i = first; i <= last; i++)
            before[i] = fz_layout_box(&wall.layout, i);
        memcpy(wall.ratios, ratios, sizeof ratios);
        for (size_t i = 0; i < MOST_TILES; i++)
            fz_mosaic_renew(&wall.layout, i);
        fz_mosaic_refresh(&wall.layout, first, last);
        double shift = fz_layout_box(&wall.layout, first).y - before[first].y;
        for (size_t i = first; i <= last; i++) {
            struct fz_rect box = fz_layout_box(&wall.layout, i);
            assert_true(box.x == before[i].x && box.w == before[i].w && box.h == before[i].h);
            assert_near(box.y - before[i].y, shift, 1e-6);
        }
        size_t far = fz_mosaic_at(&wall.layout, 0)->is_shown ? MOST_TILES - 1 : 0;
        fz_mosaic_refresh(&wall.layout, far, far); /* it is out of view: what is known counts now */
        for (size_t i = first; i <= last; i++)
            if (fz_mosaic_at(&wall.layout, i) != fz_mosaic_at(&wall.layout, far))
                assert_whole_picture(&wall, i);
    }
}

/* From a pin on every tile stands in its block as it would were there nothing before it. */
static void a_block_begins_where_it_is_pinned(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall, rest;
    for (int round = 0; round < 200; round++) {
        enum fz_layout_id id = round % 2 ? FZ_LAYOUT_JUSTIFIED : FZ_LAYOUT_MASONRY;
        size_t pin = (size_t)random_int(&random, FZ_MOSAIC_TILES, MOST_TILES - 1);
        wall.mosaic.pins[0] = (uint32_t)pin;
        wall.mosaic.pin_count = 1;
        set_photos(&random, &wall, id, 1280, 800);
        size_t blocks = 0;
        for (size_t i = 0; i < MOST_TILES; i = fz_mosaic_block_end(&wall.layout, blocks++))
            assert_int_equal(fz_mosaic_at(&wall.layout, i)->start, i);
        assert_int_equal(fz_mosaic_at(&wall.layout, pin)->start, pin);
        memcpy(rest.ratios, wall.ratios + pin, (MOST_TILES - pin) * sizeof *rest.ratios);
        rest.mosaic.ratio_of = ratio_of;
        rest.mosaic.of = &rest;
        struct fz_layout_params params = wall.layout.params;
        params.mosaic = &rest.mosaic;
        params.count = MOST_TILES - pin;
        fz_layout_set(&rest.layout, &params);
        double above = fz_layout_box(&wall.layout, pin).y - fz_layout_box(&rest.layout, 0).y;
        for (size_t i = pin; i < MOST_TILES; i++) {
            struct fz_rect box = fz_layout_box(&wall.layout, i), alone = fz_layout_box(&rest.layout, i - pin);
            assert_true(box.x == alone.x && box.w == alone.w && box.h == alone.h);
            assert_near(box.y - alone.y, above, 1e-6);
        }
    }
}

static void rows_and_columns_lead_up_and_down(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    for (int round = 0; round < 200; round++) {
        enum fz_layout_id id = round % 2 ? FZ_LAYOUT_JUSTIFIED : FZ_LAYOUT_MASONRY;
        set_photos(&random, &wall, id, 1280, 800);
        const struct fz_layout *layout = &wall.layout;
        size_t at = (size_t)random_int(&random, 0, MOST_TILES - 1), column = fz_layout_column(layout, at);
        for (size_t next; (next = fz_layout_move(layout, at, 0, 1, column)) != at; at = next) {
            struct fz_rect from = fz_layout_box(layout, at), to = fz_layout_box(layout, next);
            assert_true(next > at && to.y >= from.y + from.h);
            assert_true(to.y - (from.y + from.h) <= 2 * layout->box_w);
            if (next < MOST_TILES - 20)
                assert_true(to.x <= (double)column && (double)column <= to.x + to.w + FZ_MIN_GAP);
            assert_int_equal(fz_layout_move(layout, next, 0, -1, fz_layout_column(layout, at)) > at, false);
        }
        assert_true(at >= MOST_TILES - 20);
        assert_int_equal(fz_layout_move(layout, 0, 0, -3, column), 0);
        long page = fz_layout_page(layout, 0, 1);
        size_t after = fz_layout_move(layout, 0, 0, page, fz_layout_column(layout, 0));
        assert_true(fz_layout_start(layout, after) <= 800 &&
                    fz_layout_start(layout, after) > 800 - 2 * layout->box_w);
    }
}

/* How far tile `to` is from where the column of tile `from` leads: in rows the row counts first, in columns the column. */
static void distance(const struct fz_layout *layout, size_t from, size_t to, double distance[2])
{
    struct fz_rect a = fz_layout_box(layout, from), b = fz_layout_box(layout, to);
    double column = (double)fz_layout_column(layout, from), right = b.x + b.w + FZ_MIN_GAP;
    bool rows = layout->params.id == FZ_LAYOUT_JUSTIFIED;
    distance[rows ? 0 : 1] = to > from ? b.y - (a.y + a.h) : a.y - (b.y + b.h);
    distance[rows ? 1 : 0] = column < b.x ? b.x - column : column > right ? column - right : 0;
}

static void next_row_is_what_a_loop_finds(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct wall wall;
    const struct fz_layout *layout = &wall.layout;
    for (int round = 0; round < 400; round++) {
        do
            set_random(&random, &wall);
        while (layout->params.id != FZ_LAYOUT_JUSTIFIED && layout->params.id != FZ_LAYOUT_MASONRY);
        size_t from = (size_t)random_int(&random, 0, (int)layout->params.count - 1);
        bool down = random_int(&random, 0, 1) == 1;
        double best[2] = {INFINITY, INFINITY}, found[2] = {INFINITY, INFINITY};
        for (size_t i = 0; i < layout->params.count; i++) {
            double way[2];
            distance(layout, from, i, way);
            ptrdiff_t blocks = fz_mosaic_at(layout, i) - fz_mosaic_at(layout, from);
            if ((down ? i <= from || blocks > 1 : i >= from || blocks < -1) ||
                way[layout->params.id == FZ_LAYOUT_MASONRY] < 0)
                continue;
            if (way[0] < best[0] || (way[0] == best[0] && way[1] < best[1]))
                memcpy(best, way, sizeof best);
        }
        size_t next = fz_layout_move(layout, from, 0, down ? 1 : -1, FZ_LAYOUT_OWN_COLUMN);
        if (next != from)
            distance(layout, from, next, found);
        if (found[0] != best[0] || found[1] != best[1])
            fail_msg("%s: from %zu %s to %zu, %g %g away instead of %g %g", describe(layout), from,
                     down ? "down" : "up", next, found[0], found[1], best[0], best[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_the_option),
        cmocka_unit_test(nothing_lies_over_another_thing),
        cmocka_unit_test(a_heading_leaves_a_low_strip_to_its_pictures),
        cmocka_unit_test(a_strip_is_one_row_of_larger_tiles),
        cmocka_unit_test(a_wall_without_tiles_answers),
        cmocka_unit_test(visible_is_what_a_loop_finds),
        cmocka_unit_test(hit_is_the_inverse_of_cell),
        cmocka_unit_test(reveal_and_centre_show_the_tile),
        cmocka_unit_test(justified_rows_fill_the_window),
        cmocka_unit_test(masonry_columns_end_together),
        cmocka_unit_test(what_is_shown_stays_when_shapes_become_known),
        cmocka_unit_test(a_block_begins_where_it_is_pinned),
        cmocka_unit_test(rows_and_columns_lead_up_and_down),
        cmocka_unit_test(next_row_is_what_a_loop_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
