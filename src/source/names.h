/* A pool of names: one block, each name with its NUL and nothing else. A malloc for each would cost 16 to
 * 24 bytes more a picture. Removed names leave holes; the owner compacts when they are most of the pool.
 *
 * While it is pinned, another thread may read every name that was there at the time of the pin, where it lay
 * then: names are never written again, and blocks that are of no use to the owner any more are freed later. */
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
    size_t pins;
    void **graves; /* blocks that are freed with the last pin */
    size_t grave_count, grave_capacity;
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

/* The owner's thread. Keeps what is there readable for other threads, until unpin was called as often. */
void fz_names_pin(struct fz_names *names);
void fz_names_unpin(struct fz_names *names);

/* The owner's thread. Takes over the names of `other`, which is empty afterwards; its own go. */
void fz_names_replace(struct fz_names *names, struct fz_names *other);

/* The owner's thread. Makes room for `bytes` in all. */
void fz_names_reserve(struct fz_names *names, size_t bytes);

#endif
