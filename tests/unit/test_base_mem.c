/* Arrays that grow. */
#include "base/mem.h"
#include "fixture.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

#ifndef FZ_SANITIZED /* whose shadow memory counts as well */
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
    free(array);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_new_is_zero_and_what_was_there_stays),
#ifndef FZ_SANITIZED
        cmocka_unit_test(what_nobody_writes_to_takes_no_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
