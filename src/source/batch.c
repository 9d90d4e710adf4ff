#include "source/batch.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_NAMES = 4096 }; /* a larger buffer is given back after its event */

void fz_batch_fini(struct fz_batch *batch)
{
    free(batch->entries);
    free(batch->bytes);
    memset(batch, 0, sizeof *batch);
}

void fz_batch_add(struct fz_batch *batch, const char *name, enum fz_source_doubt doubt)
{
    size_t len = strlen(name) + 1;
    batch->entries = fz_grow(batch->entries, &batch->capacity, batch->count + 1, sizeof *batch->entries);
    batch->bytes = fz_grow(batch->bytes, &batch->bytes_capacity, batch->used + len, 1);
    memcpy(batch->bytes + batch->used, name, len);
    batch->entries[batch->count++] =
        (struct fz_batch_entry){.offset = (uint32_t)batch->used, .doubt = (uint8_t)doubt};
    batch->used += len;
}

/* The first bytes that all names share. */
static size_t shared_prefix(const struct fz_batch *batch)
{
    const char *first = batch->bytes + batch->entries[0].offset;
    size_t shared = SIZE_MAX;
    for (size_t i = 0; i < batch->count && shared > 0; i++)
        shared = fz_natural_shared(first, batch->bytes + batch->entries[i].offset, shared);
    return shared;
}

static int entry_cmp(const void *a, const void *b, void *bytes)
{
    const struct fz_batch_entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return fz_natural_cmp((char *)bytes + x->offset, (char *)bytes + y->offset);
}

void fz_batch_sort(struct fz_batch *batch)
{
    if (batch->count < 2)
        return;
    size_t skip = shared_prefix(batch);
    for (size_t i = 0; i < batch->count; i++)
        batch->entries[i].key = fz_natural_key(batch->bytes + batch->entries[i].offset + skip);
    qsort_r(batch->entries, batch->count, sizeof *batch->entries, entry_cmp, batch->bytes);
}

static void reset(struct fz_batch *batch)
{
    if (batch->capacity > KEPT_NAMES)
        fz_batch_fini(batch);
    batch->count = batch->used = 0;
}

struct fz_source_event *fz_batch_event(struct fz_batch *batch, enum fz_source_event_kind kind, uint32_t root,
                                       const char *dir)
{
    size_t pointers = batch->count * sizeof(char *), dir_len = strlen(dir) + 1;
    struct fz_source_event *event =
        fz_malloc(sizeof *event + pointers + batch->used + batch->count + dir_len);
    memset(event, 0, sizeof *event);
    event->kind = kind;
    event->root = root;
    event->count = (uint32_t)batch->count;
    event->names = (char **)(void *)(event + 1);
    event->doubts = (uint8_t *)(event->names + batch->count);
    char *out = (char *)event->doubts + batch->count;
    for (size_t i = 0; i < batch->count; i++) {
        const struct fz_batch_entry *entry = &batch->entries[i];
        size_t len = strlen(batch->bytes + entry->offset) + 1;
        memcpy(out, batch->bytes + entry->offset, len);
        event->names[i] = out;
        event->doubts[i] = entry->doubt;
        out += len;
    }
    event->dir = memcpy(out, dir, dir_len);
    reset(batch);
    return event;
}
