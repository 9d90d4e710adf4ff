#include "source/list.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

struct fz_list *fz_list_new(void)
{
    FZ_MAIN_ONLY();
    return fz_calloc(1, sizeof(struct fz_list));
}

void fz_list_free(struct fz_list *list)
{
    if (!list)
        return;
    FZ_MAIN_ONLY();
    fz_items_fini(&list->items);
    fz_order_fini(&list->order);
    free(list->as_given);
    free(list->fresh.at);
    free(list->going.at);
    free(list->removed.at);
    free(list->changed.at);
    free(list);
}

void fz_list_set_order(struct fz_list *list, uint32_t root, enum fz_source_order order)
{
    FZ_MAIN_ONLY();
    size_t old = list->as_given_capacity;
    list->as_given = fz_grow(list->as_given, &list->as_given_capacity, root + 1u, 1);
    memset(list->as_given + old, 0, list->as_given_capacity - old);
    list->as_given[root] = order == FZ_SOURCE_AS_GIVEN;
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
    row->flags &= (uint16_t)~FZ_ITEM_OUT;
    if (unknown) {
        row->flags |= FZ_ITEM_UNKNOWN | FZ_ITEM_DOUBTED;
        list->unknown_count++;
        not_given_yet(list, slot);
    } else {
        row->flags |= FZ_ITEM_ORDERED;
        fz_list_ids_add(&list->fresh, slot);
    }
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

static int fresh_cmp(const void *a, const void *b, void *items)
{
    return fz_natural_cmp(fz_items_name(items, *(const uint32_t *)a),
                          fz_items_name(items, *(const uint32_t *)b));
}

/* Events come sorted; this keeps the order true when one does not. */
static void sort_fresh(struct fz_list *list)
{
    for (size_t i = 1; i < list->fresh.count; i++) {
        if (fresh_cmp(&list->fresh.at[i - 1], &list->fresh.at[i], &list->items) > 0) {
            qsort_r(list->fresh.at, list->fresh.count, sizeof *list->fresh.at, fresh_cmp, &list->items);
            return;
        }
    }
}

size_t fz_list_place_fresh(struct fz_list *list, uint32_t root)
{
    const struct fz_list_ids *fresh = &list->fresh;
    if (fresh->count == 0)
        return list->order.count;
    if (root < list->as_given_capacity && list->as_given[root])
        return fz_order_append(&list->order, &list->items, fresh->at, fresh->count);
    sort_fresh(list);
    return fz_order_merge(&list->order, &list->items, fresh->at, fresh->count);
}

/* --- Going out, and being settled --- */

/* The name stays known, so that reading its folder again does not bring it back. The id is stale. */
static void take_out(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    if (row->flags & FZ_ITEM_ORDERED)
        fz_order_remove(&list->order, &list->items, slot);
    if (row->flags & FZ_ITEM_UNKNOWN)
        fz_list_become_known(list, slot);
    row->flags = (uint16_t)((row->flags & ~FZ_ITEM_ORDERED) | FZ_ITEM_OUT);
    fz_items_renew(&list->items, slot);
}

bool fz_list_remove(struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return false;
    take_out(list, slot);
    return true;
}

void fz_list_settle(struct fz_list *list, fz_item_id id, bool is_picture)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE || !(list->items.rows[slot].flags & FZ_ITEM_UNKNOWN))
        return;
    if (!is_picture) {
        take_out(list, slot);
        return;
    }
    fz_list_become_known(list, slot);
    list->fresh.count = 0;
    fz_list_enter(list, slot, false);
    fz_list_place_fresh(list, list->items.rows[slot].root);
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

size_t fz_list_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->order.count;
}

fz_item_id fz_list_at(const struct fz_list *list, size_t index)
{
    FZ_MAIN_ONLY();
    return index < list->order.count ? fz_items_id(&list->items, list->order.slots[index]) : FZ_ITEM_NONE;
}

bool fz_list_index(const struct fz_list *list, fz_item_id id, size_t *index)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE || !(list->items.rows[slot].flags & FZ_ITEM_ORDERED))
        return false;
    /* Renumbering is a cache of the order, and every list is made by fz_list_new: none is a const object. */
    struct fz_list *own = (struct fz_list *)(uintptr_t)list;
    *index = fz_order_index(&own->order, &own->items, slot);
    return true;
}

fz_item_id fz_list_find(const struct fz_list *list, uint32_t root, const char *dir, const char *name)
{
    FZ_MAIN_ONLY();
    uint32_t folder = fz_items_folder(&list->items, dir);
    if (folder == FZ_ITEMS_NONE)
        return FZ_ITEM_NONE;
    struct fz_item_key key = fz_items_key(root, folder, name);
    uint32_t slot = fz_items_find(&list->items, &key);
    if (slot == FZ_ITEMS_NONE || list->items.rows[slot].flags & FZ_ITEM_OUT)
        return FZ_ITEM_NONE;
    return fz_items_id(&list->items, slot);
}

bool fz_list_has(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    return fz_items_slot(&list->items, id) != FZ_ITEMS_NONE;
}

size_t fz_list_slots(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->items.used;
}

const char *fz_list_name(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot == FZ_ITEMS_NONE ? "" : fz_items_name(&list->items, slot);
}

char *fz_list_path(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return NULL;
    return fz_path_join(fz_items_folder_path(&list->items, slot), fz_items_name(&list->items, slot));
}

bool fz_list_is_explicit(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_EXPLICIT;
}
