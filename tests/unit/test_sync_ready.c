/* The ready list as one thread sees it; tests/stress has the others. */
#include "fixture.h"

#include "sync/ready.h"

struct thing {
    int number;
    struct fz_ready_node node;
};

static void empty_gives_nothing(void **state)
{
    (void)state;
    struct fz_ready list = {NULL};
    assert_true(fz_ready_is_empty(&list));
    assert_null(fz_ready_take(&list));
    assert_true(fz_ready_is_empty(&list));
}

static void all_at_once_oldest_first(void **state)
{
    (void)state;
    struct fz_ready list = {NULL};
    struct thing things[100];
    for (int count = 1; count <= 100; count += 33) {
        for (int i = 0; i < count; i++) {
            things[i].number = i;
            things[i].node.next = (struct fz_ready_node *)0x1; /* what it was is of no interest */
            fz_ready_push(&list, &things[i].node);
            assert_false(fz_ready_is_empty(&list));
        }
        struct fz_ready_node *node = fz_ready_take(&list);
        assert_true(fz_ready_is_empty(&list));
        assert_null(fz_ready_take(&list));
        for (int i = 0; i < count; i++, node = node->next) {
            assert_ptr_equal(node, &things[i].node);
            assert_ptr_equal(FZ_CONTAINER(node, struct thing, node), &things[i]);
        }
        assert_null(node);
    }
}

static void a_node_comes_back_when_pushed_again(void **state)
{
    (void)state;
    struct fz_ready list = {NULL};
    struct thing a = {1, {NULL}}, b = {2, {NULL}};
    fz_ready_push(&list, &a.node);
    assert_ptr_equal(fz_ready_take(&list), &a.node);
    fz_ready_push(&list, &b.node);
    fz_ready_push(&list, &a.node);
    struct fz_ready_node *node = fz_ready_take(&list);
    assert_ptr_equal(node, &b.node);
    assert_ptr_equal(node->next, &a.node);
    assert_null(a.node.next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_gives_nothing),
        cmocka_unit_test(all_at_once_oldest_first),
        cmocka_unit_test(a_node_comes_back_when_pushed_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
