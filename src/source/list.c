#include "source/list.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "source/items.h"
#include "source/order.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

/* Ids in an answer, kept until the next call. */
struct ids {
    fz_item_id *at;
    size_t count, capacity;
};

/* Render thread only. */
struct fz_list {
    struct fz_items items;
    struct fz_order order;
    uint8_t *as_given; /* by root */
    size_t as_given_capacity;
    size_t unknown_count; /* of unknown kind, not settled */
    size_t not_given;     /* of those, given to nobody yet */
    uint32_t not_given_from; /* no slot below it is one of them */
    struct ids removed, changed;
    uint32_t *fresh; /* slots on their way into the order */
    size_t fresh_count, fresh_capacity;
};

struct fz_list *fz_list_new(void)
{
    FZ_MAIN_ONLY();
    return fz_calloc(1, sizeof(struct fz_list));
}

void fz_list_free(struct fz_list *list)
{
    if (!list)
        return;
    FZ_MAIN_ONLY();
    fz_items_fini(&list->items);
    fz_order_fini(&list->order);
    free(list->as_given);
    free(list->removed.at);
    free(list->changed.at);
    free(list->fresh);
    free(list);
}

void fz_list_set_order(struct fz_list *list, uint32_t root, enum fz_source_order order)
{
    FZ_MAIN_ONLY();
    size_t old = list->as_given_capacity;
    list->as_given = fz_grow(list->as_given, &list->as_given_capacity, root + 1u, 1);
    memset(list->as_given + old, 0, list->as_given_capacity - old);
    list->as_given[root] = order == FZ_SOURCE_AS_GIVEN;
}

static bool is_as_given(const struct fz_list *list, uint32_t root)
{
    return root < list->as_given_capacity && list->as_given[root];
}

static void add_id(struct ids *ids, fz_item_id id)
{
    ids->at = fz_grow(ids->at, &ids->capacity, ids->count + 1, sizeof *ids->at);
    ids->at[ids->count++] = id;
}

static void add_fresh(struct fz_list *list, uint32_t slot)
{
    list->fresh = fz_grow(list->fresh, &list->fresh_capacity, list->fresh_count + 1, sizeof *list->fresh);
    list->fresh[list->fresh_count++] = slot;
    list->items.rows[slot].flags |= FZ_ITEM_ORDERED;
}

/* --- Items of unknown kind --- */

static void not_given_yet(struct fz_list *list, uint32_t slot)
{
    list->not_given++;
    if (slot < list->not_given_from)
        list->not_given_from = slot;
}

static void become_unknown(struct fz_list *list, uint32_t slot)
{
    list->items.rows[slot].flags |= FZ_ITEM_UNKNOWN;
    list->unknown_count++;
    not_given_yet(list, slot);
}

static void become_known(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    list->unknown_count--;
    if (!(row->flags & FZ_ITEM_GIVEN))
        list->not_given--;
    row->flags &= (uint8_t) ~(FZ_ITEM_UNKNOWN | FZ_ITEM_GIVEN);
}

fz_item_id fz_list_next_unknown(struct fz_list *list)
{
    FZ_MAIN_ONLY();
    if (list->not_given == 0)
        return FZ_ITEM_NONE;
    uint32_t slot = list->not_given_from;
    while ((list->items.rows[slot].flags & (FZ_ITEM_UNKNOWN | FZ_ITEM_GIVEN)) != FZ_ITEM_UNKNOWN)
        slot++;
    list->items.rows[slot].flags |= FZ_ITEM_GIVEN;
    list->not_given--;
    list->not_given_from = slot + 1;
    return fz_items_id(&list->items, slot);
}

size_t fz_list_unknown_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->unknown_count;
}

/* --- Events --- */

/* The bytes behind a name are new. What somebody may be looking into gets a new id: the answer that is under way
 * speaks of the old bytes. */
