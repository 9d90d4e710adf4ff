#include "source/marks.h"

#include "source/list_state.h"
#include "sync/thread.h"

static uint32_t ordered_slot(const struct fz_list *list, fz_item_id id)
{
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_ORDERED ? slot : FZ_ITEMS_NONE;
}

static bool set(struct fz_list *list, uint32_t slot, bool on)
{
    struct fz_item *row = &list->items.rows[slot];
    if (((row->flags & FZ_ITEM_MARKED) != 0) == on)
        return false;
    row->flags ^= FZ_ITEM_MARKED;
    if (on)
        list->marked_count++;
    else
        list->marked_count--;
    return true;
}

/* What is shown, as slots. */
static const uint32_t *shown(const struct fz_list *list, size_t *count)
{
    *count = fz_list_count(list);
    return fz_list_is_part(list) ? list->shown.at : list->order.slots;
}

bool fz_list_is_marked(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = ordered_slot(list, id);
    return slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_MARKED;
}

bool fz_list_mark(struct fz_list *list, fz_item_id id, bool on)
{
    FZ_MAIN_ONLY();
    uint32_t slot = ordered_slot(list, id);
    return slot != FZ_ITEMS_NONE && set(list, slot, on);
}

size_t fz_list_mark_range(struct fz_list *list, size_t a, size_t b, bool on)
{
    FZ_MAIN_ONLY();
    size_t count, changed = 0, first = a < b ? a : b, last = a < b ? b : a;
    const uint32_t *slots = shown(list, &count);
    for (size_t i = first; i < count && i <= last; i++)
        changed += set(list, slots[i], on);
    return changed;
}

void fz_list_mark_all(struct fz_list *list)
{
    size_t count = fz_list_count(list);
    if (count > 0)
        fz_list_mark_range(list, 0, count - 1, true);
}

void fz_list_mark_invert(struct fz_list *list)
{
    FZ_MAIN_ONLY();
    size_t count;
    const uint32_t *slots = shown(list, &count);
    for (size_t i = 0; i < count; i++)
        set(list, slots[i], !(list->items.rows[slots[i]].flags & FZ_ITEM_MARKED));
}

void fz_list_mark_none(struct fz_list *list)
{
    FZ_MAIN_ONLY();
    for (size_t i = 0; i < list->order.count && list->marked_count > 0; i++)
        set(list, list->order.slots[i], false);
}

size_t fz_list_marked_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->marked_count;
}

bool fz_list_find_marked(const struct fz_list *list, size_t from, int step, size_t *index)
{
    FZ_MAIN_ONLY();
    size_t count;
    const uint32_t *slots = shown(list, &count);
    if (list->marked_count == 0)
        return false;
    if (step < 0 && from >= count)
        from = count - 1;
    for (size_t i = from; i < count; i = step < 0 ? i - 1 : i + 1) { /* below 0 is past the end too */
        if (list->items.rows[slots[i]].flags & FZ_ITEM_MARKED) {
            *index = i;
            return true;
        }
    }
    return false;
}
