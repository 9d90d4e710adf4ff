/* Single promises of the list, and what it costs. */
#include "base/clock.h"
#include "base/path.h"
#include "source/batch.h"
#include "source/list_state.h"
#include "source/marks.h"
#include "sync/thread.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t large_from = SIZE_MAX, large_count; /* blocks of that many bytes and more */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    large_count += size >= large_from;
    return __real_malloc(size);
}

static struct fz_source_event *event_of(enum fz_source_event_kind kind, uint32_t root, const char *dir, ...)
{
    struct fz_batch batch = {0};
    va_list names;
    va_start(names, dir);
    for (const char *name; (name = va_arg(names, const char *));) {
        enum fz_source_doubt doubt;
        fz_suffix_classify(name, &doubt);
        fz_batch_add(&batch, name, doubt);
    }
    va_end(names);
    struct fz_source_event *event = fz_batch_event(&batch, kind, root, dir);
    fz_batch_fini(&batch);
    return event;
}

static struct fz_list_change applied(struct fz_list *list, struct fz_source_event *event)
{
    struct fz_list_change change;
    assert_true(fz_list_apply(list, event, &change));
    fz_source_event_free(event);
    return change;
}

static void ids_are_never_zero_and_go_stale(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    assert_false(fz_list_has(list, FZ_ITEM_NONE));
    fz_item_id last = FZ_ITEM_NONE;
    for (int i = 0; i < 600; i++) {
        applied(list, event_of(FZ_SOURCE_ADDED, 0, "/d", "a.jpg", NULL));
        fz_item_id id = fz_list_at(list, 0);
        assert_int_not_equal(id, FZ_ITEM_NONE);
        assert_int_not_equal(id, last);
        assert_int_equal(FZ_ITEM_SLOT(id), 0);
        assert_false(fz_list_has(list, last));
        assert_string_equal(fz_list_name(list, last), "");
        assert_null(fz_list_path(list, last));
        last = id;
        struct fz_list_change change = applied(list, event_of(FZ_SOURCE_REMOVED, 0, "/d", "a.jpg", NULL));
        assert_int_equal(change.removed_count, 1);
        assert_int_equal(change.removed[0], id);
    }
    fz_list_free(list);
}

static void what_was_taken_out_comes_back_only_with_news(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    applied(list, event_of(FZ_SOURCE_ADDED, 0, "/d", "a.jpg", "b.jpg", NULL));
    fz_list_remove(list, &(fz_item_id){fz_list_at(list, 0)}, 1);
    applied(list, event_of(FZ_SOURCE_WHOLE, 0, "/d", "a.jpg", "b.jpg", "c.jpg", NULL));
    assert_int_equal(fz_list_count(list), 2);
    assert_string_equal(fz_list_name(list, fz_list_at(list, 0)), "b.jpg");
    assert_int_equal(applied(list, event_of(FZ_SOURCE_CHANGED, 0, "/d", "a.jpg", NULL)).added, 1);
    assert_string_equal(fz_list_name(list, fz_list_at(list, 0)), "a.jpg");
    fz_list_remove(list, &(fz_item_id){fz_list_at(list, 0)}, 1);
    assert_int_equal(applied(list, event_of(FZ_SOURCE_ADDED, 0, "/d", "a.jpg", NULL)).added, 1);
    assert_int_equal(applied(list, event_of(FZ_SOURCE_CHANGED, 0, "/d", "never.jpg", NULL)).added, 0);
    fz_list_free(list);
}

static void a_late_answer_about_old_bytes_is_stale(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    applied(list, event_of(FZ_SOURCE_ADDED, 0, "/d", "scan", NULL));
    assert_int_equal(fz_list_count(list), 0);
    fz_item_id id = fz_list_next_unknown(list);
    assert_int_equal(fz_list_next_unknown(list), FZ_ITEM_NONE);
    struct fz_list_change change = applied(list, event_of(FZ_SOURCE_CHANGED, 0, "/d", "scan", NULL));
    assert_int_equal(change.removed_count, 1);
    fz_list_settle(list, id, false);
    assert_int_equal(fz_list_unknown_count(list), 1);
    fz_item_id again = fz_list_next_unknown(list);
    assert_int_not_equal(again, FZ_ITEM_NONE);
    fz_list_settle(list, again, true);
    assert_int_equal(fz_list_at(list, 0), again);
    fz_list_free(list);
}

