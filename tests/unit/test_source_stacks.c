/* RAW files and the JPEG or HEIC of the same name are one item, whichever comes first, goes or gets another name. */
#include "base/mem.h"
#include "fixture.h"
#include "source/batch.h"
#include "source/drop.h"
#include "source/follow.h"
#include "source/list_state.h"
#include "source/marks.h"
#include "source/sorter.h"
#include "source/stacks.h"
#include "sync/thread.h"

#include <string.h>

static struct fz_list_change change;

/* Names, separated by blanks. */
static void apply_in(struct fz_list *list, uint32_t root, enum fz_source_event_kind kind, const char *names)
{
    struct fz_batch batch = {0};
    char *copy = fz_strdup(names), *rest = copy;
    for (char *name; (name = strsep(&rest, " ")) != NULL;)
        fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
    if (kind != FZ_SOURCE_RENAMED)
        fz_batch_sort(&batch);
    struct fz_source_event *event = fz_batch_event(&batch, kind, root, "/f");
    fz_list_apply(list, event, &change);
    fz_source_event_free(event);
    fz_batch_fini(&batch);
    free(copy);
}

static void apply(struct fz_list *list, enum fz_source_event_kind kind, const char *names)
{
    apply_in(list, 0, kind, names);
}

static struct fz_list *new_list(const char *names)
{
    struct fz_list *list = fz_list_new();
    fz_list_set_stacks(list, true);
    if (*names)
        apply(list, FZ_SOURCE_ADDED, names);
    return list;
}

/* A name that is a stack stands with a plus; the counts agree with what can be walked. */
static void assert_shown(const struct fz_list *list, const char *expected)
{
    char names[512] = "";
    assert_int_equal(fz_list_count(list), fz_list_all_count(list));
    for (size_t i = 0; i < fz_list_count(list); i++) {
        fz_item_id id = fz_list_at(list, i);
        size_t index;
        assert_true(fz_list_index(list, id, &index));
        assert_int_equal(index, i);
        strcat(names, i > 0 ? " " : "");
        strcat(names, fz_list_name(list, id));
        strcat(names, fz_list_is_stack(list, id) ? "+" : "");
    }
    assert_string_equal(names, expected);
}

static void assert_marked(struct fz_list *list, const char *expected)
{
    char names[512] = "";
    struct fz_marked *marked = fz_list_marked_begin(list);
    assert_int_equal(fz_marked_count(marked), fz_marked_items(marked));
    for (size_t i = 0; i < fz_marked_items(marked); i++) {
        char *path = fz_marked_path(marked, i);
        strcat(names, i > 0 ? " " : "");
        strcat(names, strrchr(path, '/') + 1);
        free(path);
    }
    fz_list_marked_end(list, marked);
    assert_string_equal(names, expected);
}

static fz_item_id find(const struct fz_list *list, const char *name)
{
    return fz_list_find(list, 0, "/f", name);
}

static void whichever_comes_first(void **state)
{
    (void)state;
    static const char *const orders[][3] = {{"A.CR2 A.JPG B.JPG C.CR2", NULL},
                                            {"A.CR2 C.CR2", "A.JPG B.JPG"},
                                            {"A.JPG B.JPG", "A.CR2 C.CR2"},
                                            {"A.CR2", "A.JPG", "B.JPG C.CR2"}};
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct fz_list *list = new_list("");
        for (size_t k = 0; k < 3 && orders[i][k]; k++)
            apply(list, FZ_SOURCE_ADDED, orders[i][k]);
        assert_shown(list, "A.JPG+ B.JPG C.CR2");
        assert_int_equal(find(list, "A.CR2"), find(list, "A.JPG"));
        char *path = fz_list_path_beneath(list, find(list, "A.JPG"));
        assert_string_equal(path, "/f/A.CR2");
        free(path);
        assert_null(fz_list_path_beneath(list, find(list, "B.JPG")));
        fz_list_free(list);
    }
}

