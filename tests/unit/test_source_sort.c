/* Sorting by a worker, and the facts that it goes by: what files say, what happens while it runs, and what 100,000 cost. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sanitized.h"
#include "base/str.h"
#include "decode/decoder.h"
#include "fixture.h"
#include "source/batch.h"
#include "source/drop.h"
#include "source/facts.h"
#include "source/list_state.h"
#include "source/marks.h"
#include "source/search.h"
#include "source/sorter.h"
#include "source/told.h"
#include "sync/thread.h"

#include <string.h>

enum { MANY = 100000, MANY_A_EVENT = 8192 };

static struct fz_cancel never;

static struct fz_list_change apply(struct fz_list *list, enum fz_source_event_kind kind, const char *dir,
                                   struct fz_batch *batch)
{
    fz_batch_sort(batch);
    struct fz_source_event *event = fz_batch_event(batch, kind, 0, dir);
    struct fz_list_change change;
    while (!fz_list_apply(list, event, &change))
        continue;
    fz_source_event_free(event);
    return change;
}

static void apply_one(struct fz_list *list, enum fz_source_event_kind kind, const char *dir, const char *name)
{
    struct fz_batch batch = {0};
    fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
    apply(list, kind, dir, &batch);
    fz_batch_fini(&batch);
}

/* Numbers first..end-1 of `form`, in events of the size that readers send. */
static void fill(struct fz_list *list, const char *dir, const char *form, unsigned first, unsigned end)
{
    struct fz_batch batch = {0};
    for (unsigned n = first; n < end; n++) {
        char name[80];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(name, sizeof name, form, n);
#pragma GCC diagnostic pop
        fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
        if (batch.count == MANY_A_EVENT || n + 1 == end)
            apply(list, FZ_SOURCE_ADDED, dir, &batch);
    }
    fz_batch_fini(&batch);
}

/* ---- Workers -------------------------------------------------------------------------------------------- */

static int sort_main(void *sorter)
{
    fz_sorter_run(sorter, &never);
    return 0;
}

static int look_main(void *facts)
{
    struct fz_job *job = fz_job_new(FZ_JOB_WORK, FZ_ITEM_NONE, NULL, &never);
    job->decoder = &(struct fz_decoder){0};
    fz_facts_look(facts, job);
    fz_job_free(job);
    return 0;
}

static SDL_Thread *start(int (*run)(void *), void *load)
{
    struct fz_error err;
    SDL_Thread *thread = NULL;
    assert_int_equal(fz_thread_start(&thread, "worker", run, load, &err), FZ_OK);
    return thread;
}

static void sort_by(struct fz_list *list, struct fz_sort sort)
{
    struct fz_sorter *sorter = fz_list_sort_begin(list, &sort);
    SDL_WaitThread(start(sort_main, sorter), NULL);
    assert_true(fz_list_sort_apply(list, sorter));
    fz_sorter_free(sorter);
}

static const struct fz_sort by_date = {.key = FZ_SORT_DATE}, by_size = {.key = FZ_SORT_SIZE};

/* Looks at all files of which that order wants to know; returns how many batches that were. */
static int look_at_all(struct fz_list *list, const struct fz_sort *sort, size_t most, bool *news)
{
    int batches = 0;
    *news = false;
    for (struct fz_facts_batch *facts; (facts = fz_list_facts_begin(list, sort, most)) != NULL; batches++) {
        SDL_WaitThread(start(look_main, facts), NULL);
        *news |= fz_list_facts_apply(list, facts);
        fz_facts_free(facts);
    }
    return batches;
}

/* ---- Facts ---------------------------------------------------------------------------------------------- */

static void set_file(const char *folder, const char *name, int64_t mtime_s, long mtime_ns, size_t bytes)
{
    char *path = path_in(folder, name);
    char *zeros = fz_calloc(1, bytes + 1);
    write_file(path, zeros, bytes);
    free(zeros);
    struct timespec times[2] = {{.tv_sec = mtime_s, .tv_nsec = mtime_ns},
                                {.tv_sec = mtime_s, .tv_nsec = mtime_ns}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
}

static void assert_order(const struct fz_list *list, const char *expected)
{
    char names[256] = "";
    for (size_t i = 0; i < fz_list_count(list); i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, fz_list_name(list, fz_list_at(list, i)));
    }
    assert_string_equal(names, expected);
}

