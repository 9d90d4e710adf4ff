/* What is given while the program runs: files, folders, many, and what is wrong with them. */
#include "test_source_support.h"

enum { ROOT = 3 };

static const struct fz_source_options watched = {.recursive = true, .watch = true};

static void start_given(struct world *w)
{
    struct fz_error err;
    struct fz_source_options options = watched;
    options.readers = readers;
    w->roots = 0;
    assert_int_equal(fz_sources_start_given(&w->sources, ROOT, &options, &w->ready, &w->bell, &w->quit, &err),
                     FZ_OK);
    fz_list_set_order(w->list, ROOT, fz_sources_order(w->sources, ROOT));
}

/* `len` bytes, as they stand. */
static void give_bytes(struct world *w, const char *text, size_t len)
{
    char *bytes = fz_malloc(len + 1);
    memcpy(bytes, text, len);
    fz_sources_give(w->sources, bytes, len);
    w->roots++;
}

#define GIVE(w, text) give_bytes(w, text, sizeof(text))

static void each_block_is_a_listing(void **state)
{
    struct world *w = *state;
    run("mkdir -p d/e && touch b.jpg a.jpg d/2.jpg d/10.jpg d/e/x.png d/notes.txt");
    start_given(w);
    GIVE(w, "b.jpg\0d\0a.jpg");
    world_until_listed(w);
    assert_list(w, "b.jpg\nd/2.jpg\nd/10.jpg\nd/e/x.png\na.jpg\n");
    assert_int_equal(w->left_out, 1);
    run("touch c.jpg");
    GIVE(w, "c.jpg");
    GIVE(w, "a.jpg"); /* is there already */
    world_until_listed(w);
    assert_list(w, "b.jpg\nd/2.jpg\nd/10.jpg\nd/e/x.png\na.jpg\nc.jpg\n");
    assert_int_equal(w->left_out, 1);
    assert_string_equal(w->changed_names, "a.jpg\n");
    assert_int_equal(w->errors, 0);
}

static void events_carry_the_number_of_the_root(void **state)
{
    struct world *w = *state;
    run("touch a.jpg");
    start_given(w);
    GIVE(w, "a.jpg");
    for (int kinds = 0; kinds < 2; nap_ms(1)) {
        for (struct fz_ready_node *node = fz_ready_take(&w->ready), *next; node; node = next) {
            next = node->next;
            struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
            assert_int_equal(event->root, ROOT);
            assert_int_equal(event->kind, kinds++ == 0 ? FZ_SOURCE_ADDED : FZ_SOURCE_LISTED);
            fz_source_event_free(event);
        }
    }
}

static void followed_like_any_other(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch a.jpg d/x.jpg");
    start_given(w);
    GIVE(w, "d\0a.jpg");
    world_until_listed(w);
    run("touch d/y.jpg && rm a.jpg");
    world_until(w, "d/x.jpg\nd/y.jpg\n");
}

static void nothing_missing_and_too_long(void **state)
{
    struct world *w = *state;
    run("mkdir empty && touch z.jpg");
    start_given(w);
    give_bytes(w, "", 0);
    GIVE(w, "empty");
    GIVE(w, "not there.jpg");
    world_until_listed(w);
    assert_list(w, "not there.jpg\n");
    assert_int_equal(w->errors, 0);
    char *longest = fz_malloc(200001);
    memset(longest, 'x', 200000);
    memcpy(longest + 199994, "\0z.jpg", 7);
    give_bytes(w, longest, 200001);
    free(longest);
    world_until_listed(w);
    assert_int_equal(w->errors, 1);
    assert_non_null(strstr(w->last_error, "no path"));
    assert_list(w, "not there.jpg\nz.jpg\n");
}

/* More than the reader takes at once, in the order given. */
static void many(void **state)
{
    struct world *w = *state;
    enum { COUNT = 20000, LEN = 11 }; /* with what ends it */
    start_given(w);
    char *bytes = fz_malloc(COUNT * LEN + 1), *expected = fz_malloc(COUNT * LEN + 1);
    for (int i = 0; i < COUNT; i++) {
        snprintf(bytes + i * LEN, LEN + 1, "%06d.jpg", COUNT - i);
        snprintf(expected + i * LEN, LEN + 1, "%06d.jpg\n", COUNT - i);
    }
    give_bytes(w, bytes, COUNT * LEN);
    world_until_listed(w);
    assert_int_equal(fz_list_count(w->list), COUNT);
    assert_list(w, expected);
    free(bytes);
    free(expected);
}

/* At the end, also with blocks that nobody read. */
static void stopped_at_any_time(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch d/1.jpg d/2.jpg");
    for (int i = 0; i < 50; i++) {
        start_given(w);
        for (int k = 0; k < i % 5; k++)
            GIVE(w, "d\0a.jpg");
        if (i % 3 == 0)
            nap_ms(1);
        world_stop(w);
    }
}

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    const struct CMUnitTest tests[] = {
        TEST(each_block_is_a_listing),
        TEST(events_carry_the_number_of_the_root),
        TEST(followed_like_any_other),
        TEST(nothing_missing_and_too_long),
        TEST(many),
        TEST(stopped_at_any_time),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
