/* What a share is asked for at once, as far as blocks tell that came of it, or of what the kernel kept. */
#include "fixture.h"

#include "decode/congestion.h"

enum { QUICK_US = 40, SLOW_US = 20000, WINDOW = 10 };

static struct fz_congestion begun(void)
{
    return (struct fz_congestion){.window = 1, .block = FZ_BLOCK_LEAST_BYTES};
}

static void learn(struct fz_congestion *c, int64_t took_us, int times)
{
    for (int i = 0; i < times; i++)
        fz_congestion_learn(c, FZ_BLOCK_LEAST_BYTES, FZ_BLOCK_LEAST_BYTES, took_us);
}

static void a_slow_first_block_opens_the_window(void **state)
{
    (void)state;
    struct fz_congestion c = begun();
    learn(&c, SLOW_US, 1);
    assert_int_equal(c.window, WINDOW);
}

static void what_was_kept_in_memory_says_nothing_of_the_share(void **state)
{
    (void)state;
    struct fz_congestion c = begun();
    learn(&c, QUICK_US, 3);
    learn(&c, SLOW_US, 1);
    assert_int_equal(c.window, WINDOW);
    learn(&c, QUICK_US, 4);
    assert_int_equal(c.window, WINDOW - 4);
    learn(&c, SLOW_US, 40);
    assert_in_range(c.window, WINDOW, FZ_READS_MOST);
}

static void a_share_that_becomes_busy_is_asked_for_less(void **state)
{
    (void)state;
    struct fz_congestion c = begun();
    learn(&c, SLOW_US, 5);
    int window = c.window;
    learn(&c, 3 * SLOW_US, 3);
    assert_int_equal(c.window, window - 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_first_block_opens_the_window),
        cmocka_unit_test(what_was_kept_in_memory_says_nothing_of_the_share),
        cmocka_unit_test(a_share_that_becomes_busy_is_asked_for_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
