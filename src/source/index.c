#include "source/index.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 16 };

static struct fz_index_cell cell_of(uint32_t hash, uint32_t row)
{
    return (struct fz_index_cell){.hash_low = (uint16_t)hash,
                                  .hash_high = (uint8_t)(hash >> 16),
                                  .row_low = (uint16_t)(row + 1),
                                  .row_high = (uint8_t)((row + 1) >> 16)};
}

static bool is_empty(struct fz_index_cell cell)
{
    return cell.row_low == 0 && cell.row_high == 0;
}

static uint32_t row_of(struct fz_index_cell cell)
{
    return ((uint32_t)cell.row_high << 16 | cell.row_low) - 1;
}

static uint32_t hash_of(struct fz_index_cell cell)
{
    return (uint32_t)cell.hash_high << 16 | cell.hash_low;
}

static uint32_t counted(uint32_t hash)
{
    return hash & 0xffffff;
}

/* The upper bits of a product depend on all bits of the hash (Knuth, TAOCP 6.4, multiplicative hashing); as a fraction
 * of 2^32 they give the cell without a division (Lemire, "Fast random integer generation in an interval", 2019). */
static uint32_t home(const struct fz_index *index, uint32_t hash)
{
    return (uint32_t)((uint64_t)(uint32_t)(hash * 2654435769u) * index->size >> 32);
}

static uint32_t after(const struct fz_index *index, uint32_t at)
{
    return at + 1 < index->size ? at + 1 : 0;
}

/* How many cells `at` stands behind `from`, round the end. */
static uint32_t distance(const struct fz_index *index, uint32_t from, uint32_t at)
{
    return at >= from ? at - from : at + (index->size - from);
}

void fz_index_fini(struct fz_index *index)
{
    free(index->cells);
    memset(index, 0, sizeof *index);
}

static void put(struct fz_index *index, struct fz_index_cell cell)
{
    uint32_t at = home(index, hash_of(cell));
    while (!is_empty(index->cells[at]))
        at = after(index, at);
    index->cells[at] = cell;
}

static void resize(struct fz_index *index, uint32_t size)
{
    struct fz_index old = *index;
    index->size = size;
    index->cells = fz_calloc(index->size, sizeof *index->cells);
    for (uint32_t i = 0; i < old.size; i++)
        if (!is_empty(old.cells[i]))
            put(index, old.cells[i]);
    free(old.cells);
}

void fz_index_add(struct fz_index *index, uint32_t hash, uint32_t row)
{
    if (row >= FZ_INDEX_MOST)
        return;
    if (index->count + 1ull > index->size / 4 * 3ull)
        resize(index, index->size ? index->size * 2 : SMALLEST);
    put(index, cell_of(hash, row));
    index->count++;
}

void fz_index_trim(struct fz_index *index)
{
    uint32_t rows = index->count + index->count / 16, size = rows / 3 * 4 + SMALLEST;
    if (size < index->size - index->size / 8)
        resize(index, size);
}

/* Closes the gap at `gap`: what stands after it moves up unless that would put it before its home. */
static void close_gap(struct fz_index *index, uint32_t gap)
{
    uint32_t at = gap;
    for (;;) {
        at = after(index, at);
        if (is_empty(index->cells[at]))
            break;
        uint32_t want = home(index, hash_of(index->cells[at]));
        if (distance(index, want, at) >= distance(index, gap, at)) {
            index->cells[gap] = index->cells[at];
            gap = at;
        }
    }
    index->cells[gap] = (struct fz_index_cell){0};
}

void fz_index_remove(struct fz_index *index, uint32_t hash, uint32_t row)
{
    uint32_t at;
    uint32_t found = fz_index_first(index, hash, &at);
    while (found != FZ_INDEX_NONE && found != row)
        found = fz_index_next(index, hash, &at);
    if (found == FZ_INDEX_NONE)
        return;
    close_gap(index, at);
    index->count--;
}

static uint32_t look(const struct fz_index *index, uint32_t hash, uint32_t *at)
{
    for (; !is_empty(index->cells[*at]); *at = after(index, *at))
        if (hash_of(index->cells[*at]) == counted(hash))
            return row_of(index->cells[*at]);
    return FZ_INDEX_NONE;
}

uint32_t fz_index_first(const struct fz_index *index, uint32_t hash, uint32_t *at)
{
    if (index->size == 0)
        return FZ_INDEX_NONE;
    *at = home(index, counted(hash));
    return look(index, hash, at);
}

uint32_t fz_index_next(const struct fz_index *index, uint32_t hash, uint32_t *at)
{
    *at = after(index, *at);
    return look(index, hash, at);
}

/* The finaliser of splitmix64 (https://prng.di.unimi.it/splitmix64.c), folded to 32 bits. */
uint32_t fz_index_mix(uint32_t hash, uint64_t number)
{
    uint64_t z = number + hash * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)(z ^ (z >> 31));
}

/* Eight bytes a step: a third of the time of FNV, which is most of what taking in a name costs. */
uint32_t fz_index_mix_text(uint32_t hash, const char *text, size_t len)
{
    uint64_t word = 0, state = hash + len * 0x9e3779b97f4a7c15u;
    for (; len >= sizeof word; len -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        state = (state ^ word) * 0xbf58476d1ce4e5b9u;
        state ^= state >> 29;
    }
    word = 0;
    memcpy(&word, text, len);
    return fz_index_mix((uint32_t)(state >> 32), state ^ word);
}
