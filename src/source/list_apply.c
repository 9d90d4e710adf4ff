#include "base/mem.h"
#include "base/path.h"
#include "source/sidecars.h"
#include "source/list.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

/* --- Part of an event at once --- */

enum {
    BESIDE_COST = 16, /* a sidecar may be of a picture with any suffix */
    GOING_COST = 4,   /* whoever hears of it frees tile and textures */
};

static uint32_t names_end(const struct fz_source_event *event, uint32_t most)
{
    return event->taken + most < event->count ? event->taken + most : event->count;
}

/* --- Names that came or changed --- */

/* The bytes behind a name are new. What the user dropped stays away. What somebody may be looking into gets a new id: the answer that is
 * under way speaks of the old bytes. What was taken out comes back: it may have been taken out because it
 * was half a file. */
static void take_change(struct fz_list *list, uint32_t slot, bool perhaps)
{
    struct fz_item *row = &list->items.rows[slot];
    fz_list_ask_again(list, slot);
    if (!perhaps &&
        slot < list->items.told_capacity) /* by its size and its time it may be the file that it was */
        list->items.told[slot].known |= FZ_TOLD_ANEW;
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

/* The slot, or FZ_ITEMS_NONE where there is no room for it. */
static uint32_t take_new(struct fz_list *list, const struct fz_item_key *key, enum fz_source_doubt doubt)
{
    uint32_t slot = fz_items_add(&list->items, key);
    if (slot == FZ_ITEMS_NONE)
        return slot;
    fz_list_enter(list, slot, doubt == FZ_SOURCE_UNKNOWN);
    if (doubt == FZ_SOURCE_EXPLICIT)
        list->items.rows[slot].flags |= FZ_ITEM_EXPLICIT;
    return slot;
}

static void take_name(struct fz_list *list, const struct fz_item_key *key, enum fz_source_doubt doubt)
{
    uint32_t slot = fz_items_find(&list->items, key);
    if (slot == FZ_ITEMS_NONE) {
        take_new(list, key, doubt);
        return;
    }
    take_surety(list, slot, doubt);
    take_change(list, slot, false);
    if (doubt == FZ_SOURCE_EXPLICIT)
        list->items.rows[slot].flags |= FZ_ITEM_EXPLICIT;
}

static enum fz_source_doubt doubt_of(const struct fz_source_event *event, uint32_t i)
{
    return event->doubts ? (enum fz_source_doubt)event->doubts[i] : FZ_SOURCE_PICTURE;
}

static size_t apply_added(struct fz_list *list, struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder_get(&list->items, event->dir);
    for (uint32_t end = names_end(event, list->at_once); event->taken < end; event->taken++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[event->taken]);
        take_name(list, &key, doubt_of(event, event->taken));
    }
    fz_items_folder_drop(&list->items, folder);
    return fz_list_place_fresh(list, SIZE_MAX);
}

static size_t apply_changed(struct fz_list *list, struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    for (uint32_t end = names_end(event, list->at_once); event->taken < end; event->taken++) {
        if (folder == FZ_ITEMS_NONE)
            continue;
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[event->taken]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            take_change(list, slot, event->perhaps);
    }
    return fz_list_place_fresh(list, SIZE_MAX);
}

/* --- Names that went --- */

/* All in folders that go, but what is KEPT: a pass over the slots, which goes on behind the names of the event. */
static void let_go_in(struct fz_list *list, struct fz_source_event *event)
{
    uint32_t slot = event->taken - event->count, most = list->at_once / GOING_COST + 1;
    const bool *goes = list->folders_going;
    for (; slot < list->items.used && list->going.count < most; slot++) {
        struct fz_item *row = &list->items.rows[slot];
        if (!(row->flags & FZ_ITEM_LIVE) || fz_item_root(row) != event->root || !goes[row->folder])
            continue;
        if (!(row->flags & FZ_ITEM_KEPT))
            fz_list_let_go(list, slot);
        row->flags &= (uint16_t)~FZ_ITEM_KEPT;
    }
    event->taken = event->count + slot;
}

/* Worked out once an event. */
static bool *folders_going(struct fz_list *list, bool goes)
{
    list->folders_going = fz_malloc(list->items.folder_count + 1);
    memset(list->folders_going, goes, list->items.folder_count + 1);
    return list->folders_going;
}

static void set_below(const struct fz_items *items, const char *dir, bool *of_folders, bool value)
{
    for (uint32_t i = 0; i < items->folder_count; i++) {
        const char *path = fz_items_path(items, i);
        if (path && fz_path_is_within(path, dir))
            of_folders[i] = value;
    }
}

/* A whole folder with all below it, however many folders that are. */
static void let_go_below(struct fz_list *list, struct fz_source_event *event)
{
    if (!list->folders_going)
        set_below(&list->items, event->dir, folders_going(list, false), true);
    let_go_in(list, event);
}

