/* The list against a naive model: thousands of random events, checked after each. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "source/batch.h"
#include "source/list.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { ROOTS = 3, GIVEN_ROOT = 1, NAMES = 60, ENTRIES_MAX = 4096, BATCH_MAX = 40 };

static uint64_t seed, state;

/* xorshift64* (Vigna, 2016). */
static uint32_t random_below(uint32_t end)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545f4914f6cdd1du) >> 33) % end;
}

/* --- The model: an array in no order, sorted for each comparison --- */

enum kind { ORDERED, UNKNOWN, OUT };

struct entry {
    uint32_t root;
    const char *dir;
    char name[24];
    enum kind kind;
    bool doubted, explicitly, given;
    uint64_t arrival; /* in a root by arrival */
    fz_item_id id;    /* as the list gave it; FZ_ITEM_NONE = not seen yet */
};

struct model {
    struct fz_list *list;
    struct entry entries[ENTRIES_MAX];
    size_t count;
    uint64_t arrivals;
    fz_item_id stale[512]; /* ids that must be so */
    size_t stale_count;
    fz_item_id before[ENTRIES_MAX]; /* the order before the event */
    size_t before_count;
    size_t added, removed, changed; /* what the event must report */
};

/* Not shared between roots, so that a path tells the entry. */
static const char *const dirs[ROOTS][9] = {
    {"/p", "/p/a", "/p/A", "/p/a/b", "/p/9", "/p/10", "/p/a b", "/q", "/"},
    {"/2", "/2/a", "/2/A", "/2/a/b", "/2/9", "/2/10", "/2/a b", "/3", "/4"},
    {"/5", "/5/a", "/5/A", "/5/a/b", "/5/9", "/5/10", "/5/a b", "/6", "/7"},
};

static int entry_cmp(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    if (x->root != y->root)
        return x->root < y->root ? -1 : 1;
    if (x->root == GIVEN_ROOT)
        return (x->arrival > y->arrival) - (x->arrival < y->arrival);
    int by_dir = fz_natural_path_cmp(x->dir, y->dir);
    return by_dir ? by_dir : fz_natural_cmp(x->name, y->name);
}

static size_t sorted(struct model *m, struct entry **out)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].kind == ORDERED)
            out[count++] = &m->entries[i];
    qsort(out, count, sizeof *out, entry_cmp);
    return count;
}

static struct entry *find(struct model *m, uint32_t root, const char *dir, const char *name)
{
    for (size_t i = 0; i < m->count; i++) {
        struct entry *e = &m->entries[i];
        if (e->root == root && strcmp(e->dir, dir) == 0 && strcmp(e->name, name) == 0)
            return e;
    }
    return NULL;
}

static void make_stale(struct model *m, struct entry *e)
{
    if (e->id != FZ_ITEM_NONE)
        m->stale[m->stale_count++ % 512] = e->id;
    e->id = FZ_ITEM_NONE;
}

static void enter(struct model *m, struct entry *e, bool unknown)
{
    e->kind = unknown ? UNKNOWN : ORDERED;
    e->doubted = unknown;
    e->given = false;
    e->arrival = ++m->arrivals;
    m->added += !unknown;
}

static void model_change(struct model *m, struct entry *e)
{
    if (e->kind == OUT) {
        enter(m, e, e->doubted);
    } else if (e->kind == ORDERED) {
        m->changed++;
    } else if (e->given) {
        make_stale(m, e);
        m->removed++;
        e->given = false;
    }
}

static void model_add(struct model *m, uint32_t root, const char *dir, const char *name,
                      enum fz_source_doubt doubt)
{
    struct entry *e = find(m, root, dir, name);
    if (!e) {
        e = &m->entries[m->count++];
        *e = (struct entry){.root = root, .dir = dir};
        snprintf(e->name, sizeof e->name, "%s", name);
        enter(m, e, doubt == FZ_SOURCE_UNKNOWN);
    } else {
        if (doubt != FZ_SOURCE_UNKNOWN) {
            e->doubted = false;
            if (e->kind == UNKNOWN)
                enter(m, e, false);
        }
        model_change(m, e);
    }
    e->explicitly = e->explicitly || doubt == FZ_SOURCE_EXPLICIT;
}

