#include "source/sorter.h"

#include "base/mem.h"
#include "base/str.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>

/* What is compared, in this order: key, place, natural, the whole name. 32 bytes, of which there is one an item while it is sorted: the
 * snapshot is what is sorted, and the result is left in the same block. */
struct entry {
    uint64_t key;
    uint64_t natural; /* the beginning of the name, or its number where it stands as given */
    uint32_t place;   /* the rank of root and folder; before, the folder, FZ_ITEMS_NONE: as given */
    uint32_t name;
    fz_item_id id;
    uint32_t root;
};

struct fz_sorter {
    struct fz_sort sort;
    const char *names;  /* pinned */
    const char **paths; /* by folder; pinned */
    size_t count;
    uint64_t departures, renames; /* of the list, when it began */
    struct entry *entries;
    uint32_t *ids; /* the result, in the place of the entries */
};

/* --- The snapshot --- */

static void take_paths(struct fz_sorter *sorter, const struct fz_items *items)
{
    sorter->paths = fz_malloc((items->folder_count + 1) * sizeof *sorter->paths);
    for (size_t i = 0; i < items->folder_count; i++)
        sorter->paths[i] = fz_items_path(items, (uint32_t)i);
}

static struct entry entry_of(const struct fz_items *items, const struct fz_sort *sort, uint32_t slot)
{
    const struct fz_item *row = &items->rows[slot];
    bool as_given = sort->key == FZ_SORT_GIVEN && fz_items_is_as_given(items, fz_item_root(row));
    return (struct entry){.key = fz_sort_key_of(items, sort, slot),
                          .natural = as_given ? items->arrivals[slot] : 0,
                          .place = as_given ? FZ_ITEMS_NONE : row->folder,
                          .name = row->name,
                          .id = fz_items_id(items, slot),
                          .root = fz_item_root(row)};
}

struct fz_sorter *fz_list_sort_begin(struct fz_list *list, const struct fz_sort *sort)
{
    FZ_MAIN_ONLY();
    struct fz_items *items = &list->items;
    struct fz_sorter *sorter = fz_calloc(1, sizeof *sorter);
    size_t bytes = (list->order.count + 1) * sizeof *sorter->entries;
    sorter->sort = *sort;
    sorter->count = list->order.count;
    sorter->departures = list->departures;
    sorter->renames = list->renames;
    sorter->entries = fz_malloc(bytes);
    fz_mem_populate(sorter->entries, bytes);
    take_paths(sorter, items);
    fz_names_pin(&items->names);
    sorter->names = items->names.bytes;
    for (size_t i = 0; i < sorter->count; i++)
        sorter->entries[i] = entry_of(items, sort, list->order.slots[i]);
    return sorter;
}

void fz_sorter_free(struct fz_sorter *sorter)
{
    if (!sorter)
        return;
    free(sorter->paths);
    free(sorter->entries);
    free(sorter->ids);
    free(sorter);
}

/* --- The worker's part --- */

/* A root and a folder, and where it stands among the others. */
struct place {
    uint32_t root, folder, rank;
};

static int place_cmp(const struct place *a, const struct place *b)
{
    if (a->root != b->root)
        return a->root < b->root ? -1 : 1;
    return (a->folder > b->folder) - (a->folder < b->folder);
}

static int place_number_cmp(const void *a, const void *b)
{
    return place_cmp(a, b);
}

static int place_path_cmp(const void *a, const void *b, void *paths)
{
    const struct place *x = a, *y = b;
    const char **by_folder = paths;
    if (x->root != y->root || x->folder == y->folder)
        return place_cmp(x, y);
    return fz_natural_path_cmp(by_folder[x->folder], by_folder[y->folder]);
}

static struct place place_of(const struct fz_sorter *sorter, const struct entry *entry)
{
    return (struct place){fz_sort_joins_roots(&sorter->sort) ? 0 : entry->root, entry->place, 0};
}

/* All pairs of root and folder that there are, each once, by number. */
static size_t find_places(const struct fz_sorter *sorter, struct place **out)
{
    struct place *places = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < sorter->count; i++) {
        const struct place place = place_of(sorter, &sorter->entries[i]);
        if (count > 0 && place_cmp(&places[count - 1], &place) == 0)
            continue;
        places = fz_grow(places, &capacity, count + 1, sizeof *places);
        places[count++] = place;
    }
    if (count > 0)
        qsort(places, count, sizeof *places, place_number_cmp);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || place_cmp(&places[kept - 1], &places[i]) != 0)
            places[kept++] = places[i];
    *out = places;
    return kept;
}

static void rank_places(struct fz_sorter *sorter)
{
    struct place *places;
    size_t count = find_places(sorter, &places);
    if (count == 0)
        return;
    qsort_r(places, count, sizeof *places, place_path_cmp, (void *)sorter->paths);
    for (size_t i = 0; i < count; i++)
        places[i].rank = (uint32_t)i;
    qsort(places, count, sizeof *places, place_number_cmp);
    const struct place *last = &places[0];
    for (size_t i = 0; i < sorter->count; i++) {
        struct entry *entry = &sorter->entries[i];
        const struct place key = place_of(sorter, entry);
        if (place_cmp(last, &key) != 0)
            last = bsearch(&key, places, count, sizeof *places, place_number_cmp);
        entry->place = last->rank;
    }
    free(places);
}