static void what_belongs_together(void **state)
{
    (void)state;
    struct fz_list *list =
        new_list("a.cr3 a.heic b.DNG b.NEF b.jpg c.jpg c.png d.heic d.jpg d.nef e.jpg E.nef .jpg .nef");
    assert_shown(list, ".jpg .nef a.heic+ b.jpg+ c.jpg c.png d.heic d.jpg+ e.jpg E.nef");
    fz_list_mark_all(list);
    assert_marked(list,
                  ".jpg .nef a.heic a.cr3 b.jpg b.DNG b.NEF c.jpg c.png d.heic d.jpg d.nef e.jpg E.nef");
    fz_list_free(list);
    list = new_list("");
    fz_list_set_stacks(list, false);
    apply(list, FZ_SOURCE_ADDED, "A.CR2 A.JPG");
    assert_shown(list, "A.CR2 A.JPG");
    fz_list_free(list);
}

/* Each file that is named on the command line is a root; where several have a cover it is that of its own, or the first. */
static void over_roots(void **state)
{
    (void)state;
    static const char *const named[] = {"A.CR2", "A.JPG", "A.JPG", "B.JPG", "B.NEF", "B.DNG"};
    struct fz_list *list = new_list("");
    for (uint32_t i = 0; i < COUNT(named); i++)
        apply_in(list, i + 1, FZ_SOURCE_ADDED, named[i]);
    assert_shown(list, "A.JPG+ A.JPG B.JPG+");
    fz_list_mark_all(list);
    assert_marked(list, "A.JPG A.CR2 A.JPG B.JPG B.NEF B.DNG");
    apply(list, FZ_SOURCE_ADDED, "A.CR2 A.JPG");
    assert_shown(list, "A.JPG+ A.JPG A.JPG B.JPG+");
    apply_in(list, 2, FZ_SOURCE_REMOVED, "A.JPG");
    assert_shown(list, "A.JPG+ A.JPG B.JPG+");
    apply_in(list, 3, FZ_SOURCE_REMOVED, "A.JPG");
    apply(list, FZ_SOURCE_REMOVED, "A.CR2");
    assert_shown(list, "A.JPG+ B.JPG+");
    apply(list, FZ_SOURCE_REMOVED, "A.JPG");
    assert_shown(list, "A.CR2 B.JPG+");
    apply_in(list, 4, FZ_SOURCE_REMOVED, "B.JPG");
    assert_shown(list, "A.CR2 B.NEF B.DNG");
    fz_list_free(list);
}

/* Where the order is that of arrival, too. */
static void comes_up_where_it_was(void **state)
{
    (void)state;
    static const char *const given[] = {"C.JPG", "B.CR2", "B.JPG", "A.JPG"};
    struct fz_list *list = new_list("");
    fz_list_set_order(list, 0, FZ_SOURCE_AS_GIVEN);
    for (size_t i = 0; i < COUNT(given); i++)
        apply(list, FZ_SOURCE_ADDED, given[i]);
    assert_shown(list, "C.JPG B.JPG+ A.JPG");
    apply(list, FZ_SOURCE_REMOVED, "B.JPG");
    assert_shown(list, "C.JPG B.CR2 A.JPG");
    fz_list_free(list);
}

static void what_goes(void **state)
{
    (void)state;
    struct fz_list *list = new_list("A.CR2 A.JPG B.CR2 B.JPG C.CR2 C.JPG");
    apply(list, FZ_SOURCE_REMOVED, "A.JPG");
    assert_shown(list, "A.CR2 B.JPG+ C.JPG+");
    assert_int_equal(change.added, 1);
    apply(list, FZ_SOURCE_REMOVED, "B.CR2");
    assert_shown(list, "A.CR2 B.JPG C.JPG+");
    apply(list, FZ_SOURCE_REMOVED, "C.CR2 C.JPG");
    assert_shown(list, "A.CR2 B.JPG");
    apply(list, FZ_SOURCE_ADDED, "A.JPG");
    assert_shown(list, "A.JPG+ B.JPG");
    assert_int_equal(change.removed_count, 1);
    apply(list, FZ_SOURCE_WHOLE, "A.CR2 B.CR2 B.JPG");
    assert_shown(list, "A.CR2 B.JPG+");
    apply(list, FZ_SOURCE_REMOVED, "A.CR2");
    fz_list_remove(list, &(fz_item_id){find(list, "B.JPG")}, 1); /* no picture after all */
    assert_shown(list, "B.CR2");
    fz_list_free(list);
}

