/* The folders that a reader knows: how they hang together, which of them it has read already by their
 * inodes, and which watch belongs to which. Names of files are not kept here. */
#ifndef FZ_SOURCE_TREE_H
#define FZ_SOURCE_TREE_H

#include "source/index.h"
#include "source/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define FZ_TREE_NONE UINT32_MAX
#define FZ_TREE_FREE FZ_NAMES_FULL
#define FZ_TREE_MOST_FAILURES 7

/* What a reader wants of a folder. */
enum fz_tree_role {
    FZ_TREE_LISTED,  /* all that is in it */
    FZ_TREE_NAMED,   /* some files in it that the user named */
    FZ_TREE_GIVEN,   /* the same, but only the list of items knows which: paths that were read */
    FZ_TREE_AWAITED, /* a path that does not exist yet will come in it, or below it */
};

/* Of a hundred thousand pictures there may be as many as a fifth: narrow. */
struct fz_tree_folder {
    uint32_t name;   /* in `names`: at the top of a tree the absolute path; FZ_TREE_FREE = free row */
    uint32_t serial; /* tells a row that was used again */
    uint32_t parent; /* FZ_TREE_NONE at the top */
    uint32_t child, next, previous; /* children are a list */
    uint32_t root;                  /* index of the SOURCE; of no matter where it is NAMED */
    int32_t watch;                  /* inotify's watch descriptor, -1 without */
    uint32_t device;                /* Linux has no longer numbers */
    uint8_t role;                   /* enum fz_tree_role */
    bool link : 1;                  /* a symbolic link leads to it */
    bool remote : 1;                /* on a file system with a clock of its own */
    bool polled : 1;                /* its time of modification is looked at now and then */
    bool uncertain : 1; /* it may have changed after it was read without a new time of modification */
    bool queued : 1;    /* will be read again */
    bool seen : 1;      /* found in its parent, while that is read again */
    bool refused : 1;   /* it was not to be read, the last time, for want of permission */
    uint8_t
        failures : 3; /* times in a row that an error of its disk or share ended its reading, FZ_TREE_MOST_FAILURES */
    bool skipped : 1; /* leads to a folder that was known already under another path */
    uint64_t inode;   /* 0: it could never be opened so far */
    int64_t mtime_ns; /* of the folder when it was read last */
    int64_t since_ns; /* what changed in it by then was seen, by the clock of its file system */
};

/* A row that may have gone since. */
struct fz_tree_ref {
    uint32_t row, serial;
};

/* Zeroed = empty. One thread at a time. */
struct fz_tree {
    struct fz_tree_folder *folders;
    size_t used, capacity;
    struct fz_names names;
    uint32_t free_first;      /* through `next`; plus 1 */
    uint32_t serial;          /* of the next row */
    uint32_t skipped;         /* rows that are `skipped` */
    struct fz_index by_name;  /* parent and name */
    struct fz_index by_inode; /* root, device and inode, of LISTED ones */
    struct fz_index by_watch;
};

/* The reader's thread, all of these. */
void fz_tree_fini(struct fz_tree *tree);

/* Once a listing is complete: gives back room for more folders. */
void fz_tree_trim(struct fz_tree *tree);

/* Adds a folder (name copied). `st` may be NULL where its inode does not matter. */
uint32_t fz_tree_add(struct fz_tree *tree, uint32_t root, uint32_t parent, const char *name,
                     enum fz_tree_role role, const struct stat *st);

/* Removes one that has no children. Its watch must be gone already. */
void fz_tree_remove(struct fz_tree *tree, uint32_t folder);

/* Its own name. Borrowed until a folder comes or goes. */
const char *fz_tree_name(const struct fz_tree *tree, uint32_t folder);

/* The child of that name, or FZ_TREE_NONE; with parent FZ_TREE_NONE a top folder by its path, root and
 * role. */
uint32_t fz_tree_child(const struct fz_tree *tree, uint32_t parent, const char *name);
uint32_t fz_tree_top(const struct fz_tree *tree, const char *path, uint32_t root, enum fz_tree_role role);

/* The LISTED folder with that inode, under whatever name this root knows it; or FZ_TREE_NONE. */
uint32_t fz_tree_same(const struct fz_tree *tree, uint32_t root, const struct stat *st);

/* A reference that outlives the row, and the row, or FZ_TREE_NONE when it has gone. */
struct fz_tree_ref fz_tree_refer(const struct fz_tree *tree, uint32_t folder);
uint32_t fz_tree_resolve(const struct fz_tree *tree, struct fz_tree_ref ref);

/* Notes that the folder leads to one that is known already. */
void fz_tree_set_skipped(struct fz_tree *tree, uint32_t folder, bool skipped);

/* Sets or, with -1, clears the watch descriptor. */
void fz_tree_set_watch(struct fz_tree *tree, uint32_t folder, int watch);

/* Walks the folders that share a watch, like fz_index_first and _next. */
uint32_t fz_tree_watched_first(const struct fz_tree *tree, int watch, uint32_t *at);
uint32_t fz_tree_watched_next(const struct fz_tree *tree, int watch, uint32_t *at);

/* Keeps the folder's time of modification, just before it is read. */
void fz_tree_note_mtime(struct fz_tree_folder *folder, const struct stat *st);
int64_t fz_tree_mtime_ns(const struct stat *st);

/* True when a file may have come or changed after `since_ns` of its folder. */
bool fz_tree_is_newer(const struct stat *file, int64_t since_ns);

/* The absolute path. Caller frees. */
char *fz_tree_path(const struct fz_tree *tree, uint32_t folder);

#endif
