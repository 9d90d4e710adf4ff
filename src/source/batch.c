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

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The first bytes that all names share; not into the middle of a number, which is compared as a whole. */
static size_t shared_prefix(const struct fz_batch *batch)
{
    const char *first = batch->bytes + batch->entries[0].offset;
    size_t shared = strlen(first);
    for (size_t i = 1; i < batch->count && shared > 0; i++) {
        const char *name = batch->bytes + batch->entries[i].offset;
        size_t same = 0;
        while (same < shared && name[same] == first[same])
            same++;
        shared = same;
    }
    while (shared > 0 && is_digit(first[shared - 1]))
        shared--;
    return shared;
}

/* Eight bytes that order as fz_natural_cmp does from here on, as far as they reach: letters in lower case,
 * a number as '0' plus its count of digits (leading zeros apart), then the digits. No other byte lies
 * between '0' and '9', so numbers and letters stay apart. A number of nine digits or more ends the key;
 * equal keys decide nothing. */
static uint64_t natural_key(const char *name)
{
    unsigned char key[8] = {0};
    size_t len = 0;
    while (*name && len < sizeof key) {
        if (!is_digit(*name)) {
            unsigned char c = (unsigned char)*name++;
            key[len++] = c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
            continue;
        }
        while (*name == '0')
            name++;
        size_t digits = 0;
        while (is_digit(name[digits]))
            digits++;
        key[len++] = digits < 9 ? (unsigned char)('0' + digits) : '9';
        if (digits >= 9)
            break;
        for (; digits > 0 && len < sizeof key; digits--)
            key[len++] = (unsigned char)*name++;
    }
    uint64_t packed = 0;
    for (size_t i = 0; i < sizeof key; i++)
        packed = packed << 8 | key[i];
    return packed;
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
        batch->entries[i].key = natural_key(batch->bytes + batch->entries[i].offset + skip);
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
