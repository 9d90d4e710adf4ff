/* How two builds of the codecs that lie apart are told from one another. */
#include "fixture.h"

#include "image/anim/format.h"
#include "image/heavy.h"

static bool is_in(size_t wanted, const size_t *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (all[i] == wanted)
            return true;
    return false;
}

static void builds_differ_where_what_is_handed_over_does(void **state)
{
    static const size_t handed_over[] = {sizeof(struct fz_decode), sizeof(struct fz_anim),
                                         sizeof(struct fz_facts),  sizeof(struct fz_encode),
                                         sizeof(struct fz_pixels), sizeof(struct fz_encoded)};
    struct fz_error err = {0};
    const struct fz_heavy *heavy = fz_heavy_load(&err);
    (void)state;
    if (!heavy)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < COUNT(handed_over); i++)
        assert_true(is_in(handed_over[i], heavy->build.sizes, COUNT(heavy->build.sizes)));
    for (size_t i = 0; i < COUNT(heavy->build.sizes); i++)
        assert_int_not_equal(heavy->build.sizes[i], 0);
    fz_heavy_fini();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(builds_differ_where_what_is_handed_over_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
