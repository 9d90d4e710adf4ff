#include "source/names.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { SPARSE_BYTES = 65536 };

void fz_names_fini(struct fz_names *names)
{
    free(names->bytes);
    for (size_t i = 0; i < names->grave_count; i++)
        free(names->graves[i]);
    free(names->graves);
    memset(names, 0, sizeof *names);
}

/* It is freed as soon as nothing is pinned. */
static void bury(struct fz_names *names, void *block)
{
    if (names->pins == 0) {
        free(block);
        return;
    }
    names->graves =
        fz_grow(names->graves, &names->grave_capacity, names->grave_count + 1, sizeof *names->graves);
    names->graves[names->grave_count++] = block;
}

void fz_names_reserve(struct fz_names *names, size_t bytes)
{
    if (bytes <= names->capacity)
        return;
    if (names->pins == 0 || !names->bytes) {
        names->bytes = fz_grow(names->bytes, &names->capacity, bytes, 1);
        return;
    }
    char *old = names->bytes;
    names->capacity = bytes + bytes / 2;
    names->bytes = fz_malloc(names->capacity);
    memcpy(names->bytes, old, names->used);
    bury(names, old);
}

uint32_t fz_names_add(struct fz_names *names, const char *name)
{
    size_t len = strlen(name) + 1;
    if (names->used + len >= FZ_NAMES_FULL)
        return FZ_NAMES_FULL;
    fz_names_reserve(names, names->used + len);
    memcpy(names->bytes + names->used, name, len);
    names->used += len;
    return (uint32_t)(names->used - len);
}

const char *fz_names_at(const struct fz_names *names, uint32_t offset)
{
    return names->bytes + offset;
}

void fz_names_remove(struct fz_names *names, uint32_t offset)
{
    names->dead += strlen(names->bytes + offset) + 1;
}

bool fz_names_are_sparse(const struct fz_names *names)
{
    return names->dead > SPARSE_BYTES && names->dead > names->used / 2;
}

void fz_names_pin(struct fz_names *names)
{
    names->pins++;
}

void fz_names_unpin(struct fz_names *names)
{
    if (--names->pins > 0)
        return;
    for (size_t i = 0; i < names->grave_count; i++)
        free(names->graves[i]);
    names->grave_count = 0;
}

void fz_names_replace(struct fz_names *names, struct fz_names *other)
{
    bury(names, names->bytes);
    names->bytes = other->bytes;
    names->used = other->used;
    names->capacity = other->capacity;
    names->dead = 0;
    *other = (struct fz_names){0};
}
