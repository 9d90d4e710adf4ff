/* What waits to be written to the tile cache, and how much of it is written at once. Whoever uses it holds a lock. */
#ifndef FZ_DECODE_CACHE_QUEUE_H
#define FZ_DECODE_CACHE_QUEUE_H

#include "decode/cache_db.h"

struct fz_cache_queue {
    struct fz_cache_row *first, **end; /* owned */
    size_t row_count;
    uint64_t row_bytes, most_bytes;
    uint64_t batch_bytes; /* what is written at once, at most, unless one row is more; */
    size_t batch_rows;    /* and how many of them */
};

/* Any thread. One that says nothing yet but what it is of. */
struct fz_cache_row *fz_cache_row_new(const struct fz_cache_key *key);

/* Any thread. All rows from this one on; NULL-safe. */
void fz_cache_rows_free(struct fz_cache_row *row);

/* Any thread. How many of them are tiles to be kept. */
size_t fz_cache_rows_tiles(const struct fz_cache_row *row);

/* Of a cache of that bound, for which so many bytes may wait: while a batch is written, another one fits beside it. */
void fz_cache_queue_init(struct fz_cache_queue *queue, uint64_t limit_bytes, uint64_t waiting_bytes);
void fz_cache_queue_fini(struct fz_cache_queue *queue);

uint64_t fz_cache_queue_bytes_of(const struct fz_cache_row *row);

/* Takes the row. */
void fz_cache_queue_add(struct fz_cache_queue *queue, struct fz_cache_row *row);

/* Whether so many bytes more may wait: one row always may. */
bool fz_cache_queue_has_room(const struct fz_cache_queue *queue, uint64_t bytes);

/* Whether there is enough for a batch. */
bool fz_cache_queue_has_batch(const struct fz_cache_queue *queue);

/* The first rows, as many as are written at once; NULL: there are none. */
struct fz_cache_row *fz_cache_queue_cut(struct fz_cache_queue *queue);

#endif
