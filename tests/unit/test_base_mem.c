/* Arrays that grow; pages that are fetched. */
#include "base/mem.h"
#include "base/sanitized.h"
#include "fixture.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void what_is_new_is_zero_and_what_was_there_stays(void **state)
{
    (void)state;
    size_t capacity = 0;
    uint32_t *array = NULL;
    for (size_t count = 1; count < 5000; count++) {
        size_t before = capacity;
        array = fz_grow_zeroed(array, &capacity, count, sizeof *array);
        assert_true(capacity >= count);
        for (size_t i = before; i < capacity; i++)
            assert_int_equal(array[i], 0);
        for (size_t i = 0; i + 1 < count; i++)
            assert_int_equal(array[i], i + 1);
        array[count - 1] = (uint32_t)count;
    }
    free(array);
}

#if !FZ_SANITIZED /* whose shadow memory counts as well */
static size_t resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void what_nobody_writes_to_takes_no_memory(void **state)
{
    (void)state;
    enum { COUNT = 64 << 20, WRITTEN = 5 };
    size_t capacity = 0, before = resident_bytes();
    uint8_t *array = fz_grow_zeroed(NULL, &capacity, COUNT, 1);
    for (size_t i = 0; i < WRITTEN; i++)
        array[i * (COUNT / WRITTEN)] = 1;
    assert_true(resident_bytes() - before < COUNT / 16);
    array = fz_grow_zeroed(array, &capacity, COUNT + 1, 1);
    assert_true(resident_bytes() - before < COUNT / 16);
    for (size_t i = 0; i < COUNT; i += COUNT / WRITTEN)
        assert_int_equal(array[i], i / (COUNT / WRITTEN) < WRITTEN);
    free(array);
}
#endif

static size_t resident_pages(const uint8_t *block, size_t pages)
{
    unsigned char there[1024];
    size_t count = 0, page = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(mincore((void *)(uintptr_t)block, pages * page, there), 0);
    for (size_t i = 0; i < pages; i++)
        count += there[i] & 1;
    return count;
}

static void pages_are_there_before_they_are_written_to(void **state)
{
    (void)state;
    enum { PAGES = 64, FROM = 8, COUNT = 48 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *block = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(block, MAP_FAILED);
    fz_mem_populate(block + FROM * page, page);
    assert_int_equal(resident_pages(block, PAGES), 0); /* so few are left alone */
    fz_mem_populate(block + FROM * page + 1, COUNT * page - 2);
    assert_int_equal(resident_pages(block, PAGES), COUNT);
    assert_int_equal(resident_pages(block + FROM * page, COUNT), COUNT);
    munmap(block, PAGES * page);
}

/* Whole large pages of it may come at once, and go with it. */
static void a_block_holds_what_is_written(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 100000, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 6220800, 7000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t bytes = sizes[i];
        uint8_t *block = fz_try_block(bytes);
        assert_non_null(block);
        fz_mem_populate(block, bytes);
        memset(block, (int)i + 1, bytes);
        block = fz_block_resize(block, bytes * 2);
        assert_non_null(block);
        memset(block + bytes, 0xee, bytes);
        for (size_t at = 0; at < bytes; at++)
            if (block[at] != i + 1)
                fail_msg("byte %zu of %zu", at, bytes);
        fz_block_free(block);
    }
    assert_null(fz_try_block(SIZE_MAX / 2));
    assert_null(fz_try_block(SIZE_MAX - 100));
    fz_block_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_new_is_zero_and_what_was_there_stays),
        cmocka_unit_test(pages_are_there_before_they_are_written_to),
        cmocka_unit_test(a_block_holds_what_is_written),
#if !FZ_SANITIZED
        cmocka_unit_test(what_nobody_writes_to_takes_no_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
