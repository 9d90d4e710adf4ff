#include "decode/cache_queue.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH_ROWS = 64, /* few writes, a memory card must last */
    BATCH_BYTES = 2 << 20,
    BATCH_PART = 32, /* of the bound: the journal holds several, and of more than one frieze */
    ROW_PAGES = 2,   /* of the journal, which a row takes beside its tile */
};

struct fz_cache_row *fz_cache_row_new(const struct fz_cache_key *key)
{
    struct fz_cache_row *row = fz_calloc(1, sizeof *row);
    row->key = *key;
    row->key.path = fz_strdup(key->path);
    return row;
}

void fz_cache_rows_free(struct fz_cache_row *row)
{
    while (row) {
        struct fz_cache_row *next = row->next;
        free((char *)(uintptr_t)row->key.path);
        free(row->tile);
        free(row);
        row = next;
    }
}

size_t fz_cache_rows_tiles(const struct fz_cache_row *row)
{
    size_t count = 0;
    for (; row; row = row->next)
        count += !row->touch && row->key.box_w > 0;
    return count;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void fz_cache_queue_init(struct fz_cache_queue *queue, uint64_t limit_bytes, uint64_t waiting_bytes)
{
    const uint64_t part = limit_bytes / BATCH_PART, rows = part / ROW_PAGES / FZ_CACHE_PAGE_BYTES + 1;
    *queue = (struct fz_cache_queue){.end = &queue->first,
                                     .most_bytes = waiting_bytes,
                                     .batch_bytes = least(least(part, BATCH_BYTES), waiting_bytes / 2),
                                     .batch_rows = rows < BATCH_ROWS ? (size_t)rows : BATCH_ROWS};
}

void fz_cache_queue_fini(struct fz_cache_queue *queue)
{
    fz_cache_rows_free(queue->first);
}

uint64_t fz_cache_queue_bytes_of(const struct fz_cache_row *row)
{
    return sizeof *row + strlen(row->key.path) + row->len;
}

void fz_cache_queue_add(struct fz_cache_queue *queue, struct fz_cache_row *row)
{
    *queue->end = row;
    queue->end = &row->next;
    queue->row_count++;
    queue->row_bytes += fz_cache_queue_bytes_of(row);
}

bool fz_cache_queue_has_room(const struct fz_cache_queue *queue, uint64_t bytes)
{
    return queue->row_bytes == 0 || queue->row_bytes + bytes <= queue->most_bytes;
}

bool fz_cache_queue_has_batch(const struct fz_cache_queue *queue)
{
    return queue->row_count >= queue->batch_rows || queue->row_bytes >= queue->batch_bytes;
}

struct fz_cache_row *fz_cache_queue_cut(struct fz_cache_queue *queue)
{
    struct fz_cache_row *rows = queue->first, **end = &rows;
    uint64_t bytes = 0;
    size_t count = 0;
    for (; *end && count < queue->batch_rows; end = &(*end)->next, count++) {
        uint64_t more = fz_cache_queue_bytes_of(*end);
        if (count > 0 && bytes + more > queue->batch_bytes)
            break;
        bytes += more;
    }
    queue->first = *end;
    if (!queue->first)
        queue->end = &queue->first;
    queue->row_count -= count;
    queue->row_bytes -= bytes;
    *end = NULL;
    return rows;
}
