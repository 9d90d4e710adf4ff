#include "base/mem.h"
#include "base/path.h"
#include "source/beside.h"
#include "source/list.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

/* --- Names that came or changed --- */

/* The bytes behind a name are new. What the user dropped stays away. What somebody may be looking into gets a new id: the answer that is
 * under way speaks of the old bytes. What was taken out comes back: it may have been taken out because it
 * was half a file. */
static void take_change(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    fz_list_ask_again(list, slot);
    fz_list_tell_again(list, slot);
    if (row->flags & FZ_ITEM_DROPPED)
        return;
    if (row->flags & FZ_ITEM_OUT) {
        fz_list_enter(list, slot, row->flags & FZ_ITEM_DOUBTED);
    } else if (row->flags & FZ_ITEM_ORDERED) {
        fz_list_ids_add(&list->changed, fz_items_id(&list->items, slot));
    } else if (row->flags & FZ_ITEM_GIVEN) {
        fz_list_ids_add(&list->removed, fz_items_id(&list->items, slot));
        fz_items_renew(&list->items, slot);
        fz_list_give_again(list, slot);
    }
}

/* A name that is there already and is named by the user now, or otherwise surer than before. */
static void take_surety(struct fz_list *list, uint32_t slot, enum fz_source_doubt doubt)
{
    struct fz_item *row = &list->items.rows[slot];
    if (doubt == FZ_SOURCE_UNKNOWN)
        return;
    row->flags &= (uint16_t)~FZ_ITEM_DOUBTED;
    if (row->flags & FZ_ITEM_UNKNOWN) {
        fz_list_become_known(list, slot);
        fz_list_enter(list, slot, false);
    }
}

static void take_name(struct fz_list *list, const struct fz_item_key *key, enum fz_source_doubt doubt)
{
    uint32_t slot = fz_items_find(&list->items, key);
    if (slot == FZ_ITEMS_NONE) {
        slot = fz_items_add(&list->items, key);
        if (slot == FZ_ITEMS_NONE)
            return;
        fz_list_enter(list, slot, doubt == FZ_SOURCE_UNKNOWN);
    } else {
        take_surety(list, slot, doubt);
        take_change(list, slot);
    }
    if (doubt == FZ_SOURCE_EXPLICIT)
        list->items.rows[slot].flags |= FZ_ITEM_EXPLICIT;
}

static enum fz_source_doubt doubt_of(const struct fz_source_event *event, uint32_t i)
{
    return event->doubts ? (enum fz_source_doubt)event->doubts[i] : FZ_SOURCE_PICTURE;
}

static size_t apply_added(struct fz_list *list, const struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder_get(&list->items, event->dir);
    for (uint32_t i = 0; i < event->count; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        take_name(list, &key, doubt_of(event, i));
    }
    fz_items_folder_drop(&list->items, folder);
    return fz_list_place_fresh(list, SIZE_MAX);
}

static size_t apply_changed(struct fz_list *list, const struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    for (uint32_t i = 0; folder != FZ_ITEMS_NONE && i < event->count; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            take_change(list, slot);
    }
    return fz_list_place_fresh(list, SIZE_MAX);
}

/* --- Names that went --- */

static void let_go(struct fz_list *list, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    if (row->flags & FZ_ITEM_GOES)
        return;
    row->flags |= FZ_ITEM_GOES;
    fz_list_ids_add(&list->going, slot);
    if (!(row->flags & FZ_ITEM_OUT))
        fz_list_ids_add(&list->removed, fz_items_id(&list->items, slot));
}