static void model_erase(struct model *m, struct entry *e)
{
    m->removed += e->kind != OUT;
    make_stale(m, e);
    *e = m->entries[--m->count];
}

static void model_take_out(struct model *m, struct entry *e)
{
    make_stale(m, e);
    e->kind = OUT;
}

/* --- Events --- */

/* Few names, of which some differ only in case or in zeros. */
static void random_name(char name[24])
{
    uint32_t n = random_below(NAMES);
    static const char *const forms[] = {"img%u.jpg", "IMG%u.jpg", "img0%u.jpg",
                                        "%u",        "x%u.y",     "\xc3\xa4%u.png"};
    snprintf(name, 24, forms[random_below(6)], n);
}

/* Names are unique within an event, as readers send them, but for those of files that are renamed more than once. */
static size_t random_batch(struct fz_batch *batch, uint32_t most, bool repeats)
{
    size_t wanted = random_below(most) + 1;
    for (size_t i = 0; i < wanted; i++) {
        char name[24];
        random_name(name);
        bool there = false;
        if (repeats && batch->count > 0 && random_below(2))
            snprintf(name, sizeof name, "%s",
                     batch->bytes + batch->entries[random_below((uint32_t)batch->count)].offset);
        for (size_t j = 0; j < batch->count && !repeats; j++)
            there = there || strcmp(batch->bytes + batch->entries[j].offset, name) == 0;
        if (!there)
            fz_batch_add(batch, name, (enum fz_source_doubt)random_below(3));
    }
    return batch->count;
}

static bool is_below(const char *dir, const char *top)
{
    size_t n = strlen(top);
    return strcmp(top, "/") == 0 || (strncmp(dir, top, n) == 0 && (dir[n] == '\0' || dir[n] == '/'));
}

static bool in_event(const struct fz_source_event *event, const char *name)
{
    for (uint32_t i = 0; i < event->count; i++)
        if (strcmp(event->names[i], name) == 0)
            return true;
    return false;
}

static void model_rename(struct model *m, const struct fz_source_event *event, const char *dir)
{
    for (uint32_t i = 0; i + 1 < event->count; i += 2) {
        struct entry *e = find(m, event->root, dir, event->names[i]);
        const char *to = event->names[i + 1];
        if (strcmp(event->names[i], to) == 0)
            continue;
        if (e && e->kind == ORDERED && !find(m, event->root, dir, to)) {
            snprintf(e->name, sizeof e->name, "%s", to);
            m->added++;
            m->changed++;
            continue;
        }
        if (e)
            model_erase(m, e);
        model_add(m, event->root, dir, to, event->doubts[i + 1]);
    }
}

static void model_apply(struct model *m, const struct fz_source_event *event, const char *dir)
{
    m->added = m->removed = m->changed = 0;
    if (event->kind == FZ_SOURCE_RENAMED) {
        model_rename(m, event, dir);
        return;
    }
    for (size_t i = 0; i < m->count;) {
        struct entry *e = &m->entries[i];
        bool goes =
            e->root == event->root &&
            ((event->kind == FZ_SOURCE_REMOVED && event->count == 0 && is_below(e->dir, dir)) ||
             (event->kind == FZ_SOURCE_REMOVED && strcmp(e->dir, dir) == 0 && in_event(event, e->name)) ||
             (event->kind == FZ_SOURCE_WHOLE && strcmp(e->dir, dir) == 0 && !in_event(event, e->name)));
        if (goes)
            model_erase(m, e);
        else
            i++;
    }
    for (uint32_t i = 0; i < event->count; i++) {
        struct entry *e = find(m, event->root, dir, event->names[i]);
        if (event->kind == FZ_SOURCE_ADDED || (event->kind == FZ_SOURCE_WHOLE && !e))
            model_add(m, event->root, dir, event->names[i], event->doubts[i]);
        else if (event->kind == FZ_SOURCE_CHANGED && e)
            model_change(m, e);
    }
}

/* --- Comparing --- */