static void take_change(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    if (row->flags & FZ_ITEM_ORDERED) {
        add_id(&list->changed, fz_items_id(&list->items, slot));
    } else if (row->flags & FZ_ITEM_GIVEN) {
        add_id(&list->removed, fz_items_id(&list->items, slot));
        fz_items_renew(&list->items, slot);
        row->flags &= (uint8_t)~FZ_ITEM_GIVEN;
        not_given_yet(list, slot);
    }
}

static void take_name(struct fz_list *list, uint32_t root, uint32_t folder, const char *name, uint8_t doubt)
{
    struct fz_item_key key = fz_items_key(root, folder, name);
    uint32_t slot = fz_items_find(&list->items, &key);
    if (slot == FZ_ITEMS_NONE) {
        slot = fz_items_add(&list->items, &key);
        if (slot == FZ_ITEMS_NONE)
            return;
        if (doubt == FZ_SOURCE_UNKNOWN)
            become_unknown(list, slot);
        else
            add_fresh(list, slot);
    } else {
        take_change(list, slot);
        if (doubt != FZ_SOURCE_UNKNOWN && list->items.rows[slot].flags & FZ_ITEM_UNKNOWN) {
            become_known(list, slot);
            add_fresh(list, slot);
        }
    }
    if (doubt == FZ_SOURCE_EXPLICIT)
        list->items.rows[slot].flags |= FZ_ITEM_EXPLICIT;
}

static int fresh_cmp(const void *a, const void *b, void *items)
{
    return fz_natural_cmp(fz_items_name(items, *(const uint32_t *)a), fz_items_name(items, *(const uint32_t *)b));
}

/* Events come sorted; this keeps the order true when one does not. */
static void sort_fresh(struct fz_list *list)
{
    for (size_t i = 1; i < list->fresh_count; i++) {
        if (fresh_cmp(&list->fresh[i - 1], &list->fresh[i], &list->items) > 0) {
            qsort_r(list->fresh, list->fresh_count, sizeof *list->fresh, fresh_cmp, &list->items);
            return;
        }
    }
}

static size_t place_fresh(struct fz_list *list, uint32_t root)
{
    if (list->fresh_count == 0)
        return list->order.count;
    if (is_as_given(list, root))
        return fz_order_append(&list->order, &list->items, list->fresh, list->fresh_count);
    sort_fresh(list);
    return fz_order_merge(&list->order, &list->items, list->fresh, list->fresh_count);
}

static size_t apply_added(struct fz_list *list, const struct fz_source_event *event)
{
    if (event->count == 0)
        return list->order.count;
    uint32_t folder = fz_items_folder_get(&list->items, event->dir);
    for (uint32_t i = 0; i < event->count; i++)
        take_name(list, event->root, folder, event->names[i], event->doubts ? event->doubts[i] : FZ_SOURCE_PICTURE);
    fz_items_folder_drop(&list->items, folder);
    return place_fresh(list, event->root);
}

static void apply_changed(struct fz_list *list, const struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    if (folder == FZ_ITEMS_NONE)
        return;
    for (uint32_t i = 0; i < event->count; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            take_change(list, slot);
    }
}