static size_t shared_prefix(const struct fz_sorter *sorter)
{
    size_t shared = SIZE_MAX;
    const char *first = sorter->count > 0 ? sorter->names + sorter->entries[0].name : "";
    for (size_t i = 0; i < sorter->count && shared > 0; i++)
        shared = fz_natural_shared(first, sorter->names + sorter->entries[i].name, shared);
    return shared;
}

static void complete_entries(struct fz_sorter *sorter)
{
    size_t shared = shared_prefix(sorter);
    bool by_chance = sorter->sort.key == FZ_SORT_RANDOM;
    for (size_t i = 0; i < sorter->count; i++) {
        struct entry *entry = &sorter->entries[i];
        const char *name = sorter->names + entry->name;
        if (entry->place != FZ_ITEMS_NONE)
            entry->natural = fz_natural_key(name + shared);
        if (by_chance)
            entry->key = fz_sort_shuffle_key(&sorter->sort, sorter->paths[entry->place], name);
    }
    rank_places(sorter);
}

static int entry_cmp(const void *a, const void *b, void *names)
{
    const struct entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    if (x->natural != y->natural)
        return x->natural < y->natural ? -1 : 1;
    int order = fz_natural_cmp((const char *)names + x->name, (const char *)names + y->name);
    return order ? order : (x->root > y->root) - (x->root < y->root);
}

/* An id is never put where an entry has not been read yet. */
static void leave_ids(struct fz_sorter *sorter)
{
    uint32_t *ids = (void *)sorter->entries;
    for (size_t i = 0; i < sorter->count; i++)
        ids[i] = sorter->entries[i].id;
    bool backwards = sorter->sort.descending && fz_sort_is_by_folder(&sorter->sort);
    for (size_t i = 0; backwards && i < sorter->count / 2; i++) {
        uint32_t id = ids[i];
        ids[i] = ids[sorter->count - 1 - i];
        ids[sorter->count - 1 - i] = id;
    }
    sorter->ids = fz_realloc(sorter->entries, (sorter->count + 1) * sizeof *ids);
    sorter->entries = NULL;
}

void fz_sorter_run(struct fz_sorter *sorter, const struct fz_cancel *cancel)
{
    if (fz_cancel_is_set(cancel))
        return;
    complete_entries(sorter);
    if (fz_cancel_is_set(cancel))
        return;
    if (sorter->count > 0)
        qsort_r(sorter->entries, sorter->count, sizeof *sorter->entries, entry_cmp,
                (void *)(uintptr_t)sorter->names);
    leave_ids(sorter);
}

/* --- Taking it back --- */

/* Of the sorted ids the slots that still are in the order. Rows in random order are dear to look at (20 ns each), and
 * mostly nothing has gone. */
static size_t sift(const struct fz_list *list, struct fz_sorter *sorter)
{
    size_t count = 0;
    bool all_there = sorter->departures == list->departures;
    for (size_t i = 0; i < sorter->count; i++) {
        uint32_t slot =
            all_there ? FZ_ITEM_SLOT(sorter->ids[i]) : fz_items_slot(&list->items, sorter->ids[i]);
        if (all_there || (slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_ORDERED))
            sorter->ids[count++] = slot;
    }
    return count;
}

/* What came into the order since: all that is not among the `count` slots. */
static void find_fresh(struct fz_list *list, const uint32_t *slots, size_t count)
{
    list->fresh.count = 0;
    if (count == list->order.count)
        return;
    uint8_t *known = fz_calloc(list->items.used / 8 + 1, 1); /* a bit a slot */
    for (size_t i = 0; i < count; i++)
        known[slots[i] / 8] |= (uint8_t)(1 << slots[i] % 8);
    for (size_t i = 0; i < list->order.count; i++) {
        uint32_t slot = list->order.slots[i];
        if (!(known[slot / 8] >> slot % 8 & 1))
            fz_list_ids_add(&list->fresh, slot);
    }
    free(known);
}

bool fz_list_sort_apply(struct fz_list *list, struct fz_sorter *sorter)
{
    FZ_MAIN_ONLY();
    fz_names_unpin(&list->items.names);
    if (!sorter->ids)
        return false;
    struct fz_order *order = &list->order;
    size_t kept = sift(list, sorter);
    find_fresh(list, sorter->ids, kept);
    uint32_t *old = order->slots;
    order->slots = sorter->ids;
    order->count = kept;
    order->capacity = sorter->count + 1;
    sorter->ids = old; /* freed with the sorter */
    list->sort = sorter->sort;
    list->disordered = sorter->renames != list->renames; /* what has another name stands by the old one */
    fz_list_place_fresh(list, FZ_LIST_MERGED_AT_ONCE);
    order->clean = 0;
    order->changed = true;
    return true;
}

struct fz_sort fz_list_sort(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->sort;
}

bool fz_list_is_disordered(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->disordered;
}
