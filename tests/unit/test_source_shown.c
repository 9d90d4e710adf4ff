/* Searching, sorting, dropping, marking and what happens to files meanwhile, in any order, against a naive model that
 * is compared after each step. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "fixture.h"
#include "source/batch.h"
#include "source/drop.h"
#include "source/list_state.h"
#include "source/marks.h"
#include "source/search.h"
#include "source/sorter.h"
#include "sync/thread.h"

#include <string.h>

enum { ROOTS = 2, GIVEN_ROOT = 1, DIRS = 4, NUMBERS = 25, ENTRIES_MAX = 2048, STEPS = 6000, WISHES_MAX = 32 };

enum state { IN, DROPPED };

struct entry {
    uint32_t root;
    const char *dir;
    char name[40], folded[40];
    enum state state;
    bool marked, has_facts;
    uint32_t mtime, size;
    uint64_t arrival;
    fz_item_id id; /* as the list gave it; FZ_ITEM_NONE: not seen yet */
    uint32_t drop; /* number of the drop that it went with */
};

struct model {
    struct fz_list *list;
    struct random random;
    struct entry entries[ENTRIES_MAX];
    size_t count;
    uint64_t arrivals;
    struct fz_sort sort;
    struct fz_sorter *sorter; /* begun, not applied */
    struct fz_sort sorter_sort;
    const char *stands, *runs; /* searches: index into needles, or NULL */
    uint32_t drop;
    char *wishes[WISHES_MAX + ENTRIES_MAX]; /* of those named, and of files that went with their mark */
    size_t wish_count;
    fz_item_id stale[256];
    size_t stale_count;
};

/* Not shared between roots, so that a path tells the entry. */
static const char *const dirs[ROOTS][DIRS] = {{"/p/9", "/p/10", "/p/10/sub", "/q"},
                                              {"/given/b", "/given/a", "/given", "/r"}};

struct needle {
    const char *typed, *folded;
};
static const struct needle needles[] = {
    {"i", "i"},
    {"im", "im"},
    {"IMG", "img"},
    {"img1", "img1"},
    {"MG1", "mg1"},
    {"1", "1"},
    {"\xc3\x84", "a"},
    {"a\xcc\x88"
     "1",
     "a1"},
    {"STRASSE", "strasse"},
    {"stra\xc3\x9f"
     "e2",
     "strasse2"},
    {"jpg", "jpg"},
    {"nothing", "nothing"},
    {"10/", "10/"},
    {"b/img", "b/img"},
    {"/P/9/A", "/p/9/a"},
};

static int pick(struct model *m, int count)
{
    return random_int(&m->random, 0, count - 1);
}

/* --- The model --- */

static struct model *sorting; /* for the comparison */

static int by_name(const struct entry *x, const struct entry *y, enum fz_sort_key key)
{
    if (x->root != y->root && key != FZ_SORT_NAME)
        return x->root < y->root ? -1 : 1;
    if (key == FZ_SORT_GIVEN && x->root == GIVEN_ROOT)
        return (x->arrival > y->arrival) - (x->arrival < y->arrival);
    int by_dir = fz_natural_path_cmp(x->dir, y->dir);
    return by_dir ? by_dir : fz_natural_cmp(x->name, y->name);
}

static int by_number(uint64_t x, uint64_t y, bool descending)
{
    int order = (x > y) - (x < y);
    return descending ? -order : order;
}

static int entry_cmp(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    const struct fz_sort *sort = &sorting->sort;
    int order = 0;
    if (sort->key == FZ_SORT_GIVEN || sort->key == FZ_SORT_NAME) {
        order = by_name(x, y, sort->key);
        return sort->descending ? -order : order;
    }
    if (sort->key == FZ_SORT_RATING) /* nobody rates here */
        order = 0;
    else if (sort->key == FZ_SORT_RANDOM)
        order = by_number(fz_sort_shuffle_key(sort, x->dir, x->name),
                          fz_sort_shuffle_key(sort, y->dir, y->name), false);
    else if (x->has_facts != y->has_facts)
        return x->has_facts ? -1 : 1;
    else if (x->has_facts && sort->key != FZ_SORT_SIZE)
        order = by_number(x->mtime, y->mtime, sort->descending);
    else if (x->has_facts)
        order = by_number(x->size, y->size, sort->descending);
    return order ? order : by_name(x, y, sort->key);
}