/* --- Cost --- */

static size_t heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static struct fz_source_event *many(int from, int to)
{
    struct fz_batch batch = {0};
    for (int i = from; i < to; i++) {
        char name[40];
        snprintf(name, sizeof name, "IMG_%07d_holiday.jpg", (int)((long)i * 7919 % 1000003));
        fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
    }
    fz_batch_sort(&batch);
    struct fz_source_event *event =
        fz_batch_event(&batch, FZ_SOURCE_ADDED, 0, "/home/somebody/pictures/holidays");
    fz_batch_fini(&batch);
    return event;
}

/* Returns the items that came; *longest_us of CPU time is what one call takes at most. */
static size_t take_all(struct fz_list *list, struct fz_source_event *event, int64_t *longest_us)
{
    struct fz_list_change change;
    size_t added = 0;
    for (bool all = false; !all;) {
        int64_t start = fz_thread_cpu_us();
        all = fz_list_apply(list, event, &change);
        int64_t took = fz_thread_cpu_us() - start;
        *longest_us = took > *longest_us ? took : *longest_us;
        added += change.added;
    }
    fz_source_event_free(event);
    return added;
}

static int64_t remove_us(struct fz_list *list, size_t count)
{
    fz_item_id ids[2000];
    size_t index;
    for (size_t i = 0; i < count; i++)
        ids[i] = fz_list_at(list, i * 3);
    int64_t start = fz_thread_cpu_us();
    assert_int_equal(fz_list_remove(list, ids, count), count);
    assert_true(fz_list_index(list, fz_list_at(list, 7), &index)); /* places are counted anew */
    return fz_thread_cpu_us() - start;
}

/* Each for itself, the second number took a second. */
static void many_that_are_no_pictures_go_at_once(void **unused)
{
    (void)unused;
    int64_t longest_us = 0;
    struct fz_list *list = fz_list_new();
    for (int i = 0; i < 100000; i += 8192)
        take_all(list, many(i, i + 8192 < 100000 ? i + 8192 : 100000), &longest_us);
    int64_t one_us = remove_us(list, 1), all_us = remove_us(list, 2000);
    print_message("of 100,000: one in %.1f ms, 2,000 in %.1f ms\n", (double)one_us / 1e3,
                  (double)all_us / 1e3);
    assert_true(all_us < 50 * one_us);
    assert_int_equal(fz_list_count(list), 97999);
    fz_list_free(list);
}

static void a_picture_costs_at_most_100_bytes(void **unused)
{
    (void)unused;
    int64_t longest_us = 0;
    size_t before = heap_bytes();
    struct fz_list *list = fz_list_new();
    for (int i = 0; i < 100000; i += 8192)
        take_all(list, many(i, i + 8192 < 100000 ? i + 8192 : 100000), &longest_us);
    double bytes = (double)(heap_bytes() - before) / 100000;
    assert_int_equal(fz_list_count(list), 100000);
    print_message("bytes a picture, names of 23 bytes: %.1f; a call: at most %.1f ms\n", bytes,
                  (double)longest_us / 1e3);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they count another heap */
    assert_true(bytes > 20 && bytes <= 100);
#endif
    longest_us = 0;
    assert_int_equal(take_all(list, many(100000, 165536), &longest_us), 65536);
    print_message("65,536 into 100,000: at most %.1f ms of CPU time a call\n", (double)longest_us / 1e3);
    for (size_t i = 1; i < fz_list_count(list); i++)
        assert_true(
            strcmp(fz_list_name(list, fz_list_at(list, i - 1)), fz_list_name(list, fz_list_at(list, i))) < 0);
    fz_list_free(list);
}

