/* Whether memory is short: files as the kernel writes them, and what is made of one look after the other. */
#include "fixture.h"

#include "base/pressure.h"

#include <poll.h>

#define MB (UINT64_C(1) << 20)

enum { SECOND_US = 1000000 };

static char *folder;

static int make_tree(void **state)
{
    (void)state;
    folder = make_folder();
    return 0;
}

static int remove_tree(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

static void put(const char *name, const char *text)
{
    write_below(folder, name, text);
}

static struct fz_pressure_look look_at(int64_t now_us)
{
    char *membership = path_in(folder, "membership"), *mount = path_in(folder, "mount");
    char *stalls = path_in(folder, "stalls"), *memory = path_in(folder, "meminfo");
    struct fz_pressure_look look;
    fz_pressure_look(&(struct fz_pressure_places){{membership, mount}, stalls, memory}, now_us, &look);
    free(membership);
    free(mount);
    free(stalls);
    free(memory);
    return look;
}

static void put_stalls(const char *name, unsigned total_us)
{
    char text[200];
    snprintf(
        text, sizeof text,
        "some avg10=0.12 avg60=0.34 avg300=0.00 total=%u\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
        total_us);
    put(name, text);
}

/* A group that uses so much beside copies of files, which fill the rest of it. */
static void put_group(const char *high, const char *max, uint64_t used_mb)
{
    char text[200];
    put("mount/a/memory.stat",
        "anon 5\ninactive_anon 7\ninactive_file 2097152\nactive_file 5242880\nshmem 9\n");
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)((used_mb + 7) * MB));
    put("membership", "0::/a/b\n");
    put("mount/a/memory.high", high);
    put("mount/a/memory.max", max);
    put("mount/a/memory.current", text);
    put("mount/a/b/memory.high", "max\n");
    put("mount/a/b/memory.max", "max\n");
}

static void stalls_are_read_of_machine_and_group(void **state)
{
    (void)state;
    put_stalls("stalls", 8141311);
    put_stalls("mount/a/b/memory.pressure", 42);
    put_stalls("mount/a/memory.pressure", 99);
    put("membership", "4:cpu:/x\n0::/a/b\n");
    struct fz_pressure_look look = look_at(5);
    assert_int_equal(look.at_us, 5);
    assert_int_equal(look.stalled_us[0], 8141311);
    assert_int_equal(look.stalled_us[1], 42);
    assert_string_equal(look.full, "");
}

static void a_group_is_short_when_a_tenth_is_left(void **state)
{
    (void)state;
    put_group("max\n", "104857600\n", 80);
    assert_string_equal(look_at(0).full, "");
    put_group("max\n", "104857600\n", 91);
    assert_non_null(strstr(look_at(0).full, "91 of 100 MB of its control group"));
    put_group("83886080\n", "104857600\n", 80); /* high comes first */
    assert_non_null(strstr(look_at(0).full, "80 of 80 MB"));
    put_group("max\n", "max\n", 5000);
    assert_string_equal(look_at(0).full, "");
    put_group("max\n", "10737418240\n", 9300); /* 940 MB are left */
    assert_string_equal(look_at(0).full, "");
    put_group("max\n", "10737418240\n", 10000);
    assert_non_null(strstr(look_at(0).full, "10000 of 10240 MB"));
}

static void version_1_has_other_names(void **state)
{
    (void)state;
    put("membership", "7:memory:/jobs\n0::/\n");
    put("mount/memory/jobs/memory.limit_in_bytes", "104857600\n");
    put("mount/memory/jobs/memory.stat",
        "active_file 1\ntotal_inactive_file 10000000\ntotal_active_file 10000000\n");
    put("mount/memory/jobs/memory.usage_in_bytes", "100000000\n");
    assert_string_equal(look_at(0).full, "");
    put("mount/memory/jobs/memory.stat", "active_file 1\ntotal_inactive_file 0\ntotal_active_file 0\n");
    assert_non_null(strstr(look_at(0).full, "95 of 100 MB"));
}

static void a_kernel_that_counts_no_stalls_tells_what_is_left(void **state)
{
    (void)state;
    put("meminfo", "MemTotal:        1000000 kB\nMemFree: 1 kB\nMemAvailable:     200000 kB\n");
    assert_string_equal(look_at(0).full, "");
    put("meminfo", "MemTotal:        1000000 kB\nMemFree: 1 kB\nMemAvailable:      90000 kB\n");
    assert_non_null(strstr(look_at(0).full, "87 MB of the machine's memory are left"));
    put_stalls("stalls", 0); /* it does: what is left is the kernel's to judge */
    assert_string_equal(look_at(0).full, "");
}

static void what_is_missing_or_odd_is_no_sign(void **state)
{
    (void)state;
    struct fz_pressure_look look = look_at(1);
    assert_true(look.stalled_us[0] == 0 && look.stalled_us[1] == 0 && look.full[0] == '\0');
    put("membership", "0::/a/b\nnonsense\n::\n");
    put("mount/a/memory.max", "many\n");
    put("mount/a/b/memory.pressure", "some\nsome total\nfull total=3\n");
    put("stalls", "");
    put("meminfo", "MemTotal: none\nMemAvailable: 5\n");
    look = look_at(1);
    assert_true(look.stalled_us[0] == 0 && look.stalled_us[1] == 0 && look.full[0] == '\0');
}