/* Removes all that goes; returns the lowest index that changed. */
static size_t sweep(struct fz_list *list)
{
    struct fz_items *items = &list->items;
    size_t ordered = 0;
    for (size_t i = 0; i < list->going.count; i++)
        ordered += (items->rows[list->going.at[i]].flags & FZ_ITEM_ORDERED) != 0;
    size_t first = ordered > 0 ? fz_order_sweep(&list->order, items, ordered) : list->order.count;
    for (size_t i = 0; i < list->going.count; i++) {
        uint32_t slot = list->going.at[i], folder = items->rows[slot].folder;
        if (items->rows[slot].flags & FZ_ITEM_UNKNOWN)
            fz_list_become_known(list, slot);
        if (items->rows[slot].flags & FZ_ITEM_MARKED)
            fz_wishes_keep(list, slot);
        fz_list_leave(list, slot);
        fz_stacks_part(list, slot);
        fz_items_remove(items, slot);
        fz_items_folder_drop(items, folder);
    }
    fz_items_compact(items);
    return first;
}

/* A whole folder with all below it: one pass over the slots, however many folders that are. */
static void let_go_below(struct fz_list *list, uint32_t root, const char *dir)
{
    const struct fz_items *items = &list->items;
    bool *goes = fz_calloc(items->folder_count, sizeof *goes);
    for (size_t i = 0; i < items->folder_count; i++)
        goes[i] = items->folders[i].path && fz_path_is_within(items->folders[i].path, dir);
    for (uint32_t slot = 0; slot < items->used; slot++) {
        const struct fz_item *row = &items->rows[slot];
        if (row->flags & FZ_ITEM_LIVE && row->root == root && goes[row->folder])
            let_go(list, slot);
    }
    free(goes);
}

static size_t apply_removed(struct fz_list *list, const struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    if (event->count == 0)
        let_go_below(list, event->root, event->dir);
    for (uint32_t i = 0; i < event->count && folder != FZ_ITEMS_NONE; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            let_go(list, slot);
    }
    size_t swept = sweep(list), placed = fz_list_place_fresh(list, SIZE_MAX);
    return placed < swept ? placed : swept;
}

/* --- Names that became others --- */

/* The item stays what it is: its id, its mark, the selection on it. Its file is looked at again, since a decode under way may
 * not have found it. */
static bool rename_item(struct fz_list *list, uint32_t slot, const struct fz_item_key *key, size_t *first)
{
    fz_item_id id = fz_items_id(&list->items, slot);
    size_t position;
    if (!fz_list_all_index(list, id, &position))
        return false;
    fz_stacks_part(list, slot);
    if (!fz_items_rename(&list->items, slot, key))
        return false;
    fz_order_remove(&list->order, position);
    *first = position < *first ? position : *first;
    fz_list_ids_add(&list->fresh, slot);
    fz_list_ids_add(&list->changed, id);
    fz_search_answer(list, slot);
    return true;
}

static size_t apply_renamed(struct fz_list *list, const struct fz_source_event *event)
{
    struct fz_items *items = &list->items;
    uint32_t folder = fz_items_folder_get(items, event->dir);
    size_t first = SIZE_MAX;
    for (uint32_t i = 0; i + 1 < event->count; i += 2) {
        struct fz_item_key from = fz_items_key(event->root, folder, event->names[i]);
        struct fz_item_key to = fz_items_key(event->root, folder, event->names[i + 1]);
        uint32_t slot = fz_items_find(items, &from);
        bool replaces = fz_items_find(items, &to) != FZ_ITEMS_NONE;
        if (strcmp(from.name, to.name) == 0)
            continue;
        if (slot != FZ_ITEMS_NONE && !replaces && items->rows[slot].flags & FZ_ITEM_ORDERED &&
            rename_item(list, slot, &to, &first))
            continue;
        if (slot != FZ_ITEMS_NONE)
            let_go(list, slot);
        take_name(list, &to, doubt_of(event, i + 1));
    }
    size_t swept = list->going.count > 0 ? sweep(list) : SIZE_MAX;
    fz_items_folder_drop(items, folder);
    size_t placed = fz_list_place_fresh(list, SIZE_MAX);
    first = swept < first ? swept : first;
    return placed < first ? placed : first;
}

/* --- A folder that was read again --- */

