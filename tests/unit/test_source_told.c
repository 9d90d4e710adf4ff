/* What files tell of themselves: asked once, by whoever needs it, again for what changed; the orders that follow it. */
#include "base/mem.h"
#include "decode/decoder.h"
#include "fixture.h"
#include "source/batch.h"
#include "source/drop.h"
#include "source/facts.h"
#include "source/sorter.h"
#include "source/stacks.h"
#include "source/told.h"
#include "sync/thread.h"

#include <string.h>

static struct fz_cancel never;
static struct fz_list_change change;

static void apply(struct fz_list *list, enum fz_source_event_kind kind, const char *dir,
                  const char *const *names, size_t count)
{
    struct fz_batch batch = {0};
    for (size_t i = 0; i < count; i++)
        fz_batch_add(&batch, names[i], FZ_SOURCE_PICTURE);
    if (kind != FZ_SOURCE_RENAMED)
        fz_batch_sort(&batch);
    struct fz_source_event *event = fz_batch_event(&batch, kind, 0, dir);
    fz_list_apply(list, event, &change);
    fz_source_event_free(event);
    fz_batch_fini(&batch);
}

/* A PNG without pixels that says when it was made (NULL: it does not), modified so many seconds after 1970. */
static void make_file(const char *folder, const char *name, const char *made, int64_t mtime_s)
{
    char *path = path_in(folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("\x89PNG\r\n\x1a\n", 1, 8, file);
    if (made) {
        fwrite((char[]){0, 0, 0, (char)(14 + strlen(made))}, 1, 4, file);
        fwrite("tEXtCreation Time", 1, 18, file);
        fputs(made, file);
        fwrite("\0\0\0\0", 1, 4, file);
    }
    fwrite("\0\0\0\0IEND\0\0\0\0", 1, 12, file);
    assert_int_equal(fclose(file), 0);
    struct timespec times[2] = {{.tv_sec = mtime_s}, {.tv_sec = mtime_s}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
}

static int read_main(void *told)
{
    struct fz_engine_counts counts = {0};
    struct fz_engine_options how = {.number = 1, .counts = &counts};
    struct fz_decoder decoder;
    struct fz_job *job = fz_job_new(FZ_JOB_WORK, FZ_ITEM_NONE, NULL, &never);
    fz_decoder_init(&decoder, fz_engine_new(&how), NULL, NULL, NULL, NULL);
    job->decoder = &decoder;
    fz_told_read(told, job);
    fz_job_free(job);
    fz_decoder_fini(&decoder);
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

static int sort_main(void *sorter)
{
    fz_sorter_run(sorter, &never);
    return 0;
}

static void on_worker(int (*run)(void *), void *load)
{
    struct fz_error err;
    SDL_Thread *thread = NULL;
    assert_int_equal(fz_thread_start(&thread, "worker", run, load, &err), FZ_OK);
    SDL_WaitThread(thread, NULL);
}

/* Asks all that the list wants to ask; returns how many files were opened for it. */
static size_t ask_all(struct fz_list *list, bool *news)
{
    const struct fz_sort by_date = {.key = FZ_SORT_DATE};
    size_t count = 0;
    *news = false;
    for (struct fz_told *told; (told = fz_list_told_begin(list, 2)) != NULL;) {
        on_worker(read_main, told);
        *news |= fz_list_told_apply(list, told);
        count += fz_told_opens(told);
        fz_told_free(told);
    }
    for (struct fz_facts_batch *facts; (facts = fz_list_facts_begin(list, &by_date, 2)) != NULL;) {
        on_worker(look_main, facts);
        fz_list_facts_apply(list, facts);
        fz_facts_free(facts);
    }
    return count;
}

static void assert_order(struct fz_list *list, struct fz_sort sort, const char *expected)
{
    char names[256] = "";
    struct fz_sorter *sorter = fz_list_sort_begin(list, &sort);
    on_worker(sort_main, sorter);
    assert_true(fz_list_sort_apply(list, sorter));
    fz_sorter_free(sorter);
    for (size_t i = 0; i < fz_list_count(list); i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, fz_list_name(list, fz_list_at(list, i)));
    }
    assert_string_equal(names, expected);
}

static void sorts_by_date_taken(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png", "b.png", "c.png", "d.png", "gone.png"};
    struct fz_sort by_date = {.key = FZ_SORT_DATE}, by_modified = {.key = FZ_SORT_MODIFIED};
    char *folder = make_folder();
    struct fz_list *list = fz_list_new();
    bool news;
    make_file(folder, "a.png", "2001-01-01T00:00:00Z", 5);
    make_file(folder, "b.png", NULL, 1000000000); /* September 2001 */
    make_file(folder, "c.png", "1931-01-01T00:00:00Z", 7);
    make_file(folder, "d.png", "9999-12-31T00:00:00Z", 6);
    apply(list, FZ_SOURCE_ADDED, folder, names, COUNT(names));
    assert_int_equal(ask_all(list, &news), 4); /* one is gone */
    assert_true(news);
    assert_int_equal(fz_list_told_count(list), 5);
    assert_order(list, by_date, "c.png a.png b.png d.png gone.png");
    assert_order(list, by_modified, "a.png d.png c.png b.png gone.png");
    by_date.descending = true;
    assert_order(list, by_date, "d.png b.png a.png c.png gone.png");

    assert_int_equal(ask_all(list, &news), 0);
    make_file(folder, "b.png", "2050-01-01T00:00:00Z", 1000000000);
    apply(list, FZ_SOURCE_CHANGED, folder, &names[1], 1);
    apply(list, FZ_SOURCE_CHANGED, folder, &names[2], 1); /* with the same answer */
    assert_int_equal(ask_all(list, &news), 2);
    assert_true(news);
    assert_order(list, by_date, "d.png b.png a.png c.png gone.png");
    apply(list, FZ_SOURCE_CHANGED, folder, &names[2], 1);
    assert_int_equal(ask_all(list, &news), 1);
    assert_false(news);

    apply(list, FZ_SOURCE_REMOVED, folder, names, 2);
    assert_int_equal(fz_list_told_count(list), 3);
    apply(list, FZ_SOURCE_ADDED, folder, names, 1); /* in a row that was used before */
    assert_int_equal(ask_all(list, &news), 1);
    fz_list_free(list);
    remove_folder(folder);
}

static void what_was_not_read_is_given_again(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png"};
    struct fz_list *list = fz_list_new();
    apply(list, FZ_SOURCE_ADDED, "/nowhere", names, 1);
    struct fz_told *told = fz_list_told_begin(list, 8);
    assert_non_null(told);
    assert_null(fz_list_told_begin(list, 8));
    assert_false(fz_list_told_apply(list, told));
    fz_told_free(told);
    told = fz_list_told_begin(list, 8);
    assert_non_null(told);
    fz_told_free(told);
    fz_list_free(list);
}

static void write_sidecar(const char *folder, const char *name, int rating)
{
    char *path = path_in(folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><r:RDF "
            "xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><r:Description r:about=\"\" "
            "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:Rating=\"%d\"/></r:RDF></x:xmpmeta>",
            rating);
    assert_int_equal(fclose(file), 0);
    free(path);
}

/* Once all is asked that the list wants to ask; 0: not rated. */
static void assert_rated(struct fz_list *list, const char *folder, const char *name, int expected)
{
    fz_item_id id = fz_list_find(list, 0, folder, name);
    bool news;
    int rating;
    ask_all(list, &news);
    assert_string_equal(fz_list_name(list, id), name);
    assert_int_equal(fz_list_rating(list, id, &rating), expected != 0);
    assert_int_equal(rating, expected);
}

static struct fz_told *ask_one(struct fz_list *list)
{
    struct fz_told *told = fz_list_told_begin(list, 8);
    assert_non_null(told);
    on_worker(read_main, told);
    return told;
}

static int rating_of(const struct fz_list *list)
{
    int rating;
    fz_list_rating(list, fz_list_at(list, 0), &rating);
    return rating;
}

static void what_was_asked_before_it_changed_does_not_count(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png"}, *const sidecar[] = {"a.xmp"};
    char *folder = make_folder();
    struct fz_list *list = fz_list_new();
    make_file(folder, "a.png", "2001-01-01T00:00:00Z", 1);
    write_sidecar(folder, "a.xmp", 2);
    apply(list, FZ_SOURCE_ADDED, folder, names, 1);
    struct fz_told *older = ask_one(list);
    write_sidecar(folder, "a.xmp", 5);
    apply(list, FZ_SOURCE_BESIDE, folder, sidecar, 1);
    struct fz_told *newer = ask_one(list);
    assert_true(fz_list_told_apply(list, newer));
    assert_int_equal(rating_of(list), 5);
    assert_false(fz_list_told_apply(list, older));
    assert_int_equal(rating_of(list), 5);
    assert_null(fz_list_told_begin(list, 8)); /* what is newer was told */
    fz_told_free(older);
    fz_told_free(newer);
    fz_list_free(list);
    remove_folder(folder);
}

/* What else the file tells is known once it was asked again. */
static void what_was_asked_before_it_was_rated_does_not_count(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png"};
    char *folder = make_folder();
    struct fz_list *list = fz_list_new();
    bool news;
    make_file(folder, "a.png", "2001-01-01T00:00:00Z", 1);
    write_sidecar(folder, "a.xmp", 2);
    apply(list, FZ_SOURCE_ADDED, folder, names, 1);
    struct fz_told *older = ask_one(list);
    write_sidecar(folder, "a.xmp", 4);
    assert_true(fz_list_rate(list, fz_list_at(list, 0), 4));
    assert_false(fz_list_told_apply(list, older));
    assert_int_equal(rating_of(list), 4);
    assert_int_equal(fz_list_told_count(list), 0);
    ask_all(list, &news);
    assert_int_equal(fz_list_told_count(list), 1);
    assert_int_equal(rating_of(list), 4);
    fz_told_free(older);
    fz_list_free(list);
    remove_folder(folder);
}

/* What shows an item has to look at its sidecars again. */
static void assert_beside(const struct fz_list *list, const char *name)
{
    assert_int_equal(change.beside_count, 1);
    assert_string_equal(fz_list_name(list, change.beside[0]), name);
}

static struct fz_list *stacks_in(const char *folder)
{
    static const char *const names[] = {"z.cr2", "z.jpg", "z.heic", "y.heic", "x.heic"};
    struct fz_list *list = fz_list_new();
    fz_list_set_stacks(list, true);
    for (size_t i = 0; i < COUNT(names); i++)
        make_file(folder, names[i], NULL, 1);
    return list;
}

/* The sidecar of a RAW file is told of the cover as long as that lies over it. */
static void covers_tell_of_what_lies_beneath(void **state)
{
    (void)state;
    static const char *const raw[] = {"z.cr2"}, *const cover[] = {"z.jpg"}, *const sidecar[] = {"z.cr2.xmp"};
    char *folder = make_folder();
    struct fz_list *list = stacks_in(folder);
    apply(list, FZ_SOURCE_ADDED, folder, cover, 1);
    assert_rated(list, folder, "z.jpg", 0);
    write_sidecar(folder, "z.cr2.xmp", 5);
    apply(list, FZ_SOURCE_ADDED, folder, raw, 1);
    assert_beside(list, "z.jpg");
    assert_rated(list, folder, "z.jpg", 5);
    apply(list, FZ_SOURCE_REMOVED, folder, raw, 1);
    assert_beside(list, "z.jpg");
    assert_rated(list, folder, "z.jpg", 0);

    apply(list, FZ_SOURCE_REMOVED, folder, cover, 1);
    apply(list, FZ_SOURCE_ADDED, folder, raw, 1);
    assert_rated(list, folder, "z.cr2", 5);
    apply(list, FZ_SOURCE_ADDED, folder, cover, 1);
    write_sidecar(folder, "z.cr2.xmp", 3);
    apply(list, FZ_SOURCE_BESIDE, folder, sidecar, 1);
    assert_rated(list, folder, "z.jpg", 3);
    apply(list, FZ_SOURCE_REMOVED, folder, cover, 1);
    assert_rated(list, folder, "z.cr2", 3);
    fz_list_free(list);
    remove_folder(folder);
}

static void covers_tell_whatever_becomes_of_them(void **state)
{
    (void)state;
    static const char *const all[] = {"z.cr2", "z.jpg", "z.heic"}, *const raw[] = {"z.cr2"},
                             *const cover[] = {"z.jpg"};
    static const char *const to_y[] = {"z.heic", "y.heic"}, *const to_x[] = {"y.heic", "x.heic"};
    const fz_item_id *back;
    char *folder = make_folder();
    struct fz_list *list = stacks_in(folder);
    write_sidecar(folder, "z.cr2.xmp", 4);
    apply(list, FZ_SOURCE_ADDED, folder, all, COUNT(all));
    assert_rated(list, folder, "z.heic", 0);
    apply(list, FZ_SOURCE_REMOVED, folder, cover, 1); /* the other one lies over it then */
    assert_beside(list, "z.heic");
    assert_rated(list, folder, "z.heic", 4);
    apply(list, FZ_SOURCE_REMOVED, folder, raw, 1);
    assert_rated(list, folder, "z.heic", 0);

    fz_item_id id = fz_list_find(list, 0, folder, "z.heic");
    assert_int_equal(fz_list_drop(list, &id, 1), 1);
    apply(list, FZ_SOURCE_ADDED, folder, raw, 1);
    assert_int_equal(fz_list_undo_drop(list, &back), 1);
    assert_rated(list, folder, "z.heic", 4);

    apply(list, FZ_SOURCE_RENAMED, folder, to_y, 2);
    assert_rated(list, folder, "y.heic", 0);
    write_sidecar(folder, "x.heic.xmp", 2);
    apply(list, FZ_SOURCE_RENAMED, folder, to_x, 2);
    assert_rated(list, folder, "x.heic", 2);
    fz_list_free(list);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_by_date_taken),
        cmocka_unit_test(what_was_not_read_is_given_again),
        cmocka_unit_test(what_was_asked_before_it_changed_does_not_count),
        cmocka_unit_test(what_was_asked_before_it_was_rated_does_not_count),
        cmocka_unit_test(covers_tell_of_what_lies_beneath),
        cmocka_unit_test(covers_tell_whatever_becomes_of_them),
    };
    fz_thread_claim_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
