/* Marks by path: those that are wished for, and the snapshot of all. */
#include "base/mem.h"
#include "base/path.h"
#include "source/list_state.h"
#include "source/marks.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

/* --- Wishes --- */

/* Paths, in the order they were wished for. */
struct fz_wishes {
    struct fz_names names;
    struct fz_list_ids paths; /* where they are in `names`; FZ_NAMES_FULL: it came */
    struct fz_index by_path;
    size_t count; /* that have not come */
};

static void clear(struct fz_wishes *wishes)
{
    fz_names_fini(&wishes->names);
    fz_index_fini(&wishes->by_path);
    free(wishes->paths.at);
    *wishes = (struct fz_wishes){0};
}

void fz_wishes_free(struct fz_wishes *wishes)
{
    if (wishes)
        clear(wishes);
    free(wishes);
}

static uint32_t hash_of(const char *dir, size_t dir_len, const char *name)
{
    return fz_index_mix_text(fz_index_mix_text(0, dir, dir_len), name, strlen(name));
}

/* The length of the folder in an absolute path, "/" at the top. */
static size_t dir_len_of(const char *path)
{
    size_t len = (size_t)(fz_path_name(path) - path);
    return len > 1 ? len - 1 : len;
}

static uint32_t find_wish(const struct fz_wishes *wishes, const char *dir, size_t dir_len, const char *name,
                          uint32_t hash)
{
    uint32_t at, wish = fz_index_first(&wishes->by_path, hash, &at);
    for (; wish != FZ_INDEX_NONE; wish = fz_index_next(&wishes->by_path, hash, &at)) {
        const char *path = fz_names_at(&wishes->names, wishes->paths.at[wish]);
        if (dir_len_of(path) == dir_len && memcmp(path, dir, dir_len) == 0 &&
            strcmp(fz_path_name(path), name) == 0)
            break;
    }
    return wish;
}

/* One that is not among them. */
static void add(struct fz_wishes *wishes, const char *path, uint32_t hash)
{
    uint32_t offset = fz_names_add(&wishes->names, path);
    if (offset == FZ_NAMES_FULL)
        return;
    fz_index_add(&wishes->by_path, hash, (uint32_t)wishes->paths.count);
    fz_list_ids_add(&wishes->paths, offset);
    wishes->count++;
}

/* Files that are made anew again and again are wished for as often. */
static void compact(struct fz_wishes *wishes)
{
    if (wishes->paths.count <= 2 * wishes->count && !fz_names_are_sparse(&wishes->names))
        return;
    struct fz_wishes dense = {0};
    for (size_t i = 0; i < wishes->paths.count; i++) {
        if (wishes->paths.at[i] == FZ_NAMES_FULL)
            continue;
        const char *path = fz_names_at(&wishes->names, wishes->paths.at[i]);
        add(&dense, path, hash_of(path, dir_len_of(path), fz_path_name(path)));
    }
    clear(wishes);
    *wishes = dense;
}

static void drop_wish(struct fz_list *list, uint32_t hash, uint32_t wish)
{
    struct fz_wishes *wishes = list->wishes;
    fz_index_remove(&wishes->by_path, hash, wish);
    fz_names_remove(&wishes->names, wishes->paths.at[wish]);
    wishes->paths.at[wish] = FZ_NAMES_FULL;
    if (--wishes->count > 0) {
        compact(wishes);
        return;
    }
    fz_wishes_free(wishes);
    list->wishes = NULL;
}

void fz_wishes_grant(struct fz_list *list, uint32_t slot)
{
    struct fz_wishes *wishes = list->wishes;
    if (!wishes)
        return;
    const char *dir = fz_items_folder_path(&list->items, slot), *name = fz_items_name(&list->items, slot);
    uint32_t hash = hash_of(dir, strlen(dir), name), wish = find_wish(wishes, dir, strlen(dir), name, hash);
    if (wish == FZ_INDEX_NONE)
        return;
    list->items.rows[slot].flags |= FZ_ITEM_MARKED;
    drop_wish(list, hash, wish);
}