static void let_go_named(struct fz_list *list, struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    for (uint32_t end = names_end(event, list->at_once / GOING_COST + 1); event->taken < end;
         event->taken++) {
        if (folder == FZ_ITEMS_NONE)
            continue;
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[event->taken]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            fz_list_let_go(list, slot);
    }
}

static size_t apply_removed(struct fz_list *list, struct fz_source_event *event)
{
    if (event->count == 0)
        let_go_below(list, event);
    else
        let_go_named(list, event);
    size_t swept = fz_list_sweep(list), placed = fz_list_place_fresh(list, SIZE_MAX);
    return fz_list_lower(placed, swept);
}

/* --- Names that became others --- */

/* The item stays what it is: its id, its mark, the selection on it. Its file is looked at again, since a decode under way may
 * not have found it. */
static bool rename_item(struct fz_list *list, uint32_t slot, const struct fz_item_key *key)
{
    struct fz_item *row = &list->items.rows[slot];
    fz_stacks_part(list, slot);
    if (!fz_items_rename(&list->items, slot, key))
        return false;
    if (!(row->flags & FZ_ITEM_GOES)) { /* or it moves on */
        fz_list_ids_add(&list->fresh, slot);
        fz_list_ids_add(&list->changed, fz_items_id(&list->items, slot));
    }
    row->flags |= FZ_ITEM_GOES | FZ_ITEM_KEPT;
    list->renames++;
    fz_list_tell_again(list, slot); /* other sidecars are beside it now */
    fz_list_ask_again(list, slot);  /* of what was asked by the other name nothing may come */
    fz_search_answer(list, slot);
    return true;
}

/* What the user dropped stays so by its other name. */
static bool rename_dropped(struct fz_list *list, uint32_t slot, const struct fz_item_key *key)
{
    if (!(list->items.rows[slot].flags & FZ_ITEM_DROPPED) && !fz_stacks_stay_dropped(list, slot))
        return false;
    fz_stacks_part(list, slot);
    if (!fz_items_rename(&list->items, slot, key))
        return false;
    fz_list_tell_again(list, slot);
    return true;
}

/* Whose row is free, or has its place, only once this part has been taken. What moves may move on. */
static bool is_unsettled(const struct fz_list *list, uint32_t slot)
{
    int flags = slot == FZ_ITEMS_NONE ? 0 : list->items.rows[slot].flags & (FZ_ITEM_GOES | FZ_ITEM_KEPT);
    return flags == FZ_ITEM_GOES || flags == FZ_ITEM_KEPT;
}

/* What comes by it is KEPT until this part has been taken. `other`: who has that name. */
static void take_rename(struct fz_list *list, uint32_t slot, uint32_t other, const struct fz_item_key *to,
                        enum fz_source_doubt doubt)
{
    bool moves = slot != FZ_ITEMS_NONE && other == FZ_ITEMS_NONE;
    bool has_place = moves && list->items.rows[slot].flags & FZ_ITEM_ORDERED;
    if (has_place ? rename_item(list, slot, to) : moves && rename_dropped(list, slot, to))
        return;
    if (slot != FZ_ITEMS_NONE && other != FZ_ITEMS_NONE)
        fz_list_hand_on(list, slot, other);
    if (slot != FZ_ITEMS_NONE)
        fz_list_let_go(list, slot);
    size_t first = list->fresh.count;
    take_name(list, to, doubt);
    for (size_t i = first; i < list->fresh.count; i++)
        list->items.rows[list->fresh.at[i]].flags |= FZ_ITEM_KEPT;
}

/* What came stands like any other; of what moved and went then, only that is told. */
static void settle_renamed(struct fz_list *list)
{
    struct fz_list_ids *changed = &list->changed;
    size_t kept = 0;
    for (size_t i = 0; i < list->fresh.count; i++)
        list->items.rows[list->fresh.at[i]].flags &= (uint16_t)~FZ_ITEM_KEPT;
    for (size_t i = 0; i < changed->count; i++)
        if (fz_items_slot(&list->items, changed->at[i]) != FZ_ITEMS_NONE)
            changed->at[kept++] = changed->at[i];
    changed->count = kept;
}

/* A name may occur again: what had it, has it by then. */
static size_t apply_renamed(struct fz_list *list, struct fz_source_event *event)
{
    struct fz_items *items = &list->items;
    uint32_t folder = fz_items_folder_get(items, event->dir);
    uint32_t end = names_end(event, (list->at_once + 1) / 2 * 2);
    for (; event->taken + 1 < end; event->taken += 2) {
        char *const *names = &event->names[event->taken];
        struct fz_item_key from = fz_items_key(event->root, folder, names[0]);
        struct fz_item_key to = fz_items_key(event->root, folder, names[1]);
        uint32_t slot = fz_items_find(items, &from), other = fz_items_find(items, &to);
        if (is_unsettled(list, slot) || is_unsettled(list, other))
            break;
        if (strcmp(from.name, to.name) != 0)
            take_rename(list, slot, other, &to, doubt_of(event, event->taken + 1));
    }
    event->taken += event->taken + 1 == event->count; /* of which nothing became */
    size_t swept = fz_list_sweep(list);
    settle_renamed(list);
    fz_items_folder_drop(items, folder);
    size_t placed = fz_list_place_fresh(list, SIZE_MAX);
    return fz_list_lower(placed, swept);
}