/* A folder of 100,000 is read again, half of it is new; then all of it goes at once. No call does more than its part, and
 * what the user takes out meanwhile stays away. */
static void large_events_are_taken_in_parts(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    int64_t longest_us = 0;
    take_all(list, many(0, 100000), &longest_us);
    struct fz_source_event *event = many(50000, 150000);
    event->kind = FZ_SOURCE_WHOLE;
    struct fz_list_change change;
    size_t calls = 0, added = 0, removed = 0;
    char *taken_out[2] = {NULL, NULL};
    for (bool all = false; !all; calls++) {
        all = fz_list_apply(list, event, &change);
        assert_true(change.added <= 512 && change.removed_count <= 512);
        added += change.added;
        removed += change.removed_count;
        if (calls == 10 || calls == 150) {
            fz_item_id id = fz_list_find(list, 0, event->dir, event->names[2000 + calls]);
            assert_int_not_equal(id, FZ_ITEM_NONE);
            taken_out[calls / 100] = fz_list_path(list, id);
            assert_int_equal(fz_list_remove(list, &id, 1), 1);
        }
    }
    assert_true(calls >= 200);
    assert_int_equal(added, 50000);
    assert_int_equal(removed, 50000);
    assert_int_equal(fz_list_count(list), 100000 - 2);
    for (uint32_t i = 0; i < event->count; i++) {
        char *path = fz_path_join(event->dir, event->names[i]);
        bool out = strcmp(path, taken_out[0]) == 0 || strcmp(path, taken_out[1]) == 0;
        assert_int_equal(fz_list_find(list, 0, event->dir, event->names[i]) == FZ_ITEM_NONE, out);
        free(path);
    }
    struct fz_batch none = {0};
    struct fz_source_event *gone = fz_batch_event(&none, FZ_SOURCE_REMOVED, 0, "/home/somebody");
    for (bool all = false; !all;) {
        all = fz_list_apply(list, gone, &change);
        assert_true(change.removed_count <= 512);
    }
    assert_int_equal(fz_list_count(list), 0);
    free(taken_out[0]);
    free(taken_out[1]);
    fz_source_event_free(gone);
    fz_source_event_free(event);
    fz_list_free(list);
}

/* Every folder of a tree is read again, and nothing went: no event costs what the list has. What it does for that is to
 * pass over all slots, with a byte for each folder. */
static void folders_that_are_as_they_were_cost_what_is_in_them(void **unused)
{
    (void)unused;
    enum { FOLDERS = 3000 };
    struct fz_list *list = fz_list_new();
    char dir[32];
    for (int i = 0; i < FOLDERS; i++) {
        snprintf(dir, sizeof dir, "/t/%d", i);
        applied(list, event_of(FZ_SOURCE_ADDED, 0, dir, "a.jpg", "b.jpg", "c.jpg", NULL));
    }
    list->at_once = 2;
    large_from = FOLDERS;
    large_count = 0;
    struct fz_list_change change;
    for (int i = 0; i < FOLDERS; i++) {
        snprintf(dir, sizeof dir, "/t/%d", i);
        struct fz_source_event *event =
            i % 2 ? event_of(FZ_SOURCE_WHOLE, 0, dir, "a.jpg", "b.jpg", "c.jpg", NULL)
                  : event_of(FZ_SOURCE_WHOLE, 0, dir, "a.jpg", "b.jpg", "c.jpg", "d.jpg", NULL);
        while (!fz_list_apply(list, event, &change))
            assert_int_equal(change.removed_count, 0);
        fz_source_event_free(event);
    }
    assert_int_equal(large_count, 0);
    assert_int_equal(fz_list_count(list), FOLDERS * 3 + FOLDERS / 2);
    for (uint32_t slot = 0; slot < list->items.used; slot++)
        assert_false(list->items.rows[slot].flags & FZ_ITEM_KEPT);

    /* As many as there were, but one is another. */
    list->at_once = 100;
    change = applied(list, event_of(FZ_SOURCE_WHOLE, 0, "/t/0", "a.jpg", "c.jpg", "d.jpg", "e.jpg", NULL));
    assert_int_equal(change.added, 1);
    assert_int_equal(change.removed_count, 1);
    assert_int_equal(large_count, 1);
    assert_int_equal(fz_list_find(list, 0, "/t/0", "b.jpg"), FZ_ITEM_NONE);
    large_from = SIZE_MAX;
    fz_list_free(list);
}

