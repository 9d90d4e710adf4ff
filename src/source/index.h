/* A hash index: which rows of somebody's table a hash may mean. It knows only hashes and numbers; the
 * owner compares. Linear probing with removal by backward shift (Knuth, TAOCP 6.4, algorithm R), so that
 * nothing piles up in a program that runs for months. 6 bytes a cell, at most three quarters of the cells
 * in use: a miss then looks at eight or nine cells, which lie in one line of the cache; with four fifths it would be thirteen. It doubles,
 * so that a row costs 8 to 16 bytes, and 8.5 once it is trimmed. */
#ifndef FZ_SOURCE_INDEX_H
#define FZ_SOURCE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define FZ_INDEX_NONE UINT32_MAX
/* Rows are less: what does not fit in 24 bits is not found. Of a hash 24 bits count. */
enum { FZ_INDEX_MOST = (1 << 24) - 1 };

struct fz_index_cell {
    uint16_t hash_low, row_low; /* row: plus 1; 0 = empty */
    uint8_t hash_high, row_high;
};

/* Zeroed = empty. One thread at a time, all of it. */
struct fz_index {
    struct fz_index_cell *cells;
    uint32_t size; /* cells; 0 = none yet */
    uint32_t count;
};

/* The owner's thread. */
void fz_index_fini(struct fz_index *index);

/* The owner's thread. One more row, less than FZ_INDEX_MOST, for this hash; rows may share one. */
void fz_index_add(struct fz_index *index, uint32_t hash, uint32_t row);

/* The owner's thread. Gives back room for growing, but for a sixteenth. */
void fz_index_trim(struct fz_index *index);

/* The owner's thread. Removes what add added; nothing happens where it is not there. */
void fz_index_remove(struct fz_index *index, uint32_t hash, uint32_t row);

/* The owner's thread. Walks the rows of a hash, FZ_INDEX_NONE at the end; no add or remove in between:
 *     for (row = fz_index_first(ix, hash, &at); row != FZ_INDEX_NONE; row = fz_index_next(ix, hash, &at)) */
uint32_t fz_index_first(const struct fz_index *index, uint32_t hash, uint32_t *at);
uint32_t fz_index_next(const struct fz_index *index, uint32_t hash, uint32_t *at);

/* Any thread. Mixes a number, or a string of `len` bytes, into a hash. */
uint32_t fz_index_mix(uint32_t hash, uint64_t number);
uint32_t fz_index_mix_text(uint32_t hash, const char *text, size_t len);

#endif