static void other_names(void **state)
{
    (void)state;
    struct fz_list *list = new_list("A.CR2 A.JPG B.JPG");
    fz_item_id id = find(list, "A.JPG");
    apply(list, FZ_SOURCE_RENAMED, "A.JPG C.JPG");
    assert_shown(list, "A.CR2 B.JPG C.JPG");
    assert_int_equal(find(list, "C.JPG"), id);
    apply(list, FZ_SOURCE_RENAMED, "A.CR2 C.CR2");
    assert_shown(list, "B.JPG C.JPG+");
    apply(list, FZ_SOURCE_RENAMED, "C.CR2 B.CR2");
    assert_shown(list, "B.JPG+ C.JPG");
    apply(list, FZ_SOURCE_RENAMED, "B.JPG D.JPG B.CR2 D.CR2");
    assert_shown(list, "C.JPG D.JPG+");
    fz_list_mark(list, find(list, "D.JPG"), true);
    apply(list, FZ_SOURCE_RENAMED, "D.JPG E.JPG D.CR2 E.CR2");
    assert_marked(list, "E.JPG E.CR2");
    apply(list, FZ_SOURCE_RENAMED, "E.CR2 F.CR2 E.JPG F.JPG");
    assert_shown(list, "C.JPG F.JPG+");
    assert_marked(list, "F.JPG F.CR2");
    assert_int_equal(fz_list_wish_count(list), 0); /* no mark for a file that is no more */
    fz_list_free(list);
}

static void marks_mean_both(void **state)
{
    (void)state;
    struct fz_list *list = new_list("A.CR2 B.JPG");
    fz_list_mark(list, find(list, "A.CR2"), true);
    apply(list, FZ_SOURCE_ADDED, "A.JPG");
    assert_int_equal(fz_list_marked_count(list), 1);
    assert_marked(list, "A.JPG A.CR2");
    apply(list, FZ_SOURCE_REMOVED, "A.JPG");
    assert_int_equal(fz_list_marked_count(list), 1);
    fz_list_mark_none(list);
    apply(list, FZ_SOURCE_ADDED, "A.JPG"); /* which was marked when it went */
    assert_marked(list, "A.JPG A.CR2");
    fz_list_mark_none(list);
    assert_marked(list, "");
    fz_list_mark_path(list, "/f/A.CR2");
    assert_marked(list, "A.JPG A.CR2");
    fz_list_mark(list, find(list, "A.JPG"), false);
    assert_int_equal(fz_list_marked_count(list), 0);
    struct fz_marked *only = fz_list_marked_only(list, find(list, "A.JPG"));
    assert_int_equal(fz_marked_items(only), 2);
    fz_list_marked_end(list, only);
    fz_list_free(list);
}

static void drops_mean_both(void **state)
{
    (void)state;
    const fz_item_id *back;
    struct fz_list *list = new_list("A.CR2 A.JPG B.JPG");
    fz_item_id id = find(list, "A.JPG");
    assert_int_equal(fz_list_drop(list, &id, 1), 1);
    assert_shown(list, "B.JPG");
    apply(list, FZ_SOURCE_CHANGED, "A.CR2");
    apply(list, FZ_SOURCE_ADDED, "A.CR2 A.JPG");
    assert_shown(list, "B.JPG");
    assert_int_equal(fz_list_undo_drop(list, &back), 1);
    assert_shown(list, "A.JPG+ B.JPG");
    fz_list_free(list);
}

