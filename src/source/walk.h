/* The walk through folders: depth first in natural order, one folder a step, an event for each folder or
 * for every few hundred to thousands of names. Symbolic links to folders are followed last, and each
 * folder is read once for a root, whatever leads to it: a loop ends there, and what is in the tree itself
 * keeps its own path. */
#ifndef FZ_SOURCE_WALK_H
#define FZ_SOURCE_WALK_H

#include "source/batch.h"
#include "source/tree.h"

/* A folder that is still to be read. */
struct fz_walk_job {
    uint32_t root;
    struct fz_tree_ref parent; /* row FZ_TREE_NONE at the top */
    char *name;                /* owned; the absolute path at the top; NULL = `parent` itself, once more */
    bool link;
};

/* Zeroed = empty. The scanner's thread. */
struct fz_walk {
    struct fz_walk_job *stack;
    size_t count, capacity;
    struct fz_walk_job *links; /* read when the stack is empty, oldest first */
    size_t link_first, link_count, link_capacity;
    struct fz_batch batch; /* names of the folder that is being read */
    size_t limit; /* names in one event; grows, so that the first comes at once and many cost little */
};

struct fz_scanner;

/* The scanner's thread, all of these. */
void fz_walk_fini(struct fz_walk *walk);

/* Of roots that were not read to their end, nothing that is queued is read, but for folders that were read before. */
void fz_walk_drop_unlisted(struct fz_scanner *scanner);

/* Queues a folder. */
void fz_walk_push(struct fz_scanner *scanner, uint32_t root, uint32_t parent, const char *name, bool link);

/* Queues a LISTED folder of the tree to be read again: WHOLE, and CHANGED for files that changed since. */
void fz_walk_again(struct fz_scanner *scanner, uint32_t folder);

bool fz_walk_is_idle(const struct fz_walk *walk);

/* Reads the next folder. */
void fz_walk_step(struct fz_scanner *scanner);

#endif