static void let_go_all_but(struct fz_list *list, const struct fz_source_event *event, uint32_t folder)
{
    struct fz_items *items = &list->items;
    for (uint32_t i = 0; i < event->count; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        uint32_t slot = fz_items_find(items, &key);
        if (slot != FZ_ITEMS_NONE)
            items->rows[slot].flags |= FZ_ITEM_KEPT;
    }
    for (uint32_t slot = 0; slot < items->used; slot++) {
        struct fz_item *row = &items->rows[slot];
        if (!(row->flags & FZ_ITEM_LIVE) || row->root != event->root || row->folder != folder)
            continue;
        if (!(row->flags & FZ_ITEM_KEPT))
            let_go(list, slot);
        row->flags &= (uint16_t)~FZ_ITEM_KEPT;
    }
}

static size_t apply_whole(struct fz_list *list, const struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    size_t swept = list->order.count;
    if (folder != FZ_ITEMS_NONE) {
        let_go_all_but(list, event, folder);
        swept = sweep(list);
    }
    folder = fz_items_folder_get(&list->items, event->dir);
    for (uint32_t i = 0; i < event->count; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        if (fz_items_find(&list->items, &key) == FZ_ITEMS_NONE)
            take_name(list, &key, doubt_of(event, i));
    }
    fz_items_folder_drop(&list->items, folder);
    size_t placed = fz_list_place_fresh(list, SIZE_MAX);
    return placed < swept ? placed : swept;
}

/* --- A root that was read again --- */

static size_t apply_folders(struct fz_list *list, const struct fz_source_event *event)
{
    const struct fz_items *items = &list->items;
    bool *stays = fz_calloc(items->folder_count, sizeof *stays);
    for (uint32_t i = 0; i < event->count; i++) {
        uint32_t folder = fz_items_folder(items, event->names[i]);
        if (folder != FZ_ITEMS_NONE)
            stays[folder] = true;
    }
    for (uint32_t slot = 0; slot < items->used; slot++) {
        const struct fz_item *row = &items->rows[slot];
        if (row->flags & FZ_ITEM_LIVE && row->root == event->root && !stays[row->folder])
            let_go(list, slot);
    }
    free(stays);
    return sweep(list);
}

void fz_list_apply(struct fz_list *list, const struct fz_source_event *event, struct fz_list_change *change)
{
    FZ_MAIN_ONLY();
    list->fresh.count = list->going.count = list->removed.count = list->changed.count = 0;
    list->beside.count = 0;
    if (event->root >= list->root_count)
        list->root_count = event->root + 1;
    size_t first = list->order.count;
    switch (event->kind) {
    case FZ_SOURCE_ADDED:
        first = apply_added(list, event);
        break;
    case FZ_SOURCE_REMOVED:
        first = apply_removed(list, event);
        break;
    case FZ_SOURCE_CHANGED:
        first = apply_changed(list, event);
        break;
    case FZ_SOURCE_RENAMED:
        first = apply_renamed(list, event);
        break;
    case FZ_SOURCE_BESIDE:
        fz_beside_apply(list, event);
        break;
    case FZ_SOURCE_WHOLE:
        first = apply_whole(list, event);
        break;
    case FZ_SOURCE_FOLDERS:
        first = apply_folders(list, event);
        break;
    case FZ_SOURCE_LISTED:
        fz_items_trim(&list->items);
        fz_order_trim(&list->order);
        break;
    case FZ_SOURCE_AWAY: /* what is in it stays */
    case FZ_SOURCE_BACK:
    case FZ_SOURCE_ERROR:
        break;
    }
    *change = (struct fz_list_change){
        .added = list->fresh.count,
        .first_index = first < list->order.count ? first : list->order.count,
        .removed = list->removed.at,
        .removed_count = list->removed.count,
        .changed = list->changed.at,
        .changed_count = list->changed.count,
        .beside = list->beside.at,
        .beside_count = list->beside.count,
    };
}
