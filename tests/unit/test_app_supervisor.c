/* Two processes where one would do, and what is left where there is but one after all. */
#include "fixture.h"

#include "app/supervisor.h"

pid_t __wrap_fork(void);

pid_t __wrap_fork(void)
{
    errno = EAGAIN;
    return -1;
}

static void holds_nothing_where_it_cannot_fork(void **state)
{
    (void)state;
    const struct fz_supervision how = {.left = FZ_E_CANCELLED};
    int status = -1, descriptors = open_descriptors();
    assert_false(fz_supervise(&how, &status));
    assert_int_equal(status, -1);
    assert_int_equal(open_descriptors(), descriptors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(holds_nothing_where_it_cannot_fork)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