static void mark(struct fz_list *list, uint32_t slot, size_t *ordered)
{
    struct fz_item *row = &list->items.rows[slot];
    if (row->flags & FZ_ITEM_MARKED)
        return;
    if (row->flags & FZ_ITEM_ORDERED)
        ++*ordered;
    row->flags |= FZ_ITEM_MARKED;
    add_id(&list->removed, fz_items_id(&list->items, slot));
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    if (strcmp(folder, "/") == 0)
        return true;
    return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* A whole folder with all below it: one pass over the slots, however many folders that are. */
static void mark_below(struct fz_list *list, uint32_t root, const char *dir, size_t *ordered)
{
    struct fz_items *items = &list->items;
    uint8_t *goes = fz_calloc(items->folder_count, 1);
    for (size_t i = 0; i < items->folder_count; i++)
        goes[i] = items->folders[i].path && is_below(items->folders[i].path, dir);
    for (uint32_t slot = 0; slot < items->used; slot++) {
        const struct fz_item *row = &items->rows[slot];
        if (row->flags & FZ_ITEM_LIVE && row->root == root && goes[row->folder])
            mark(list, slot, ordered);
    }
    free(goes);
}

static void forget_slot(struct fz_list *list, uint32_t slot)
{
    if (list->items.rows[slot].flags & FZ_ITEM_UNKNOWN)
        become_known(list, slot);
    uint32_t folder = list->items.rows[slot].folder;
    fz_items_remove(&list->items, slot);
    fz_items_folder_drop(&list->items, folder);
}

static size_t apply_removed(struct fz_list *list, const struct fz_source_event *event)
{
    size_t ordered = 0;
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    if (event->count == 0)
        mark_below(list, event->root, event->dir, &ordered);
    for (uint32_t i = 0; i < event->count && folder != FZ_ITEMS_NONE; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            mark(list, slot, &ordered);
    }
    size_t first = ordered > 0 ? fz_order_sweep(&list->order, &list->items, ordered) : list->order.count;
    for (size_t i = 0; i < list->removed.count; i++)
        forget_slot(list, FZ_ITEM_SLOT(list->removed.at[i]));
    fz_items_compact(&list->items);
    return first;
}

void fz_list_apply(struct fz_list *list, const struct fz_source_event *event, struct fz_list_change *change)
{
    FZ_MAIN_ONLY();
    list->removed.count = list->changed.count = list->fresh_count = 0;
    size_t first = SIZE_MAX;
    if (event->kind == FZ_SOURCE_ADDED)
        first = apply_added(list, event);
    else if (event->kind == FZ_SOURCE_REMOVED)
        first = apply_removed(list, event);
    else if (event->kind == FZ_SOURCE_CHANGED)
        apply_changed(list, event);
    *change = (struct fz_list_change){
        .added = list->fresh_count,
        .first_index = first < list->order.count ? first : list->order.count,
        .removed = list->removed.at,
        .removed_count = list->removed.count,
        .changed = list->changed.at,
        .changed_count = list->changed.count,
    };
}

bool fz_list_remove(struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return false;
    if (list->items.rows[slot].flags & FZ_ITEM_ORDERED)
        fz_order_remove(&list->order, &list->items, slot);
    forget_slot(list, slot);
    fz_items_compact(&list->items);
    return true;
}

void fz_list_settle(struct fz_list *list, fz_item_id id, bool is_picture)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE || !(list->items.rows[slot].flags & FZ_ITEM_UNKNOWN))
        return;
    if (!is_picture) {
        fz_list_remove(list, id);
        return;
    }
    become_known(list, slot);
    list->fresh_count = 0;
    add_fresh(list, slot);
    place_fresh(list, list->items.rows[slot].root);
}

/* --- Looking things up --- */

size_t fz_list_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->order.count;
}

fz_item_id fz_list_at(const struct fz_list *list, size_t index)
{
    FZ_MAIN_ONLY();
    return index < list->order.count ? fz_items_id(&list->items, list->order.slots[index]) : FZ_ITEM_NONE;
}

bool fz_list_index(const struct fz_list *list, fz_item_id id, size_t *index)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE || !(list->items.rows[slot].flags & FZ_ITEM_ORDERED))
        return false;
    /* Renumbering is a cache of the order, and every list is made by fz_list_new: none is a const object. */
    struct fz_list *own = (struct fz_list *)(uintptr_t)list;
    *index = fz_order_index(&own->order, &own->items, slot);
    return true;
}

bool fz_list_has(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    return fz_items_slot(&list->items, id) != FZ_ITEMS_NONE;
}

size_t fz_list_slots(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->items.used;
}

const char *fz_list_name(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot == FZ_ITEMS_NONE ? "" : fz_items_name(&list->items, slot);
}

char *fz_list_path(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return NULL;
    return fz_path_join(fz_items_folder_path(&list->items, slot), fz_items_name(&list->items, slot));
}

bool fz_list_is_explicit(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    return slot != FZ_ITEMS_NONE && list->items.rows[slot].flags & FZ_ITEM_EXPLICIT;
}
