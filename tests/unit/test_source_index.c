/* The hash index against an array of pairs, with hashes that collide and cells that go round the end. */
#include "fixture.h"
#include "source/index.h"

enum { PAIRS_MAX = 600, STEPS = 60000 };

struct pair {
    uint32_t hash, row;
};

static bool same(uint32_t a, uint32_t b)
{
    return (a & 0xffffff) == (b & 0xffffff);
}

static void check(const struct fz_index *index, const struct pair *pairs, size_t count, uint32_t hash)
{
    uint32_t at;
    size_t found = 0, expected = 0;
    for (uint32_t row = fz_index_first(index, hash, &at); row != FZ_INDEX_NONE;
         row = fz_index_next(index, hash, &at)) {
        bool there = false;
        for (size_t i = 0; i < count; i++)
            there = there || (same(pairs[i].hash, hash) && pairs[i].row == row);
        assert_true(there);
        found++;
    }
    for (size_t i = 0; i < count; i++)
        expected += same(pairs[i].hash, hash);
    assert_int_equal(found, expected);
}

static uint32_t random_hash(struct random *random, int kind)
{
    if (kind == 0)
        return (uint32_t)random_int(random, 0, 20); /* many rows each */
    if (kind == 1)
        return UINT32_MAX - (uint32_t)random_int(random, 0, 200);
    return (uint32_t)random_next(random);
}

static void random_operations(void **unused)
{
    (void)unused;
    struct random random = random_start();
    for (int kind = 0; kind < 3; kind++) {
        struct fz_index index = {0};
        struct pair pairs[PAIRS_MAX];
        size_t count = 0;
        for (int step = 0; step < STEPS; step++) {
            bool grows = step / 2000 % 2 == 0; /* fills up, then empties, again and again */
            uint32_t hash = random_hash(&random, kind);
            if (random_int(&random, 0, 999) == 0) {
                fz_index_trim(&index);
                assert_true(index.size <= count * 13 / 8 + 20 && index.size * 3 / 4 >= count);
            } else if (count < PAIRS_MAX && random_int(&random, 0, 9) < (grows ? 7 : 3)) {
                pairs[count] = (struct pair){hash, (uint32_t)step};
                fz_index_add(&index, pairs[count].hash, pairs[count].row);
                count++;
            } else if (count > 0) {
                size_t i = (size_t)random_int(&random, 0, (int)count - 1);
                hash = pairs[i].hash;
                fz_index_remove(&index, pairs[i].hash, pairs[i].row);
                fz_index_remove(&index, pairs[i].hash, UINT32_MAX - 1); /* not there */
                pairs[i] = pairs[--count];
            }
            check(&index, pairs, count, hash);
            check(&index, pairs, count, random_hash(&random, kind));
            assert_int_equal(index.count, count);
        }
        fz_index_fini(&index);
    }
}

static void empty(void **unused)
{
    (void)unused;
    struct fz_index index = {0};
    uint32_t at;
    assert_int_equal(fz_index_first(&index, 5, &at), FZ_INDEX_NONE);
    fz_index_remove(&index, 5, 1);
    fz_index_fini(&index);
}

static void last_row(void **unused)
{
    (void)unused;
    struct fz_index index = {0};
    uint32_t at;
    fz_index_add(&index, 5, FZ_INDEX_MOST); /* has no place */
    assert_int_equal(fz_index_first(&index, 5, &at), FZ_INDEX_NONE);
    fz_index_add(&index, 0xff000005, FZ_INDEX_MOST - 1);
    assert_int_equal(fz_index_first(&index, 5, &at), FZ_INDEX_MOST - 1);
    assert_int_equal(fz_index_next(&index, 5, &at), FZ_INDEX_NONE);
    fz_index_remove(&index, 5, FZ_INDEX_MOST - 1);
    assert_int_equal(fz_index_first(&index, 5, &at), FZ_INDEX_NONE);
    fz_index_fini(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations),
        cmocka_unit_test(last_row),
        cmocka_unit_test(empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