/* --- one look after the other ---------------------------------------------------------------------------------- */

static struct fz_pressure_state memory;
static struct fz_pressure_look now;

static int begin(void **state)
{
    (void)state;
    memory = (struct fz_pressure_state){0};
    now = (struct fz_pressure_look){.at_us = 100 * (int64_t)SECOND_US};
    fz_pressure_judge(&memory, &now);
    return 0;
}

/* A second later, in which tasks waited for so long. */
static enum fz_pressure second(uint64_t machine_ms, uint64_t group_ms)
{
    now.at_us += SECOND_US;
    now.stalled_us[0] += machine_ms * 1000;
    now.stalled_us[1] += group_ms * 1000;
    return fz_pressure_judge(&memory, &now);
}

static int calm_seconds(void)
{
    int count = 1;
    while (second(0, 0) != FZ_PRESSURE_NONE)
        count++;
    return count;
}

static void stalls_from_before_say_nothing(void **state)
{
    (void)state;
    memory = (struct fz_pressure_state){0};
    now = (struct fz_pressure_look){.at_us = SECOND_US, .stalled_us = {900000000, 900000000}};
    assert_int_equal(fz_pressure_judge(&memory, &now), FZ_PRESSURE_NONE);
    assert_int_equal(second(90, 90), FZ_PRESSURE_NONE);
}

static void a_tenth_of_the_time_is_a_sign(void **state)
{
    (void)state;
    assert_int_equal(second(99, 0), FZ_PRESSURE_NONE);
    assert_int_equal(second(100, 0), FZ_PRESSURE_CACHES);
    assert_string_equal(memory.reason, "tasks of the machine waited for memory 100 ms in 1000");
    begin(state);
    assert_int_equal(second(0, 250), FZ_PRESSURE_CACHES);
    assert_string_equal(memory.reason, "tasks of its control group waited for memory 250 ms in 1000");
}

static void decoders_go_where_caches_were_not_enough(void **state)
{
    (void)state;
    assert_int_equal(second(500, 0), FZ_PRESSURE_CACHES);
    assert_int_equal(second(500, 0), FZ_PRESSURE_CACHES);
    assert_int_equal(second(500, 0), FZ_PRESSURE_DECODERS);
    begin(state);
    assert_int_equal(second(500, 0), FZ_PRESSURE_CACHES);
    assert_int_equal(second(0, 0), FZ_PRESSURE_CACHES);
    assert_int_equal(second(0, 0), FZ_PRESSURE_CACHES); /* they were */
}

static void it_is_over_after_calm(void **state)
{
    (void)state;
    second(500, 0);
    assert_int_equal(calm_seconds(), 5);
    assert_int_equal(second(0, 0), FZ_PRESSURE_NONE);
}

/* Caches that fill again and are short again do not go up and down for ever. */
static void what_comes_back_at_once_stays_longer(void **state)
{
    (void)state;
    static const int expected[] = {5, 10, 20, 40, 80, 160, 160};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(second(500, 0), FZ_PRESSURE_CACHES);
        assert_int_equal(calm_seconds(), expected[i]);
    }
    for (int i = 0; i < 60; i++)
        assert_int_equal(second(0, 0), FZ_PRESSURE_NONE);
    assert_int_equal(second(500, 0), FZ_PRESSURE_CACHES);
    assert_int_equal(calm_seconds(), 5);
}

static void a_full_group_is_a_sign_without_stalls(void **state)
{
    (void)state;
    snprintf(now.full, sizeof now.full, "full");
    assert_int_equal(second(0, 0), FZ_PRESSURE_CACHES);
    assert_string_equal(memory.reason, "full");
    second(0, 0);
    assert_int_equal(second(0, 0), FZ_PRESSURE_DECODERS);
    now.full[0] = '\0';
    assert_int_equal(calm_seconds(), 5);
}

/* A file that is none of the kernel's is refused by it, or nothing ever comes from it. */
static void nothing_is_armed_where_nothing_is(void **state)
{
    (void)state;
    assert_int_equal(fz_pressure_arm("/nowhere/pressure"), -1);
    int fd = fz_pressure_arm("/proc/pressure/memory");
    if (fd < 0)
        return;
    struct pollfd one = {.fd = fd, .events = POLLPRI};
    assert_true(poll(&one, 1, 0) >= 0 && !(one.revents & POLLERR));
    close(fd);
}

#define IN_A_TREE(test) cmocka_unit_test_setup_teardown(test, make_tree, remove_tree)
#define LOOK_BY_LOOK(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_TREE(stalls_are_read_of_machine_and_group),
        IN_A_TREE(a_group_is_short_when_a_tenth_is_left),
        IN_A_TREE(version_1_has_other_names),
        IN_A_TREE(a_kernel_that_counts_no_stalls_tells_what_is_left),
        IN_A_TREE(what_is_missing_or_odd_is_no_sign),
        LOOK_BY_LOOK(stalls_from_before_say_nothing),
        LOOK_BY_LOOK(a_tenth_of_the_time_is_a_sign),
        LOOK_BY_LOOK(decoders_go_where_caches_were_not_enough),
        LOOK_BY_LOOK(it_is_over_after_calm),
        LOOK_BY_LOOK(what_comes_back_at_once_stays_longer),
        LOOK_BY_LOOK(a_full_group_is_a_sign_without_stalls),
        cmocka_unit_test(nothing_is_armed_where_nothing_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
