/* How items go, or leave their place for another one. */
#include "source/list_state.h"

void fz_list_let_go(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    if ((row->flags & FZ_ITEM_GOES) && !(row->flags & FZ_ITEM_KEPT))
        return;
    row->flags |= FZ_ITEM_GOES;
    row->flags &= (uint16_t)~FZ_ITEM_KEPT; /* it was to move */
    fz_list_ids_add(&list->going, slot);
    if (!(row->flags & FZ_ITEM_OUT))
        fz_list_ids_add(&list->removed, fz_items_id(&list->items, slot));
}

void fz_list_hand_on(struct fz_list *list, uint32_t slot, uint32_t heir)
{
    struct fz_item *row = &list->items.rows[slot], *to = &list->items.rows[heir];
    if (!(row->flags & to->flags & FZ_ITEM_ORDERED) || to->flags & FZ_ITEM_GOES)
        return;
    fz_followed_pass(list, slot, heir);
    if (row->flags & FZ_ITEM_MARKED) {
        list->marked_count -= (to->flags & FZ_ITEM_MARKED) != 0;
        to->flags |= FZ_ITEM_MARKED;
        row->flags &= (uint16_t)~FZ_ITEM_MARKED; /* by its old name nothing is left that could come back */
    }
}

/* What moves leaves its place in the order, too, and is on its way to another; of how many. */
static size_t count_moving(struct fz_list *list)
{
    struct fz_list_ids *fresh = &list->fresh;
    size_t moving = 0, kept = 0;
    for (size_t i = 0; i < fresh->count; i++) {
        uint16_t flags = list->items.rows[fresh->at[i]].flags;
        bool moves = (flags & FZ_ITEM_GOES) && (flags & FZ_ITEM_KEPT);
        moving += moves;
        if (moves || !(flags & FZ_ITEM_GOES))
            fresh->at[kept++] = fresh->at[i];
    }
    fresh->count = kept;
    return moving;
}

size_t fz_list_sweep(struct fz_list *list)
{
    struct fz_items *items = &list->items;
    size_t ordered = count_moving(list);
    for (size_t i = 0; i < list->going.count; i++)
        ordered += (items->rows[list->going.at[i]].flags & FZ_ITEM_ORDERED) != 0;
    fz_followed_leave(list);
    size_t first = ordered > 0 ? fz_order_sweep(&list->order, items, ordered) : list->order.count;
    for (size_t i = 0; i < list->fresh.count; i++) {
        struct fz_item *row = &items->rows[list->fresh.at[i]];
        if (row->flags & FZ_ITEM_GOES)
            row->flags &= (uint16_t) ~(FZ_ITEM_GOES | FZ_ITEM_KEPT);
    }
    for (size_t i = 0; i < list->going.count; i++) {
        uint32_t slot = list->going.at[i], folder = items->rows[slot].folder;
        if (items->rows[slot].flags & FZ_ITEM_UNKNOWN)
            fz_list_become_known(list, slot);
        if ((items->rows[slot].flags & (FZ_ITEM_MARKED | FZ_ITEM_BENEATH)) == FZ_ITEM_MARKED)
            fz_wishes_keep(list, slot); /* beneath, the mark is its cover's */
        fz_stacks_leave(list, slot);
        fz_list_leave(list, slot);
        fz_stacks_part(list, slot);
        fz_items_remove(items, slot);
        fz_items_folder_drop(items, folder);
    }
    fz_items_compact(items);
    return first;
}
