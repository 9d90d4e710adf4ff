/* The wall's geometry, against loops over all tiles, for random windows and sections with a printed seed. */
#include "fixture.h"

#include "view/layout.h"

static struct fz_layout layout_of(int view_w, int view_h, int tile_w, int tile_h, size_t count)
{
    struct fz_layout layout;
    struct fz_layout_params params = {.view_w = view_w,
                                      .view_h = view_h,
                                      .tile_w = tile_w,
                                      .tile_h = tile_h,
                                      .caption_h = FZ_CAPTION_H,
                                      .count = count};
    fz_layout_set(&layout, &params);
    return layout;
}

static struct fz_layout random_layout(struct random *random, int min_view, int max_count)
{
    return layout_of(random_int(random, min_view, 2000), random_int(random, min_view, 1500),
                     random_int(random, 16, 500), random_int(random, 16, 500),
                     (size_t)random_int(random, 1, max_count));
}

static const char *describe(const struct fz_layout *layout)
{
    static char text[120];
    const struct fz_layout_params *p = &layout->params;
    snprintf(text, sizeof text, "window %dx%d, tile %dx%d, %zu tiles", p->view_w, p->view_h, p->tile_w,
             p->tile_h, p->count);
    return text;
}

/* ---- The screen that is promised ----------------------------------------------------------------------- */

static void assert_screenful(int view_w, int view_h, int tile_w, int tile_h, size_t columns, size_t rows)
{
    struct fz_layout layout = layout_of(view_w, view_h, tile_w, tile_h, 10000);
    size_t first, last;
    assert_int_equal(layout.columns, columns);
    assert_true(fz_layout_visible(&layout, 0, &first, &last));
    assert_int_equal(first, 0);
    assert_int_equal(last, columns * rows - 1);
    for (size_t i = first; i <= last; i++) {
        struct fz_rect box = fz_layout_box(&layout, i);
        assert_true(box.w == tile_w && box.h == tile_h);
        assert_true(box.x >= 0 && box.y >= 0 && box.x + box.w <= view_w &&
                    box.y + box.h + FZ_CAPTION_H <= view_h);
    }
}

static void full_hd_shows_35_tiles(void **state)
{
    (void)state;
    assert_screenful(1920, 1080, 256, 192, 7, 5);
    assert_screenful(1920, 1080, 240, 140, 7, 6);
}

/* ---- Boxes and cells ----------------------------------------------------------------------------------- */

static void cells_cover_the_content(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 300; round++) {
        struct fz_layout layout = random_layout(&random, 64, 400);
        size_t columns = layout.columns;
        for (size_t i = 0; i < layout.params.count; i++) {
            struct fz_rect cell = fz_layout_cell(&layout, i);
            assert_near(cell.x, i % columns == 0 ? 0 : fz_layout_cell(&layout, i - 1).x + cell.w, 1e-6);
            assert_near(cell.y, i < columns ? 0 : fz_layout_cell(&layout, i - columns).y + cell.h, 1e-6);
            if (i % columns == columns - 1)
                assert_near(cell.x + cell.w, layout.params.view_w, 1e-6);
        }
        struct fz_rect last = fz_layout_cell(&layout, layout.params.count - 1);
        assert_near(last.y + last.h, layout.length, 1e-6);
    }
}

static bool is_whole(double x)
{
    return x == floor(x);
}