static size_t ordered(struct model *m, struct entry **out)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].state == IN)
            out[count++] = &m->entries[i];
    sorting = m;
    if (count > 0)
        qsort(out, count, sizeof *out, entry_cmp);
    return count;
}

static bool is_shown(const struct model *m, const struct entry *e)
{
    char text[128];
    snprintf(text, sizeof text, "%s/%s", e->dir, e->folded);
    return !m->stands || strstr(strchr(m->stands, '/') ? text : e->folded, m->stands);
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
        m->stale[m->stale_count++ % COUNT(m->stale)] = e->id;
    e->id = FZ_ITEM_NONE;
}

static bool take_wish(struct model *m, const struct entry *e)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", e->dir, e->name);
    for (size_t i = 0; i < m->wish_count; i++) {
        if (strcmp(m->wishes[i], path) != 0)
            continue;
        free(m->wishes[i]);
        m->wish_count--;
        memmove(&m->wishes[i], &m->wishes[i + 1], (m->wish_count - i) * sizeof m->wishes[0]);
        return true;
    }
    return false;
}

/* Away is not deleted. */
static void keep_wish(struct model *m, const struct entry *e)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", e->dir, e->name);
    for (size_t i = 0; i < m->wish_count; i++)
        if (strcmp(m->wishes[i], path) == 0)
            return;
    m->wishes[m->wish_count++] = fz_strdup(path);
}

static void model_add(struct model *m, uint32_t root, const char *dir, const char *name, const char *plain)
{
    if (find(m, root, dir, name))
        return; /* taken as changed: what was dropped stays so */
    assert_true(m->count < ENTRIES_MAX);
    struct entry *e = &m->entries[m->count++];
    *e = (struct entry){.root = root, .dir = dir, .arrival = ++m->arrivals};
    snprintf(e->name, sizeof e->name, "%.39s", name);
    snprintf(e->folded, sizeof e->folded, "%.39s", plain);
    e->marked = take_wish(m, e);
}

static void model_erase(struct model *m, struct entry *e)
{
    if (e->marked)
        keep_wish(m, e);
    make_stale(m, e);
    *e = m->entries[--m->count];
}

/* --- Steps --- */

struct form {
    const char *name, *folded;
};
static const struct form forms[] = {
    {"img%u.jpg", "img%u.jpg"},
    {"IMG%u.jpg", "img%u.jpg"},
    {"\xc3\xa4%u.png", "a%u.png"},
    {"a\xcc\x88%u.png", "a%u.png"},
    {"Stra\xc3\x9f"
     "e%u.jpg",
     "strasse%u.jpg"},
};

