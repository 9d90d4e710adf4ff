#include "source/order.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void fz_order_fini(struct fz_order *order)
{
    free(order->slots);
    memset(order, 0, sizeof *order);
}

void fz_order_trim(struct fz_order *order)
{
    order->slots = fz_shrink(order->slots, &order->capacity, order->count, sizeof *order->slots);
}

/* The first index in [low, high) whose slot stands behind `slot`, looking near `high` first: batches from one folder
 * interleave. */
static size_t bound(const struct fz_order *order, const struct fz_items *items, const struct fz_sort *sort,
                    size_t high, uint32_t slot)
{
    size_t low = 0, step = 1;
    while (high > low) {
        size_t probe = high - low > step ? high - step : low;
        if (fz_sort_cmp(items, sort, order->slots[probe], slot) < 0) {
            low = probe + 1;
            break;
        }
        high = probe;
        step *= 2;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fz_sort_cmp(items, sort, order->slots[middle], slot) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void make_room(struct fz_order *order, size_t count)
{
    order->slots = fz_grow(order->slots, &order->capacity, order->count + count, sizeof *order->slots);
}

void fz_order_changed(struct fz_order *order, size_t index)
{
    order->changed = true;
    if (index < order->clean)
        order->clean = index;
}

size_t fz_order_merge(struct fz_order *order, const struct fz_items *items, const struct fz_sort *sort,
                      const uint32_t *slots, size_t count)
{
    size_t high = order->count;
    make_room(order, count);
    uint32_t *at = order->slots;
    /* From behind: what is above the last new name moves by the number of new names that are left. */
    for (size_t left = count; left > 0; left--) {
        size_t start = bound(order, items, sort, high, slots[left - 1]);
        memmove(at + start + left, at + start, (high - start) * sizeof *at);
        at[start + left - 1] = slots[left - 1];
        high = start;
    }
    order->count += count;
    fz_order_changed(order, high);
    return high;
}

size_t fz_order_append(struct fz_order *order, const uint32_t *slots, size_t count)
{
    make_room(order, count);
    memcpy(order->slots + order->count, slots, count * sizeof *slots);
    order->count += count;
    fz_order_changed(order, order->count - count);
    return order->count - count;
}

size_t fz_order_sweep(struct fz_order *order, struct fz_items *items, size_t count)
{
    size_t first = 0;
    while (!(items->rows[order->slots[first]].flags & FZ_ITEM_GOES))
        first++;
    size_t out = first;
    for (size_t in = first; in < order->count; in++) {
        if (count > 0 && items->rows[order->slots[in]].flags & FZ_ITEM_GOES)
            count--;
        else
            order->slots[out++] = order->slots[in];
    }
    order->count = out;
    fz_order_changed(order, first);
    return first;
}
