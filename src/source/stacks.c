#include "source/stacks.h"

#include "base/path.h"
#include "image/suffix.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 512 };

static size_t stem_len(const char *name)
{
    return (size_t)(fz_suffix_text(name) - name);
}

static uint32_t stem_hash(uint32_t folder, const char *name)
{
    return fz_index_mix_text(fz_index_mix(0, folder), name, stem_len(name));
}

bool fz_stacks_key(uint32_t folder, const char *name, uint32_t *hash)
{
    if (!fz_suffix_is_raw(name))
        return false;
    *hash = stem_hash(folder, name);
    return true;
}

/* ---- Who belongs together ---------------------------------------------------------------------------------------- */

/* The one that `key` names, with one of these flags: of its root, else of the first root that has one. */
static uint32_t find_in_roots(const struct fz_items *items, const struct fz_item_key *key, uint16_t flags)
{
    uint32_t at, best = FZ_ITEMS_NONE, best_root = UINT32_MAX;
    for (uint32_t slot = fz_index_first(&items->by_name, key->hash, &at); slot != FZ_INDEX_NONE;
         slot = fz_index_next(&items->by_name, key->hash, &at)) {
        const struct fz_item *row = &items->rows[slot];
        uint32_t root = fz_item_root(row);
        if (row->folder != key->folder || !(row->flags & flags) || (root != key->root && root >= best_root) ||
            strcmp(fz_items_name(items, slot), key->name) != 0)
            continue;
        if (root == key->root)
            return slot;
        best = slot;
        best_root = root;
    }
    return best;
}

uint32_t fz_stacks_cover_among(const struct fz_items *items, uint32_t raw, uint16_t flags)
{
    const struct fz_item *row = &items->rows[raw];
    const char *name = fz_items_name(items, raw);
    size_t len = stem_len(name);
    char other[NAME_MOST];
    const char *suffix;
    for (size_t i = 0; (suffix = fz_suffix_cover(i)) != NULL && len + 8 < sizeof other; i++) {
        snprintf(other, sizeof other, "%.*s%s", (int)len, name, suffix);
        struct fz_item_key key = fz_items_key(fz_item_root(row), row->folder, other);
        uint32_t slot = find_in_roots(items, &key, flags);
        if (slot != FZ_ITEMS_NONE)
            return slot;
    }
    return FZ_ITEMS_NONE;
}

/* In the order, or dropped by the user, which is no reason for what lies beneath to come up. */
uint32_t fz_stacks_cover(const struct fz_list *list, uint32_t raw)
{
    return fz_stacks_cover_among(&list->items, raw, FZ_ITEM_ORDERED | FZ_ITEM_DROPPED);
}

uint32_t fz_stacks_beneath(const struct fz_list *list, uint32_t cover, size_t index)
{
    const struct fz_items *items = &list->items;
    const struct fz_item *row = &items->rows[cover];
    if (items->by_stem.count == 0 || !list->stacks)
        return FZ_ITEMS_NONE;
    const char *name = fz_items_name(items, cover);
    if (fz_suffix_cover_rank(name) == FZ_SUFFIX_NO_COVER)
        return FZ_ITEMS_NONE;
    size_t len = stem_len(name);
    uint32_t at, hash = stem_hash(row->folder, name);
    for (uint32_t raw = fz_index_first(&items->by_stem, hash, &at); raw != FZ_INDEX_NONE;
         raw = fz_index_next(&items->by_stem, hash, &at)) {
        const struct fz_item *other = &items->rows[raw];
        const char *other_name = fz_items_name(items, raw);
        if (other->folder == row->folder && stem_len(other_name) == len &&
            memcmp(other_name, name, len) == 0 && index-- == 0)
            return raw;
    }
    return FZ_ITEMS_NONE;
}

bool fz_stacks_lies_beneath(const struct fz_list *list, uint32_t raw, uint32_t cover)
{
    return list->items.rows[raw].flags & FZ_ITEM_BENEATH && fz_stacks_cover(list, raw) == cover;
}

/* ---- Going beneath, and coming up -------------------------------------------------------------------------------- */

/* It is out of the order. Both are told of again: the cover, since the sidecar of the RAW file counts for it now, and the RAW
 * file should it come up, since nobody heeds that sidecar for it meanwhile. */
static void sink(struct fz_list *list, uint32_t raw, uint32_t cover)
{
    struct fz_item *row = &list->items.rows[raw], *over = &list->items.rows[cover];
    bool marked = row->flags & FZ_ITEM_MARKED;
    fz_list_leave(list, raw);
    row->flags = (uint16_t)((row->flags & ~(FZ_ITEM_MARKED | FZ_ITEM_GOES)) | FZ_ITEM_BENEATH);
    fz_followed_pass(list, raw, cover);
    fz_items_renew(&list->items, raw);
    fz_list_tell_again(list, raw);
    fz_sidecars_changed(list, cover);
    list->beneath_count++;
    if (!marked || over->flags & FZ_ITEM_MARKED)
        return;
    over->flags |= FZ_ITEM_MARKED;
    list->marked_count += (over->flags & FZ_ITEM_ORDERED) != 0;
}

/* The drop of its cover was its own, too: only undo brings it back. */
static void stay_dropped(struct fz_list *list, uint32_t raw)
{
    struct fz_item *row = &list->items.rows[raw];
    fz_list_leave(list, raw);
    row->flags |= FZ_ITEM_OUT | FZ_ITEM_DROPPED;
    fz_list_record_drop(list, raw);
}