static void check_entry(struct model *m, struct entry *e, size_t index)
{
    fz_item_id id = fz_list_at(m->list, index);
    assert_int_not_equal(id, FZ_ITEM_NONE);
    if (e->id == FZ_ITEM_NONE)
        e->id = id;
    assert_int_equal(e->id, id);
    assert_string_equal(fz_list_name(m->list, id), e->name);
    char *path = fz_list_path(m->list, id), *expected = fz_path_join(e->dir, e->name);
    assert_string_equal(path, expected);
    free(path);
    free(expected);
    assert_int_equal(fz_list_is_explicit(m->list, id), e->explicitly);
    size_t found;
    assert_true(fz_list_index(m->list, id, &found));
    assert_int_equal(found, index);
}

static void check(struct model *m)
{
    struct entry *order[ENTRIES_MAX];
    size_t count = sorted(m, order), unknown = 0, index;
    assert_int_equal(fz_list_count(m->list), count);
    for (size_t i = 0; i < count; i++)
        check_entry(m, order[i], i);
    assert_int_equal(fz_list_at(m->list, count), FZ_ITEM_NONE);
    for (size_t i = 0; i < m->count; i++) {
        const struct entry *e = &m->entries[i];
        unknown += e->kind == UNKNOWN;
        if (e->kind == UNKNOWN && e->id != FZ_ITEM_NONE) {
            assert_true(fz_list_has(m->list, e->id));
            assert_false(fz_list_index(m->list, e->id, &index));
        }
    }
    assert_int_equal(fz_list_unknown_count(m->list), unknown);
    for (size_t i = 0; i < m->stale_count && i < 512; i++)
        assert_false(fz_list_has(m->list, m->stale[i]));
}

/* What the parts of an event did, together. */
struct changes {
    size_t added, removed, changed, first_index;
};

/* In parts of any size: they do together what the event at once does. */
static struct changes apply_in_parts(struct model *m, struct fz_source_event *event)
{
    struct changes all = {.first_index = SIZE_MAX};
    bool done = false;
    m->list->at_once = 1 + random_below(2 * BATCH_MAX);
    for (size_t parts = 0; !done; parts++) {
        struct fz_list_change change;
        done = fz_list_apply(m->list, event, &change);
        assert_true(parts < 1000);
        for (size_t i = 0; i < change.removed_count; i++)
            assert_false(fz_list_has(m->list, change.removed[i]));
        for (size_t i = 0; i < change.changed_count; i++)
            assert_true(fz_list_has(m->list, change.changed[i]));
        assert_true(change.first_index <= fz_list_count(m->list));
        all.added += change.added;
        all.removed += change.removed_count;
        all.changed += change.changed_count;
        if (change.first_index < all.first_index)
            all.first_index = change.first_index;
    }
    return all;
}

static void check_changes(struct model *m, const struct changes *all, const struct fz_source_event *event,
                          bool repeats)
{
    assert_int_equal(all->removed, m->removed);
    if (!repeats) { /* else what moves on, or goes then, counts once, or not at all */
        assert_int_equal(all->added, m->added);
        assert_int_equal(all->changed, m->changed);
    }
    size_t count = fz_list_count(m->list), same = 0;
    while (same < count && same < m->before_count && m->before[same] == fz_list_at(m->list, same))
        same++;
    assert_true(all->first_index <= same);
    if (event->kind != FZ_SOURCE_WHOLE && event->kind != FZ_SOURCE_RENAMED)
        assert_true(all->first_index == same || same == count);
}

static void remember_order(struct model *m)
{
    m->before_count = fz_list_count(m->list);
    for (size_t i = 0; i < m->before_count; i++)
        m->before[i] = fz_list_at(m->list, i);
}