static void boxes_stand_on_whole_pixels_in_their_cells(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 300; round++) {
        struct fz_layout layout = random_layout(&random, 64, 200);
        const struct fz_layout_params *p = &layout.params;
        bool roomy =
            p->view_w >= p->tile_w + FZ_MIN_GAP && p->view_h >= p->tile_h + FZ_CAPTION_H + FZ_MIN_GAP;
        for (size_t i = 0; i < p->count; i++) {
            struct fz_rect box = fz_layout_box(&layout, i), cell = fz_layout_cell(&layout, i);
            assert_true(is_whole(box.x) && is_whole(box.y) && is_whole(box.w) && is_whole(box.h));
            assert_true(box.w >= 1 && box.h >= 1 && box.w <= p->view_w && box.h <= p->view_h);
            assert_true(box.x > cell.x - 1 && box.x + box.w <= cell.x + cell.w + 1e-6);
            assert_true(box.y > cell.y - 1 && box.y + box.h <= cell.y + cell.h + 1e-6);
            if (!roomy)
                continue;
            assert_true(box.w == p->tile_w && box.h == p->tile_h);
            assert_true(box.y + box.h + FZ_CAPTION_H <= cell.y + cell.h + 1e-6);
            if (i % layout.columns > 0)
                assert_true(box.x - fz_layout_box(&layout, i - 1).x >= p->tile_w + FZ_MIN_GAP);
            if (i >= layout.columns)
                assert_true(box.y - fz_layout_box(&layout, i - layout.columns).y >=
                            p->tile_h + FZ_CAPTION_H + FZ_MIN_GAP);
        }
    }
}

/* ---- What is visible ----------------------------------------------------------------------------------- */

/* By all tiles: those of which more than half a pixel's height is in view. */
static void check_visible(const struct fz_layout *layout, double scroll)
{
    size_t first = SIZE_MAX, last = SIZE_MAX;
    assert_true(fz_layout_visible(layout, scroll, &first, &last));
    if (first > last || last >= layout->params.count)
        fail_msg("%s at %.17g: %zu to %zu", describe(layout), scroll, first, last);
    for (size_t i = 0; i < layout->params.count; i++) {
        struct fz_rect cell = fz_layout_cell(layout, i);
        double seen = fmin(cell.y + cell.h, scroll + layout->params.view_h) - fmax(cell.y, scroll);
        bool visible = i >= first && i <= last;
        if ((seen > 0.5 + 1e-6 && !visible) || (seen < 0.5 - 1e-6 && visible))
            fail_msg("%s at %.17g: %g px of tile %zu are in view; visible: %zu to %zu", describe(layout),
                     scroll, seen, i, first, last);
    }
}

static void visible_at_every_scroll_position(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 60; round++) {
        struct fz_layout layout = random_layout(&random, 64, 60);
        double max = fz_layout_scroll_max(&layout);
        assert_near(max, fmax(layout.length - layout.params.view_h, 0), 1e-9);
        double step = fmax(1, floor(max / 1500));
        for (double scroll = 0; scroll <= max; scroll += step)
            check_visible(&layout, scroll);
        check_visible(&layout, max);
    }
}

static void visible_between_pixels(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        struct fz_layout layout = random_layout(&random, 64, 60);
        check_visible(&layout, random_real(&random, 0, fz_layout_scroll_max(&layout)));
    }
}

/* Windows of a pixel or two come while a frame is dragged: nothing breaks, and the range stays one. */
static void visible_in_tiny_windows(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        struct fz_layout layout =
            layout_of(random_int(&random, 0, 3), random_int(&random, 0, 3), random_int(&random, 16, 60),
                      random_int(&random, 16, 60), (size_t)random_int(&random, 1, 20));
        double scroll = random_real(&random, 0, fz_layout_scroll_max(&layout));
        scroll = round % 2 ? floor(scroll * 2) / 2 : scroll;
        size_t first, last;
        if (!fz_layout_visible(&layout, scroll, &first, &last))
            continue;
        if (first > last || last >= layout.params.count)
            fail_msg("%s at %g: %zu to %zu", describe(&layout), scroll, first, last);
    }
}

static void nothing_is_visible_of_nothing(void **state)
{
    (void)state;
    struct fz_layout layout = layout_of(800, 600, 100, 100, 0);
    size_t first, last, index;
    assert_false(fz_layout_visible(&layout, 0, &first, &last));
    assert_false(fz_layout_hit(&layout, 0, 10, 10, &index));
    assert_true(fz_layout_scroll_max(&layout) == 0);
    assert_int_equal(fz_layout_move(&layout, 0, 5, -3, FZ_LAYOUT_OWN_COLUMN), 0);
}

