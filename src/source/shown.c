/* What is shown of the order: all of it, or what a filter lets through; and where folders begin in it. */
#include "base/prefetch.h"
#include "source/list.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>

/* What is below `from` in the order is true already. */
static void forget_from(struct fz_list *list, size_t from)
{
    struct fz_list_ids *sections = &list->sections;
    list->shown.count = 0;
    while (sections->count > 0 && sections->at[sections->count - 1] >= from)
        sections->count--;
}

bool fz_list_lets_through(const struct fz_list *list, uint16_t filter, uint32_t slot)
{
    if (filter && !(list->items.rows[slot].flags & filter))
        return false;
    if (!list->by_rating)
        return true;
    const struct fz_item_told told = fz_items_told(&list->items, slot);
    const int rating = fz_item_rating(&told);
    return rating >= list->least_rating && rating <= list->most_rating;
}

void fz_list_refresh(struct fz_list *list)
{
    struct fz_order *order = &list->order;
    if (!order->changed)
        return;
    bool is_part = fz_list_is_part(list);
    size_t from = is_part ? 0 : order->clean;
    forget_from(list, from);
    bool by_folder = fz_sort_is_by_folder(&list->sort);
    uint32_t folder = from > 0 ? list->items.rows[order->slots[from - 1]].folder : FZ_ITEMS_NONE;
    for (size_t i = from; i < order->count; i++) {
        struct fz_item *row = &list->items.rows[order->slots[i]];
        row->position = (uint32_t)i & FZ_ITEMS_MOST;
        if (!fz_list_lets_through(list, list->filter, order->slots[i]))
            continue;
        if (by_folder && row->folder != folder) {
            folder = row->folder;
            fz_list_ids_add(&list->sections, (uint32_t)(is_part ? list->shown.count : i));
        }
        if (is_part)
            fz_list_ids_add(&list->shown, order->slots[i]);
    }
    order->clean = order->count;
    order->changed = false;
}

void fz_list_set_filter(struct fz_list *list, uint16_t flag)
{
    list->filter = flag;
    fz_order_changed(&list->order, 0);
}

size_t fz_list_all_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->order.count;
}

fz_item_id fz_list_all_at(const struct fz_list *list, size_t position)
{
    FZ_MAIN_ONLY();
    return position < list->order.count ? fz_items_id(&list->items, list->order.slots[position])
                                        : FZ_ITEM_NONE;
}

bool fz_list_all_index(const struct fz_list *list, fz_item_id id, size_t *position)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE || !(list->items.rows[slot].flags & FZ_ITEM_ORDERED))
        return false;
    size_t hint = list->items.rows[slot].position;
    if (hint >= list->order.clean || list->order.slots[hint] != slot)
        fz_list_refresh(fz_list_own(list));
    *position = list->items.rows[slot].position;
    return true;
}

size_t fz_list_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    if (!fz_list_is_part(list))
        return list->order.count;
    fz_list_refresh(fz_list_own(list));
    return list->shown.count;
}

fz_item_id fz_list_at(const struct fz_list *list, size_t index)
{
    FZ_MAIN_ONLY();
    if (!fz_list_is_part(list))
        return fz_list_all_at(list, index);
    return index < fz_list_count(list) ? fz_items_id(&list->items, list->shown.at[index]) : FZ_ITEM_NONE;
}

uint32_t fz_list_prefetch(const struct fz_list *list, size_t index)
{
    if (index >= fz_list_count(list))
        return FZ_ITEM_SLOT(FZ_ITEM_NONE);
    uint32_t slot = fz_list_is_part(list) ? list->shown.at[index] : list->order.slots[index];
    fz_prefetch(&list->items.rows[slot], sizeof *list->items.rows);
    return slot;
}

/* The first index in [0, count) of what is shown that stands at `position` in the order, or behind. */
static size_t shown_from(const struct fz_list *list, size_t position)
{
    size_t low = 0, high = list->shown.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items.rows[list->shown.at[middle]].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool fz_list_index(const struct fz_list *list, fz_item_id id, size_t *index)
{
    size_t position;
    if (!fz_list_all_index(list, id, &position))
        return false;
    bool is_part = fz_list_is_part(list);
    if (!fz_list_lets_through(list, list->filter, FZ_ITEM_SLOT(id)))
        return false;
    if (is_part)
        fz_list_refresh(fz_list_own(list));
    *index = is_part ? shown_from(list, list->items.rows[FZ_ITEM_SLOT(id)].position) : position;
    return true;
}

size_t fz_list_nearest(const struct fz_list *list, fz_item_id id)
{
    size_t position, count = fz_list_count(list);
    if (count == 0 || !fz_list_all_index(list, id, &position))
        return 0;
    size_t index = fz_list_is_part(list) ? shown_from(list, position) : position;
    return index < count ? index : count - 1;
}

bool fz_list_neighbour(const struct fz_list *list, fz_item_id id, long step, size_t *index)
{
    size_t position, at, count = fz_list_count(list);
    if (count == 0 || step == 0 || !fz_list_all_index(list, id, &position))
        return false;
    bool is_shown = fz_list_index(list, id, &at);
    if (!is_shown)
        at = shown_from(list, position);
    size_t there = step < 0 ? at : count - at - is_shown, far = (size_t)labs(step);
    if (there == 0)
        return false;
    far = far < there ? far : there;
    *index = step < 0 ? at - far : at + far - !is_shown;
    return true;
}

size_t fz_list_section_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    fz_list_refresh(fz_list_own(list));
    return list->sections.count;
}

size_t fz_list_section_start(const struct fz_list *list, size_t section)
{
    return section < fz_list_section_count(list) ? list->sections.at[section] : fz_list_count(list);
}

size_t fz_list_section_of(const struct fz_list *list, size_t index)
{
    size_t low = 0, high = fz_list_section_count(list);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (list->sections.at[middle] <= index)
            low = middle;
        else
            high = middle;
    }
    return low;
}

const char *fz_list_section_path(const struct fz_list *list, size_t section)
{
    if (section >= fz_list_section_count(list))
        return "";
    return fz_list_folder(list, fz_list_at(list, list->sections.at[section]));
}
