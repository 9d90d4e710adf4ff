#include "source/follow.h"

#include "source/list_state.h"
#include "sync/thread.h"

void fz_list_follow(struct fz_list *list, enum fz_followed which, fz_item_id id)
{
    FZ_MAIN_ONLY();
    list->followed[which] = id;
}

fz_item_id fz_list_followed(const struct fz_list *list, enum fz_followed which)
{
    FZ_MAIN_ONLY();
    fz_item_id id = list->followed[which];
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_BENEATH)
        return fz_items_id(&list->items, fz_stacks_cover(list, slot));
    return id;
}

void fz_followed_pass(struct fz_list *list, uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < FZ_FOLLOWED; i++)
        if (fz_items_slot(&list->items, list->followed[i]) == from)
            list->followed[i] = fz_items_id(&list->items, to);
}

static bool goes(const struct fz_list *list, uint32_t slot)
{
    return list->items.rows[slot].flags & FZ_ITEM_GOES;
}

static bool leaves(const struct fz_list *list, uint32_t slot)
{
    return goes(list, slot) && !(list->items.rows[slot].flags & FZ_ITEM_KEPT);
}

static uint32_t beneath_that_stays(const struct fz_list *list, uint32_t cover)
{
    uint32_t raw;
    for (size_t i = 0; (raw = fz_stacks_beneath(list, cover, i)) != FZ_ITEMS_NONE; i++)
        if (!goes(list, raw) && fz_stacks_lies_beneath(list, raw, cover))
            return raw;
    return FZ_ITEMS_NONE;
}

enum which { OF_ALL, OF_SHOWN };

static bool stays(const struct fz_list *list, uint32_t slot, enum which of)
{
    return !goes(list, slot) && (of == OF_ALL || fz_list_lets_through(list, list->filter, slot));
}

/* By its new name it is not what is searched for. */
static bool hides(const struct fz_list *list, uint32_t slot)
{
    const uint16_t moves = FZ_ITEM_GOES | FZ_ITEM_KEPT;
    return (list->items.rows[slot].flags & moves) == moves && !fz_list_lets_through(list, list->filter, slot);
}

static uint32_t neighbour_that_stays(const struct fz_list *list, uint32_t slot, enum which of)
{
    const struct fz_order *order = &list->order;
    size_t at = 0, next;
    while (at < order->count && order->slots[at] != slot)
        at++;
    for (next = at + 1; next < order->count; next++)
        if (stays(list, order->slots[next], of))
            return order->slots[next];
    while (at-- > 0)
        if (stays(list, order->slots[at], of))
            return order->slots[at];
    return FZ_ITEMS_NONE;
}

static void pass_on(struct fz_list *list, bool comes_up)
{
    for (size_t i = 0; i < FZ_FOLLOWED; i++) {
        uint32_t slot = fz_items_slot(&list->items, list->followed[i]);
        if (slot == FZ_ITEMS_NONE || !(leaves(list, slot) || hides(list, slot)))
            continue;
        const bool for_good = leaves(list, slot);
        uint32_t heir = for_good && comes_up ? beneath_that_stays(list, slot) : FZ_ITEMS_NONE;
        if (heir == FZ_ITEMS_NONE)
            heir = neighbour_that_stays(list, slot, for_good ? OF_ALL : OF_SHOWN);
        if (heir != FZ_ITEMS_NONE)
            list->followed[i] = fz_items_id(&list->items, heir);
    }
}

void fz_followed_leave(struct fz_list *list)
{
    pass_on(list, true);
}

void fz_followed_drop(struct fz_list *list)
{
    pass_on(list, false);
}