static void sorts_by_what_files_say(void **unused)
{
    (void)unused;
    char *folder = make_folder();
    set_file(folder, "a.jpg", 1000, 5, 30);
    set_file(folder, "b.jpg", 1000, 4, 10);
    set_file(folder, "c.jpg", -5, 0, 20); /* before 1970 */
    set_file(folder, "d.jpg", 1000, 5, 10);
    struct fz_list *list = fz_list_new();
    const char *const names[] = {"a.jpg", "b.jpg", "c.jpg", "d.jpg", "gone.jpg"};
    struct fz_batch batch = {0};
    for (size_t i = 0; i < COUNT(names); i++)
        fz_batch_add(&batch, names[i], FZ_SOURCE_PICTURE);
    apply(list, FZ_SOURCE_ADDED, folder, &batch);
    bool news;
    assert_int_equal(look_at_all(list, &by_date, 2, &news), 3);
    assert_true(news);
    assert_int_equal(look_at_all(list, &by_date, 2, &news), 0);
    assert_null(list->items.sizes);
    assert_order(list, "a.jpg b.jpg c.jpg d.jpg gone.jpg");
    sort_by(list, (struct fz_sort){.key = FZ_SORT_DATE});
    assert_order(list, "c.jpg b.jpg a.jpg d.jpg gone.jpg");
    sort_by(list, (struct fz_sort){.key = FZ_SORT_DATE, .descending = true});
    assert_order(list, "a.jpg d.jpg b.jpg c.jpg gone.jpg");
    sort_by(list, by_size); /* of which nothing was kept */
    assert_order(list, "a.jpg b.jpg c.jpg d.jpg gone.jpg");
    assert_int_equal(look_at_all(list, &by_size, 2, &news), 3);
    assert_true(news);
    sort_by(list, by_size);
    assert_order(list, "b.jpg d.jpg c.jpg a.jpg gone.jpg");
    assert_int_equal(look_at_all(list, &by_date, 2, &news), 0); /* both are, from then on */
    sort_by(list, by_date);
    assert_order(list, "c.jpg b.jpg a.jpg d.jpg gone.jpg");

    set_file(folder, "b.jpg", 2000, 0, 99);
    apply_one(list, FZ_SOURCE_CHANGED, folder, "b.jpg");
    apply_one(list, FZ_SOURCE_CHANGED, folder, "a.jpg"); /* with the same facts: no news */
    assert_int_equal(look_at_all(list, &by_size, 1, &news), 2);
    sort_by(list, (struct fz_sort){.key = FZ_SORT_SIZE});
    assert_order(list, "d.jpg c.jpg a.jpg b.jpg gone.jpg");
    apply_one(list, FZ_SOURCE_CHANGED, folder, "a.jpg");
    assert_int_equal(look_at_all(list, &by_size, 1, &news), 1);
    assert_false(news);

    /* What nobody looked at because of a cancellation is given again. */
    apply_one(list, FZ_SOURCE_CHANGED, folder, "c.jpg");
    struct fz_cancel stop;
    fz_cancel_init(&stop, NULL);
    fz_cancel_set(&stop);
    struct fz_facts_batch *facts = fz_list_facts_begin(list, &by_size, 10);
    assert_non_null(facts);
    assert_null(fz_list_facts_begin(list, &by_size, 10));
    assert_false(fz_list_facts_apply(list, facts));
    fz_facts_free(facts);
    assert_int_equal(look_at_all(list, &by_size, 10, &news), 1);
    fz_batch_fini(&batch);
    fz_list_free(list);
    remove_folder(folder);
}

static void rename_one(struct fz_list *list, const char *folder, const char *from, const char *to)
{
    struct fz_batch batch = {0};
    char *old = path_in(folder, from), *new = path_in(folder, to);
    assert_int_equal(rename(old, new), 0);
    fz_batch_add(&batch, from, FZ_SOURCE_PICTURE);
    fz_batch_add(&batch, to, FZ_SOURCE_PICTURE);
    struct fz_source_event *event = fz_batch_event(&batch, FZ_SOURCE_RENAMED, 0, folder);
    struct fz_list_change change;
    fz_list_apply(list, event, &change);
    fz_source_event_free(event);
    fz_batch_fini(&batch);
    free(old);
    free(new);
}

