#include "source/list.h"

#include "base/mem.h"
#include "base/path.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>

/* What the render thread does at once, in about 1 ms where the list has 100,000. */
enum { MOST_SORTED_HERE = 1024, NAMES_AT_ONCE = 512 };

struct fz_list *fz_list_new(void)
{
    FZ_MAIN_ONLY();
    struct fz_list *list = fz_calloc(1, sizeof *list);
    list->at_once = NAMES_AT_ONCE;
    return list;
}

void fz_list_free(struct fz_list *list)
{
    if (!list)
        return;
    FZ_MAIN_ONLY();
    fz_items_fini(&list->items);
    fz_order_fini(&list->order);
    fz_search_free(list->search);
    fz_wishes_free(list->wishes);
    free(list->shown.at);
    free(list->sections.at);
    free(list->dropped.at);
    free(list->drops.at);
    free(list->fresh.at);
    free(list->going.at);
    free(list->removed.at);
    free(list->parted.at);
    free(list->changed.at);
    free(list->beside.at);
    free(list->folders_going);
    free(list->stuck);
    free(list);
}

void fz_list_set_order(struct fz_list *list, uint32_t root, enum fz_source_order order)
{
    FZ_MAIN_ONLY();
    struct fz_items *items = &list->items;
    items->as_given = fz_grow_zeroed(items->as_given, &items->as_given_capacity, root + 1u, 1);
    items->as_given[root] = order == FZ_SOURCE_AS_GIVEN;
}

bool fz_list_is_given_by_name(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->root_count <= 1 && !fz_items_is_as_given(&list->items, 0);
}

void fz_list_set_stuck(struct fz_list *list, bool (*hangs)(void *ctx, uint32_t root), void *ctx)
{
    FZ_MAIN_ONLY();
    list->stuck =
        fz_grow_zeroed(list->stuck, &list->stuck_capacity, list->root_count + 1u, sizeof *list->stuck);
    for (uint32_t root = 0; root < list->root_count; root++)
        list->stuck[root] = hangs(ctx, root);
    list->not_asked_from = list->not_told_from = 0;
}

void fz_list_ids_add(struct fz_list_ids *ids, uint32_t id)
{
    ids->at = fz_grow(ids->at, &ids->capacity, ids->count + 1, sizeof *ids->at);
    ids->at[ids->count++] = id;
}

/* --- Coming in --- */

static void not_given_yet(struct fz_list *list, uint32_t slot)
{
    list->not_given++;
    if (slot < list->not_given_from)
        list->not_given_from = slot;
}

void fz_list_enter(struct fz_list *list, uint32_t slot, bool unknown)
{
    struct fz_item *row = &list->items.rows[slot];
    bool was_dropped = row->flags & FZ_ITEM_DROPPED;
    row->flags &= (uint16_t) ~(FZ_ITEM_OUT | FZ_ITEM_DROPPED);
    if (unknown) {
        row->flags |= FZ_ITEM_UNKNOWN | FZ_ITEM_DOUBTED;
        list->unknown_count++;
        not_given_yet(list, slot);
        return;
    }
    row->flags |= FZ_ITEM_ORDERED;
    if (!was_dropped && !(row->flags & FZ_ITEM_BENEATH)) /* which keep their place among what was given */
        fz_items_arrive(&list->items, slot);
    fz_list_ids_add(&list->fresh, slot);
    fz_wishes_grant(list, slot);
    list->marked_count += (row->flags & FZ_ITEM_MARKED) != 0;
    fz_search_answer(list, slot);
    if (!(row->flags & FZ_ITEM_ASKED) && slot < list->not_asked_from)
        list->not_asked_from = slot;
    if (!(fz_items_told(&list->items, slot).known & FZ_TOLD_ASKED) && slot < list->not_told_from)
        list->not_told_from = slot;
}

void fz_list_leave(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    list->departures += (row->flags & FZ_ITEM_ORDERED) != 0;
    list->marked_count -= (row->flags & FZ_ITEM_ORDERED) && (row->flags & FZ_ITEM_MARKED);
    list->beneath_count -= (row->flags & FZ_ITEM_BENEATH) != 0;
    row->flags &= (uint16_t) ~(FZ_ITEM_ORDERED | FZ_ITEM_BENEATH);
}

void fz_list_become_known(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    list->unknown_count--;
    if (!(row->flags & FZ_ITEM_GIVEN))
        list->not_given--;
    row->flags &= (uint16_t) ~(FZ_ITEM_UNKNOWN | FZ_ITEM_GIVEN);
}

void fz_list_give_again(struct fz_list *list, uint32_t slot)
{
    list->items.rows[slot].flags &= (uint16_t)~FZ_ITEM_GIVEN;
    not_given_yet(list, slot);
}

void fz_list_ask_again(struct fz_list *list, uint32_t slot)
{
    list->items.rows[slot].flags &= (uint16_t)~FZ_ITEM_ASKED;
    if (slot < list->not_asked_from)
        list->not_asked_from = slot;
}

void fz_list_tell_again(struct fz_list *list, uint32_t slot)
{
    if (slot < list->items.told_capacity) {
        list->items.told[slot].known &= (uint8_t)~FZ_TOLD_ASKED;
        list->items.told[slot].generation++;
    }
    if (slot < list->not_told_from)
        list->not_told_from = slot;
}

static int fresh_cmp(const void *a, const void *b, void *list)
{
    const struct fz_list *own = list;
    return fz_sort_cmp(&own->items, &own->sort, *(const uint32_t *)a, *(const uint32_t *)b);
}