/* ---- Hit, move, reveal --------------------------------------------------------------------------------- */

/* Inside by more than a rounding error of its edges, or, with a negative `margin`, inside or nearly so. */
static bool lies_in(struct fz_rect cell, double x, double y, double margin)
{
    return x >= cell.x + margin && y >= cell.y + margin && x < cell.x + cell.w - margin &&
           y < cell.y + cell.h - margin;
}

static void check_hit(const struct fz_layout *layout, double x, double y)
{
    const double margin = 1e-6;
    size_t index = SIZE_MAX, inside = SIZE_MAX;
    bool hit = fz_layout_hit(layout, 0, x, y, &index);
    for (size_t i = 0; i < layout->params.count; i++)
        if (lies_in(fz_layout_cell(layout, i), x, y, margin))
            inside = i;
    bool right = hit ? index < layout->params.count && lies_in(fz_layout_cell(layout, index), x, y, -margin)
                     : inside == SIZE_MAX;
    if (!right)
        fail_msg("%s: (%.17g, %.17g) lies in %zu, hit says %d, %zu", describe(layout), x, y, inside, hit,
                 index);
}

static void hit_is_the_inverse_of_cell(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 200; round++) {
        struct fz_layout layout = random_layout(&random, 64, 40);
        for (size_t i = 0; i < layout.params.count; i++) {
            struct fz_rect cell = fz_layout_cell(&layout, i);
            check_hit(&layout, cell.x + cell.w / 2, cell.y + cell.h / 2);
            check_hit(&layout, ceil(cell.x), ceil(cell.y));
            check_hit(&layout, ceil(cell.x) + 0.5, ceil(cell.y) + 0.5);
            check_hit(&layout, ceil(cell.x + cell.w) - 1, ceil(cell.y + cell.h) - 1);
        }
        for (int i = 0; i < 200; i++)
            check_hit(&layout, random_int(&random, -20, layout.params.view_w + 20),
                      random_int(&random, -20, (int)layout.length + 20));
    }
}

static size_t naive_move(const struct fz_layout *layout, size_t index, long dx, long dy)
{
    long columns = (long)layout->columns, last = (long)layout->params.count - 1, at = (long)index;
    for (; dx > 0 && at < last; dx--)
        at++;
    for (; dx < 0 && at > 0; dx++)
        at--;
    for (; dy < 0 && at >= columns; dy++)
        at -= columns;
    for (; dy > 0 && at / columns < last / columns; dy--)
        at += columns;
    return (size_t)(at > last ? last : at);
}

static void moves_stay_inside(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 30000; round++) {
        struct fz_layout layout = random_layout(&random, 64, 120);
        size_t from = (size_t)random_int(&random, 0, (int)layout.params.count - 1);
        long dx = random_int(&random, -12, 12), dy = random_int(&random, -12, 12);
        if (round % 3)
            *(round % 3 == 1 ? &dx : &dy) = 0;
        size_t got = fz_layout_move(&layout, from, dx, dy, FZ_LAYOUT_OWN_COLUMN),
               expected = naive_move(&layout, from, dx, dy);
        if (got != expected)
            fail_msg("%s: %zu by %ld, %ld is %zu, not %zu", describe(&layout), from, dx, dy, got, expected);
    }
}

static void moves_by_far_end_at_the_ends(void **state)
{
    (void)state;
    struct fz_layout layout = layout_of(800, 600, 100, 100, 53);
    assert_int_equal(layout.columns, 7);
    assert_int_equal(fz_layout_move(&layout, 20, 1000000000, 0, FZ_LAYOUT_OWN_COLUMN), 52);
    assert_int_equal(fz_layout_move(&layout, 20, -1000000000, 0, FZ_LAYOUT_OWN_COLUMN), 0);
    assert_int_equal(fz_layout_move(&layout, 20, 0, 1000000000, FZ_LAYOUT_OWN_COLUMN), 52);
    assert_int_equal(fz_layout_move(&layout, 20, 0, -1000000000, FZ_LAYOUT_OWN_COLUMN), 6);
    assert_int_equal(fz_layout_move(&layout, 6, 1, 0, FZ_LAYOUT_OWN_COLUMN), 7);
    assert_int_equal(fz_layout_move(&layout, 7, -1, 0, FZ_LAYOUT_OWN_COLUMN), 6);
}

