/* The order of the list: slots as a sort has them. Positions are written back to the items lazily: many small
 * batches between two frames cost one renumbering. */
#ifndef FZ_SOURCE_ORDER_H
#define FZ_SOURCE_ORDER_H

#include "source/items.h"
#include "source/sort.h"

/* Zeroed = empty. Render thread only. */
struct fz_order {
    uint32_t *slots;
    size_t count, capacity;
    size_t clean; /* below it, the position of each item is true */
    bool changed; /* since whoever renumbers did so last */
};

/* Render thread, all of these. */
void fz_order_fini(struct fz_order *order);

/* Gives back room kept for growing. */
void fz_order_trim(struct fz_order *order);

/* Inserts `count` slots, sorted (their rows filled in), where they belong. Returns the lowest index that changed.
 * O(new log items), and moving what stands behind. Where facts came that the order does not follow yet, a place may
 * be a wrong one. */
size_t fz_order_merge(struct fz_order *order, const struct fz_items *items, const struct fz_sort *sort,
                      const uint32_t *slots, size_t count);

/* Puts them at the end, sorted or not. */
size_t fz_order_append(struct fz_order *order, const uint32_t *slots, size_t count);

/* Removes every slot whose row GOES (`count` of them, at least one); returns the lowest index that changed. */
size_t fz_order_sweep(struct fz_order *order, struct fz_items *items, size_t count);

/* Something from this index on is not what it was. */
void fz_order_changed(struct fz_order *order, size_t index);

#endif
