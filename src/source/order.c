#include "source/order.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

void fz_order_fini(struct fz_order *order)
{
    free(order->slots);
    memset(order, 0, sizeof *order);
}

/* By root and folder alone. */
static int place_cmp(const struct fz_items *items, uint32_t a, uint32_t b)
{
    const struct fz_item *x = &items->rows[a], *y = &items->rows[b];
    if (x->root != y->root)
        return x->root < y->root ? -1 : 1;
    if (x->folder == y->folder)
        return 0;
    return fz_natural_path_cmp(fz_items_folder_path(items, a), fz_items_folder_path(items, b));
}

static int name_cmp(const struct fz_items *items, uint32_t a, uint32_t b)
{
    return fz_natural_cmp(fz_items_name(items, a), fz_items_name(items, b));
}

static int root_cmp(const struct fz_items *items, uint32_t a, uint32_t b)
{
    uint32_t x = items->rows[a].root, y = items->rows[b].root;
    return (x > y) - (x < y);
}

typedef int slot_cmp(const struct fz_items *items, uint32_t a, uint32_t b);

/* The first index in [low, high) whose slot compares above `key`, or also equal to it with `equal`. */
static size_t bound(const struct fz_order *order, const struct fz_items *items, size_t low, size_t high,
                    slot_cmp *cmp, uint32_t key, bool equal)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = cmp(items, order->slots[middle], key);
        if (c > 0 || (equal && c == 0))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The same by name, looking near `high` first: batches from one folder interleave. */
static size_t bound_from_behind(const struct fz_order *order, const struct fz_items *items, size_t low,
                                size_t high, uint32_t key)
{
    size_t step = 1;
    while (high > low) {
        size_t probe = high - low > step ? high - step : low;
        if (name_cmp(items, order->slots[probe], key) < 0) {
            low = probe + 1;
            break;
        }
        high = probe;
        step *= 2;
    }
    return bound(order, items, low, high, name_cmp, key, false);
}

static void make_room(struct fz_order *order, size_t count)
{
    order->slots = fz_grow(order->slots, &order->capacity, order->count + count, sizeof *order->slots);
}

static void changed_from(struct fz_order *order, size_t index)
{
    if (index < order->clean)
        order->clean = index;
}

size_t fz_order_merge(struct fz_order *order, struct fz_items *items, const uint32_t *slots, size_t count)
{
    size_t low = bound(order, items, 0, order->count, place_cmp, slots[0], true);
    size_t high = bound(order, items, low, order->count, place_cmp, slots[0], false);
    make_room(order, count);
    uint32_t *at = order->slots;
    memmove(at + high + count, at + high, (order->count - high) * sizeof *at);
    /* From behind: what is above the last new name moves by the number of new names that are left. */
    for (size_t left = count; left > 0; left--) {
        size_t start = bound_from_behind(order, items, low, high, slots[left - 1]);
        memmove(at + start + left, at + start, (high - start) * sizeof *at);
        at[start + left - 1] = slots[left - 1];
        high = start;
    }
    order->count += count;
    changed_from(order, high);
    return high;
}

size_t fz_order_append(struct fz_order *order, struct fz_items *items, const uint32_t *slots, size_t count)
{
    size_t start = bound(order, items, 0, order->count, root_cmp, slots[0], false);
    make_room(order, count);
    uint32_t *at = order->slots;
    memmove(at + start + count, at + start, (order->count - start) * sizeof *at);
    memcpy(at + start, slots, count * sizeof *at);
    order->count += count;
    changed_from(order, start);
    return start;
}

size_t fz_order_sweep(struct fz_order *order, struct fz_items *items, size_t count)
{
    size_t first = 0;
    while (!(items->rows[order->slots[first]].flags & FZ_ITEM_MARKED))
        first++;
    size_t out = first;
    for (size_t in = first; in < order->count; in++) {
        if (count > 0 && items->rows[order->slots[in]].flags & FZ_ITEM_MARKED)
            count--;
        else
            order->slots[out++] = order->slots[in];
    }
    order->count = out;
    changed_from(order, first);
    return first;
}

void fz_order_remove(struct fz_order *order, struct fz_items *items, uint32_t slot)
{
    size_t index = fz_order_index(order, items, slot);
    order->count--;
    memmove(order->slots + index, order->slots + index + 1, (order->count - index) * sizeof *order->slots);
    changed_from(order, index);
}

size_t fz_order_index(struct fz_order *order, struct fz_items *items, uint32_t slot)
{
    size_t hint = items->rows[slot].position;
    if (hint < order->clean && order->slots[hint] == slot)
        return hint;
    for (size_t i = order->clean; i < order->count; i++)
        items->rows[order->slots[i]].position = (uint32_t)i;
    order->clean = order->count;
    return items->rows[slot].position;
}