/* Nobody found it by its name of before. */
static void what_is_renamed_meanwhile_is_looked_at_again(void **unused)
{
    (void)unused;
    char *folder = make_folder();
    set_file(folder, "a.jpg", 1, 0, 1);
    set_file(folder, "b.jpg", 1, 0, 2);
    struct fz_list *list = fz_list_new();
    bool news;
    apply_one(list, FZ_SOURCE_ADDED, folder, "a.jpg");
    apply_one(list, FZ_SOURCE_ADDED, folder, "b.jpg");
    struct fz_facts_batch *facts = fz_list_facts_begin(list, &by_size, 10);
    rename_one(list, folder, "a.jpg", "c.jpg");
    SDL_WaitThread(start(look_main, facts), NULL);
    fz_list_facts_apply(list, facts);
    fz_facts_free(facts);
    assert_int_equal(look_at_all(list, &by_size, 10, &news), 1);
    sort_by(list, by_size);
    assert_order(list, "c.jpg b.jpg");
    fz_list_free(list);
    remove_folder(folder);
}

/* What comes while the sizes are asked for is put into the order that stands, which goes by dates. */
static void an_order_stands_while_other_facts_come(void **unused)
{
    (void)unused;
    char *folder = make_folder();
    set_file(folder, "a.jpg", 2000, 0, 1);
    set_file(folder, "b.jpg", 1000, 0, 2);
    struct fz_list *list = fz_list_new();
    bool news;
    apply_one(list, FZ_SOURCE_ADDED, folder, "a.jpg");
    apply_one(list, FZ_SOURCE_ADDED, folder, "b.jpg");
    look_at_all(list, &by_date, 10, &news);
    sort_by(list, by_date);
    struct fz_facts_batch *facts = fz_list_facts_begin(list, &by_size, 1);
    apply_one(list, FZ_SOURCE_ADDED, folder, "0.jpg");
    assert_order(list, "b.jpg a.jpg 0.jpg");
    fz_list_facts_apply(list, facts);
    fz_facts_free(facts);
    fz_list_free(list);
    remove_folder(folder);
}

static void large_files_keep_their_order(void **unused)
{
    (void)unused;
    char *folder = make_folder();
    static const uint64_t sizes[] = {(1ull << 31) - 1, 1ull << 31, 3ull << 31, 3ull << 40};
    struct fz_list *list = fz_list_new();
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char name[16];
        snprintf(name, sizeof name, "%zu.tif", COUNT(sizes) - i);
        set_file(folder, name, 1, 0, 0);
        char *path = path_in(folder, name);
        int truncated = truncate(path, (off_t)sizes[i]);
        free(path);
        if (truncated != 0) { /* this file system has no such files */
            remove_folder(folder);
            fz_list_free(list);
            skip();
        }
        apply_one(list, FZ_SOURCE_ADDED, folder, name);
    }
    bool news;
    look_at_all(list, &by_size, 100, &news);
    sort_by(list, (struct fz_sort){.key = FZ_SORT_SIZE});
    assert_order(list, "4.tif 3.tif 2.tif 1.tif");
    fz_list_free(list);
    remove_folder(folder);
}

/* ---- While it runs -------------------------------------------------------------------------------------- */

static void assert_sorted(const struct fz_list *list, const struct fz_sort *sort)
{
    assert_false(fz_list_is_disordered(list));
    for (size_t i = 1; i < fz_list_all_count(list); i++)
        assert_true(fz_sort_cmp(&list->items, sort, list->order.slots[i - 1], list->order.slots[i]) < 0);
}

/* Names come and go, the pool of names grows and is compacted, folders go, while a worker reads what was there. */
static void sorts_while_the_list_changes(void **unused)
{
    (void)unused;
    for (int round = 0; round < 6; round++) {
        struct fz_sort sort = {.key = (enum fz_sort_key)(round % 7), .descending = round % 2, .seed = 3};
        struct fz_list *list = fz_list_new();
        fill(list, "/p/one", "IMG_%u with a name that is long enough to be worth it.jpg", 0, 3000);
        fill(list, "/p/two", "%u.jpg", 0, 3000);
        fill(list, "/p/three", "dsc%u.jpg", 0, 50);
        struct fz_sorter *sorter = fz_list_sort_begin(list, &sort);
        SDL_Thread *worker = start(sort_main, sorter);
        struct fz_batch none = {0};
        apply(list, FZ_SOURCE_REMOVED, "/p/one", &none); /* with its folder, and most of the names */
        apply(list, FZ_SOURCE_REMOVED, "/p/three", &none);
        fill(list, "/p/new", "new%u.jpg", 0, 300);
        fz_item_id dropped[] = {fz_list_at(list, 5), fz_list_at(list, 6)};
        fz_list_drop(list, dropped, 2);
        const fz_item_id *back;
        fz_list_undo_drop(list, &back);
        SDL_WaitThread(worker, NULL);
        assert_true(fz_list_sort_apply(list, sorter));
        fz_sorter_free(sorter);
        assert_int_equal(fz_list_count(list), 3300);
        assert_sorted(list, &sort);
        fz_list_free(list);
    }
}