static void event_step(struct model *m)
{
    static const enum fz_source_event_kind kinds[] = {FZ_SOURCE_ADDED,   FZ_SOURCE_ADDED,   FZ_SOURCE_ADDED,
                                                      FZ_SOURCE_REMOVED, FZ_SOURCE_CHANGED, FZ_SOURCE_ADDED,
                                                      FZ_SOURCE_REMOVED, FZ_SOURCE_WHOLE};
    enum fz_source_event_kind kind = kinds[pick(m, COUNT(kinds))];
    uint32_t root = (uint32_t)pick(m, ROOTS);
    const char *dir = dirs[root][pick(m, DIRS)];
    struct fz_batch batch = {0};
    char names[12][40], plain[12][40];
    size_t count = 0;
    for (int tries = random_int(&m->random, 1, 12); tries > 0; tries--) {
        const struct form *form = &forms[pick(m, COUNT(forms))];
        unsigned n = (unsigned)pick(m, NUMBERS);
        bool there = false;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(names[count], sizeof *names, form->name, n);
        snprintf(plain[count], sizeof *plain, form->folded, n);
#pragma GCC diagnostic pop
        for (size_t i = 0; i < count; i++)
            there = there || strcmp(names[i], names[count]) == 0;
        count += !there;
    }
    for (size_t i = 0; i < m->count && kind != FZ_SOURCE_ADDED && kind != FZ_SOURCE_CHANGED;) {
        struct entry *e = &m->entries[i];
        bool named = false;
        for (size_t j = 0; j < count; j++)
            named = named || strcmp(e->name, names[j]) == 0;
        if (e->root == root && strcmp(e->dir, dir) == 0 && named == (kind == FZ_SOURCE_REMOVED))
            model_erase(m, e);
        else
            i++;
    }
    for (size_t i = 0; i < count; i++) {
        fz_batch_add(&batch, names[i], FZ_SOURCE_PICTURE);
        if (kind == FZ_SOURCE_ADDED || kind == FZ_SOURCE_WHOLE)
            model_add(m, root, dir, names[i], plain[i]);
    }
    if (root != GIVEN_ROOT)
        fz_batch_sort(&batch);
    struct fz_source_event *event = fz_batch_event(&batch, kind, root, dir);
    struct fz_list_change change;
    fz_list_apply(m->list, event, &change);
    fz_source_event_free(event);
    fz_batch_fini(&batch);
}

static void search_step(struct model *m)
{
    int what = pick(m, 8);
    if (what == 0) {
        fz_list_search(m->list, pick(m, 2) ? NULL : "");
        m->stands = m->runs = NULL;
    } else if (what < 4) {
        const struct needle *needle = &needles[pick(m, COUNT(needles))];
        fz_list_search(m->list, needle->typed);
        m->runs = needle->folded;
    }
    assert_int_equal(fz_list_search_runs(m->list), m->runs != NULL);
    for (int steps = pick(m, 4); steps > 0; steps--) {
        if (fz_list_search_step(m->list, 0)) {
            assert_non_null(m->runs);
            fz_list_search_show(m->list);
            m->stands = m->runs;
            m->runs = NULL;
        }
        assert_int_equal(fz_list_search_runs(m->list), m->runs != NULL);
    }
    assert_int_equal(fz_list_is_filtered(m->list), m->stands != NULL);
}

static struct fz_cancel never;

static void finish_sort(struct model *m)
{
    fz_sorter_run(m->sorter, &never);
    assert_true(fz_list_sort_apply(m->list, m->sorter));
    fz_sorter_free(m->sorter);
    m->sorter = NULL;
    m->sort = m->sorter_sort;
    struct fz_sort now = fz_list_sort(m->list);
    assert_true(fz_sort_equals(&now, &m->sort));
}

static void begin_sort(struct model *m, struct fz_sort sort)
{
    m->sorter_sort = sort;
    m->sorter = fz_list_sort_begin(m->list, &sort);
}

static void sort_step(struct model *m)
{
    if (!m->sorter) {
        begin_sort(m, (struct fz_sort){.key = (enum fz_sort_key)pick(m, 7),
                                       .descending = pick(m, 2),
                                       .seed = (uint32_t)pick(m, 3)});
    } else if (pick(m, 6) == 0) {
        struct fz_cancel stop;
        fz_cancel_init(&stop, NULL);
        fz_cancel_set(&stop);
        fz_sorter_run(m->sorter, &stop);
        assert_false(fz_list_sort_apply(m->list, m->sorter));
        fz_sorter_free(m->sorter);
        m->sorter = NULL;
    } else {
        finish_sort(m);
    }
}