/* One path never comes, so there are always wishes; all others are granted, and go, again and again. */
static void wishes_that_were_granted_leave_nothing(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    applied(list, event_of(FZ_SOURCE_ADDED, 0, "/d", "a.jpg", "b.jpg", "c.jpg", NULL));
    fz_list_mark_path(list, "/d/never-there-0.jpg");
    fz_list_mark_path(list, "/d/a.jpg");
    fz_list_mark_path(list, "/d/b.jpg");
    fz_list_mark_path(list, "/d/never-there-1.jpg");
    size_t before = 0;
    for (int i = 0; i < 20000; i++) {
        if (i == 1000)
            before = heap_bytes();
        applied(list, event_of(FZ_SOURCE_REMOVED, 0, "/d", "a.jpg", "b.jpg", NULL));
        assert_int_equal(fz_list_wish_count(list), 4);
        applied(list, event_of(FZ_SOURCE_ADDED, 0, "/d", i % 2 ? "b.jpg" : "a.jpg", NULL));
        applied(list, event_of(FZ_SOURCE_ADDED, 0, "/d", i % 2 ? "a.jpg" : "b.jpg", NULL));
        assert_int_equal(fz_list_marked_count(list), 2);
        assert_int_equal(fz_list_wish_count(list), 2);
    }
    long more = (long)heap_bytes() - (long)before;
    print_message("19,000 times wished and granted: %ld bytes more\n", more);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they count another heap */
    assert_true(more < 200000); /* the pool of the list's own names has holes, too */
#endif
    struct fz_marked *marked = fz_list_marked_begin(list);
    assert_int_equal(fz_marked_count(marked), 4);
    static const char *const paths[] = {"/d/a.jpg", "/d/b.jpg", "/d/never-there-0.jpg",
                                        "/d/never-there-1.jpg"};
    for (size_t i = 0; i < 4; i++) {
        char *path = fz_marked_path(marked, i);
        assert_string_equal(path, paths[i]);
        free(path);
    }
    fz_list_marked_end(list, marked);
    fz_list_unmark_path(list, "/d/a.jpg");
    fz_list_unmark_path(list, "/d/a.jpg"); /* which says nothing any more, */
    fz_list_unmark_path(list, "/d/c.jpg"); /* nor of one that is there */
    assert_int_equal(fz_list_marked_count(list), 1);
    fz_list_unmark_path(list, "/d/never-there-0.jpg");
    fz_list_unmark_path(list, "/d/never-there-2.jpg");
    assert_int_equal(fz_list_wish_count(list), 1);
    fz_list_unmark_path(list, "/d/never-there-1.jpg");
    assert_int_equal(fz_list_wish_count(list), 0);
    fz_list_free(list);
}

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_never_zero_and_go_stale),
        cmocka_unit_test(what_was_taken_out_comes_back_only_with_news),
        cmocka_unit_test(a_late_answer_about_old_bytes_is_stale),
        cmocka_unit_test(a_picture_costs_at_most_100_bytes),
        cmocka_unit_test(many_that_are_no_pictures_go_at_once),
        cmocka_unit_test(large_events_are_taken_in_parts),
        cmocka_unit_test(folders_that_are_as_they_were_cost_what_is_in_them),
        cmocka_unit_test(wishes_that_were_granted_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
