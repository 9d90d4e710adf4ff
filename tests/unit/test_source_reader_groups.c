/* Which roots share a reader. */
#include "source/reader_groups.h"
#include "source/scanner.h"
#include "test_source_support.h"

#include <sys/resource.h>

enum { MOST_ROOTS = 2000, MOST_READERS = 32 };

/* Roots by their kinds: a folder, a file, or standard input ('d', 'f', '-'). Gives the number of roots of each reader, in order. The
 * caller stops them. */
static struct fz_sources *deal(const char *kinds, struct fz_ready *ready)
{
    static char names[MOST_ROOTS][16];
    const char *arguments[MOST_ROOTS];
    static struct fz_doorbell bell;
    static struct fz_cancel quit;
    struct fz_sources *sources;
    struct fz_error err;
    size_t count = strlen(kinds);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof *names, kinds[i] == '-' ? "-" : kinds[i] == 'f' ? "%zu.jpg" : "%zu", i);
        arguments[i] = names[i];
    }
    fz_cancel_init(&quit, NULL);
    *ready = (struct fz_ready){NULL};
    assert_int_equal(fz_sources_start(&sources, arguments, count, &(struct fz_source_options){0}, ready,
                                      &bell, &quit, &err),
                     FZ_OK);
    return sources;
}

static void end(struct fz_sources *sources, struct fz_ready *ready)
{
    fz_sources_stop(sources);
    for (struct fz_ready_node *node = fz_ready_take(ready), *next; node; node = next) {
        next = node->next;
        fz_source_event_free(FZ_CONTAINER(node, struct fz_source_event, node));
    }
}

static void assert_deals(const char *kinds, const char *expected)
{
    struct fz_ready ready;
    struct fz_sources *sources = deal(kinds, &ready);
    char text[8 * MOST_READERS] = "";
    for (uint32_t i = 0; i < sources->scanner_count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), i ? " %u" : "%u",
                 sources->scanners[i].end - sources->scanners[i].first);
    end(sources, &ready);
    assert_string_equal(text, expected);
}

static void folders_have_one_each(void **unused)
{
    (void)unused;
    assert_deals("d", "1");
    assert_deals("ddd", "1 1 1");
    assert_deals("dddddddddddddddd", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1");
}

static void files_share_eight(void **unused)
{
    (void)unused;
    assert_deals("fff", "1 1 1");
    assert_deals("fdf", "1 1 1");
    assert_deals("ffffffffffffffff", "2 2 2 2 2 2 2 2");
    assert_deals("fffffdfffffdffffff", "2 2 1 1 1 2 2 1 2 2 2");
    assert_deals("dfffffffff", "1 2 1 1 1 1 1 1 1");
}

static void standard_input_is_read_apart(void **unused)
{
    (void)unused;
    assert_deals("f-f", "1 1 1");
    assert_deals("ffffffff-ffffffff", "2 2 2 2 1 2 2 2 2");
}

/* Each root has one reader; no reader has many more than another. */
static void assert_shares(const char *kinds, uint32_t readers_expected)
{
    struct fz_ready ready;
    struct fz_sources *sources = deal(kinds, &ready);
    uint32_t count = sources->root_count, next = 0;
    assert_int_equal(sources->scanner_count, readers_expected);
    for (uint32_t i = 0; i < sources->scanner_count; i++) {
        const struct fz_scanner *scanner = &sources->scanners[i];
        assert_int_equal(scanner->first, next);
        assert_true(scanner->end - scanner->first <= count / readers_expected + 1);
        next = scanner->end;
    }
    assert_int_equal(next, count);
    end(sources, &ready);
}

static void beyond_the_bound_all_share(void **unused)
{
    (void)unused;
    char kinds[MOST_ROOTS + 1] = "";
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit few = {1024, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    memset(kinds, 'd', 100);
    assert_shares(kinds, MOST_READERS);
    for (size_t i = 0; i < MOST_ROOTS; i++)
        kinds[i] = i % 2 ? 'f' : 'd';
    assert_shares(kinds, MOST_READERS);
    kinds[60] = '\0';
    few.rlim_cur = 60;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_shares(kinds, 8);
    kinds[1] = '\0';
    assert_shares(kinds, 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_have_one_each),
        cmocka_unit_test(files_share_eight),
        cmocka_unit_test(standard_input_is_read_apart),
        cmocka_unit_test(beyond_the_bound_all_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