/* The file of its cover is deleted: what was dropped stays so until undo. */
static void dropped_without_cover(void **state)
{
    (void)state;
    const fz_item_id *back;
    struct fz_list *list = new_list("A.CR2 A.JPG B.CR2 B.JPG B.NEF C.JPG");
    fz_item_id ids[] = {find(list, "A.JPG"), find(list, "C.JPG")}, other = find(list, "B.JPG");
    fz_list_mark(list, ids[0], true);
    assert_int_equal(fz_list_drop(list, ids, 2), 2);
    assert_int_equal(fz_list_drop(list, &other, 1), 1);
    apply(list, FZ_SOURCE_REMOVED, "A.JPG");
    apply(list, FZ_SOURCE_REMOVED, "B.JPG");
    assert_shown(list, "");
    assert_int_equal(fz_list_dropped_count(list), 4);
    apply(list, FZ_SOURCE_CHANGED, "A.CR2");
    apply(list, FZ_SOURCE_ADDED, "A.CR2 B.CR2 B.NEF");
    apply(list, FZ_SOURCE_WHOLE, "A.CR2 B.CR2 B.NEF C.JPG");
    assert_shown(list, "");
    assert_int_equal(fz_list_undo_drop(list, &back), 2);
    assert_shown(list, "B.CR2 B.NEF");
    assert_int_equal(fz_list_undo_drop(list, &back), 2);
    assert_int_equal(back[0], find(list, "A.CR2"));
    assert_shown(list, "A.CR2 B.CR2 B.NEF C.JPG");
    assert_true(fz_list_is_marked(list, find(list, "A.CR2")));
    assert_int_equal(fz_list_marked_count(list), 1);
    assert_int_equal(fz_list_undo_drop(list, &back), 0);
    fz_list_free(list);
}

/* A rename brings nothing back, and undo does by the new name: what lay beneath alone, where only that has one. */
static void dropped_and_renamed(void **state)
{
    (void)state;
    const fz_item_id *back;
    struct fz_list *list = new_list("A.JPG B.CR2 B.JPG C.CR2 C.JPG D.JPG E.CR2 E.JPG");
    fz_item_id ids[] = {find(list, "A.JPG"), find(list, "B.JPG"), find(list, "C.JPG"), find(list, "E.JPG")};
    fz_list_mark(list, ids[0], true);
    assert_int_equal(fz_list_drop(list, ids, 4), 4);
    apply(list, FZ_SOURCE_RENAMED, "A.JPG Z.JPG");
    apply(list, FZ_SOURCE_RENAMED, "B.CR2 Y.CR2 B.JPG Y.JPG");
    apply(list, FZ_SOURCE_RENAMED, "C.CR2 X.CR2");
    apply(list, FZ_SOURCE_RENAMED, "E.JPG W.JPG");
    assert_shown(list, "D.JPG");
    apply(list, FZ_SOURCE_WHOLE, "C.JPG D.JPG E.CR2 W.JPG X.CR2 Y.CR2 Y.JPG Z.JPG");
    assert_shown(list, "D.JPG");
    fz_list_undo_drop(list, &back);
    assert_shown(list, "C.JPG D.JPG E.CR2 W.JPG X.CR2 Y.JPG+ Z.JPG");
    assert_true(fz_list_is_marked(list, find(list, "Z.JPG")));
    assert_int_equal(fz_list_marked_count(list), 1);
    fz_list_free(list);
}

/* One that came after the drop comes back with the last one; one whose file went, too, never; and one that has a cover
 * again goes beneath that. */
