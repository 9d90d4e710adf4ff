#include "source/sort.h"

#include "base/str.h"
#include "source/items.h"

#include <string.h>

bool fz_sort_joins_roots(const struct fz_sort *sort)
{
    return sort->key == FZ_SORT_NAME;
}

bool fz_sort_is_by_folder(const struct fz_sort *sort)
{
    return sort->key == FZ_SORT_GIVEN || sort->key == FZ_SORT_NAME;
}

bool fz_sort_needs_facts(const struct fz_sort *sort)
{
    return sort->key == FZ_SORT_DATE || sort->key == FZ_SORT_MODIFIED || sort->key == FZ_SORT_SIZE;
}

bool fz_sort_needs_told(const struct fz_sort *sort)
{
    return sort->key == FZ_SORT_DATE || sort->key == FZ_SORT_RATING;
}

bool fz_sort_needs_answers(const struct fz_sort *sort)
{
    return fz_sort_needs_facts(sort) || fz_sort_needs_told(sort);
}

bool fz_sort_equals(const struct fz_sort *a, const struct fz_sort *b)
{
    return a->key == b->key && a->descending == b->descending &&
           (a->key != FZ_SORT_RANDOM || a->seed == b->seed);
}

/* What is unknown stays last either way. */
static uint64_t directed(const struct fz_sort *sort, uint64_t key)
{
    return sort->descending ? FZ_SORT_UNKNOWN - 1 - key : key;
}

uint64_t fz_sort_shuffle_key(const struct fz_sort *sort, const char *folder, const char *name)
{
    uint32_t place = fz_index_mix_text(sort->seed, folder, strlen(folder));
    return directed(sort, fz_index_mix_text(place, name, strlen(name)));
}

/* As facts.c has modification times: ns with the sign turned. */
static uint64_t taken_key(const struct fz_item_told *told)
{
    return (uint64_t)fz_item_taken_ns(told) ^ (uint64_t)1 << 63;
}

uint64_t fz_sort_key_of(const struct fz_items *items, const struct fz_sort *sort, uint32_t slot)
{
    if (!fz_sort_needs_answers(sort))
        return 0;
    struct fz_item_told told = fz_items_told(items, slot);
    if (sort->key == FZ_SORT_RATING)
        return directed(sort, (uint64_t)(INT8_MAX - fz_item_rating(&told)));
    if (sort->key == FZ_SORT_DATE && told.known & FZ_TOLD_TAKEN)
        return directed(sort, taken_key(&told));
    bool by_size = sort->key == FZ_SORT_SIZE;
    if (!(items->rows[slot].flags & FZ_ITEM_FACTS) || !(by_size ? (void *)items->sizes : items->mtimes))
        return FZ_SORT_UNKNOWN;
    bool known =
        by_size ? items->sizes[slot] != FZ_ITEM_SIZE_UNKNOWN : items->mtimes[slot] != FZ_ITEM_MTIME_UNKNOWN;
    return known ? directed(sort, by_size ? items->sizes[slot] : items->mtimes[slot]) : FZ_SORT_UNKNOWN;
}

static uint64_t full_key(const struct fz_items *items, const struct fz_sort *sort, uint32_t slot)
{
    return sort->key == FZ_SORT_RANDOM
               ? fz_sort_shuffle_key(sort, fz_items_folder_path(items, slot), fz_items_name(items, slot))
               : fz_sort_key_of(items, sort, slot);
}

static int by_name(const struct fz_items *items, const struct fz_sort *sort, uint32_t a, uint32_t b)
{
    const struct fz_item *x = &items->rows[a], *y = &items->rows[b];
    uint32_t root = fz_item_root(x), other = fz_item_root(y);
    const int by_root = (root > other) - (root < other);
    if (by_root != 0 && !fz_sort_joins_roots(sort))
        return by_root;
    if (sort->key == FZ_SORT_GIVEN && fz_items_is_as_given(items, root))
        return items->arrivals[a] < items->arrivals[b] ? -1 : items->arrivals[a] > items->arrivals[b];
    int order = 0;
    if (x->folder != y->folder)
        order = fz_natural_path_cmp(fz_items_folder_path(items, a), fz_items_folder_path(items, b));
    if (order == 0)
        order = fz_natural_cmp(fz_items_name(items, a), fz_items_name(items, b));
    return order ? order : by_root;
}

int fz_sort_cmp(const struct fz_items *items, const struct fz_sort *sort, uint32_t a, uint32_t b)
{
    if (fz_sort_is_by_folder(sort))
        return sort->descending ? by_name(items, sort, b, a) : by_name(items, sort, a, b);
    uint64_t x = full_key(items, sort, a), y = full_key(items, sort, b);
    if (x != y)
        return x < y ? -1 : 1;
    return by_name(items, sort, a, b);
}
