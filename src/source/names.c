#include "source/names.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { SPARSE_BYTES = 65536 };

void fz_names_fini(struct fz_names *names)
{
    free(names->bytes);
    memset(names, 0, sizeof *names);
}

uint32_t fz_names_add(struct fz_names *names, const char *name)
{
    size_t len = strlen(name) + 1;
    if (names->used + len >= FZ_NAMES_FULL)
        return FZ_NAMES_FULL;
    names->bytes = fz_grow(names->bytes, &names->capacity, names->used + len, 1);
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