static void wish(struct fz_list *list, const char *path)
{
    if (!list->wishes)
        list->wishes = fz_calloc(1, sizeof *list->wishes);
    struct fz_wishes *wishes = list->wishes;
    size_t dir_len = dir_len_of(path);
    uint32_t hash = hash_of(path, dir_len, fz_path_name(path));
    if (find_wish(wishes, path, dir_len, fz_path_name(path), hash) != FZ_INDEX_NONE)
        return;
    add(wishes, path, hash);
}

void fz_wishes_keep(struct fz_list *list, uint32_t slot)
{
    char *path = fz_path_join(fz_items_folder_path(&list->items, slot), fz_items_name(&list->items, slot));
    wish(list, path);
    free(path);
}

/* A file may be there once a root. */
static bool mark_items(struct fz_list *list, uint32_t folder, const char *name, bool on)
{
    struct fz_items *items = &list->items;
    bool found = false;
    for (uint32_t root = 0; folder != FZ_ITEMS_NONE && root < list->root_count; root++) {
        struct fz_item_key key = fz_items_key(root, folder, name);
        uint32_t slot = fz_items_find(items, &key);
        if (slot == FZ_ITEMS_NONE)
            continue;
        if (items->rows[slot].flags & FZ_ITEM_BENEATH)
            slot = fz_stacks_cover(list, slot);
        struct fz_item *row = &items->rows[slot];
        bool changes = ((row->flags & FZ_ITEM_MARKED) != 0) != on;
        if (changes && row->flags & FZ_ITEM_ORDERED)
            list->marked_count = on ? list->marked_count + 1 : list->marked_count - 1;
        row->flags ^= changes ? FZ_ITEM_MARKED : 0;
        found = true;
    }
    return found;
}

void fz_list_mark_path(struct fz_list *list, const char *path)
{
    FZ_MAIN_ONLY();
    if (path[0] != '/' || !*fz_path_name(path))
        return;
    char *dir = fz_path_dir(path);
    if (!mark_items(list, fz_items_folder(&list->items, dir), fz_path_name(path), true))
        wish(list, path);
    free(dir);
}

void fz_list_unmark_path(struct fz_list *list, const char *path)
{
    FZ_MAIN_ONLY();
    if (path[0] != '/' || !*fz_path_name(path))
        return;
    char *dir = fz_path_dir(path);
    const char *name = fz_path_name(path);
    mark_items(list, fz_items_folder(&list->items, dir), name, false);
    if (list->wishes) {
        uint32_t hash = hash_of(dir, strlen(dir), name);
        uint32_t wish = find_wish(list->wishes, dir, strlen(dir), name, hash);
        if (wish != FZ_INDEX_NONE)
            drop_wish(list, hash, wish);
    }
    free(dir);
}

size_t fz_list_wish_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->wishes ? list->wishes->count : 0;
}

/* --- The snapshot --- */

struct marked_item {
    uint32_t name, folder, root;
    fz_item_id id;
};

struct fz_marked {
    size_t items, count;
    const char *names;  /* pinned */
    const char **paths; /* by folder, of the whole list; pinned; NULL: none any more */
    size_t folders;
    struct marked_item *marked;
    char *wishes; /* one after the other, each with its NUL */
    size_t *wish; /* where each begins */
};

static void take_row(struct fz_marked *marked, const struct fz_list *list, uint32_t slot)
{
    const struct fz_item *row = &list->items.rows[slot];
    marked->marked[marked->items++] =
        (struct marked_item){row->name, row->folder, fz_item_root(row), fz_items_id(&list->items, slot)};
}

/* An item, and what lies beneath it. */
static void take_item(struct fz_marked *marked, const struct fz_list *list, uint32_t slot)
{
    uint32_t raw;
    take_row(marked, list, slot);
    for (size_t i = 0; list->beneath_count > 0 && (raw = fz_stacks_beneath(list, slot, i)) != FZ_ITEMS_NONE;
         i++)
        if (fz_stacks_lies_beneath(list, raw, slot))
            take_row(marked, list, raw);
}