static void reveal_goes_the_shortest_way(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 30000; round++) {
        struct fz_layout layout = random_layout(&random, 64, 300);
        double max = fz_layout_scroll_max(&layout), scroll = random_real(&random, 0, max),
               view_h = layout.params.view_h;
        size_t index = (size_t)random_int(&random, 0, (int)layout.params.count - 1);
        struct fz_rect cell = fz_layout_cell(&layout, index);
        double to = fz_layout_reveal(&layout, index, scroll);
        assert_true(to >= 0 && to <= max);
        assert_true(cell.y >= to - 1e-6 && cell.y + cell.h <= to + view_h + 1e-6);
        double low = fmax(cell.y + cell.h - view_h, 0), high = fmin(cell.y, max);
        double nearest = fmin(fmax(scroll, low), high);
        assert_near(to, nearest, 1e-6);
    }
}

/* ---- Sections, against a model that places each tile after the one before ------------------------------ */

enum { MOST_SECTIONS = 40, MOST_TILES = 400 };

struct model {
    struct fz_layout layout;
    struct fz_layout_section sections[MOST_SECTIONS];
    size_t count, rows;
    struct {
        size_t section, row, column;
        double y;
    } tiles[MOST_TILES];
    size_t row_start[MOST_TILES + 1]; /* of each row and behind the last */
    double heading_y[MOST_SECTIONS];
    double end_y;
};

static void place_all(struct model *m)
{
    const struct fz_layout *layout = &m->layout;
    double y = 0;
    size_t row = 0, at = 0;
    for (size_t s = 0; s < layout->params.section_count; s++) {
        bool is_last = s + 1 == layout->params.section_count;
        size_t end = is_last ? m->count : m->sections[s + 1].start;
        m->heading_y[s] = y;
        y += layout->params.heading_h;
        for (size_t column = 0; at < end; at++) {
            if (column == 0)
                m->row_start[row] = at;
            m->tiles[at].section = s;
            m->tiles[at].row = row;
            m->tiles[at].column = column;
            m->tiles[at].y = y;
            if (++column == layout->columns || at + 1 == end) {
                column = 0;
                y += layout->pitch_y;
                row++;
            }
        }
    }
    m->row_start[row] = m->count;
    m->rows = row;
    m->end_y = y;
}

static void random_sections(struct random *random, struct model *m)
{
    struct fz_layout_params params = {.view_w = random_int(random, 64, 2000),
                                      .view_h = random_int(random, 64, 1500),
                                      .tile_w = random_int(random, 16, 300),
                                      .tile_h = random_int(random, 16, 300),
                                      .caption_h = FZ_CAPTION_H,
                                      .heading_h = random_int(random, 1, 60),
                                      .sections = m->sections};
    size_t wanted = (size_t)random_int(random, 1, MOST_SECTIONS);
    int most = random_int(random, 1, 40);
    m->count = 0;
    while (params.section_count < wanted && m->count + (size_t)most < MOST_TILES) {
        m->sections[params.section_count++].start = (uint32_t)m->count;
        m->count += (size_t)random_int(random, 1, most);
    }
    params.count = m->count;
    fz_layout_set(&m->layout, &params);
    place_all(m);
}

