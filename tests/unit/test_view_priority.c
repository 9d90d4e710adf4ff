/* What is wanted first: the view outward from the selection, then where the scroll goes, where it came from,
 * the rest. */
#include "fixture.h"

#include "sync/heap.h"
#include "view/priority.h"

static struct fz_layout full_hd(size_t count)
{
    struct fz_layout layout;
    struct fz_layout_params params = {
        .view_w = 1920, .view_h = 1080, .tile_w = 256, .tile_h = 192, .count = count};
    fz_layout_set(&layout, &params);
    return layout;
}

static struct fz_focus focus_at(const struct fz_layout *layout, double scroll, int direction)
{
    struct fz_focus focus = {.direction = direction};
    assert_true(fz_layout_visible(layout, scroll, &focus.first, &focus.last));
    focus.selected = focus.first;
    return focus;
}

static enum fz_priority_class class_of(uint64_t priority)
{
    return (enum fz_priority_class)fz_heap_class(priority);
}

static void classes_before_distances(void **state)
{
    (void)state;
    for (int class = FZ_PRIORITY_PICTURE; class < FZ_PRIORITY_SNIFF; class ++) {
        enum fz_priority_class now = (enum fz_priority_class) class,
                               next = (enum fz_priority_class)(class + 1);
        assert_true(fz_priority(now, UINT32_MAX) < fz_priority(next, 0));
        assert_true(fz_priority(now, 3) < fz_priority(now, 4));
    }
    assert_true(fz_priority(FZ_PRIORITY_SNIFF, UINT32_MAX) < UINT64_MAX); /* which means: drop */
}

static void classes_by_place(void **state)
{
    (void)state;
    struct random random = random_start();
    struct fz_layout layout = full_hd(3000);
    for (int round = 0; round < 200; round++) {
        int direction = random_int(&random, 0, 1) ? 1 : -1;
        struct fz_focus focus =
            focus_at(&layout, random_real(&random, 0, fz_layout_scroll_max(&layout)), direction);
        size_t screenful = focus.last - focus.first + 1;
        for (size_t i = 0; i < layout.params.count; i++) {
            enum fz_priority_class expected = FZ_PRIORITY_FILL;
            if (i >= focus.first && i <= focus.last)
                expected = FZ_PRIORITY_VISIBLE;
            else if (i > focus.last && i - focus.last <= screenful)
                expected = direction > 0 ? FZ_PRIORITY_AHEAD : FZ_PRIORITY_BEHIND;
            else if (i < focus.first && focus.first - i <= screenful)
                expected = direction < 0 ? FZ_PRIORITY_AHEAD : FZ_PRIORITY_BEHIND;
            if (class_of(fz_priority_of_tile(&layout, &focus, i)) != expected)
                fail_msg("tile %zu, %zu to %zu in view, direction %d: class %d, not %d", i, focus.first,
                         focus.last, direction, class_of(fz_priority_of_tile(&layout, &focus, i)), expected);
        }
    }
}

/* Cells between two tiles, squared, by their places. */
static double cells_apart(const struct fz_layout *layout, size_t a, size_t b)
{
    struct fz_rect p = fz_layout_cell(layout, a), q = fz_layout_cell(layout, b);
    return round(pow((p.x - q.x) / p.w, 2) + pow((p.y - q.y) / p.h, 2));
}

static void outward_from(const struct fz_layout *layout, const struct fz_focus *focus, size_t centre)
{
    for (size_t a = focus->first; a <= focus->last; a++) {
        for (size_t b = focus->first; b <= focus->last; b++) {
            uint64_t pa = fz_priority_of_tile(layout, focus, a), pb = fz_priority_of_tile(layout, focus, b);
            double da = cells_apart(layout, a, centre), db = cells_apart(layout, b, centre);
            if ((da < db) != (pa < pb))
                fail_msg("around %zu: %zu is %g cells away, %zu %g", centre, a, da, b, db);
        }
    }
}

static void in_view_outward_from_the_selection(void **state)
{
    (void)state;
    struct random random = random_start();
    struct fz_layout layout = full_hd(3000);
    for (int round = 0; round < 100; round++) {
        struct fz_focus focus = focus_at(&layout, random_real(&random, 0, fz_layout_scroll_max(&layout)), 1);
        focus.selected = (size_t)random_int(&random, (int)focus.first, (int)focus.last);
        outward_from(&layout, &focus, focus.selected);
        for (size_t i = focus.first; i <= focus.last; i++)
            assert_true(i == focus.selected || fz_priority_of_tile(&layout, &focus, focus.selected) <
                                                   fz_priority_of_tile(&layout, &focus, i));
    }
}

static void from_the_middle_where_the_selection_is_away(void **state)
{
    (void)state;
    struct fz_layout layout = full_hd(3000);
    struct fz_focus focus = focus_at(&layout, 20 * 216, 1);
    assert_int_equal(focus.last - focus.first, 34);
    for (focus.selected = 0; focus.selected < 3000; focus.selected += focus.selected ? 2999 : 1)
        outward_from(&layout, &focus, focus.first + 17);
}

/* Of two tiles out of view, the nearer one comes first, if both lie on the same side and in the same
 * class. */
static void nearer_first_out_of_view(void **state)
{
    (void)state;
    struct fz_layout layout = full_hd(3000);
    for (int direction = -1; direction <= 1; direction += 2) {
        struct fz_focus focus = focus_at(&layout, 40 * 216, direction);
        for (size_t i = focus.last + 1; i + 1 < layout.params.count; i++)
            assert_true(fz_priority_of_tile(&layout, &focus, i) <
                        fz_priority_of_tile(&layout, &focus, i + 1));
        for (size_t i = focus.first - 1; i > 0; i--)
            assert_true(fz_priority_of_tile(&layout, &focus, i) <
                        fz_priority_of_tile(&layout, &focus, i - 1));
    }
}

static void a_hundred_thousand_do_not_overflow(void **state)
{
    (void)state;
    struct fz_layout layout = full_hd(100000);
    struct fz_focus focus = focus_at(&layout, 0, 1);
    uint64_t last = 0;
    for (size_t i = focus.last + 1; i < 100000; i++) {
        uint64_t priority = fz_priority_of_tile(&layout, &focus, i);
        assert_true(priority > last);
        last = priority;
    }
    assert_int_equal(class_of(last), FZ_PRIORITY_FILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_before_distances),
        cmocka_unit_test(classes_by_place),
        cmocka_unit_test(in_view_outward_from_the_selection),
        cmocka_unit_test(from_the_middle_where_the_selection_is_away),
        cmocka_unit_test(nearer_first_out_of_view),
        cmocka_unit_test(a_hundred_thousand_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
