/* Whole reads and writes: in one go or in several, to the end of a file, and to where one cannot go on. */
#include "base/io.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_file_is_read_to_its_end(void **state)
{
    (void)state;
    char bytes[8] = "";
    size_t got;
    int fd = memfd_create("whole", MFD_CLOEXEC);
    assert_true(fz_write_full(fd, "abcdef", 6));
    assert_true(fz_pread_full(fd, bytes, 3, 0, &got));
    assert_int_equal(got, 3);
    assert_memory_equal(bytes, "abc", 3);
    assert_true(fz_pread_full(fd, bytes, sizeof bytes, 4, &got));
    assert_int_equal(got, 2);
    assert_memory_equal(bytes, "ef", 2);
    assert_true(fz_read_full(fd, bytes, sizeof bytes, &got));
    assert_int_equal(got, 0); /* its place was behind what was written, all the time */
    assert_false(fz_pread_full(fd, bytes, sizeof bytes, -1, &got));
    assert_int_equal(errno, EINVAL);
    close(fd);
}

/* As it is on machines of 32 bits, too, where the C library has to be asked for it. */
static void long_files_and_late_times_are_known(void **state)
{
    (void)state;
    const int64_t far = INT64_C(5) << 30, late_s = INT64_C(4102444800); /* 2100 */
    char bytes[4] = "";
    size_t got;
    struct stat st;
    int fd = memfd_create("long", MFD_CLOEXEC);
    assert_int_equal(pwrite(fd, "abc", 3, (off_t)far), 3);
    assert_true(fz_pread_full(fd, bytes, sizeof bytes, (off_t)far, &got));
    assert_int_equal(got, 3);
    assert_memory_equal(bytes, "abc", 3);
    const struct timespec times[] = {{.tv_sec = (time_t)late_s}, {.tv_sec = (time_t)late_s}};
    assert_int_equal(futimens(fd, times), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(st.st_size == far + 3);
    assert_true(st.st_mtim.tv_sec == late_s);
    close(fd);
}

static void what_came_before_a_failure_is_kept(void **state)
{
    (void)state;
    char bytes[8] = "";
    int pipe[2];
    size_t got;
    assert_int_equal(pipe2(pipe, O_CLOEXEC | O_NONBLOCK), 0);
    assert_true(fz_write_full(pipe[1], "abc", 3));
    assert_false(fz_read_full(pipe[0], bytes, sizeof bytes, &got));
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(got, 3);
    assert_memory_equal(bytes, "abc", 3);
    close(pipe[0]);
    close(pipe[1]);
}

static void what_does_not_fit_is_not_written(void **state)
{
    (void)state;
    enum { BYTES = 4 << 20 }; /* more than a pipe holds */
    int pipe[2];
    char *bytes = calloc(1, BYTES);
    assert_int_equal(pipe2(pipe, O_CLOEXEC | O_NONBLOCK), 0);
    assert_false(fz_write_full(pipe[1], bytes, BYTES));
    assert_int_equal(errno, EAGAIN);
    free(bytes);
    close(pipe[0]);
    close(pipe[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_to_its_end),
        cmocka_unit_test(long_files_and_late_times_are_known),
        cmocka_unit_test(what_came_before_a_failure_is_kept),
        cmocka_unit_test(what_does_not_fit_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