static void sections_begin_rows_of_their_own(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct model m;
    for (int round = 0; round < 500; round++) {
        random_sections(&random, &m);
        assert_int_equal(m.layout.rows, m.rows);
        assert_near(m.layout.length, m.end_y, 1e-6);
        for (size_t i = 0; i < m.count; i++) {
            struct fz_rect cell = fz_layout_cell(&m.layout, i), box = fz_layout_box(&m.layout, i);
            assert_int_equal(fz_layout_section(&m.layout, i), m.tiles[i].section);
            assert_int_equal(fz_layout_column(&m.layout, i), m.tiles[i].column);
            assert_near(cell.x, m.layout.pitch_x * (double)m.tiles[i].column, 1e-6);
            assert_near(cell.y, m.tiles[i].y, 1e-6);
            assert_true(box.y > cell.y - 1 && box.y + box.h <= cell.y + cell.h + 1e-6);
        }
        for (size_t s = 0; s < m.layout.params.section_count; s++) {
            struct fz_rect heading = fz_layout_heading(&m.layout, s);
            assert_near(heading.y, m.heading_y[s], 1e-6);
            assert_true(heading.h == m.layout.params.heading_h && heading.w == m.layout.params.view_w);
            assert_near(heading.y + heading.h, fz_layout_cell(&m.layout, m.sections[s].start).y, 1e-6);
        }
    }
}

static void visible_between_headings(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct model m;
    for (int round = 0; round < 1000; round++) {
        random_sections(&random, &m);
        double max = fz_layout_scroll_max(&m.layout);
        for (int i = 0; i < 20; i++)
            check_visible(&m.layout,
                          i % 2 ? floor(random_real(&random, 0, max)) : random_real(&random, 0, max));
        check_visible(&m.layout, max);
    }
}

/* A window of a few pixels can lie within a heading: the tiles below it are what counts then. */
static void visible_within_a_heading(void **state)
{
    (void)state;
    struct fz_layout_section sections[] = {{.start = 0}, {.start = 5}};
    struct fz_layout_params params = {.view_w = 210,
                                      .view_h = 10,
                                      .tile_w = 90,
                                      .tile_h = 40,
                                      .heading_h = 30,
                                      .count = 8,
                                      .sections = sections,
                                      .section_count = 2};
    struct fz_layout layout;
    size_t first, last;
    fz_layout_set(&layout, &params);
    double heading_y = fz_layout_heading(&layout, 1).y;
    assert_true(fz_layout_visible(&layout, heading_y + 10, &first, &last));
    assert_int_equal(first, 5);
    assert_int_equal(last, 6);
    assert_true(fz_layout_visible(&layout, heading_y - 10, &first, &last));
    assert_int_equal(first, 4);
    assert_int_equal(last, 4);
}

static void nothing_is_hit_in_a_heading(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct model m;
    for (int round = 0; round < 300; round++) {
        random_sections(&random, &m);
        for (int i = 0; i < 100; i++)
            check_hit(&m.layout, random_real(&random, -20, m.layout.params.view_w + 20),
                      random_real(&random, -20, m.end_y + 20));
        for (size_t s = 0; s < m.layout.params.section_count; s++) {
            size_t index;
            assert_false(fz_layout_hit(&m.layout, 0, 5, m.heading_y[s] + 0.5, &index));
        }
    }
}

static size_t model_move(const struct model *m, size_t from, long dx, long dy, size_t column)
{
    long at = (long)from + dx, last = (long)m->count - 1;
    at = at < 0 ? 0 : at > last ? last : at;
    if (dy == 0)
        return (size_t)at;
    long row = (long)m->tiles[at].row + dy, last_row = (long)m->rows - 1;
    row = row < 0 ? 0 : row > last_row ? last_row : row;
    column = column < m->layout.columns ? column : m->tiles[at].column;
    size_t length = m->row_start[row + 1] - m->row_start[row];
    return m->row_start[row] + (column < length ? column : length - 1);
}

static void moves_across_sections_keep_the_column(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct model m;
    for (int round = 0; round < 2000; round++) {
        random_sections(&random, &m);
        for (int i = 0; i < 20; i++) {
            size_t from = (size_t)random_int(&random, 0, (int)m.count - 1);
            size_t column =
                i % 2 ? (size_t)random_int(&random, 0, (int)m.layout.columns) : FZ_LAYOUT_OWN_COLUMN;
            long dx = i % 3 ? 0 : random_int(&random, -12, 12),
                 dy = i % 3 == 1 ? 0 : random_int(&random, -9, 9);
            size_t got = fz_layout_move(&m.layout, from, dx, dy, column),
                   expected = model_move(&m, from, dx, dy, column);
            if (got != expected)
                fail_msg("%s: %zu by %ld, %ld in column %zu is %zu, not %zu", describe(&m.layout), from, dx,
                         dy, column, got, expected);
        }
    }
}

