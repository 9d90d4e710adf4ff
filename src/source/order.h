/* The order of the list: slots by root, then folder, then name, or by arrival where a root is a list of
 * paths. Positions are written back to the items lazily: many small batches between two frames cost one
 * renumbering. */
#ifndef FZ_SOURCE_ORDER_H
#define FZ_SOURCE_ORDER_H

#include "source/items.h"

/* Zeroed = empty. Render thread only. */
struct fz_order {
    uint32_t *slots;
    size_t count, capacity;
    size_t clean; /* below it, the position of each item is true */
};

/* Render thread, all of these. */
void fz_order_fini(struct fz_order *order);

/* Inserts `count` slots of one root and folder (their rows filled in, names in natural order) where they
 * belong. Returns the lowest index that changed. O(items of this folder), and moving what stands behind. */
size_t fz_order_merge(struct fz_order *order, struct fz_items *items, const uint32_t *slots, size_t count);

/* Puts them behind all of their root instead. */
size_t fz_order_append(struct fz_order *order, struct fz_items *items, const uint32_t *slots, size_t count);

/* Removes every slot whose row is MARKED (`count` of them, at least one); returns the lowest index that
 * changed. */
size_t fz_order_sweep(struct fz_order *order, struct fz_items *items, size_t count);

/* Removes one. */
void fz_order_remove(struct fz_order *order, struct fz_items *items, uint32_t slot);

/* Where an item stands that is in the order. */
size_t fz_order_index(struct fz_order *order, struct fz_items *items, uint32_t slot);

#endif
