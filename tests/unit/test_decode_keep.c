/* What workers and their decoders may keep: together never more than was set aside. */
#include "decode/keep.h"
#include "decode/ring.h"
#include "fixture.h"

static size_t sum(const struct fz_keep *keep)
{
    return FZ_RING_HEADER_BYTES + keep->input_bytes + keep->slots * (size_t)FZ_RING_SLOT_BYTES +
           keep->scratch_bytes + keep->heap_bytes + keep->free_bytes;
}

/* From the least that there is to a machine's worth, in steps of a fifth. */
static void the_parts_are_no_more_than_all(void **state)
{
    (void)state;
    for (size_t all = FZ_KEEP_LEAST_BYTES; all < (size_t)1 << 30; all += all / 5) {
        size_t rare = fz_keep_rare_bytes(all);
        struct fz_keep plain = fz_keep_divide(all - 2 * rare), other = fz_keep_divide(rare);
        assert_true(sum(&plain) <= all - 2 * rare);
        assert_true(sum(&other) <= rare);
        assert_true(plain.slots >= 2 && plain.input_bytes >= 16 << 10);
    }
}

/* The buffers of photographs of 12 megapixels, and small tiles by the dozen. */
static void much_memory_keeps_what_is_used_again(void **state)
{
    (void)state;
    struct fz_keep keep = fz_keep_divide(14 << 20);
    assert_true(keep.scratch_bytes > 4 << 20 && keep.slots >= 64 && keep.input_bytes == 256 << 10);
    keep = fz_keep_divide(1 << 30); /* a ring has no more than 128 */
    assert_in_range(keep.slots, 64, FZ_RING_MOST_SLOTS);
}

static void assert_workers(uint64_t megabytes, int wanted, int given)
{
    size_t each;
    uint64_t working = megabytes << 20;
    assert_int_equal(fz_keep_workers(working, wanted, FZ_KEEP_LEAST_BYTES, &each), given);
    assert_true(each >= FZ_KEEP_LEAST_BYTES);
    assert_true(each * (uint64_t)given <= working / 8);
}

/* A quarter of `--memory` is for them; where it is 64 MB that is 16. */
static void little_memory_has_room_for_few_workers(void **state)
{
    (void)state;
    assert_workers(16, 2, 2);
    assert_workers(16, 6, 6);
    assert_workers(16, 64, 6);
    assert_workers(8, 4, 3);
    assert_workers(256, 64, 64);
    size_t each;
    assert_int_equal(fz_keep_workers(1 << 20, 4, FZ_KEEP_LEAST_BYTES, &each), 1);
    assert_int_equal(fz_keep_workers(16 << 20, 64, 0, &each), 64); /* on threads */
    assert_int_equal(each, (16 << 20) / 8 / 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_are_no_more_than_all),
        cmocka_unit_test(much_memory_keeps_what_is_used_again),
        cmocka_unit_test(little_memory_has_room_for_few_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