/* The row in question is a window further, or the last one nearer than that, and always another one. */
static void pages_are_what_a_window_shows(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct model m;
    for (int round = 0; round < 3000; round++) {
        random_sections(&random, &m);
        size_t from = (size_t)random_int(&random, 0, (int)m.count - 1);
        long sign = round % 2 ? 1 : -1, pages = sign * random_int(&random, 1, 3);
        long rows = fz_layout_page(&m.layout, from, pages), row = (long)m.tiles[from].row;
        double far = (double)labs(pages) * m.layout.params.view_h, half = m.layout.pitch_y / 2;
        long expected = 0, as_near = 0; /* the same distance, to the pixel, may go either way */
        for (long to = row + sign; to >= 0 && to < (long)m.rows; to += sign) {
            double apart = fabs(m.tiles[m.row_start[to]].y - m.tiles[from].y);
            if (apart > far + half + 1e-6)
                break;
            as_near = to - row;
            if (apart < far + half - 1e-6)
                expected = to - row;
        }
        expected = expected == 0 ? sign : expected;
        if (rows != expected && rows != as_near)
            fail_msg("%s: %ld pages from row %ld are %ld rows, not %ld", describe(&m.layout), pages, row,
                     rows, expected);
    }
}

static void pages_without_sections_are_whole_windows(void **state)
{
    (void)state;
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        struct fz_layout layout = random_layout(&random, 64, 3000);
        size_t from = (size_t)random_int(&random, 0, (int)layout.params.count - 1);
        long pages = round % 2 ? random_int(&random, 1, 3) : random_int(&random, -3, -1);
        long in_view = lround(layout.params.view_h / layout.pitch_y), row = (long)(from / layout.columns);
        long to = row + pages * in_view, last = (long)layout.rows - 1;
        to = to < 0 ? 0 : to > last ? last : to;
        long expected = to == row ? (pages > 0 ? 1 : -1) : to - row;
        assert_int_equal(fz_layout_page(&layout, from, pages), expected);
    }
}

static void reveal_shows_the_heading_too(void **state)
{
    (void)state;
    struct random random = random_start();
    static struct model m;
    for (int round = 0; round < 10000; round++) {
        random_sections(&random, &m);
        double max = fz_layout_scroll_max(&m.layout), scroll = random_real(&random, 0, max),
               view_h = m.layout.params.view_h;
        size_t index = (size_t)random_int(&random, 0, (int)m.count - 1), section = m.tiles[index].section;
        double to = fz_layout_reveal(&m.layout, index, scroll), top = m.tiles[index].y,
               bottom = top + m.layout.pitch_y;
        assert_true(to >= 0 && to <= max);
        assert_true(top >= to - 1e-6 && bottom <= to + view_h + 1e-6);
        if (index - m.sections[section].start < m.layout.columns)
            top = fmax(m.heading_y[section], fmin(top, bottom - view_h));
        assert_true(top >= to - 1e-6);
        assert_near(to, fmin(fmax(scroll, fmax(bottom - view_h, 0)), fmin(top, max)), 1e-6);
    }
}

/* Filled is what one more tile, or one more section, does not come into. */
static void filled_when_the_next_would_be_below(void **state)
{
    (void)state;
    struct random random = random_start();
    int filled = 0;
    for (int round = 0; round < 20000; round++) {
        struct fz_layout layout = random_layout(&random, 64, 60);
        double scroll = round % 3 ? 0 : random_real(&random, 0, fz_layout_scroll_max(&layout));
        struct fz_layout more = layout;
        more.params.count++;
        fz_layout_set(&more, &more.params);
        struct fz_rect next = fz_layout_cell(&more, layout.params.count);
        bool expected = next.y > scroll + layout.params.view_h - 0.5 - 1e-6;
        if (fz_layout_is_filled(&layout, scroll) != expected)
            fail_msg("%s at %g: the next stands at %g, expected %d", describe(&layout), scroll, next.y,
                     expected);
        filled += expected;
    }
    assert_in_range(filled, 1000, 19000);
}