static void random_event(struct model *m)
{
    static const enum fz_source_event_kind kinds[] = {FZ_SOURCE_ADDED,   FZ_SOURCE_ADDED,   FZ_SOURCE_ADDED,
                                                      FZ_SOURCE_REMOVED, FZ_SOURCE_CHANGED, FZ_SOURCE_WHOLE,
                                                      FZ_SOURCE_RENAMED};
    enum fz_source_event_kind kind = kinds[random_below(7)];
    uint32_t root = random_below(ROOTS);
    const char *dir = dirs[root][random_below(9)];
    struct fz_batch batch = {0};
    bool all_below = kind == FZ_SOURCE_REMOVED && random_below(20) == 0;
    bool repeats = kind == FZ_SOURCE_RENAMED && random_below(2) == 0;
    if (!all_below)
        random_batch(&batch, BATCH_MAX, repeats);
    if (root != GIVEN_ROOT && kind != FZ_SOURCE_RENAMED && random_below(10) != 0)
        fz_batch_sort(&batch); /* one in ten comes unsorted, which no reader does */
    struct fz_source_event *event = fz_batch_event(&batch, kind, root, dir);
    remember_order(m);
    struct changes changes = apply_in_parts(m, event);
    model_apply(m, event, dir);
    check_changes(m, &changes, event, repeats);
    fz_source_event_free(event);
    fz_batch_fini(&batch);
}

static struct entry *by_id(struct model *m, fz_item_id id)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].id == id)
            return &m->entries[i];
    return NULL;
}

/* Some are named twice, some are gone already. */
static void random_remove(struct model *m)
{
    fz_item_id ids[8];
    size_t count = fz_list_count(m->list), named = 1 + random_below(4);
    if (count == 0)
        return;
    for (size_t i = 0; i < named; i++)
        ids[i] = ids[named + i] = fz_list_at(m->list, random_below((uint32_t)count));
    size_t gone = fz_list_remove(m->list, ids, 2 * named);
    assert_int_equal(fz_list_remove(m->list, ids, 2 * named), 0);
    for (size_t i = 0; i < named; i++) {
        struct entry *e = by_id(m, ids[i]);
        if (!e)
            continue;
        model_take_out(m, e);
        gone--;
    }
    assert_int_equal(gone, 0);
}

static void random_unknown(struct model *m)
{
    fz_item_id id = fz_list_next_unknown(m->list);
    size_t not_given = 0;
    for (size_t i = 0; i < m->count; i++)
        not_given += m->entries[i].kind == UNKNOWN && !m->entries[i].given;
    assert_int_equal(id == FZ_ITEM_NONE, not_given == 0);
    if (id == FZ_ITEM_NONE)
        return;
    char *path = fz_list_path(m->list, id);
    struct entry *found = NULL;
    for (size_t i = 0; i < m->count; i++) {
        struct entry *e = &m->entries[i];
        char *own = fz_path_join(e->dir, e->name);
        if (strcmp(own, path) == 0)
            found = e;
        free(own);
    }
    free(path);
    assert_non_null(found);
    assert_true(found->kind == UNKNOWN && !found->given && (found->id == FZ_ITEM_NONE || found->id == id));
    found->id = id;
    found->given = true;
}

static void random_settle(struct model *m)
{
    for (size_t tries = 0; tries < 20 && m->count > 0; tries++) {
        struct entry *e = &m->entries[random_below((uint32_t)m->count)];
        if (e->kind != UNKNOWN || !e->given)
            continue;
        bool is_picture = random_below(2);
        fz_list_settle(m->list, e->id, is_picture);
        if (!is_picture) {
            model_take_out(m, e);
        } else {
            e->kind = ORDERED;
            e->arrival = ++m->arrivals;
        }
        return;
    }
}

static void random_operations(void **unused)
{
    (void)unused;
    struct model *m = fz_calloc(1, sizeof *m);
    m->list = fz_list_new();
    fz_list_set_order(m->list, GIVEN_ROOT, FZ_SOURCE_AS_GIVEN);
    for (int i = 0; i < 6000; i++) {
        uint32_t what = random_below(10);
        if (what < 4)
            random_event(m);
        else if (what < 6)
            random_remove(m);
        else if (what < 8)
            random_unknown(m);
        else
            random_settle(m);
        if (what < 4 || i % 8 == 0)
            check(m);
    }
    check(m);
    fz_list_free(m->list);
    free(m);
}

int main(int argc, char **argv)
{
    fz_thread_claim_main();
    fz_clock_start();
    seed = argc > 1 ? strtoull(argv[1], NULL, 0) : (uint64_t)time(NULL) << 16 ^ (uint64_t)clock();
    state = seed | 1;
    print_message("seed %llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
