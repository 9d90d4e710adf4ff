/* Names on their way into one event: gathered in the order of the folder, sorted once, handed over in one
 * block. */
#ifndef FZ_SOURCE_BATCH_H
#define FZ_SOURCE_BATCH_H

#include "source/source.h"

struct fz_batch_entry {
    uint64_t key;    /* the beginning of the name as a number that sorts as the name does */
    uint32_t offset; /* of the name in `bytes` */
    uint8_t doubt;   /* enum fz_source_doubt */
};

/* Zeroed = empty. One thread at a time. */
struct fz_batch {
    struct fz_batch_entry *entries;
    size_t count, capacity;
    char *bytes;
    size_t used, bytes_capacity;
};

/* The owner's thread. */
void fz_batch_fini(struct fz_batch *batch);

/* The owner's thread. Copies the name. */
void fz_batch_add(struct fz_batch *batch, const char *name, enum fz_source_doubt doubt);

/* The owner's thread. Natural order, as fz_natural_cmp. */
void fz_batch_sort(struct fz_batch *batch);

/* The owner's thread. An event with all names as they stand, and an empty batch. Names the folder `dir`
 * (copied). */
struct fz_source_event *fz_batch_event(struct fz_batch *batch, enum fz_source_event_kind kind, uint32_t root,
                                       const char *dir);

#endif
