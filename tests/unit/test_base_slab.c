/* Objects of a slab: zeroed, apart from each other, close together, and given back. */
#include "fixture.h"

#include "base/sanitized.h"
#include "base/slab.h"

enum { OBJECTS = 1000, TURNS = 200000, PAGE_BYTES = 4096 };

struct object {
    uint32_t number, more[75];
};

static bool is_whole(const struct object *object)
{
    for (size_t i = 0; i < COUNT(object->more); i++)
        if (object->more[i] != object->number)
            return false;
    return true;
}

static struct object *take(struct fz_slab *slab, uint32_t number)
{
    struct object *object = fz_slab_take(slab);
    assert_int_equal((uintptr_t)object % 16, 0);
    assert_int_equal(object->number, 0);
    assert_true(is_whole(object));
    object->number = number;
    for (size_t i = 0; i < COUNT(object->more); i++)
        object->more[i] = number;
    return object;
}

static void objects_never_lie_over_each_other(void **state)
{
    (void)state;
    struct fz_slab slab = {.bytes = sizeof(struct object)};
    struct object *objects[OBJECTS] = {0};
    struct random random = random_start();
    for (uint32_t turn = 1; turn <= TURNS; turn++) {
        size_t at = (size_t)(random_next(&random) % OBJECTS);
        if (objects[at]) {
            assert_true(is_whole(objects[at]));
            fz_slab_give(&slab, objects[at]);
            objects[at] = NULL;
        } else {
            objects[at] = take(&slab, turn);
        }
    }
    for (size_t i = 0; i < OBJECTS; i++)
        fz_slab_give(&slab, objects[i]);
    assert_true(slab.block_count <= 1);
    fz_slab_fini(&slab);
}

static void neighbours_in_time_are_neighbours_in_memory(void **state)
{
    (void)state;
    if (FZ_SANITIZED) /* each is an object of malloc's there */
        return;
    struct fz_slab slab = {.bytes = sizeof(struct object)};
    struct object *objects[OBJECTS];
    size_t pages = 0;
    for (uint32_t i = 0; i < OBJECTS; i++) {
        objects[i] = take(&slab, i + 1);
        pages += i == 0 || (uintptr_t)objects[i] / PAGE_BYTES != (uintptr_t)objects[i - 1] / PAGE_BYTES;
    }
    assert_true(pages <= OBJECTS / 13 + 1);
    for (size_t i = 0; i < OBJECTS; i++)
        fz_slab_give(&slab, objects[i]);
    fz_slab_fini(&slab);
}

static void what_is_given_back_goes(void **state)
{
    (void)state;
    if (FZ_SANITIZED)
        return;
    struct fz_slab slab = {.bytes = sizeof(struct object)};
    struct object *objects[OBJECTS];
    fz_slab_give(&slab, NULL);
    for (uint32_t i = 0; i < OBJECTS; i++)
        objects[i] = take(&slab, i + 1);
    for (size_t i = 1; i < OBJECTS; i++)
        fz_slab_give(&slab, objects[i]);
    assert_in_range(slab.block_count, 1, 2); /* that of the first object, and one that is kept */
    fz_slab_give(&slab, objects[0]);
    assert_int_equal(slab.block_count, 1);
    fz_slab_fini(&slab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_never_lie_over_each_other),
        cmocka_unit_test(neighbours_in_time_are_neighbours_in_memory),
        cmocka_unit_test(what_is_given_back_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