/* What gets another name meanwhile stands by the old one, until the list is sorted again. */
static void renamed_while_it_is_sorted(void **unused)
{
    (void)unused;
    struct fz_sort sort = {.key = FZ_SORT_NAME};
    struct fz_list *list = fz_list_new();
    fill(list, "/p", "%u.jpg", 0, 9);
    struct fz_batch names = {0};
    fz_batch_add(&names, "0.jpg", FZ_SOURCE_PICTURE);
    fz_batch_add(&names, "9.jpg", FZ_SOURCE_PICTURE);
    for (int round = 0; round < 2; round++) {
        struct fz_sorter *sorter = fz_list_sort_begin(list, &sort);
        if (round == 0)
            apply(list, FZ_SOURCE_RENAMED, "/p", &names);
        SDL_WaitThread(start(sort_main, sorter), NULL);
        assert_true(fz_list_sort_apply(list, sorter));
        fz_sorter_free(sorter);
        assert_int_equal(fz_list_is_disordered(list), round == 0);
    }
    assert_string_equal(fz_list_name(list, fz_list_at(list, 8)), "9.jpg");
    fz_batch_fini(&names);
    fz_list_free(list);
}

/* The program may end while a sorter and a snapshot are out. */
static void ends_while_it_runs(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    fill(list, "/p", "%u.jpg", 0, 1000);
    struct fz_sorter *sorter = fz_list_sort_begin(list, &(struct fz_sort){.key = FZ_SORT_DATE});
    struct fz_marked *marked = fz_list_marked_all(list);
    fill(list, "/q", "%u.jpg", 0, 20000);
    SDL_WaitThread(start(sort_main, sorter), NULL);
    assert_int_equal(fz_list_count(list), 21000);
    assert_int_equal(fz_marked_count(marked), 1000);
    char *first = fz_marked_path(marked, 0), *last = fz_marked_path(marked, 999);
    assert_string_equal(first, "/p/0.jpg");
    assert_string_equal(last, "/p/999.jpg");
    free(first);
    free(last);
    fz_sorter_free(sorter);
    fz_marked_free(marked);
    fz_sorter_free(NULL);
    fz_marked_free(NULL);
    fz_facts_free(NULL);
    fz_list_free(list);
}

#if !FZ_SANITIZED /* whose shadow memory counts as well */
static size_t bytes_of(const char *field)
{
    char line[128];
    unsigned long kb = 0;
    FILE *file = fopen("/proc/self/status", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, field, strlen(field)) == 0)
            kb = strtoul(line + strlen(field), NULL, 10);
    fclose(file);
    return (size_t)kb * 1024;
}

/* Beside what is free already: 47 bytes an item, and 69 with a copy of what is compared. Writing to clear_refs begins the peak anew. */
static void sorts_within_a_snapshot(void **unused)
{
    (void)unused;
    enum { ITEMS = 2 * MANY, ITEM_BYTES = 58 };
    struct fz_list *list = fz_list_new();
    fill(list, "/p", "img%u.jpg", 0, ITEMS);
    bool news;
    look_at_all(list, &by_date, ITEMS, &news);
    fz_mem_trim();
    FILE *forget = fopen("/proc/self/clear_refs", "w");
    bool can = forget && fputs("5", forget) >= 0;
    can = forget && fclose(forget) == 0 && can;
    size_t before = bytes_of("VmRSS:");
    sort_by(list, by_date);
    size_t taken = bytes_of("VmHWM:") - before;
    fz_list_free(list);
    if (!can)
        skip();
    assert_in_range(taken, ITEMS, ITEMS * ITEM_BYTES);
}
#endif

static void shuffles_by_seed(void **unused)
{
    (void)unused;
    enum { COUNT_SHUFFLED = 2000 };
    struct fz_list *list = fz_list_new();
    fill(list, "/p", "img%u.jpg", 0, COUNT_SHUFFLED);
    fz_item_id *first = fz_calloc(COUNT_SHUFFLED, sizeof *first);
    size_t same = 0, up = 0;
    sort_by(list, (struct fz_sort){.key = FZ_SORT_RANDOM, .seed = 1});
    for (size_t i = 0; i < COUNT_SHUFFLED; i++) {
        first[i] = fz_list_at(list, i);
        up += i > 0 && first[i] > first[i - 1];
    }
    assert_true(up > COUNT_SHUFFLED * 2 / 5 &&
                up < COUNT_SHUFFLED * 3 / 5); /* half of the steps, by chance */
    sort_by(list, (struct fz_sort){.key = FZ_SORT_RANDOM, .seed = 2});
    for (size_t i = 0; i < COUNT_SHUFFLED; i++)
        same += fz_list_at(list, i) == first[i];
    assert_true(same < 20);
    sort_by(list, (struct fz_sort){.key = FZ_SORT_RANDOM, .seed = 1});
    for (size_t i = 0; i < COUNT_SHUFFLED; i++)
        assert_int_equal(fz_list_at(list, i), first[i]);
    free(first);
    fz_list_free(list);
}

