/* Rows in columns: nothing is lost or out of order, headings stand above what they name, columns are about equal. */
#include "fixture.h"

#include "view/columns.h"

#include <stdlib.h>
#include <time.h>

enum { MOST = 200 };

/* Groups of so many rows each, of height 10, headings included. */
static size_t make(struct fz_column_row *rows, const int *groups, size_t group_count)
{
    size_t n = 0;
    for (size_t g = 0; g < group_count; g++)
        for (int i = 0; i < groups[g]; i++)
            rows[n++] = (struct fz_column_row){.h = 10, .space = i == 0 ? 5 : 0, .heading = i == 0};
    return n;
}

static double lowest(const struct fz_column_row *rows, size_t count, int column)
{
    double y = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].column == column && rows[i].y + rows[i].h > y)
            y = rows[i].y + rows[i].h;
    return y;
}

static void check(const struct fz_column_row *rows, size_t count, int used, double room_h)
{
    for (size_t i = 0; i < count; i++) {
        bool begins = i == 0 || rows[i].column != rows[i - 1].column;
        assert_true(rows[i].y + rows[i].h <= room_h || rows[i].y == 0);
        if (i == 0)
            assert_int_equal(rows[i].column, 0);
        else if (begins)
            assert_int_equal(rows[i].column, rows[i - 1].column + 1);
        else
            assert_true(rows[i].y >= rows[i - 1].y + rows[i - 1].h + rows[i].space - 1e-9);
        if (begins)
            assert_true(rows[i].y == 0);
        bool last = i + 1 == count || rows[i + 1].column != rows[i].column;
        if (rows[i].heading && last && i + 1 < count && !rows[i + 1].heading)
            assert_true(rows[i].h + rows[i + 1].space + rows[i + 1].h >
                        room_h); /* where no column holds both */
    }
    assert_int_equal(used, count > 0 ? rows[count - 1].column + 1 : 0);
}

static void columns_are_about_equal(void **state)
{
    (void)state;
    static const int groups[] = {6, 6, 6, 6, 6, 6};
    struct fz_column_row rows[MOST];
    size_t count = make(rows, groups, COUNT(groups));
    int used = fz_columns_place(rows, count, 3, 1000);
    check(rows, count, used, 1000);
    assert_int_equal(used, 3);
    for (int column = 0; column < 3; column++)
        assert_true(lowest(rows, count, column) == 125);
}

static void groups_are_cut_only_where_they_must(void **state)
{
    (void)state;
    static const int groups[] = {9, 4, 11};
    struct fz_column_row rows[MOST];
    size_t count = make(rows, groups, COUNT(groups));
    assert_int_equal(fz_columns_place(rows, count, 2, 140), 2); /* whole: 9 + 4, then 11 */
    assert_int_equal(rows[12].column, 0);
    assert_int_equal(rows[13].column, 1);
    assert_int_equal(fz_columns_place(rows, count, 2, 130), 2); /* 9, and 4 + 11 do not fit: one is cut */
    check(rows, count, 2, 130);
    assert_int_equal(fz_columns_place(rows, count, 2, 120), 3); /* on two pages none is */
    check(rows, count, 3, 120);
    assert_int_equal(rows[9].column, 1);
    assert_int_equal(rows[13].column, 2);
}

static void any_rows_in_any_room(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 5000; round++) {
        struct fz_column_row rows[MOST];
        size_t count = (size_t)(rand() % MOST);
        for (size_t i = 0; i < count; i++)
            rows[i] = (struct fz_column_row){
                .h = 1 + rand() % 30, .space = rand() % 10, .heading = i == 0 || rand() % 6 == 0};
        double room_h = 1 + rand() % 600;
        int used = fz_columns_place(rows, count, 1 + rand() % 5, room_h);
        check(rows, count, used, room_h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_about_equal),
        cmocka_unit_test(groups_are_cut_only_where_they_must),
        cmocka_unit_test(any_rows_in_any_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
