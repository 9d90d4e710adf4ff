/* What the performance overlay says of the frames, the heap, the bound and the sandbox. */
#include "app/overlay/perf_lines.h"
#include "fixture.h"

#include <string.h>

enum { MB = 1 << 20 };

static const char layers[] = "full: no_new_privs seccomp netns mountns landlock rlimits sched_idle";

static void assert_lines(const struct fz_perf_facts *facts, const char *const expected[FZ_PERF_LINES])
{
    char lines[FZ_PERF_LINES][FZ_PERF_TEXT];
    memset(lines, '?', sizeof lines);
    fz_perf_write(facts, lines);
    for (int i = 0; i < FZ_PERF_LINES; i++)
        assert_string_equal(lines[i], expected[i]);
}

static void test_a_wall_that_loads(void **state)
{
    (void)state;
    const struct fz_perf_facts facts = {
        .renderer = "opengl",
        .isolation = "process",
        .sandbox = layers,
        .frames = 1200,
        .late = 3,
        .uploads = 270,
        .decodes = 265,
        .hits = 12,
        .replaced = 2,
        .decodes_per_s = 61.25,
        .work = {0.04, 1.26, 2},
        .present = {5.5, 9, 14.75},
        .queued = {[FZ_PRIORITY_VISIBLE] = 31, [FZ_PRIORITY_AHEAD] = 4, [FZ_PRIORITY_KEEP] = 1},
        .bound_bytes = 256 * MB,
        .pss_peak_bytes = 140 * MB,
        .texture_bytes = 33 * MB + MB / 2,
        .texture_budget_bytes = 96 * MB,
        .texture_peak_bytes = 41 * MB,
        .decode_bytes = 12 * MB,
        .decode_budget_bytes = 128 * MB,
        .surface_bytes = 3 * MB / 2,
        .surface_budget_bytes = 32 * MB,
    };
    assert_lines(&facts, (const char *const[FZ_PERF_LINES]){
                             "opengl  frames 1200, late 3",
                             "decoding by process, replaced 2",
                             "sandbox full: no_new_privs seccomp netns",
                             "    mountns landlock rlimits sched_idle",
                             "work  p50 0.0  p99 1.3  most 2.0 ms",
                             "present  p50 5.5  p99 9.0  most 14.8 ms",
                             "to load:  in view 31  ahead 4  for later 1",
                             "bound 256 MB, all processes up to 140",
                             "textures 33.5 of 96.0 MB, most 41.0  uploads 270",
                             "decodes 12.0 of 128.0 MB  surfaces 1.5 of 32.0",
                             "decoded 265, 61.2 a second  hits 12",
                         });
}

static void test_a_wall_at_rest(void **state)
{
    (void)state;
    const struct fz_perf_facts facts = {.renderer = "software",
                                        .isolation = "thread",
                                        .sandbox = "off",
                                        .bound_bytes = 64 * MB,
                                        .is_short = true};
    assert_lines(&facts, (const char *const[FZ_PERF_LINES]){
                             "software  frames 0, late 0",
                             "decoding by thread, replaced 0",
                             "sandbox off",
                             "   ",
                             "work  p50 0.0  p99 0.0  most 0.0 ms",
                             "present  p50 0.0  p99 0.0  most 0.0 ms",
                             "nothing to load",
                             "bound 64 MB  memory is short",
                             "textures 0.0 of 0.0 MB, most 0.0  uploads 0",
                             "decodes 0.0 of 0.0 MB  surfaces 0.0 of 0.0",
                             "decoded 0, 0.0 a second  hits 0",
                         });
}

/* Nothing is sent out then, though much waits. */
static void test_a_wall_that_is_paused(void **state)
{
    (void)state;
    struct fz_perf_facts facts = {
        .renderer = "", .isolation = "", .sandbox = "", .is_paused = true, .waiting = 1203};
    char lines[FZ_PERF_LINES][FZ_PERF_TEXT];
    fz_perf_write(&facts, lines);
    assert_string_equal(lines[6], "loading is paused, 1203 to load");
}

/* In the order of the heap, and none is cut off. */
static void test_every_class_has_a_name(void **state)
{
    (void)state;
    struct fz_perf_facts facts = {.renderer = "", .isolation = "", .sandbox = ""};
    for (size_t i = 0; i < FZ_PRIORITY_CLASSES; i++)
        facts.queued[i] = 100 + i;
    char lines[FZ_PERF_LINES][FZ_PERF_TEXT];
    fz_perf_write(&facts, lines);
    assert_string_equal(lines[6],
                        "to load:  picture 100  first 101  in view 102  next 103  ahead 104  behind 105  "
                        "scaling 106  rest 107  unknown 108  for later 109");
}

/* The sandbox goes as a whole, before anything that changes. */
static void test_what_makes_way_first(void **state)
{
    (void)state;
    static const int rest[] = {0, 4, 5, 6, 7, 8, 9, 10};
    int chosen[FZ_PERF_LINES];
    assert_int_equal(fz_perf_choose(FZ_PERF_LINES + 1, chosen), FZ_PERF_LINES);
    for (int i = 0; i < FZ_PERF_LINES; i++)
        assert_int_equal(chosen[i], i);
    for (int room = FZ_PERF_LINES - 2; room < FZ_PERF_LINES; room++) {
        assert_int_equal(fz_perf_choose(room, chosen), FZ_PERF_LINES - 2);
        assert_int_equal(chosen[1], 1);
        assert_memory_equal(chosen + 2, rest + 1, sizeof rest - sizeof *rest);
    }
    for (int room = FZ_PERF_LINES - 3; room >= -1; room--) {
        assert_int_equal(fz_perf_choose(room, chosen), room < 0 ? 0 : room);
        assert_memory_equal(chosen, rest, (size_t)(room < 0 ? 0 : room) * sizeof *rest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wall_that_loads),     cmocka_unit_test(test_a_wall_at_rest),
        cmocka_unit_test(test_a_wall_that_is_paused), cmocka_unit_test(test_every_class_has_a_name),
        cmocka_unit_test(test_what_makes_way_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