/* As facts.h brings them; an order that goes by them is made anew. */
static void facts_step(struct model *m)
{
    if (m->sorter)
        return;
    struct fz_items *items = &m->list->items;
    items->mtimes = fz_grow(items->mtimes, &items->mtime_capacity, items->capacity, sizeof *items->mtimes);
    items->sizes = fz_grow(items->sizes, &items->size_capacity, items->capacity, sizeof *items->sizes);
    for (int i = pick(m, 20); i > 0 && m->count > 0; i--) {
        struct entry *e = &m->entries[pick(m, (int)m->count)];
        if (e->id == FZ_ITEM_NONE || e->state != IN)
            continue;
        e->has_facts = true;
        e->mtime = (uint32_t)pick(m, 5);
        e->size = (uint32_t)pick(m, 5) * 1000;
        items->mtimes[FZ_ITEM_SLOT(e->id)] = (uint64_t)1 << 63 | e->mtime;
        items->sizes[FZ_ITEM_SLOT(e->id)] = e->size;
        items->rows[FZ_ITEM_SLOT(e->id)].flags |= FZ_ITEM_FACTS;
    }
    begin_sort(m, m->sort);
    finish_sort(m);
}

static void drop_step(struct model *m)
{
    if (pick(m, 2)) {
        fz_item_id ids[20];
        size_t count = 0, expected = 0;
        m->drop++;
        for (int i = pick(m, 15); i > 0 && m->count > 0; i--) {
            struct entry *e = &m->entries[pick(m, (int)m->count)];
            if (e->id == FZ_ITEM_NONE)
                continue;
            ids[count++] = e->id;
            if (e->drop == m->drop || e->state != IN)
                continue;
            e->drop = m->drop;
            expected++;
        }
        assert_int_equal(fz_list_drop(m->list, ids, count), expected);
        for (size_t i = 0; i < m->count; i++) {
            struct entry *e = &m->entries[i];
            if (e->state != IN || e->drop != m->drop)
                continue;
            make_stale(m, e);
            e->state = DROPPED;
        }
        return;
    }
    uint32_t last = 0;
    size_t expected = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].state == DROPPED && m->entries[i].drop > last)
            last = m->entries[i].drop;
    for (size_t i = 0; i < m->count; i++) {
        struct entry *e = &m->entries[i];
        if (e->state != DROPPED || e->drop != last)
            continue;
        e->state = IN;
        e->drop = 0;
        e->marked = take_wish(m, e) || e->marked;
        expected++;
    }
    const fz_item_id *back;
    assert_int_equal(fz_list_undo_drop(m->list, &back), expected);
    for (size_t i = 0; i < expected; i++)
        assert_true(fz_list_has(m->list, back[i]));
}

