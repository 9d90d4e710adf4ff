/* A pool of names: one block, each name with its NUL and nothing else. A malloc for each would cost 16 to
 * 24 bytes more a picture. Removed names leave holes; the owner compacts when they are most of the pool. */
#ifndef FZ_SOURCE_NAMES_H
#define FZ_SOURCE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FZ_NAMES_FULL UINT32_MAX

/* Zeroed = empty. One thread at a time. */
struct fz_names {
    char *bytes;
    size_t used, capacity;
    size_t dead; /* bytes of `used` that belong to removed names */
};

/* The owner's thread. */
void fz_names_fini(struct fz_names *names);

/* The owner's thread. Copies `name`; returns where it is, or FZ_NAMES_FULL at 4 GB. */
uint32_t fz_names_add(struct fz_names *names, const char *name);

/* The owner's thread. Borrowed until the next add or compaction. */
const char *fz_names_at(const struct fz_names *names, uint32_t offset);

/* The owner's thread. The name is not used any more. */
void fz_names_remove(struct fz_names *names, uint32_t offset);

/* The owner's thread. True when the pool is worth building anew. */
bool fz_names_are_sparse(const struct fz_names *names);

#endif
