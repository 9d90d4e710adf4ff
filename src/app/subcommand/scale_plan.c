#include "app/subcommand/scale_plan.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- the names that are taken: a hash table, which the items own the texts of --------------------------------------- */

struct names {
    const char **at;
    size_t size; /* a power of two */
};

/* False: it is taken. */
static bool claim(struct names *names, const char *name)
{
    size_t i = fz_str_hash(FZ_HASH_SEED, name) & (names->size - 1);
    for (; names->at[i]; i = (i + 1) & (names->size - 1))
        if (strcmp(names->at[i], name) == 0)
            return false;
    names->at[i] = name;
    return true;
}

static struct names make_names(size_t count)
{
    struct names names = {.size = 16};
    while (names.size < count * 2)
        names.size *= 2;
    names.at = fz_calloc(names.size, sizeof *names.at);
    return names;
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

/* Without the dot and what follows it; a name that begins with its only dot has no suffix. */
static size_t stem_length(const char *name)
{
    const char *last = fz_path_name(name), *dot = strrchr(last, '.');
    return dot && dot > last ? (size_t)(dot - name) : strlen(name);
}

static void rename_item(struct fz_scale_item *item, struct names *names)
{
    int stem = (int)stem_length(item->name);
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

void fz_scale_plan(struct fz_scale_item *items, size_t count, const struct fz_file_kind *kind)
{
    struct names names = make_names(count);
    if (count > 0)
        qsort(items, count, sizeof *items, by_name);
    for (size_t i = 0; i < count; i++) {
        items[i].kind = kind_for(items[i].name, kind);
        if (keeps_name(&items[i])) {
            items[i].out = fz_strdup(items[i].name);
            claim(&names, items[i].out);
        }
    }
    for (size_t i = 0; i < count; i++)
        if (!items[i].out)
            rename_item(&items[i], &names);
    free(names.at);
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
