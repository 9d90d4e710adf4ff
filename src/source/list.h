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

/* What one event did. */
struct fz_list_change {
    size_t added;              /* items that came into the order */
    size_t first_index;        /* the lowest index whose item changed; count of items when none did */
    const fz_item_id *removed; /* ids that are gone now, until the next call; the caller drops their tiles */
    size_t removed_count;
    const fz_item_id *changed; /* items with new bytes, the same */
    size_t changed_count;
};

/* Takes in ADDED, REMOVED, CHANGED and WHOLE (others are ignored); borrows the event. ADDED: a name that
 * is already there is taken as CHANGED. WHOLE: what the list lacks is added, what the folder lacks is
 * removed, the rest is left alone. What fz_list_remove or fz_list_settle took out comes back when it is
 * ADDED or CHANGED, not by WHOLE. Costs O(new log new + items), with no allocation that grows with the
 * list but its own. */
void fz_list_apply(struct fz_list *list, const struct fz_source_event *event, struct fz_list_change *change);

/* Removes one item (dropped by the user, or no picture after all). False when the id is stale. */
bool fz_list_remove(struct fz_list *list, fz_item_id id);

/* An item of unknown kind was looked into: it enters the order, or goes. */
void fz_list_settle(struct fz_list *list, fz_item_id id, bool is_picture);

/* The next item of unknown kind that nobody has been given yet, or FZ_ITEM_NONE. */
fz_item_id fz_list_next_unknown(struct fz_list *list);
/* An item that fz_list_next_unknown gave out was not looked into after all: it will be given again. */
void fz_list_return_unknown(struct fz_list *list, fz_item_id id);

/* Items of unknown kind that are not settled yet. */
size_t fz_list_unknown_count(const struct fz_list *list);

size_t fz_list_count(const struct fz_list *list);                /* items in the order */
fz_item_id fz_list_at(const struct fz_list *list, size_t index); /* FZ_ITEM_NONE past the end */
/* Where it stands; false when it is stale or not in the order. O(1), and O(items) once after changes. */
bool fz_list_index(const struct fz_list *list, fz_item_id id, size_t *index);
/* The item of that name in a folder of `root`, whether or not it has a place in the order; FZ_ITEM_NONE where there is none.
 * O(1). */
fz_item_id fz_list_find(const struct fz_list *list, uint32_t root, const char *dir, const char *name);
bool fz_list_has(const struct fz_list *list, fz_item_id id);
size_t fz_list_slots(const struct fz_list *list); /* slots ever used: the size of arrays by slot */

/* The entry's name, borrowed until the next change; "" when stale. */
const char *fz_list_name(const struct fz_list *list, fz_item_id id);
/* The absolute path; the caller frees; NULL when stale. */
char *fz_list_path(const struct fz_list *list, fz_item_id id);
bool fz_list_is_explicit(const struct fz_list *list, fz_item_id id);

#endif