static bool fresh_is_sorted(struct fz_list *list)
{
    for (size_t i = 1; i < list->fresh.count; i++)
        if (fresh_cmp(&list->fresh.at[i - 1], &list->fresh.at[i], list) > 0)
            return false;
    return true;
}

/* By folder, events come sorted. What would take too long waits at the end for a worker. */
size_t fz_list_place_fresh(struct fz_list *list, size_t most)
{
    struct fz_list_ids *fresh = &list->fresh;
    size_t settled = fz_stacks_settle(list);
    if (fresh->count == 0)
        return fz_list_lower(settled, list->order.count);
    bool sorted = fresh->count <= most && fresh_is_sorted(list);
    if (!sorted && fresh->count > MOST_SORTED_HERE) {
        list->disordered = true;
        return fz_list_lower(settled, fz_order_append(&list->order, fresh->at, fresh->count));
    }
    if (!sorted)
        qsort_r(fresh->at, fresh->count, sizeof *fresh->at, fresh_cmp, list);
    return fz_list_lower(settled,
                         fz_order_merge(&list->order, &list->items, &list->sort, fresh->at, fresh->count));
}

/* --- Going out, and being settled --- */

/* The name stays known, so that reading its folder again does not bring it back. The id is stale. */
static void take_out(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    fz_list_leave(list, slot);
    if (row->flags & FZ_ITEM_UNKNOWN)
        fz_list_become_known(list, slot);
    row->flags = (uint16_t)((row->flags & ~FZ_ITEM_GOES) | FZ_ITEM_OUT);
    fz_stacks_part(list, slot);
    fz_items_renew(&list->items, slot);
}

size_t fz_list_remove(struct fz_list *list, const fz_item_id *ids, size_t count)
{
    FZ_MAIN_ONLY();
    size_t ordered = 0;
    list->going.count = list->fresh.count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = fz_items_slot(&list->items, ids[i]);
        if (slot == FZ_ITEMS_NONE || list->items.rows[slot].flags & FZ_ITEM_GOES)
            continue;
        list->items.rows[slot].flags |= FZ_ITEM_GOES;
        ordered += (list->items.rows[slot].flags & FZ_ITEM_ORDERED) != 0;
        fz_list_ids_add(&list->going, slot);
    }
    size_t going = list->going.count;
    fz_followed_leave(list);
    if (ordered > 0)
        fz_order_sweep(&list->order, &list->items, ordered);
    for (size_t i = 0; i < going; i++)
        take_out(list, list->going.at[i]);
    fz_list_place_fresh(list, SIZE_MAX);
    return going;
}

void fz_list_settle(struct fz_list *list, fz_item_id id, bool is_picture)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE || !(list->items.rows[slot].flags & FZ_ITEM_UNKNOWN))
        return;
    if (!is_picture) {
        fz_list_remove(list, &id, 1);
        return;
    }
    fz_list_become_known(list, slot);
    list->fresh.count = 0;
    fz_list_enter(list, slot, false);
    fz_list_place_fresh(list, SIZE_MAX);
}

fz_item_id fz_list_next_unknown(struct fz_list *list)
{
    FZ_MAIN_ONLY();
    if (list->not_given == 0)
        return FZ_ITEM_NONE;
    uint32_t slot = list->not_given_from;
    while ((list->items.rows[slot].flags & (FZ_ITEM_UNKNOWN | FZ_ITEM_GIVEN)) != FZ_ITEM_UNKNOWN)
        slot++;
    list->items.rows[slot].flags |= FZ_ITEM_GIVEN;
    list->not_given--;
    list->not_given_from = slot + 1;
    return fz_items_id(&list->items, slot);
}

void fz_list_return_unknown(struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    const uint16_t given = FZ_ITEM_UNKNOWN | FZ_ITEM_GIVEN;
    if (fz_list_has(list, id) && (list->items.rows[FZ_ITEM_SLOT(id)].flags & given) == given)
        fz_list_give_again(list, FZ_ITEM_SLOT(id));
}

size_t fz_list_unknown_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->unknown_count;
}

/* --- Looking things up --- */

fz_item_id fz_list_find(const struct fz_list *list, uint32_t root, const char *dir, const char *name)
{
    FZ_MAIN_ONLY();
    uint32_t folder = fz_items_folder(&list->items, dir);
    if (folder == FZ_ITEMS_NONE)
        return FZ_ITEM_NONE;
    struct fz_item_key key = fz_items_key(root, folder, name);
    uint32_t slot = fz_items_find(&list->items, &key);
    if (slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_BENEATH)
        slot = fz_stacks_cover(list, slot);
    if (slot == FZ_ITEMS_NONE || list->items.rows[slot].flags & FZ_ITEM_OUT)
        return FZ_ITEM_NONE;
    return fz_items_id(&list->items, slot);
}

bool fz_list_has(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    return fz_items_slot(&list->items, id) != FZ_ITEMS_NONE;
}

const char *fz_list_name(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot == FZ_ITEMS_NONE ? "" : fz_items_name(&list->items, slot);
}

const char *fz_list_folder(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot == FZ_ITEMS_NONE ? "" : fz_items_folder_path(&list->items, slot);
}

char *fz_list_path(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return NULL;
    return fz_path_join(fz_items_folder_path(&list->items, slot), fz_items_name(&list->items, slot));
}

uint32_t fz_list_root(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot == FZ_ITEMS_NONE ? 0 : fz_item_root(&list->items.rows[slot]);
}

bool fz_list_is_explicit(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_EXPLICIT;
}