/* --- A folder, or a root, that was read again --- */

/* The row is KEPT; counts it once. */
static void keep_or_take(struct fz_list *list, const struct fz_item_key *key, enum fz_source_doubt doubt)
{
    uint32_t slot = fz_items_find(&list->items, key);
    if (slot == FZ_ITEMS_NONE)
        slot = take_new(list, key, doubt);
    if (slot == FZ_ITEMS_NONE)
        return;
    list->kept += !(list->items.rows[slot].flags & FZ_ITEM_KEPT);
    list->items.rows[slot].flags |= FZ_ITEM_KEPT;
}

/* All that the list has in the folder is named in the event, which names nothing else. */
static bool nothing_went(const struct fz_list *list, const struct fz_source_event *event, uint32_t folder)
{
    return !list->folders_going && folder != FZ_ITEMS_NONE && list->kept == event->count &&
           list->kept == list->items.folders[folder].items;
}

/* Instead of a pass over the slots one over the names, which goes on behind them as that does. */
static void let_none_go(struct fz_list *list, struct fz_source_event *event, uint32_t folder)
{
    uint32_t at = event->taken - event->count, end = at + list->at_once;
    for (; at < event->count && at < end; at++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[at]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            list->items.rows[slot].flags &= (uint16_t)~FZ_ITEM_KEPT;
    }
    event->taken = event->count + (at < event->count ? at : list->items.used);
}

static size_t apply_whole(struct fz_list *list, struct fz_source_event *event)
{
    uint32_t folder = fz_items_folder_get(&list->items, event->dir);
    if (event->taken == 0)
        list->kept = 0;
    for (uint32_t end = names_end(event, list->at_once); event->taken < end; event->taken++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[event->taken]);
        keep_or_take(list, &key, doubt_of(event, event->taken));
    }
    size_t swept = list->order.count;
    if (event->taken >= event->count && nothing_went(list, event, folder)) {
        let_none_go(list, event, folder);
    } else if (event->taken >= event->count) {
        bool *goes = list->folders_going ? NULL : folders_going(list, false);
        if (goes && folder != FZ_ITEMS_NONE)
            goes[folder] = true;
        let_go_in(list, event);
        swept = fz_list_sweep(list);
    }
    fz_items_folder_drop(&list->items, folder);
    size_t placed = fz_list_place_fresh(list, SIZE_MAX);
    return fz_list_lower(placed, swept);
}

static size_t apply_folders(struct fz_list *list, struct fz_source_event *event)
{
    if (!list->folders_going) {
        bool *goes = folders_going(list, true);
        for (; event->taken < event->count; event->taken++) {
            uint32_t folder = fz_items_folder(&list->items, event->names[event->taken]);
            if (folder != FZ_ITEMS_NONE)
                goes[folder] = false;
            if (doubt_of(event, event->taken) == FZ_SOURCE_UNKNOWN)
                set_below(&list->items, event->names[event->taken], goes, false);
        }
    }
    let_go_in(list, event);
    size_t swept = fz_list_sweep(list), placed = fz_list_place_fresh(list, SIZE_MAX);
    return fz_list_lower(placed, swept);
}

void fz_list_touched(struct fz_list *list, const struct fz_source_event *event)
{
    FZ_MAIN_ONLY();
    uint32_t folder = fz_items_folder(&list->items, event->dir);
    for (uint32_t i = 0; i < event->count && folder != FZ_ITEMS_NONE; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        uint32_t slot = fz_items_find(&list->items, &key);
        if (slot != FZ_ITEMS_NONE)
            fz_list_ask_again(list, slot);
    }
}

/* --- Any event --- */

static bool is_all_taken(const struct fz_list *list, const struct fz_source_event *event)
{
    bool ends_with_slots = event->kind == FZ_SOURCE_WHOLE || event->kind == FZ_SOURCE_FOLDERS ||
                           (event->kind == FZ_SOURCE_REMOVED && event->count == 0);
    return event->taken >= event->count + (ends_with_slots ? list->items.used : 0);
}

bool fz_list_apply(struct fz_list *list, struct fz_source_event *event, struct fz_list_change *change)
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
        fz_sidecars_apply(list, event, names_end(event, list->at_once / BESIDE_COST + 1));
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
    case FZ_SOURCE_POLLED: /* nor is anything new in it */
    case FZ_SOURCE_STUCK:
    case FZ_SOURCE_FREED:
    case FZ_SOURCE_ERROR:
        break;
    case FZ_SOURCE_ACCESS: /* for whoever tried to open them */
        event->taken = event->count;
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
    bool all = is_all_taken(list, event);
    if (all) {
        free(list->folders_going);
        list->folders_going = NULL;
    }
    return all;
}
