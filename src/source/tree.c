#include "source/tree.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_A_SECOND 1000000000LL
#define GRANULARITY_NS (2 * NS_A_SECOND) /* FAT's */

void fz_tree_fini(struct fz_tree *tree)
{
    free(tree->folders);
    fz_names_fini(&tree->names);
    fz_index_fini(&tree->by_name);
    fz_index_fini(&tree->by_inode);
    fz_index_fini(&tree->by_watch);
    memset(tree, 0, sizeof *tree);
}

void fz_tree_trim(struct fz_tree *tree)
{
    fz_index_trim(&tree->by_name);
    fz_index_trim(&tree->by_inode);
    fz_index_trim(&tree->by_watch);
}

static uint32_t name_hash(uint32_t parent, const char *name)
{
    return fz_index_mix_text(fz_index_mix(0, parent), name, strlen(name));
}

static uint32_t inode_hash(uint32_t root, uint32_t device, uint64_t inode)
{
    return fz_index_mix(fz_index_mix(root, device), inode);
}

static uint32_t watch_hash(int watch)
{
    return fz_index_mix(0, (uint64_t)watch);
}

static uint32_t take_row(struct fz_tree *tree)
{
    if (tree->free_first != 0) {
        uint32_t row = tree->free_first - 1;
        tree->free_first = tree->folders[row].next;
        return row;
    }
    tree->folders = fz_grow(tree->folders, &tree->capacity, tree->used + 1, sizeof *tree->folders);
    return (uint32_t)tree->used++;
}

const char *fz_tree_name(const struct fz_tree *tree, uint32_t row)
{
    return fz_names_at(&tree->names, tree->folders[row].name);
}

static uint32_t keep_name(struct fz_tree *tree, const char *name)
{
    uint32_t at = fz_names_add(&tree->names, name);
    if (at == FZ_NAMES_FULL)
        fz_out_of_memory(); /* after far more for the rows */
    return at;
}

static void forget_name(struct fz_tree *tree, uint32_t row)
{
    fz_names_remove(&tree->names, tree->folders[row].name);
    tree->folders[row].name = FZ_TREE_FREE;
    if (!fz_names_are_sparse(&tree->names))
        return;
    struct fz_names dense = {0};
    for (uint32_t i = 0; i < tree->used; i++)
        if (tree->folders[i].name != FZ_TREE_FREE)
            tree->folders[i].name = fz_names_add(&dense, fz_tree_name(tree, i));
    fz_names_replace(&tree->names, &dense);
}

uint32_t fz_tree_add(struct fz_tree *tree, uint32_t root, uint32_t parent, const char *name,
                     enum fz_tree_role role, const struct stat *st)
{
    uint32_t row = take_row(tree);
    struct fz_tree_folder *folder = &tree->folders[row];
    *folder = (struct fz_tree_folder){
        .name = keep_name(tree, name),
        .serial = ++tree->serial,
        .parent = parent,
        .child = FZ_TREE_NONE,
        .next = FZ_TREE_NONE,
        .previous = FZ_TREE_NONE,
        .root = root,
        .watch = -1,
        .role = (uint8_t)role,
        .device = st ? (uint32_t)st->st_dev : 0,
        .inode = st ? (uint64_t)st->st_ino : 0,
    };
    if (parent != FZ_TREE_NONE) {
        folder->next = tree->folders[parent].child;
        tree->folders[parent].child = row;
        if (folder->next != FZ_TREE_NONE)
            tree->folders[folder->next].previous = row;
    }
    fz_index_add(&tree->by_name, name_hash(parent, name), row);
    if (role == FZ_TREE_LISTED)
        fz_index_add(&tree->by_inode, inode_hash(root, folder->device, folder->inode), row);
    return row;
}

void fz_tree_remove(struct fz_tree *tree, uint32_t row)
{
    struct fz_tree_folder *folder = &tree->folders[row];
    fz_index_remove(&tree->by_name, name_hash(folder->parent, fz_tree_name(tree, row)), row);
    if (folder->role == FZ_TREE_LISTED)
        fz_index_remove(&tree->by_inode, inode_hash(folder->root, folder->device, folder->inode), row);
    if (folder->previous != FZ_TREE_NONE)
        tree->folders[folder->previous].next = folder->next;
    else if (folder->parent != FZ_TREE_NONE)
        tree->folders[folder->parent].child = folder->next;
    if (folder->next != FZ_TREE_NONE)
        tree->folders[folder->next].previous = folder->previous;
    fz_tree_set_skipped(tree, row, false);
    forget_name(tree, row);
    folder->next = tree->free_first;
    tree->free_first = row + 1;
}

uint32_t fz_tree_child(const struct fz_tree *tree, uint32_t parent, const char *name)
{
    uint32_t hash = name_hash(parent, name), at;
    uint32_t row = fz_index_first(&tree->by_name, hash, &at);
    while (row != FZ_TREE_NONE &&
           (tree->folders[row].parent != parent || strcmp(fz_tree_name(tree, row), name) != 0))
        row = fz_index_next(&tree->by_name, hash, &at);
    return row;
}

