/* Parcels: whatever their length they come as they were sent, with what goes along; what is none is refused, and leaves nothing open. */
#include "fixture.h"

#include "process/parcel.h"
#include "process/wire.h"

#include <fcntl.h>
#include <sys/socket.h>

enum { MOST = 4 << 20, LONGEST_INLINE = 66 << 10 };

static int ends[2];

static int open_pair(void **state)
{
    int room = 1 << 20;
    (void)state;
    assert_true(fz_wire_pair(ends));
    return setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

static int close_pair(void **state)
{
    (void)state;
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static char *some_bytes(size_t len)
{
    char *bytes = malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    return bytes;
}

static void any_length_comes_as_it_was(void **state)
{
    static const size_t lengths[] = {0, 1, 4096, LONGEST_INLINE, LONGEST_INLINE + 1, 1 << 20, MOST};
    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        char *bytes = some_bytes(lengths[i]);
        struct fz_parcel to = {.kind = 5, .number = 6, .count = 7, .flags = 8, .value = -9, .fd = -1}, from;
        to.bytes = bytes;
        to.len = lengths[i];
        assert_true(fz_parcel_send(ends[0], &to));
        assert_int_equal(fz_parcel_receive(ends[1], &from, MOST, 1000), FZ_PARCEL_CAME);
        assert_true(from.kind == 5 && from.number == 6 && from.count == 7 && from.flags == 8);
        assert_true(from.value == -9 && from.fd == -1 && from.len == lengths[i]);
        assert_memory_equal(from.bytes, bytes, lengths[i]);
        assert_int_equal(from.bytes[lengths[i]], 0);
        fz_parcel_fini(&from);
        free(bytes);
    }
}

static bool is_same_file(int a, int b)
{
    struct stat of_a, of_b;
    return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 && of_a.st_ino == of_b.st_ino &&
           of_a.st_dev == of_b.st_dev;
}

/* Also beside the memory file that a long one travels in. */
static void descriptors_go_along(void **state)
{
    static const size_t lengths[] = {10, LONGEST_INLINE + 10};
    (void)state;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct fz_parcel to = {.bytes = some_bytes(lengths[i]), .len = lengths[i], .fd = null}, from;
        for (to.more_count = 0; to.more_count < FZ_PARCEL_MORE; to.more_count++)
            to.more[to.more_count] = zero;
        assert_true(fz_parcel_send(ends[0], &to));
        assert_int_equal(fz_parcel_receive(ends[1], &from, MOST, 1000), FZ_PARCEL_CAME);
        assert_true(is_same_file(from.fd, null));
        assert_int_equal(from.more_count, FZ_PARCEL_MORE);
        for (uint32_t k = 0; k < from.more_count; k++)
            assert_true(is_same_file(from.more[k], zero));
        fz_parcel_fini(&from);
        free(to.bytes);
    }
    close(null);
    close(zero);
}

/* The next one comes all the same. */
static void what_is_none_is_refused(void **state)
{
    static const size_t lengths[] = {1, 60, LONGEST_INLINE, LONGEST_INLINE + 4096};
    (void)state;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), next_free = dup(null);
    close(next_free);
    struct fz_parcel parcel, whole = {.bytes = (char *)"whole", .len = 6, .fd = null};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        char *bytes = some_bytes(lengths[i]);
        assert_true(fz_wire_send(ends[0], bytes, lengths[i], &null, 1));
        assert_int_equal(fz_parcel_receive(ends[1], &parcel, MOST, 1000), FZ_PARCEL_SPOILT);
        free(bytes);
    }
    assert_true(fz_parcel_send(ends[0], &whole));
    assert_int_equal(fz_parcel_receive(ends[1], &parcel, 5, 1000), FZ_PARCEL_SPOILT);
    assert_true(fz_parcel_send(ends[0], &whole));
    assert_int_equal(fz_parcel_receive(ends[1], &parcel, 6, 1000), FZ_PARCEL_CAME);
    assert_string_equal(parcel.bytes, "whole");
    fz_parcel_fini(&parcel);
    assert_int_equal(dup(null), next_free);
    close(next_free);
    close(null);
}

static void who_sends_nothing_is_late_until_he_ends(void **state)
{
    struct fz_parcel parcel;
    (void)state;
    assert_int_equal(fz_parcel_receive(ends[1], &parcel, MOST, 0), FZ_PARCEL_LATE);
    assert_int_equal(fz_parcel_receive(ends[1], &parcel, MOST, 10), FZ_PARCEL_LATE);
    shutdown(ends[0], SHUT_RDWR);
    assert_int_equal(fz_parcel_receive(ends[1], &parcel, MOST, 0), FZ_PARCEL_ENDED);
    assert_int_equal(fz_parcel_receive(ends[1], &parcel, MOST, -1), FZ_PARCEL_ENDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_length_comes_as_it_was, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(descriptors_go_along, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(what_is_none_is_refused, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(who_sends_nothing_is_late_until_he_ends, open_pair, close_pair)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