static void dropped_and_other_files(void **state)
{
    (void)state;
    const fz_item_id *back;
    struct fz_list *list = new_list("A.JPG B.JPG B.NEF");
    fz_item_id ids[] = {find(list, "A.JPG"), find(list, "B.JPG")};
    assert_int_equal(fz_list_drop(list, ids, 2), 2);
    apply(list, FZ_SOURCE_ADDED, "A.NEF");
    apply(list, FZ_SOURCE_REMOVED, "A.JPG B.JPG B.NEF");
    assert_shown(list, "");
    assert_int_equal(fz_list_dropped_count(list), 1);
    apply(list, FZ_SOURCE_ADDED, "A.JPG");
    assert_shown(list, "A.JPG");
    assert_int_equal(fz_list_undo_drop(list, &back), 1);
    assert_shown(list, "A.JPG+");
    fz_item_id id = find(list, "A.JPG");
    assert_int_equal(back[0], id);
    assert_int_equal(fz_list_drop(list, &id, 1), 1);
    apply(list, FZ_SOURCE_REMOVED, "A.JPG");
    apply(list, FZ_SOURCE_REMOVED, "A.NEF");
    assert_int_equal(fz_list_dropped_count(list), 0);
    assert_int_equal(fz_list_undo_drop(list, &back), 0);
    assert_shown(list, "");
    fz_list_free(list);
}

static void assert_passes(struct fz_list *list, const char *from, enum fz_source_event_kind kind,
                          const char *names, const char *to)
{
    fz_list_follow(list, FZ_FOLLOWED_SELECTION, find(list, from));
    fz_list_follow(list, FZ_FOLLOWED_ANCHOR, find(list, from));
    apply(list, kind, names);
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_SELECTION)), to);
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_ANCHOR)), to);
}

/* The place of what goes is its cover's, that of what lay beneath, or a neighbour's. */
static void places_pass_on(void **state)
{
    (void)state;
    struct fz_list *list = new_list("A.JPG B.JPG C.CR2 D.JPG E.JPG E.NEF F.JPG");
    assert_passes(list, "C.CR2", FZ_SOURCE_ADDED, "A0.JPG C.JPG", "C.JPG");
    assert_passes(list, "C.JPG", FZ_SOURCE_REMOVED, "A.JPG B.JPG C.JPG", "C.CR2");
    assert_passes(list, "C.CR2", FZ_SOURCE_RENAMED, "C.CR2 F.CR2", "F.JPG");
    assert_passes(list, "E.JPG", FZ_SOURCE_ADDED, "E.heic", "E.JPG");
    assert_passes(list, "E.JPG", FZ_SOURCE_REMOVED, "E.JPG", "E.heic");
    assert_shown(list, "A0.JPG D.JPG E.heic+ F.JPG+");
    assert_passes(list, "D.JPG", FZ_SOURCE_WHOLE, "B.JPG E.NEF E.heic F.CR2 F.JPG", "E.heic");
    assert_passes(list, "F.JPG", FZ_SOURCE_REMOVED, "F.JPG F.CR2 E.heic E.NEF", "B.JPG");
    assert_passes(list, "B.JPG", FZ_SOURCE_REMOVED, "B.JPG", "");
    fz_list_free(list);
}

/* So it is where files turn out to be no pictures, however many of them go at once. */
static void places_of_no_pictures_pass_on(void **state)
{
    (void)state;
    struct fz_list *list = new_list("A.JPG B.JPG C.JPG D.JPG E.JPG E.NEF F.JPG");
    fz_item_id going[] = {find(list, "A.JPG"), find(list, "C.JPG"), find(list, "B.JPG")};
    fz_list_follow(list, FZ_FOLLOWED_SELECTION, find(list, "C.JPG"));
    fz_list_follow(list, FZ_FOLLOWED_ANCHOR, find(list, "E.JPG"));
    assert_int_equal(fz_list_remove(list, going, 3), 3);
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_SELECTION)), "D.JPG");
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_ANCHOR)), "E.JPG");
    going[0] = find(list, "E.JPG");
    assert_int_equal(fz_list_remove(list, going, 1), 1);
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_ANCHOR)), "E.NEF");
    fz_list_free(list);
}