uint32_t fz_tree_top(const struct fz_tree *tree, const char *path, uint32_t root, enum fz_tree_role role)
{
    uint32_t hash = name_hash(FZ_TREE_NONE, path), at;
    uint32_t row = fz_index_first(&tree->by_name, hash, &at);
    for (; row != FZ_TREE_NONE; row = fz_index_next(&tree->by_name, hash, &at)) {
        const struct fz_tree_folder *folder = &tree->folders[row];
        if (folder->parent == FZ_TREE_NONE && folder->root == root && folder->role == role &&
            strcmp(fz_tree_name(tree, row), path) == 0)
            break;
    }
    return row;
}

uint32_t fz_tree_same(const struct fz_tree *tree, uint32_t root, const struct stat *st)
{
    uint32_t hash = inode_hash(root, (uint32_t)st->st_dev, (uint64_t)st->st_ino), at;
    uint32_t row = fz_index_first(&tree->by_inode, hash, &at);
    for (; row != FZ_TREE_NONE; row = fz_index_next(&tree->by_inode, hash, &at)) {
        const struct fz_tree_folder *folder = &tree->folders[row];
        if (folder->root == root && folder->device == (uint32_t)st->st_dev &&
            folder->inode == (uint64_t)st->st_ino)
            break;
    }
    return row;
}

struct fz_tree_ref fz_tree_refer(const struct fz_tree *tree, uint32_t row)
{
    return (struct fz_tree_ref){row, row == FZ_TREE_NONE ? 0 : tree->folders[row].serial};
}

uint32_t fz_tree_resolve(const struct fz_tree *tree, struct fz_tree_ref ref)
{
    if (ref.row == FZ_TREE_NONE || tree->folders[ref.row].name == FZ_TREE_FREE ||
        tree->folders[ref.row].serial != ref.serial)
        return FZ_TREE_NONE;
    return ref.row;
}

void fz_tree_set_skipped(struct fz_tree *tree, uint32_t row, bool skipped)
{
    struct fz_tree_folder *folder = &tree->folders[row];
    if (skipped && !folder->skipped)
        tree->skipped++;
    if (!skipped && folder->skipped)
        tree->skipped--;
    folder->skipped = skipped;
}

void fz_tree_set_watch(struct fz_tree *tree, uint32_t row, int watch)
{
    struct fz_tree_folder *folder = &tree->folders[row];
    if (folder->watch >= 0)
        fz_index_remove(&tree->by_watch, watch_hash(folder->watch), row);
    folder->watch = watch;
    if (watch >= 0)
        fz_index_add(&tree->by_watch, watch_hash(watch), row);
}

static uint32_t same_watch(const struct fz_tree *tree, uint32_t row, int watch, uint32_t *at)
{
    while (row != FZ_TREE_NONE && tree->folders[row].watch != watch)
        row = fz_index_next(&tree->by_watch, watch_hash(watch), at);
    return row;
}

uint32_t fz_tree_watched_first(const struct fz_tree *tree, int watch, uint32_t *at)
{
    return same_watch(tree, fz_index_first(&tree->by_watch, watch_hash(watch), at), watch, at);
}

uint32_t fz_tree_watched_next(const struct fz_tree *tree, int watch, uint32_t *at)
{
    return same_watch(tree, fz_index_next(&tree->by_watch, watch_hash(watch), at), watch, at);
}

static int64_t ns(const struct timespec *time)
{
    return (int64_t)time->tv_sec * NS_A_SECOND + time->tv_nsec;
}

int64_t fz_tree_mtime_ns(const struct stat *st)
{
    return ns(&st->st_mtim);
}

/* A change within the granularity of the file system's clock leaves no trace: then one more look is
 * needed. */
void fz_tree_note_mtime(struct fz_tree_folder *folder, const struct stat *st)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    folder->mtime_ns = fz_tree_mtime_ns(st);
    folder->uncertain = llabs(ns(&now) - folder->mtime_ns) < GRANULARITY_NS;
    /* The time of modification is the only thing that a foreign clock has said. */
    folder->since_ns = folder->remote ? folder->mtime_ns : ns(&now);
}

bool fz_tree_is_newer(const struct stat *file, int64_t since_ns)
{
    return ns(&file->st_ctim) >= since_ns - GRANULARITY_NS;
}

char *fz_tree_path(const struct fz_tree *tree, uint32_t row)
{
    size_t len = 0;
    for (uint32_t up = row; up != FZ_TREE_NONE; up = tree->folders[up].parent)
        len += strlen(fz_tree_name(tree, up)) + 1;
    char *path = fz_malloc(len + 1), *end = path + len;
    *end = '\0';
    for (uint32_t up = row; up != FZ_TREE_NONE; up = tree->folders[up].parent) {
        const char *name = fz_tree_name(tree, up);
        size_t n = strlen(name);
        end -= n;
        memcpy(end, name, n);
        /* A top folder is an absolute path; "/" brings its own slash. */
        if (tree->folders[up].parent != FZ_TREE_NONE)
            *--end = '/';
    }
    if (end[0] == '/' && end[1] == '/')
        end++;
    memmove(path, end, strlen(end) + 1);
    return path;
}
