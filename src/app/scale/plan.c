#include "app/scale/plan.h"

#include "base/fold.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- the names that are taken: a hash table ------------------------------------------------------------------------- */

struct names {
    char **at;   /* owned, as are the texts, folded; NULL: none */
    size_t size; /* a power of two */
};

/* False: it is taken. */
static bool claim(struct names *names, const char *name)
{
    char *folded = fz_fold_case(name);
    size_t i = fz_str_hash(FZ_HASH_SEED, folded) & (names->size - 1);
    for (; names->at[i]; i = (i + 1) & (names->size - 1)) {
        if (strcmp(names->at[i], folded) == 0) {
            free(folded);
            return false;
        }
    }
    names->at[i] = folded;
    return true;
}

static struct names make_names(size_t count)
{
    struct names names = {.size = 16};
    while (names.size < count * 4) /* of some both the copy and the result */
        names.size *= 2;
    names.at = fz_calloc(names.size, sizeof *names.at);
    return names;
}

static void forget_names(struct names *names)
{
    for (size_t i = 0; i < names->size; i++)
        free(names->at[i]);
    free(names->at);
}

/* --- what each is called -------------------------------------------------------------------------------------------- */

static const struct fz_file_kind *kind_for(const char *name, const struct fz_file_kind *wanted)
{
    const struct fz_file_kind *own = fz_file_kind_of(name);
    if (wanted)
        return own && own->is_written && own->encoding == wanted->encoding ? own : wanted;
    return own && own->is_written ? own : fz_file_kind_instead(name);
}

static bool keeps_name(const struct fz_scale_item *item)
{
    return fz_str_has_suffix(item->name, item->kind->suffix);
}

static void rename_item(struct fz_scale_item *item, struct names *names)
{
    int stem = (int)(fz_path_suffix(item->name) - item->name);
    const char *suffix = item->kind->suffix, *old = item->name + stem;
    item->out = fz_asprintf("%.*s%s", stem, item->name, suffix);
    for (int number = 1; !claim(names, item->out); number++) {
        item->renamed = true;
        free(item->out);
        item->out = number == 1
                        ? fz_asprintf("%.*s-%s%s", stem, item->name, *old ? old + 1 : "", suffix)
                        : fz_asprintf("%.*s-%s-%d%s", stem, item->name, *old ? old + 1 : "", number, suffix);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct fz_scale_item *)a)->name, ((const struct fz_scale_item *)b)->name);
}

static size_t without_doubles(struct fz_scale_item *items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && strcmp(items[kept - 1].name, items[i].name) == 0)
            fz_scale_item_fini(&items[i]);
        else
            items[kept++] = items[i];
    }
    return kept;
}

size_t fz_scale_plan(struct fz_scale_item *items, size_t count, const struct fz_file_kind *kind)
{
    struct names names = make_names(count);
    if (count > 0)
        qsort(items, count, sizeof *items, by_name);
    count = without_doubles(items, count);
    for (size_t i = 0; i < count; i++) {
        struct fz_scale_item *item = &items[i];
        item->kind = kind_for(item->name, kind);
        item->keeps = !kind && !keeps_name(item) && fz_file_kind_of(item->name) && claim(&names, item->name);
        if (keeps_name(item) &&
            claim(&names, item->name)) /* else there is one but for upper and lower case */
            item->out = fz_strdup(item->name);
    }
    for (size_t i = 0; i < count; i++)
        if (!items[i].out)
            rename_item(&items[i], &names);
    forget_names(&names);
    return count;
}

bool fz_scale_is_in_shard(const char *name, unsigned shard, unsigned shards)
{
    return fz_str_hash(FZ_HASH_SEED, name) % shards == shard - 1;
}

void fz_scale_item_fini(struct fz_scale_item *item)
{
    free(item->name);
    free(item->out);
    *item = (struct fz_scale_item){0};
}
