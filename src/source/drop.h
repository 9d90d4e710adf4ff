/* Dropping takes items out of the list; undo brings the last drop back to its place. Files are never touched, and what
 * happens to a dropped file does not bring it back, by whatever name: only undo does. A file that is removed is forgotten, and one
 * of its name that comes later is a new item. What lies beneath an item (stacks.h) is dropped with it, and stays so when the
 * item's file is removed. */
#ifndef FZ_SOURCE_DROP_H
#define FZ_SOURCE_DROP_H

#include "source/list.h"

/* Render thread. Drops what is in the order of the `count` items, as one step for undo; returns how many those were.
 * Their ids are stale afterwards: the caller drops their tiles first. O(items), one item O(behind it). */
size_t fz_list_drop(struct fz_list *list, const fz_item_id *ids, size_t count);

/* Render thread. Brings back the last drop, or of it what is still there; goes on to the one before where nothing is.
 * Returns how many items came back, 0 when nothing was dropped. *back: their new ids, in the order that they had; of what goes
 * beneath another item, that item's; borrowed until the list changes next. A search may hide them. Marks come back too. */
size_t fz_list_undo_drop(struct fz_list *list, const fz_item_id **back);

/* Render thread. Items that are dropped now, of files that are there. O(dropped). */
size_t fz_list_dropped_count(const struct fz_list *list);

#endif
