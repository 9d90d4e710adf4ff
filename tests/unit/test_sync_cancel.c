/* Cancel tokens: a token is cancelled with all below it, and with nothing beside or above it. */
#include "fixture.h"

#include "sync/cancel.h"

struct tree {
    struct fz_cancel quit, source, other, job, job2, other_job;
};

static void plant(struct tree *tree)
{
    fz_cancel_init(&tree->quit, NULL);
    fz_cancel_init(&tree->source, &tree->quit);
    fz_cancel_init(&tree->other, &tree->quit);
    fz_cancel_init(&tree->job, &tree->source);
    fz_cancel_init(&tree->job2, &tree->source);
    fz_cancel_init(&tree->other_job, &tree->other);
}

/* Bits in the order of struct tree. */
static unsigned cancelled(const struct tree *tree)
{
    const struct fz_cancel *all[] = {&tree->quit, &tree->source, &tree->other,
                                     &tree->job,  &tree->job2,   &tree->other_job};
    unsigned bits = 0;
    for (size_t i = 0; i < COUNT(all); i++)
        bits |= fz_cancel_is_set(all[i]) ? 1u << i : 0;
    return bits;
}

static void nothing_at_first(void **state)
{
    (void)state;
    struct tree tree;
    memset(&tree, 0xff, sizeof tree);
    plant(&tree);
    assert_int_equal(cancelled(&tree), 0);
    assert_false(fz_cancel_is_set(NULL));
}

static void a_job_alone(void **state)
{
    (void)state;
    struct tree tree;
    plant(&tree);
    fz_cancel_set(&tree.job);
    assert_int_equal(cancelled(&tree), 1u << 3);
}

static void a_source_with_its_jobs(void **state)
{
    (void)state;
    struct tree tree;
    plant(&tree);
    fz_cancel_set(&tree.source);
    assert_int_equal(cancelled(&tree), 1u << 1 | 1u << 3 | 1u << 4);
    fz_cancel_set(&tree.source);
    assert_int_equal(cancelled(&tree), 1u << 1 | 1u << 3 | 1u << 4);
}

static void quit_with_everything(void **state)
{
    (void)state;
    struct tree tree;
    plant(&tree);
    fz_cancel_set(&tree.quit);
    assert_int_equal(cancelled(&tree), 0x3f);
    struct fz_cancel late;
    fz_cancel_init(&late, &tree.job);
    assert_true(fz_cancel_is_set(&late));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_at_first),
        cmocka_unit_test(a_job_alone),
        cmocka_unit_test(a_source_with_its_jobs),
        cmocka_unit_test(quit_with_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