static void wish_step(struct model *m)
{
    const struct form *form = &forms[pick(m, COUNT(forms))];
    uint32_t root = (uint32_t)pick(m, ROOTS);
    char name[40], path[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(name, sizeof name, form->name, (unsigned)pick(m, NUMBERS));
#pragma GCC diagnostic pop
    const char *dir = dirs[root][pick(m, DIRS)];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    struct entry *e = find(m, root, dir, name);
    bool wished = false;
    for (size_t i = 0; i < m->wish_count; i++)
        wished = wished || strcmp(m->wishes[i], path) == 0;
    if (!e && !wished && m->wish_count >= WISHES_MAX)
        return;
    fz_list_mark_path(m->list, path);
    if (e)
        e->marked = true;
    else if (!wished)
        m->wishes[m->wish_count++] = fz_strdup(path);
}

static void mark_step(struct model *m)
{
    struct entry *order[ENTRIES_MAX];
    size_t count = ordered(m, order), shown = 0;
    for (size_t i = 0; i < count; i++)
        if (is_shown(m, order[i]))
            order[shown++] = order[i];
    int what = pick(m, 12);
    if (what == 0) {
        fz_list_mark_none(m->list);
        for (size_t i = 0; i < m->count; i++)
            m->entries[i].marked = m->entries[i].marked && m->entries[i].state == DROPPED;
    } else if (what == 1) {
        fz_list_mark_invert(m->list);
        for (size_t i = 0; i < shown; i++)
            order[i]->marked = !order[i]->marked;
    } else if (what == 2) {
        fz_list_mark_all(m->list);
        for (size_t i = 0; i < shown; i++)
            order[i]->marked = true;
    } else if (what < 6 && shown > 0) {
        size_t a = (size_t)pick(m, (int)shown + 2), b = (size_t)pick(m, (int)shown + 2), changed = 0;
        bool on = pick(m, 2);
        for (size_t i = a < b ? a : b; i <= (a < b ? b : a) && i < shown; i++) {
            changed += order[i]->marked != on;
            order[i]->marked = on;
        }
        assert_int_equal(fz_list_mark_range(m->list, a, b, on), changed);
    } else if (what < 8) {
        wish_step(m);
    } else if (shown > 0) {
        size_t i = (size_t)pick(m, (int)shown);
        bool on = pick(m, 2);
        assert_int_equal(fz_list_mark(m->list, fz_list_at(m->list, i), on), order[i]->marked != on);
        order[i]->marked = on;
    }
}

/* --- Comparing --- */

static void check_item(struct model *m, struct entry *e, size_t position)
{
    fz_item_id id = fz_list_all_at(m->list, position);
    assert_int_not_equal(id, FZ_ITEM_NONE);
    if (e->id == FZ_ITEM_NONE)
        e->id = id;
    assert_int_equal(e->id, id);
    assert_string_equal(fz_list_name(m->list, id), e->name);
    assert_string_equal(fz_list_folder(m->list, id), e->dir);
    size_t found = SIZE_MAX;
    assert_true(fz_list_all_index(m->list, id, &found));
    assert_int_equal(found, position);
    assert_int_equal(fz_list_is_marked(m->list, id), e->marked);
}

static void check_sections(struct model *m, struct entry **shown, size_t count)
{
    size_t sections = 0;
    bool by_folder = m->sort.key == FZ_SORT_GIVEN || m->sort.key == FZ_SORT_NAME;
    for (size_t i = 0; i < count && by_folder; i++) {
        if (i == 0 || strcmp(shown[i]->dir, shown[i - 1]->dir) != 0) {
            assert_int_equal(fz_list_section_start(m->list, sections), i);
            assert_string_equal(fz_list_section_path(m->list, sections), shown[i]->dir);
            sections++;
        }
        assert_int_equal(fz_list_section_of(m->list, i), sections - 1);
    }
    assert_int_equal(fz_list_section_count(m->list), sections);
    assert_int_equal(fz_list_section_start(m->list, sections), count);
    assert_string_equal(fz_list_section_path(m->list, sections), "");
}

static int text_cmp(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_texts(char **texts, size_t count)
{
    if (count > 0)
        qsort(texts, count, sizeof *texts, text_cmp);
}

static void check_marks(struct model *m, struct entry **all, size_t all_count, struct entry **shown,
                        size_t count)
{
    size_t marked = 0;
    struct fz_marked *paths = fz_list_marked_begin(m->list);
    for (size_t i = 0; i < all_count; i++) {
        if (!all[i]->marked)
            continue;
        char *path = fz_marked_path(paths, marked++), *expected = fz_path_join(all[i]->dir, all[i]->name);
        assert_string_equal(path, expected);
        free(path);
        free(expected);
    }
    assert_int_equal(fz_marked_items(paths), marked);
    assert_int_equal(fz_marked_count(paths), marked + m->wish_count);
    char *wished[WISHES_MAX + ENTRIES_MAX];
    for (size_t i = 0; i < m->wish_count; i++)
        wished[i] = fz_marked_path(paths, marked + i);
    /* of files that go at once the order is nobody's business */
    sort_texts(wished, m->wish_count);
    sort_texts(m->wishes, m->wish_count);
    for (size_t i = 0; i < m->wish_count; i++) {
        assert_string_equal(wished[i], m->wishes[i]);
        free(wished[i]);
    }
    fz_list_marked_end(m->list, paths);
    assert_int_equal(fz_list_marked_count(m->list), marked);
    assert_int_equal(fz_list_wish_count(m->list), m->wish_count);
    size_t from = (size_t)pick(m, (int)count + 2), up = from, down = from < count ? from : count - 1,
           found = 0;
    while (up < count && !shown[up]->marked)
        up++;
    assert_int_equal(fz_list_find_marked(m->list, from, 1, &found), up < count);
    assert_true(up >= count || found == up);
    while (down < count && !shown[down]->marked)
        down--;
    assert_int_equal(fz_list_find_marked(m->list, from, -1, &found), down < count);
    assert_true(down >= count || found == down);
}

static void check(struct model *m)
{
    struct entry *all[ENTRIES_MAX], *shown[ENTRIES_MAX];
    size_t count = ordered(m, all), shown_count = 0, dropped = 0, found;
    assert_false(fz_list_is_disordered(m->list));
    assert_int_equal(fz_list_all_count(m->list), count);
    assert_int_equal(fz_list_all_at(m->list, count), FZ_ITEM_NONE);
    for (size_t i = 0; i < count; i++)
        check_item(m, all[i], i);
    for (size_t i = 0; i < count; i++)
        if (is_shown(m, all[i]))
            shown[shown_count++] = all[i];
    assert_int_equal(fz_list_count(m->list), shown_count);
    assert_int_equal(fz_list_at(m->list, shown_count), FZ_ITEM_NONE);
    for (size_t i = 0, next = 0; i < count; i++) {
        bool is = next < shown_count && shown[next] == all[i];
        assert_int_equal(fz_list_index(m->list, all[i]->id, &found), is);
        assert_true(!is || found == next);
        assert_true(!is || fz_list_at(m->list, next) == all[i]->id);
        size_t nearest = next < shown_count ? next : shown_count - 1;
        assert_int_equal(fz_list_nearest(m->list, all[i]->id), shown_count == 0 ? 0 : nearest);
        assert_false(fz_list_neighbour(m->list, all[i]->id, 0, &found));
        for (long far = 1; far <= 3; far += 2) {
            size_t behind = next + is, last = shown_count - 1, to = behind + (size_t)far - 1;
            assert_int_equal(fz_list_neighbour(m->list, all[i]->id, far, &found), behind < shown_count);
            assert_true(behind >= shown_count || found == (to < last ? to : last));
            assert_int_equal(fz_list_neighbour(m->list, all[i]->id, -far, &found), next > 0);
            assert_true(next == 0 || found == (next > (size_t)far ? next - (size_t)far : 0));
        }
        next += is;
    }
    check_sections(m, shown, shown_count);
    check_marks(m, all, count, shown, shown_count);
    for (size_t i = 0; i < m->count; i++)
        dropped += m->entries[i].state == DROPPED;
    assert_int_equal(fz_list_dropped_count(m->list), dropped);
    for (size_t i = 0; i < m->stale_count && i < COUNT(m->stale); i++)
        assert_false(fz_list_has(m->list, m->stale[i]));
}

static void random_operations(void **unused)
{
    (void)unused;
    static void (*const steps[])(struct model *) = {event_step, event_step, search_step, sort_step,
                                                    facts_step, drop_step,  mark_step,   mark_step};
    struct model *m = fz_calloc(1, sizeof *m);
    m->random = random_start();
    m->list = fz_list_new();
    fz_list_set_order(m->list, GIVEN_ROOT, FZ_SOURCE_AS_GIVEN);
    for (int i = 0; i < STEPS; i++) {
        steps[pick(m, COUNT(steps))](m);
        if (pick(m, 3) != 0)
            check(m);
    }
    if (m->sorter)
        finish_sort(m);
    check(m);
    print_message("%zu items at the end\n", m->count);
    fz_list_free(m->list);
    while (m->wish_count > 0)
        free(m->wishes[--m->wish_count]);
    free(m);
}

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    fz_cancel_init(&never, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