/* ---- Many ----------------------------------------------------------------------------------------------- */

/* What would take the render thread too long waits at the end, and is in its place after the next sort. */
static void many_at_once_wait_for_a_worker(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    fill(list, "/p", "img%u.jpg", 0, MANY);
    fz_item_id *ids = fz_calloc(MANY / 2, sizeof *ids);
    for (size_t i = 0; i < MANY / 2; i++)
        ids[i] = fz_list_at(list, i * 2 + 1);
    fz_item_id kept = fz_list_at(list, 10);
    assert_int_equal(fz_list_drop(list, ids, MANY / 2), MANY / 2);
    assert_false(fz_list_is_disordered(list));
    const fz_item_id *back;
    assert_int_equal(fz_list_undo_drop(list, &back), MANY / 2);
    assert_true(fz_list_is_disordered(list));
    assert_int_equal(fz_list_count(list), MANY);
    struct fz_sort sort = fz_list_sort(list);
    sort_by(list, sort);
    assert_sorted(list, &sort);
    assert_int_equal(fz_list_at(list, 10), kept);
    free(ids);

    sort = (struct fz_sort){.key = FZ_SORT_RANDOM, .seed = 9};
    sort_by(list, sort);
    fill(list, "/q", "img%u.jpg", 0, 3000); /* few at once: in their places, in any order */
    assert_int_equal(fz_list_count(list), MANY + 3000);
    assert_sorted(list, &sort);
    fz_list_free(list);
}

/* A search goes on in steps, so that no frame waits for it; what all this takes is bench_list's. */
static void many_are_found_and_sorted(void **unused)
{
    (void)unused;
    struct fz_list *list = fz_list_new();
    fill(list, "/p", "DSC_%05u Urlaub.JPG", 0, MANY);
    const char *const typed[] = {"u", "ur", "url", "url", "5", "51", "/p/dsc"};
    const size_t found[] = {MANY, MANY, MANY, MANY, 40951, 3970, MANY};
    for (size_t i = 0; i < COUNT(typed); i++) {
        fz_list_search(list, typed[i]);
        int steps = 1;
        while (!fz_list_search_step(list, 0))
            steps++;
        assert_true(steps > 10);
        size_t count = 0;
        assert_true(fz_list_search_found(list, &count));
        assert_int_equal(count, found[i]);
        fz_list_search_show(list);
        assert_false(fz_list_search_found(list, &count));
        assert_int_equal(fz_list_count(list), found[i]);
    }
    fz_list_search(list, NULL);
    size_t rated = 0;
    assert_true(fz_list_rate(list, fz_list_at(list, 51), 5)); /* DSC_00051 */
    fz_list_show_rated(list, 5, 5);
    fz_list_search(list, "51");
    while (!fz_list_search_step(list, 0))
        ;
    assert_true(fz_list_search_found(list, &rated));
    assert_int_equal(rated, 1);
    fz_list_show_rated(list, -1, 5);
    fz_list_search(list, NULL);
    for (int key = FZ_SORT_NAME; key <= FZ_SORT_RANDOM; key++) {
        struct fz_sort sort = {.key = (enum fz_sort_key)key, .seed = 5};
        sort_by(list, sort);
        assert_sorted(list, &sort);
    }
    fz_list_free(list);
}

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    fz_cancel_init(&never, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_by_what_files_say),
        cmocka_unit_test(what_is_renamed_meanwhile_is_looked_at_again),
        cmocka_unit_test(an_order_stands_while_other_facts_come),
        cmocka_unit_test(large_files_keep_their_order),
        cmocka_unit_test(sorts_while_the_list_changes),
        cmocka_unit_test(renamed_while_it_is_sorted),
        cmocka_unit_test(ends_while_it_runs),
#if !FZ_SANITIZED
        cmocka_unit_test(sorts_within_a_snapshot),
#endif
        cmocka_unit_test(shuffles_by_seed),
        cmocka_unit_test(many_at_once_wait_for_a_worker),
        cmocka_unit_test(many_are_found_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