/* What lies beneath goes with what is dropped, and is no heir. */
static void places_of_dropped_pictures_pass_on(void **state)
{
    (void)state;
    struct fz_list *list = new_list("A.JPG B.JPG C.JPG C.NEF D.JPG E.JPG");
    fz_item_id going[] = {find(list, "A.JPG"), find(list, "C.JPG")};
    fz_list_follow(list, FZ_FOLLOWED_SELECTION, find(list, "C.JPG"));
    fz_list_follow(list, FZ_FOLLOWED_ANCHOR, find(list, "A.JPG"));
    assert_int_equal(fz_list_drop(list, going, 2), 2);
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_SELECTION)), "D.JPG");
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_ANCHOR)), "B.JPG");
    going[0] = find(list, "E.JPG");
    fz_list_follow(list, FZ_FOLLOWED_SELECTION, going[0]);
    assert_int_equal(fz_list_drop(list, going, 1), 1);
    assert_string_equal(fz_list_name(list, fz_list_followed(list, FZ_FOLLOWED_SELECTION)), "D.JPG");
    fz_list_free(list);
}

/* What the list should be by its definition, whatever happened before. */
static void run_random(bool named)
{
    enum { STEMS = 6, ROUNDS = 4000 };
    static const char *const suffixes[] = {"CR2", "JPG", "HEIC", "NEF", "png"};
    enum { KINDS = COUNT(suffixes) };
    static const int by_name[KINDS] = {0, 2, 1, 3, 4}; /* its own inverse */
    struct random random = random_start();
    bool there[STEMS][KINDS] = {0};
    struct fz_list *list = new_list("");
    for (int round = 0; round < ROUNDS; round++) {
        char name[32], expected[512] = "";
        int stem = random_int(&random, 0, STEMS - 1), kind = random_int(&random, 0, KINDS - 1);
        snprintf(name, sizeof name, "%c.%s", 'a' + stem, suffixes[kind]);
        int what = random_int(&random, 0, 9);
        uint32_t root = named ? (uint32_t)(stem * KINDS + by_name[kind]) : 0;
        if (what < 7) {
            there[stem][kind] = !there[stem][kind];
            apply_in(list, root, there[stem][kind] ? FZ_SOURCE_ADDED : FZ_SOURCE_REMOVED, name);
        } else if (what == 7) {
            apply_in(list, root, FZ_SOURCE_CHANGED, name);
        } else {
            fz_list_mark_invert(list);
        }
        size_t count = 0;
        for (int s = 0; s < STEMS; s++) {
            bool cover = there[s][1] || there[s][2], raw = there[s][0] || there[s][3];
            for (int k = 0; k < KINDS; k++) {
                int which = by_name[k];
                if (!there[s][which] || (cover && (which == 0 || which == 3)))
                    continue;
                bool stack = raw && (which == 1 || (which == 2 && !there[s][1]));
                size_t used = strlen(expected);
                snprintf(expected + used, sizeof expected - used, "%s%c.%s%s", used > 0 ? " " : "", 'a' + s,
                         suffixes[which], stack ? "+" : "");
                count++;
            }
        }
        assert_shown(list, expected);
        size_t marked = 0;
        for (size_t i = 0; i < count; i++)
            marked += fz_list_is_marked(list, fz_list_at(list, i));
        assert_int_equal(fz_list_marked_count(list), marked);
    }
    fz_list_free(list);
}

static void random_events(void **state)
{
    (void)state;
    run_random(false);
}

static void random_events_of_named_files(void **state)
{
    (void)state;
    run_random(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whichever_comes_first),
        cmocka_unit_test(what_belongs_together),
        cmocka_unit_test(over_roots),
        cmocka_unit_test(comes_up_where_it_was),
        cmocka_unit_test(what_goes),
        cmocka_unit_test(other_names),
        cmocka_unit_test(marks_mean_both),
        cmocka_unit_test(drops_mean_both),
        cmocka_unit_test(dropped_without_cover),
        cmocka_unit_test(dropped_and_renamed),
        cmocka_unit_test(dropped_and_other_files),
        cmocka_unit_test(places_pass_on),
        cmocka_unit_test(places_of_no_pictures_pass_on),
        cmocka_unit_test(places_of_dropped_pictures_pass_on),
        cmocka_unit_test(random_events),
        cmocka_unit_test(random_events_of_named_files),
    };
    fz_thread_claim_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
