#include "source/drop.h"

#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>

/* The id that it has while it is dropped: stale to everybody else, and to this file once its file is gone. */
static uint32_t dropped_slot(const struct fz_list *list, fz_item_id id)
{
    uint32_t slot = FZ_ITEM_SLOT(id);
    const struct fz_item *row = &list->items.rows[slot];
    return row->flags & FZ_ITEM_DROPPED && fz_items_id(&list->items, slot) == id ? slot : FZ_ITEMS_NONE;
}

/* In their order, so that undo finds them sorted. */
static int position_cmp(const void *a, const void *b, void *list)
{
    const struct fz_item *rows = ((const struct fz_list *)list)->items.rows;
    uint32_t x = rows[*(const uint32_t *)a].position, y = rows[*(const uint32_t *)b].position;
    return (x > y) - (x < y);
}

static bool is_in_order(struct fz_list *list)
{
    const struct fz_list_ids *going = &list->going;
    for (size_t i = 1; i < going->count; i++)
        if (position_cmp(&going->at[i - 1], &going->at[i], list) > 0)
            return false;
    return true;
}

static void gather(struct fz_list *list, const fz_item_id *ids, size_t count)
{
    list->going.count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = fz_items_slot(&list->items, ids[i]);
        struct fz_item *row = slot == FZ_ITEMS_NONE ? NULL : &list->items.rows[slot];
        if (!row || !(row->flags & FZ_ITEM_ORDERED) || row->flags & FZ_ITEM_GOES)
            continue;
        row->flags |= FZ_ITEM_GOES;
        fz_list_ids_add(&list->going, slot);
    }
    fz_list_refresh(list);
    if (!is_in_order(list))
        qsort_r(list->going.at, list->going.count, sizeof *list->going.at, position_cmp, list);
}

/* For undo, with what lies beneath: should its cover's file go, it is what was dropped. */
static void record(struct fz_list *list, uint32_t cover)
{
    uint32_t raw;
    fz_list_ids_add(&list->dropped, fz_items_id(&list->items, cover));
    for (size_t i = 0; (raw = fz_stacks_beneath(list, cover, i)) != FZ_ITEMS_NONE; i++)
        if (fz_stacks_lies_beneath(list, raw, cover))
            fz_list_record_drop(list, raw);
}

void fz_list_record_drop(struct fz_list *list, uint32_t raw)
{
    struct fz_item *row = &list->items.rows[raw];
    fz_item_id id = fz_items_id(&list->items, raw);
    if (row->position < list->dropped.count && list->dropped.at[row->position] == id)
        return;
    row->position = (uint32_t)list->dropped.count & FZ_ITEMS_MOST;
    fz_list_ids_add(&list->dropped, id);
}

size_t fz_list_drop(struct fz_list *list, const fz_item_id *ids, size_t count)
{
    FZ_MAIN_ONLY();
    gather(list, ids, count);
    const struct fz_list_ids *going = &list->going;
    if (going->count == 0)
        return 0;
    fz_followed_drop(list);
    fz_order_sweep(&list->order, &list->items, going->count);
    fz_list_ids_add(&list->drops, (uint32_t)list->dropped.count);
    for (size_t i = 0; i < going->count; i++) {
        struct fz_item *row = &list->items.rows[going->at[i]];
        fz_list_leave(list, going->at[i]);
        row->flags = (uint16_t)((row->flags & ~FZ_ITEM_GOES) | FZ_ITEM_OUT | FZ_ITEM_DROPPED);
        fz_items_renew(&list->items, going->at[i]);
        record(list, going->at[i]);
    }
    return going->count;
}

/* What comes back may go beneath another at once. */
static fz_item_id shown_of(const struct fz_list *list, fz_item_id id)
{
    uint32_t slot = FZ_ITEM_SLOT(id);
    bool beneath = list->items.rows[slot].flags & FZ_ITEM_BENEATH;
    return beneath ? fz_items_id(&list->items, fz_stacks_cover(list, slot)) : id;
}

size_t fz_list_undo_drop(struct fz_list *list, const fz_item_id **back)
{
    FZ_MAIN_ONLY();
    list->fresh.count = list->changed.count = 0;
    while (list->fresh.count == 0 && list->drops.count > 0) {
        size_t first = list->drops.at[--list->drops.count];
        for (size_t i = first; i < list->dropped.count; i++) {
            uint32_t slot = dropped_slot(list, list->dropped.at[i]);
            if (slot == FZ_ITEMS_NONE)
                continue;
            fz_list_enter(list, slot, false);
            fz_list_ids_add(&list->changed, list->dropped.at[i]);
        }
        list->dropped.count = first;
    }
    fz_list_place_fresh(list, FZ_LIST_MERGED_AT_ONCE);
    for (size_t i = 0; list->beneath_count > 0 && i < list->changed.count; i++)
        list->changed.at[i] = shown_of(list, list->changed.at[i]);
    *back = list->changed.at;
    return list->changed.count;
}

size_t fz_list_dropped_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    size_t count = 0;
    for (size_t i = 0; i < list->dropped.count; i++)
        count += dropped_slot(list, list->dropped.at[i]) != FZ_ITEMS_NONE;
    return count;
}