bool fz_stacks_stay_dropped(struct fz_list *list, uint32_t raw)
{
    bool beneath = list->items.rows[raw].flags & FZ_ITEM_BENEATH;
    uint32_t cover = beneath ? fz_stacks_cover(list, raw) : FZ_ITEMS_NONE;
    if (cover == FZ_ITEMS_NONE || !(list->items.rows[cover].flags & FZ_ITEM_DROPPED))
        return false;
    stay_dropped(list, raw);
    return true;
}

void fz_stacks_part(struct fz_list *list, uint32_t cover)
{
    bool marked = list->items.rows[cover].flags & FZ_ITEM_MARKED;
    bool dropped = list->items.rows[cover].flags & FZ_ITEM_DROPPED;
    uint32_t raw;
    for (size_t i = 0; (raw = fz_stacks_beneath(list, cover, i)) != FZ_ITEMS_NONE; i++) {
        struct fz_item *row = &list->items.rows[raw];
        uint32_t over = fz_stacks_cover(list, raw);
        bool is_another = over != FZ_ITEMS_NONE && over != cover;
        if (!(row->flags & FZ_ITEM_BENEATH))
            continue;
        if (is_another) {
            fz_sidecars_changed(list, over);
            continue;
        }
        row->flags |= marked ? FZ_ITEM_MARKED : 0;
        if (dropped)
            stay_dropped(list, raw);
        else
            fz_list_ids_add(&list->parted, fz_items_id(&list->items, raw));
    }
}

void fz_stacks_leave(struct fz_list *list, uint32_t slot)
{
    bool beneath = list->items.rows[slot].flags & FZ_ITEM_BENEATH;
    uint32_t cover = beneath ? fz_stacks_cover(list, slot) : FZ_ITEMS_NONE;
    if (cover != FZ_ITEMS_NONE)
        fz_sidecars_changed(list, cover);
}

/* What lost its cover, unless it went with it. */
static void come_up(struct fz_list *list)
{
    for (size_t i = 0; i < list->parted.count; i++) {
        uint32_t raw = fz_items_slot(&list->items, list->parted.at[i]);
        if (raw == FZ_ITEMS_NONE || !(list->items.rows[raw].flags & FZ_ITEM_BENEATH))
            continue;
        fz_list_enter(list, raw, false);
        list->items.rows[raw].flags &= (uint16_t)~FZ_ITEM_BENEATH;
        list->beneath_count--;
    }
    list->parted.count = 0;
}

/* What is on its way into the order and has a cover. */
static void sink_fresh(struct fz_list *list)
{
    struct fz_list_ids *fresh = &list->fresh;
    size_t kept = 0;
    for (size_t i = 0; i < fresh->count; i++) {
        uint32_t slot = fresh->at[i], hash, cover = FZ_ITEMS_NONE;
        const struct fz_item *row = &list->items.rows[slot];
        if (fz_stacks_key(row->folder, fz_items_name(&list->items, slot), &hash))
            cover = fz_stacks_cover(list, slot);
        if (cover == FZ_ITEMS_NONE)
            fresh->at[kept++] = slot;
        else
            sink(list, slot, cover);
    }
    fresh->count = kept;
}

/* What is in the order, and what comes is its cover. Returns the lowest index that changed. */
static size_t sink_ordered(struct fz_list *list)
{
    const struct fz_list_ids *fresh = &list->fresh;
    struct fz_list_ids *going = &list->going;
    uint32_t raw;
    going->count = 0;
    for (size_t i = 0; i < fresh->count; i++) {
        for (size_t k = 0; (raw = fz_stacks_beneath(list, fresh->at[i], k)) != FZ_ITEMS_NONE; k++) {
            struct fz_item *row = &list->items.rows[raw];
            if ((row->flags & (FZ_ITEM_ORDERED | FZ_ITEM_GOES)) != FZ_ITEM_ORDERED)
                continue;
            row->flags |= FZ_ITEM_GOES;
            fz_list_ids_add(going, raw);
            fz_list_ids_add(&list->removed, fz_items_id(&list->items, raw));
        }
    }
    if (going->count == 0)
        return SIZE_MAX;
    size_t first = fz_order_sweep(&list->order, &list->items, going->count);
    for (size_t i = 0; i < going->count; i++)
        sink(list, going->at[i], fz_stacks_cover(list, going->at[i]));
    return first;
}

size_t fz_stacks_settle(struct fz_list *list)
{
    if (!list->stacks || list->items.by_stem.count == 0) {
        list->parted.count = 0;
        return SIZE_MAX;
    }
    come_up(list);
    sink_fresh(list);
    return sink_ordered(list);
}

/* ---- What others see of it --------------------------------------------------------------------------------------- */

void fz_list_set_stacks(struct fz_list *list, bool on)
{
    FZ_MAIN_ONLY();
    list->stacks = on;
}

static uint32_t first_beneath(const struct fz_list *list, fz_item_id id)
{
    uint32_t cover = list->beneath_count > 0 ? fz_items_slot(&list->items, id) : FZ_ITEMS_NONE;
    uint32_t raw = cover == FZ_ITEMS_NONE ? FZ_ITEMS_NONE : fz_stacks_beneath(list, cover, 0);
    for (size_t i = 1; raw != FZ_ITEMS_NONE && !fz_stacks_lies_beneath(list, raw, cover); i++)
        raw = fz_stacks_beneath(list, cover, i);
    return raw;
}

bool fz_list_is_stack(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    return first_beneath(list, id) != FZ_ITEMS_NONE;
}

char *fz_list_path_beneath(const struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t raw = first_beneath(list, id);
    if (raw == FZ_ITEMS_NONE)
        return NULL;
    return fz_path_join(fz_items_folder_path(&list->items, raw), fz_items_name(&list->items, raw));
}
