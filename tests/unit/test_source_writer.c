/* Whether somebody is still writing a file, by the lease that the kernel refuses then, and by the file's time. */
#include "fixture.h"

#include "source/writer.h"

#include <time.h>

enum { HOUR_S = 3600, YEAR_S = 365 * 24 * HOUR_S };

static const int64_t LONG_US = 61000000; /* looked at for longer than a minute */

static char *folder, *path;

static int make_file(void **state)
{
    (void)state;
    folder = make_folder();
    path = path_in(folder, "a.jpg");
    write_file(path, "x", 1);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    free(path);
    remove_folder(folder);
    return 0;
}

static void set_age(int64_t seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = now.tv_sec - seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void who_holds_it_is_waited_for(void **state)
{
    (void)state;
    assert_int_equal(fz_writer_of(path, 0), FZ_WRITER_NONE);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(fz_writer_of(path, 0), FZ_WRITER_SOME);
    assert_int_equal(fz_writer_of(path, LONG_US), FZ_WRITER_SOME); /* it was changed just now */
    set_age(HOUR_S);
    assert_int_equal(fz_writer_of(path, 0), FZ_WRITER_SOME);
    assert_int_equal(fz_writer_of(path, LONG_US), FZ_WRITER_NONE); /* and long ago */
    close(fd);
    assert_int_equal(fz_writer_of(path, 0), FZ_WRITER_NONE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(fz_writer_of(path, 0), FZ_WRITER_GONE);
}

/* The clock went back by a year, or never had the time: a file is not waited for until its own comes. */
static void a_time_in_the_future_is_not_just_now(void **state)
{
    (void)state;
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    set_age(-YEAR_S);
    assert_int_equal(fz_writer_of(path, LONG_US), FZ_WRITER_NONE);
    set_age(-1); /* of a server whose clock is a little ahead */
    assert_int_equal(fz_writer_of(path, LONG_US), FZ_WRITER_SOME);
    close(fd);
}

#define WITH_A_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_FILE(who_holds_it_is_waited_for),
        WITH_A_FILE(a_time_in_the_future_is_not_just_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