static void many_folders_cost_no_more(void **state)
{
    (void)state;
    enum { FOLDERS = 20000, EACH = 5, LOOKS = 100000 };
    struct fz_layout_section *sections = calloc(FOLDERS, sizeof *sections);
    struct fz_layout_params params = {.view_w = 1920,
                                      .view_h = 1080,
                                      .tile_w = 256,
                                      .tile_h = 192,
                                      .caption_h = FZ_CAPTION_H,
                                      .heading_h = FZ_HEADING_H,
                                      .count = FOLDERS * EACH,
                                      .sections = sections,
                                      .section_count = FOLDERS};
    assert_non_null(sections);
    for (size_t i = 0; i < FOLDERS; i++)
        sections[i].start = (uint32_t)(i * EACH);
    struct fz_layout layout;
    double start = now_s();
    for (int i = 0; i < 100; i++)
        fz_layout_set(&layout, &params);
    double set = now_s() - start, max = fz_layout_scroll_max(&layout);
    start = now_s();
    for (int i = 0; i < LOOKS; i++) {
        size_t first, last;
        assert_true(fz_layout_visible(&layout, max * i / LOOKS, &first, &last));
        assert_true(fz_layout_move(&layout, first, 0, 1, 3) > first);
    }
    double look = now_s() - start;
    print_message("20,000 folders: %.0f us to set, %.2f us to look and move\n", set * 1e4,
                  look * 1e6 / LOOKS);
    assert_true(set < 2 && look < 2);
    free(sections);
}

static void a_hundred_thousand_tiles_cost_no_more(void **state)
{
    (void)state;
    struct fz_layout layout = layout_of(1920, 1080, 256, 192, 100000);
    size_t first, last, index;
    double max = fz_layout_scroll_max(&layout), start = now_s();
    for (int i = 0; i < 100000; i++)
        assert_true(fz_layout_visible(&layout, max * i / 100000, &first, &last));
    assert_true(now_s() - start < 2);
    assert_true(fz_layout_visible(&layout, max, &first, &last));
    assert_int_equal(last, 99999);
    assert_true(fz_layout_hit(&layout, 0, 5, max + 1079, &index));
    assert_int_equal(index, 99995);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_hd_shows_35_tiles),
        cmocka_unit_test(cells_cover_the_content),
        cmocka_unit_test(boxes_stand_on_whole_pixels_in_their_cells),
        cmocka_unit_test(visible_at_every_scroll_position),
        cmocka_unit_test(visible_between_pixels),
        cmocka_unit_test(visible_in_tiny_windows),
        cmocka_unit_test(nothing_is_visible_of_nothing),
        cmocka_unit_test(hit_is_the_inverse_of_cell),
        cmocka_unit_test(moves_stay_inside),
        cmocka_unit_test(moves_by_far_end_at_the_ends),
        cmocka_unit_test(reveal_goes_the_shortest_way),
        cmocka_unit_test(sections_begin_rows_of_their_own),
        cmocka_unit_test(visible_between_headings),
        cmocka_unit_test(visible_within_a_heading),
        cmocka_unit_test(nothing_is_hit_in_a_heading),
        cmocka_unit_test(moves_across_sections_keep_the_column),
        cmocka_unit_test(pages_are_what_a_window_shows),
        cmocka_unit_test(pages_without_sections_are_whole_windows),
        cmocka_unit_test(reveal_shows_the_heading_too),
        cmocka_unit_test(filled_when_the_next_would_be_below),
        cmocka_unit_test(many_folders_cost_no_more),
        cmocka_unit_test(a_hundred_thousand_tiles_cost_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
