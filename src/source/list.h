/* The list of items: every picture that the sources yielded, in order, on the render thread alone.
 *
 * An item's id is a slot and a generation: it survives sorting, and tells a slot that was used again from
 * the old item. Folders are stored once. Items of unknown kind are known to the list but have no place in
 * the order until fz_list_settle says that they are pictures. */
#ifndef FZ_SOURCE_LIST_H
#define FZ_SOURCE_LIST_H

#include "source/source.h"

typedef uint32_t fz_item_id; /* slot in the low 24 bits, generation above; 0 = none */
#define FZ_ITEM_NONE 0u
#define FZ_ITEM_SLOT(id) ((id)&0xffffffu)

struct fz_list;

/* Render thread only, all of these. */
struct fz_list *fz_list_new(void);
void fz_list_free(struct fz_list *list);

/* Before the first event of `root`: how its items are ordered. Roots stand in order of their number. */
void fz_list_set_order(struct fz_list *list, uint32_t root, enum fz_source_order order);

/* Whether the order that the sources give is that of the names: so of one folder. */
bool fz_list_is_given_by_name(const struct fz_list *list);

/* What an event, or a part of it, did. */
struct fz_list_change {
    size_t added;       /* items that came into the order, or to another place; a search may hide them */
    size_t first_index; /* the lowest position, in all, whose item changed; the count when none did */
    const fz_item_id *removed; /* ids that are gone now, until the next call; the caller drops their tiles */
    size_t removed_count;
    const fz_item_id *changed; /* items with new bytes or another name, the same */
    size_t changed_count;
    const fz_item_id *beside; /* items whose sidecars may tell something else now, or are others, the same */
    size_t beside_count;
};

/* Takes in ADDED, REMOVED, CHANGED, RENAMED, BESIDE, WHOLE and FOLDERS; LISTED gives back what grew too large (others are ignored): as much of the event as takes about
 * 1 ms, from event->taken on, which it moves. False: there is more of it, for which it is to be called again, before any
 * event that came later. ADDED: a name that is already there is taken as CHANGED. RENAMED: the item keeps its id, and so its
 * mark and whatever else is known of it; where another item had that name, the first goes and the other has changed. WHOLE:
 * what the list lacks is added, what the folder lacks is removed, the rest is left alone. What fz_list_remove or
 * fz_list_settle took out comes back when it is ADDED or CHANGED, not by WHOLE; what was dropped (drop.h) comes back by
 * neither. Costs O(new log new + items), with no allocation that grows with the list but its own. */
bool fz_list_apply(struct fz_list *list, struct fz_source_event *event, struct fz_list_change *change);

/* Takes in ACCESS, as a whole, and leaves event->taken alone: times that are known may be others now. O(names). */
void fz_list_touched(struct fz_list *list, const struct fz_source_event *event);

/* Removes items (no pictures after all), in any order; ids that are stale are passed over. Gives how many went. As one of fz_list_apply
 * it costs what the list has, once. */
size_t fz_list_remove(struct fz_list *list, const fz_item_id *ids, size_t count);

/* An item of unknown kind was looked into: it enters the order, or goes. */
void fz_list_settle(struct fz_list *list, fz_item_id id, bool is_picture);

/* The next item of unknown kind that nobody has been given yet, or FZ_ITEM_NONE. */
fz_item_id fz_list_next_unknown(struct fz_list *list);
/* An item that fz_list_next_unknown gave out was not looked into after all: it will be given again. */
void fz_list_return_unknown(struct fz_list *list, fz_item_id id);

/* Items of unknown kind that are not settled yet. */
size_t fz_list_unknown_count(const struct fz_list *list);

/* --- What is shown: all items in order, or those that a search found (search.h) ---
 *
 * The program's "list" is this one: walls, cursors and counts go by it. After a change of the list, of its order or
 * of the search, the first of these calls costs O(items behind the change), with a search O(items): 0.3 ms for
 * 100,000; all later ones O(1), index with a search O(log items). */
size_t fz_list_count(const struct fz_list *list);
fz_item_id fz_list_at(const struct fz_list *list, size_t index); /* FZ_ITEM_NONE past the end */
/* Begins to bring what is known of it into the cache (base/prefetch.h). Its FZ_ITEM_SLOT; that of FZ_ITEM_NONE past the end. */
uint32_t fz_list_prefetch(const struct fz_list *list, size_t index);
/* Where it stands; false when it is stale or not shown. */
bool fz_list_index(const struct fz_list *list, fz_item_id id, size_t *index);
/* The same, or for what is not shown the next that is, or the last; 0 when it is stale or nothing is shown. */
size_t fz_list_nearest(const struct fz_list *list, fz_item_id id);
/* The one that is shown `step` places behind it, negative: before it, or the last one that way; what is not shown lies between two that
 * are. False where none is that way, when it is stale or has no place. */
bool fz_list_neighbour(const struct fz_list *list, fz_item_id id, long step, size_t *index);

/* --- All of the list, whatever is shown --- */
size_t fz_list_all_count(const struct fz_list *list);
fz_item_id fz_list_all_at(const struct fz_list *list, size_t position);
bool fz_list_all_index(const struct fz_list *list, fz_item_id id, size_t *position);

/* --- Sections: runs of items of one folder, in what is shown ---
 *
 * None when the order puts all folders together (by date, size, at random). `section` counts from 0. O(1) when
 * nothing changed. */
size_t fz_list_section_count(const struct fz_list *list);
/* Its first index; the count of what is shown past the last section. */
size_t fz_list_section_start(const struct fz_list *list, size_t section);
/* The section that `index` is in; 0 when there are none. O(log sections). */
size_t fz_list_section_of(const struct fz_list *list, size_t index);
/* Its folder, absolute, borrowed until the next change; "" when there is none. */
const char *fz_list_section_path(const struct fz_list *list, size_t section);

/* --- One item --- */
/* The item of that name (or that it lies beneath, stacks.h) in a folder of `root`, whether or not it has a place in the order; FZ_ITEM_NONE where there is none.
 * O(1). */
fz_item_id fz_list_find(const struct fz_list *list, uint32_t root, const char *dir, const char *name);
bool fz_list_has(const struct fz_list *list, fz_item_id id);

/* The entry's name, borrowed until the next change; "" when stale. */
const char *fz_list_name(const struct fz_list *list, fz_item_id id);
/* Its folder, the same. */
const char *fz_list_folder(const struct fz_list *list, fz_item_id id);
/* The absolute path; the caller frees; NULL when stale. */
char *fz_list_path(const struct fz_list *list, fz_item_id id);
/* The root that it came from; 0 when stale. */
uint32_t fz_list_root(const struct fz_list *list, fz_item_id id);
bool fz_list_is_explicit(const struct fz_list *list, fz_item_id id);

/* Whose readers hang: until the next call nobody is asked for the facts (facts.h) of their items, or for what these tell (told.h). */
void fz_list_set_stuck(struct fz_list *list, bool (*hangs)(void *ctx, uint32_t root), void *ctx);

#endif
