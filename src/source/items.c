#include "source/items.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void fz_items_fini(struct fz_items *items)
{
    free(items->folders);
    free(items->rows);
    free(items->mtimes);
    free(items->sizes);
    free(items->told);
    free(items->arrivals);
    free(items->as_given);
    fz_names_fini(&items->names);
    fz_index_fini(&items->by_stem);
    fz_index_fini(&items->by_name);
    fz_index_fini(&items->by_path);
    memset(items, 0, sizeof *items);
}

static uint32_t path_hash(const char *path)
{
    return fz_index_mix_text(0, path, strlen(path));
}

const char *fz_items_path(const struct fz_items *items, uint32_t folder)
{
    uint32_t path = items->folders[folder].path;
    return path == FZ_NAMES_FULL ? NULL : fz_names_at(&items->names, path);
}

uint32_t fz_items_folder(const struct fz_items *items, const char *path)
{
    uint32_t hash = path_hash(path), at;
    uint32_t row = fz_index_first(&items->by_path, hash, &at);
    while (row != FZ_INDEX_NONE && strcmp(fz_items_path(items, row), path) != 0)
        row = fz_index_next(&items->by_path, hash, &at);
    return row;
}

uint32_t fz_items_folder_get(struct fz_items *items, const char *path)
{
    uint32_t row = fz_items_folder(items, path);
    if (row != FZ_ITEMS_NONE)
        return row;
    if (items->folder_free == 0 && items->folder_count == FZ_ITEMS_MOST)
        return FZ_ITEMS_NONE;
    uint32_t offset = fz_names_add(&items->names, path);
    if (offset == FZ_NAMES_FULL)
        return FZ_ITEMS_NONE;
    if (items->folder_free != 0) {
        row = items->folder_free - 1;
        items->folder_free = items->folders[row].items;
    } else {
        items->folders =
            fz_grow(items->folders, &items->folder_capacity, items->folder_count + 1, sizeof *items->folders);
        row = (uint32_t)items->folder_count++;
    }
    items->folders[row] = (struct fz_item_folder){.path = offset};
    fz_index_add(&items->by_path, path_hash(path), row);
    return row;
}

void fz_items_folder_drop(struct fz_items *items, uint32_t folder)
{
    struct fz_item_folder *row = folder == FZ_ITEMS_NONE ? NULL : &items->folders[folder];
    if (!row || row->path == FZ_NAMES_FULL || row->items > 0)
        return;
    fz_index_remove(&items->by_path, path_hash(fz_items_path(items, folder)), folder);
    fz_names_remove(&items->names, row->path);
    row->path = FZ_NAMES_FULL;
    row->items = items->folder_free;
    items->folder_free = folder + 1;
}

struct fz_item_key fz_items_key(uint32_t root, uint32_t folder, const char *name)
{
    uint32_t hash = fz_index_mix_text(fz_index_mix(0, folder), name, strlen(name));
    return (struct fz_item_key){root, folder, name, hash};
}

uint32_t fz_items_find(const struct fz_items *items, const struct fz_item_key *key)
{
    uint32_t at, slot = fz_index_first(&items->by_name, key->hash, &at);
    for (; slot != FZ_INDEX_NONE; slot = fz_index_next(&items->by_name, key->hash, &at)) {
        const struct fz_item *row = &items->rows[slot];
        if (fz_item_root(row) == key->root && row->folder == key->folder &&
            strcmp(fz_items_name(items, slot), key->name) == 0)
            break;
    }
    return slot;
}

static uint32_t take_slot(struct fz_items *items)
{
    if (items->free_first != 0) {
        uint32_t slot = items->free_first - 1;
        items->free_first = items->rows[slot].name;
        if (items->free_first == 0)
            items->free_last = 0;
        return slot;
    }
    if (items->used == FZ_ITEMS_MOST)
        return FZ_ITEMS_NONE;
    items->rows = fz_grow(items->rows, &items->capacity, items->used + 1u, sizeof *items->rows);
    items->rows[items->used] = (struct fz_item){0};
    return items->used++;
}

static void give_slot(struct fz_items *items, uint32_t slot)
{
    items->rows[slot].flags = 0;
    items->rows[slot].name = 0;
    if (items->free_last != 0)
        items->rows[items->free_last - 1].name = slot + 1;
    else
        items->free_first = slot + 1;
    items->free_last = slot + 1;
}

static void add_name(struct fz_items *items, uint32_t slot, const struct fz_item_key *key)
{
    uint32_t stem;
    fz_index_add(&items->by_name, key->hash, slot);
    if (fz_stacks_key(key->folder, key->name, &stem))
        fz_index_add(&items->by_stem, stem, slot);
}

