/* Readers that are processes: what happens when one dies, is stuck, or says what makes no sense. */
#define FZ_TEST_PROCESSES
#include "test_source_support.h"

#include <dirent.h>
#include <signal.h>

static const struct fz_source_options watched = {.recursive = true, .watch = true};

static pid_t parent_of(pid_t pid)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    char *got = fgets(line, sizeof line, file);
    fclose(file);
    const char *after = got ? strrchr(line, ')') : NULL;
    return after ? (pid_t)strtol(after + 4, NULL, 10) : 0;
}

/* The reader that runs: the zygote's only child; 0 where there is none. */
static pid_t find_reader(void)
{
    DIR *dir = opendir("/proc");
    pid_t found = 0;
    for (const struct dirent *entry; !found && (entry = readdir(dir)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10), parent = pid > 0 ? parent_of(pid) : 0;
        if (parent > 0 && parent_of(parent) == getpid())
            found = pid;
    }
    closedir(dir);
    return found;
}

static pid_t until_another_than(pid_t old)
{
    pid_t reader = old;
    for (int64_t end = fz_now_us() + 10000000; (reader == old || reader == 0) && fz_now_us() < end; nap_ms(1))
        reader = find_reader();
    assert_true(reader != 0 && reader != old);
    return reader;
}

/* What was let go ends by itself, a little later; the next test would take it for its own. */
static void until_none(void)
{
    for (int64_t end = fz_now_us() + 10000000; find_reader() != 0 && fz_now_us() < end;)
        nap_ms(1);
    assert_int_equal(find_reader(), 0);
}

static int teardown_with_readers(void **state)
{
    teardown(state);
    until_none();
    return 0;
}

static void one_that_died_is_replaced_and_the_list_stays(void **state)
{
    struct world *w = *state;
    run("mkdir -p a b/c && touch a/1.jpg a/2.jpg b/3.jpg b/c/4.jpg && ln -s ../a b/to_a");
    world_start(w, watched, ".");
    world_until_listed(w);
    assert_list(w, "a/1.jpg\na/2.jpg\nb/3.jpg\nb/c/4.jpg\n");
    fz_item_id first = fz_list_at(w->list, 0);
    size_t listed = w->listed;

    pid_t reader = find_reader();
    kill(reader, SIGSTOP); /* so that it cannot tell of what follows */
    run("rm -r b/c && rm a/2.jpg && touch a/9.jpg && mkdir b/new && touch b/new/5.jpg");
    kill(reader, SIGKILL);
    world_until(w, "a/1.jpg\na/9.jpg\nb/3.jpg\nb/new/5.jpg\n");
    assert_true(fz_list_at(w->list, 0) == first);
    assert_int_equal(w->errors, 1);
    assert_non_null(strstr(w->last_error, "signal 9"));
    world_pass(w, 50);
    assert_int_equal(w->listed, listed);

    until_another_than(reader);
    run("touch a/10.jpg"); /* it watches, too */
    world_until(w, "a/1.jpg\na/9.jpg\na/10.jpg\nb/3.jpg\nb/new/5.jpg\n");
}

static void its_folder_went_meanwhile_and_comes_back(void **state)
{
    struct world *w = *state;
    run("mkdir top && touch top/1.jpg top/2.jpg other.jpg");
    world_start(w, watched, "top");
    world_until_listed(w);
    pid_t reader = find_reader();
    kill(reader, SIGSTOP);
    run("mv top away");
    kill(reader, SIGKILL);
    world_until_away(w, 1, 0);
    assert_list(w, "top/1.jpg\ntop/2.jpg\n");
    run("rm away/1.jpg && mv away top");
    world_until(w, "top/2.jpg\n");
    world_until_away(w, 1, 1);
}

static void named_files_outlive_it(void **state)
{
    struct world *w = *state;
    const char *const arguments[] = {"1.jpg", "2.jpg"};
    struct fz_error err;
    run("touch 1.jpg 2.jpg");
    assert_int_equal(world_start_many(w, &watched, arguments, 1, &err), FZ_OK);
    world_until_listed(w);
    pid_t reader = find_reader();
    kill(reader, SIGSTOP);
    run("rm 1.jpg");
    kill(reader, SIGKILL);
    world_until(w, "");
    run("touch 1.jpg");
    world_until(w, "1.jpg\n");
}

static void one_that_is_stuck_is_left_behind_and_ends_later(void **state)
{
    struct world *w = *state;
    run("touch 1.jpg");
    world_start(w, watched, ".");
    world_until_listed(w);
    pid_t reader = find_reader();
    kill(reader, SIGSTOP);
    int64_t before = fz_now_us();
    world_stop(w);
    assert_true(fz_now_us() - before < 500000);
    assert_int_equal(kill(reader, 0), 0);
    kill(reader, SIGCONT);
    until_none();
}

static void what_makes_no_sense_is_no_event(void **state)
{
    (void)state;
    char bytes[] = "\0\0a.jpg\0b.jpg\0/dir";
    struct fz_parcel good = {.kind = FZ_READER_EVENT,
                             .number = 4,
                             .count = 2,
                             .flags = FZ_SOURCE_ADDED,
                             .bytes = bytes,
                             .len = sizeof bytes,
                             .fd = -1};
    struct fz_source_event *event = fz_reader_event(&good, 3, 2);
    assert_non_null(event);
    assert_string_equal(event->names[1], "b.jpg");
    assert_string_equal(event->dir, "/dir");
    fz_source_event_free(event);

    struct fz_parcel bad = good;
    assert_null(fz_reader_event(&bad, 5, 2)); /* a root of somebody else */
    assert_null(fz_reader_event(&bad, 0, 4));
    bad.count = 3; /* more names than there are */
    assert_null(fz_reader_event(&bad, 3, 2));
    bad.count = UINT32_MAX;
    assert_null(fz_reader_event(&bad, 3, 2));
    bad = good;
    bad.len--; /* its end is missing */
    assert_null(fz_reader_event(&bad, 3, 2));
    bad = good;
    bad.flags = 99;
    assert_null(fz_reader_event(&bad, 3, 2));
    bad.flags = FZ_SOURCE_RENAMED;
    bad.count = 1;
    assert_null(fz_reader_event(&bad, 3, 2));
    bad = good;
    bytes[0] = 77; /* no doubt that there is */
    assert_null(fz_reader_event(&bad, 3, 2));
    bytes[0] = 0;
    bytes[3] = '/'; /* no name */
    assert_null(fz_reader_event(&bad, 3, 2));
}

static void it_may_die_at_any_time(void **state)
{
    struct world *w = *state;
    run("mkdir -p 1 2 3 && touch $(seq -f %%g.jpg 200) $(seq -f 1/%%g.jpg 200) 2/a.jpg 3/b.jpg");
    for (int round = 0; round < 12; round++) {
        w->listed = 0;
        world_start(w, watched, ".");
        nap_ms(round);
        pid_t reader = find_reader();
        if (reader > 0)
            kill(reader, SIGKILL);
        world_until_listed(w);
        world_pass(w, 20);
        assert_int_equal(fz_list_count(w->list), 402);
        assert_int_equal(w->listed, 1);
        world_stop(w);
        until_none();
    }
}

#undef TEST
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown_with_readers)

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    const struct CMUnitTest tests[] = {
        TEST(one_that_died_is_replaced_and_the_list_stays),
        TEST(its_folder_went_meanwhile_and_comes_back),
        TEST(named_files_outlive_it),
        TEST(one_that_is_stuck_is_left_behind_and_ends_later),
        TEST(what_makes_no_sense_is_no_event),
        TEST(it_may_die_at_any_time),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