static void take_names(struct fz_marked *marked, const struct fz_list *list, size_t most)
{
    const struct fz_items *items = &list->items;
    marked->names = items->names.bytes;
    marked->paths = fz_malloc((items->folder_count + 1) * sizeof *marked->paths);
    marked->folders = items->folder_count;
    for (size_t i = 0; i < items->folder_count; i++)
        marked->paths[i] = fz_items_path(items, (uint32_t)i);
    marked->marked = fz_malloc((most + list->beneath_count + 1) * sizeof *marked->marked);
}

static void take_items(struct fz_marked *marked, const struct fz_list *list)
{
    size_t left = list->marked_count;
    take_names(marked, list, left);
    for (size_t i = 0; i < list->order.count && left > 0; i++) {
        uint32_t slot = list->order.slots[i];
        if (!(list->items.rows[slot].flags & FZ_ITEM_MARKED))
            continue;
        take_item(marked, list, slot);
        left--;
    }
    marked->count = marked->items;
}

static void take_wishes(struct fz_marked *marked, const struct fz_wishes *wishes)
{
    marked->wishes = fz_malloc(wishes->names.used);
    memcpy(marked->wishes, wishes->names.bytes, wishes->names.used);
    marked->wish = fz_malloc(wishes->count * sizeof *marked->wish);
    for (size_t i = 0; i < wishes->paths.count; i++)
        if (wishes->paths.at[i] != FZ_NAMES_FULL)
            marked->wish[marked->count++ - marked->items] = wishes->paths.at[i];
}

struct fz_marked *fz_list_marked_begin(struct fz_list *list)
{
    FZ_MAIN_ONLY();
    struct fz_marked *marked = fz_calloc(1, sizeof *marked);
    fz_names_pin(&list->items.names);
    take_items(marked, list);
    if (list->wishes)
        take_wishes(marked, list->wishes);
    return marked;
}

struct fz_marked *fz_list_marked_only(struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return NULL;
    struct fz_marked *marked = fz_calloc(1, sizeof *marked);
    fz_names_pin(&list->items.names);
    take_names(marked, list, 1);
    take_item(marked, list, slot);
    marked->count = marked->items;
    return marked;
}

struct fz_marked *fz_list_marked_all(struct fz_list *list)
{
    FZ_MAIN_ONLY();
    struct fz_marked *marked = fz_calloc(1, sizeof *marked);
    fz_names_pin(&list->items.names);
    take_names(marked, list, list->order.count);
    for (size_t i = 0; i < list->order.count; i++)
        take_item(marked, list, list->order.slots[i]);
    marked->count = marked->items;
    return marked;
}

void fz_list_marked_end(struct fz_list *list, struct fz_marked *marked)
{
    FZ_MAIN_ONLY();
    fz_names_unpin(&list->items.names);
    fz_marked_free(marked);
}

void fz_marked_free(struct fz_marked *marked)
{
    if (!marked)
        return;
    free(marked->paths);
    free(marked->marked);
    free(marked->wishes);
    free(marked->wish);
    free(marked);
}

size_t fz_marked_count(const struct fz_marked *marked)
{
    return marked->count;
}

size_t fz_marked_items(const struct fz_marked *marked)
{
    return marked->items;
}

char *fz_marked_path(const struct fz_marked *marked, size_t index)
{
    if (index >= marked->items)
        return fz_strdup(marked->wishes + marked->wish[index - marked->items]);
    const struct marked_item *item = &marked->marked[index];
    return fz_path_join(marked->paths[item->folder], marked->names + item->name);
}

uint32_t fz_marked_root(const struct fz_marked *marked, size_t index)
{
    return marked->marked[index].root;
}

fz_item_id fz_marked_id(const struct fz_marked *marked, size_t index)
{
    return index < marked->items ? marked->marked[index].id : FZ_ITEM_NONE;
}

bool fz_marked_is_listed(const struct fz_marked *marked, const char *folder)
{
    for (size_t i = 0; i < marked->folders; i++)
        if (marked->paths[i] && fz_path_is_within(marked->paths[i], folder))
            return true;
    return false;
}
