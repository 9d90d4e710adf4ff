#include "base/task.h"
#include "fixture.h"

enum { SECOND = 1000000 };

static void counts_time_but_not_while_suspended(void **state)
{
    (void)state;
    struct fz_task task = {.name = "work", .knows_total = true};
    fz_task_begin(&task, 10 * SECOND);
    task.total = 100;
    assert_true(fz_task_rate(&task, 10 * SECOND) == 0);
    assert_true(fz_task_left_s(&task, 10 * SECOND) < 0);
    task.done = 20;
    assert_float_equal(fz_task_rate(&task, 12 * SECOND), 10, 1e-9);
    assert_float_equal(fz_task_left_s(&task, 12 * SECOND), 8, 1e-9);
    assert_true(fz_task_suspend(&task, 12 * SECOND));
    assert_float_equal(fz_task_rate(&task, 99 * SECOND), 10, 1e-9);
    assert_true(fz_task_resume(&task, 100 * SECOND));
    task.done = 30;
    assert_float_equal(fz_task_rate(&task, 101 * SECOND), 10, 1e-9);
    fz_task_end(&task, 101 * SECOND);
    assert_int_equal(fz_task_worked_us(&task, 500 * SECOND), 3 * SECOND);
}

static void guesses_nothing_where_the_total_is_not_known(void **state)
{
    (void)state;
    struct fz_task task = {.name = "work"};
    fz_task_begin(&task, 0);
    task.total = task.done = 50;
    assert_float_equal(fz_task_rate(&task, SECOND), 50, 1e-9);
    assert_true(fz_task_left_s(&task, SECOND) < 0);
}

static void count_obey(void *ctx)
{
    ++*(int *)ctx;
}

static void obeys_what_has_a_meaning(void **state)
{
    (void)state;
    int obeyed = 0;
    struct fz_task task = {.name = "work", .obey = count_obey, .ctx = &obeyed};
    assert_true(fz_task_is_over(&task));
    assert_false(fz_task_suspend(&task, 1));
    assert_false(fz_task_resume(&task, 1));
    assert_false(fz_task_cancel(&task, 1));
    fz_task_begin(&task, 1);
    assert_false(fz_task_resume(&task, 2));
    assert_true(fz_task_suspend(&task, 2));
    assert_false(fz_task_goes_on(&task));
    assert_false(fz_task_suspend(&task, 3));
    assert_true(fz_task_cancel(&task, 3)); /* also while suspended */
    assert_false(fz_task_cancel(&task, 4));
    assert_false(fz_task_resume(&task, 4));
    assert_int_equal(obeyed, 2);
    assert_false(fz_task_is_over(&task));
    fz_task_end(&task, 5);
    assert_true(fz_task_is_over(&task));
    assert_true(task.was_canceled);
    fz_task_begin(&task, 6);
    assert_false(task.was_canceled);
    assert_int_equal(task.done, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_time_but_not_while_suspended),
        cmocka_unit_test(guesses_nothing_where_the_total_is_not_known),
        cmocka_unit_test(obeys_what_has_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