uint32_t fz_items_add(struct fz_items *items, const struct fz_item_key *key)
{
    uint32_t slot = key->folder == FZ_ITEMS_NONE ? FZ_ITEMS_NONE : take_slot(items);
    if (slot == FZ_ITEMS_NONE)
        return slot;
    uint32_t offset = fz_names_add(&items->names, key->name);
    if (offset == FZ_NAMES_FULL) {
        give_slot(items, slot);
        return FZ_ITEMS_NONE;
    }
    struct fz_item *row = &items->rows[slot];
    row->name = offset;
    row->folder = key->folder & FZ_ITEMS_MOST;
    row->root_high = (uint8_t)(key->root >> 16);
    row->root_low = (uint16_t)key->root;
    row->position = 0;
    row->flags = FZ_ITEM_LIVE;
    fz_items_renew(items, slot);
    items->folders[key->folder].items++;
    add_name(items, slot, key);
    return slot;
}

static void forget_name(struct fz_items *items, uint32_t slot)
{
    const struct fz_item *row = &items->rows[slot];
    struct fz_item_key key = fz_items_key(fz_item_root(row), row->folder, fz_items_name(items, slot));
    uint32_t stem;
    fz_index_remove(&items->by_name, key.hash, slot);
    if (fz_stacks_key(key.folder, key.name, &stem))
        fz_index_remove(&items->by_stem, stem, slot);
    fz_names_remove(&items->names, row->name);
}

bool fz_items_rename(struct fz_items *items, uint32_t slot, const struct fz_item_key *key)
{
    uint32_t offset = fz_names_add(&items->names, key->name);
    if (offset == FZ_NAMES_FULL)
        return false;
    forget_name(items, slot);
    items->rows[slot].name = offset;
    add_name(items, slot, key);
    return true;
}

/* It will be another file. */
static void clear_told(struct fz_items *items, uint32_t slot)
{
    if (slot >= items->told_capacity)
        return;
    items->told_count -= (items->told[slot].known & FZ_TOLD_ANSWERED) != 0;
    items->told[slot] = (struct fz_item_told){0};
}

void fz_items_remove(struct fz_items *items, uint32_t slot)
{
    const struct fz_item *row = &items->rows[slot];
    forget_name(items, slot);
    items->folders[row->folder].items--;
    clear_told(items, slot);
    give_slot(items, slot);
}

void fz_items_renew(struct fz_items *items, uint32_t slot)
{
    struct fz_item *row = &items->rows[slot];
    row->generation = row->generation == UINT8_MAX ? 1 : (uint8_t)(row->generation + 1);
}

void fz_items_compact(struct fz_items *items)
{
    if (!fz_names_are_sparse(&items->names))
        return;
    struct fz_names dense = {0};
    fz_names_reserve(&dense, items->names.used - items->names.dead);
    for (uint32_t slot = 0; slot < items->used; slot++)
        if (items->rows[slot].flags & FZ_ITEM_LIVE)
            items->rows[slot].name = fz_names_add(&dense, fz_items_name(items, slot));
    for (uint32_t row = 0; row < items->folder_count; row++)
        if (items->folders[row].path != FZ_NAMES_FULL)
            items->folders[row].path = fz_names_add(&dense, fz_items_path(items, row));
    fz_names_replace(&items->names, &dense);
}

void fz_items_trim(struct fz_items *items)
{
    items->rows = fz_shrink(items->rows, &items->capacity, items->used, sizeof *items->rows);
    fz_index_trim(&items->by_name);
    fz_index_trim(&items->by_path);
    if (items->names.pins == 0)
        items->names.bytes = fz_shrink(items->names.bytes, &items->names.capacity, items->names.used, 1);
}

struct fz_item_told fz_items_told(const struct fz_items *items, uint32_t slot)
{
    return slot < items->told_capacity ? items->told[slot] : (struct fz_item_told){0};
}

struct fz_item_told *fz_items_told_row(struct fz_items *items, uint32_t slot)
{
    items->told = fz_grow_zeroed(items->told, &items->told_capacity, items->capacity, sizeof *items->told);
    return &items->told[slot];
}

bool fz_items_is_as_given(const struct fz_items *items, uint32_t root)
{
    return root < items->as_given_capacity && items->as_given[root];
}

void fz_items_arrive(struct fz_items *items, uint32_t slot)
{
    if (!fz_items_is_as_given(items, fz_item_root(&items->rows[slot])))
        return;
    items->arrivals =
        fz_grow(items->arrivals, &items->arrivals_capacity, items->capacity, sizeof *items->arrivals);
    items->arrivals[slot] = ++items->arrival;
}

fz_item_id fz_items_id(const struct fz_items *items, uint32_t slot)
{
    return (uint32_t)items->rows[slot].generation << 24 | slot;
}

uint32_t fz_items_slot(const struct fz_items *items, fz_item_id id)
{
    uint32_t slot = FZ_ITEM_SLOT(id);
    if (slot >= items->used || (items->rows[slot].flags & (FZ_ITEM_LIVE | FZ_ITEM_OUT)) != FZ_ITEM_LIVE ||
        items->rows[slot].generation != id >> 24)
        return FZ_ITEMS_NONE;
    return slot;
}

const char *fz_items_name(const struct fz_items *items, uint32_t slot)
{
    return fz_names_at(&items->names, items->rows[slot].name);
}

const char *fz_items_folder_path(const struct fz_items *items, uint32_t slot)
{
    return fz_items_path(items, items->rows[slot].folder);
}
