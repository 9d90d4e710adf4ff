#include "source/facts.h"

#include "base/mem.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct look {
    fz_item_id id;
    char *path; /* owned */
    bool looked, found;
    struct fz_item_facts facts;
};

struct fz_facts {
    size_t count;
    struct look looks[];
};

#define SIGN ((uint64_t)1 << 63)
enum { MEGABYTE_BITS = 20 };
#define LARGE_BYTES ((uint64_t)1 << 31)

/* File systems have times that 64 bits of nanoseconds have not. */
static int64_t nanoseconds(struct timespec time)
{
    const int64_t most = INT64_MAX / 1000000000 - 1;
    int64_t seconds = time.tv_sec < -most ? -most : time.tv_sec > most ? most : time.tv_sec;
    return seconds * 1000000000 + time.tv_nsec;
}

static struct fz_item_facts pack(int64_t mtime_ns, uint64_t bytes)
{
    uint64_t mtime = (uint64_t)mtime_ns ^ SIGN, megabytes = bytes >> MEGABYTE_BITS;
    uint64_t size = bytes < LARGE_BYTES ? bytes : LARGE_BYTES + megabytes;
    return (struct fz_item_facts){.mtime_high = (uint32_t)(mtime >> 32),
                                  .mtime_low = (uint32_t)mtime,
                                  .size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX};
}

static bool wants_facts(const struct fz_item *row)
{
    return (row->flags & (FZ_ITEM_ORDERED | FZ_ITEM_ASKED)) == FZ_ITEM_ORDERED;
}

struct fz_facts *fz_list_facts_begin(struct fz_list *list, size_t most)
{
    FZ_MAIN_ONLY();
    struct fz_items *items = &list->items;
    uint32_t slot = list->not_asked_from;
    while (slot < items->used && !wants_facts(&items->rows[slot]))
        slot++;
    list->not_asked_from = slot;
    if (slot >= items->used)
        return NULL;
    struct fz_facts *facts = fz_malloc(sizeof *facts + most * sizeof facts->looks[0]);
    facts->count = 0;
    for (; slot < items->used && facts->count < most; slot++) {
        if (!wants_facts(&items->rows[slot]))
            continue;
        items->rows[slot].flags |= FZ_ITEM_ASKED;
        fz_item_id id = fz_items_id(items, slot);
        facts->looks[facts->count++] = (struct look){.id = id, .path = fz_list_path(list, id)};
    }
    list->not_asked_from = slot;
    return facts;
}

void fz_facts_look(struct fz_facts *facts, const struct fz_cancel *cancel)
{
    FZ_NOT_MAIN();
    for (size_t i = 0; i < facts->count && !fz_cancel_is_set(cancel); i++) {
        struct look *look = &facts->looks[i];
        struct stat st;
        look->looked = true;
        look->found = stat(look->path, &st) == 0;
        if (look->found)
            look->facts = pack(nanoseconds(st.st_mtim), st.st_size > 0 ? (uint64_t)st.st_size : 0);
    }
}

static bool take(struct fz_list *list, const struct look *look)
{
    struct fz_items *items = &list->items;
    uint32_t slot = fz_items_slot(items, look->id);
    if (slot == FZ_ITEMS_NONE)
        return false;
    if (!look->looked)
        fz_list_ask_again(list, slot);
    if (!look->found)
        return false;
    items->facts = fz_grow(items->facts, &items->facts_capacity, items->capacity, sizeof *items->facts);
    struct fz_item *row = &items->rows[slot];
    bool same =
        row->flags & FZ_ITEM_FACTS && memcmp(&items->facts[slot], &look->facts, sizeof look->facts) == 0;
    items->facts[slot] = look->facts;
    row->flags |= FZ_ITEM_FACTS;
    return !same;
}

bool fz_list_facts_apply(struct fz_list *list, const struct fz_facts *facts)
{
    FZ_MAIN_ONLY();
    bool news = false;
    for (size_t i = 0; i < facts->count; i++)
        news |= take(list, &facts->looks[i]);
    return news;
}

void fz_facts_free(struct fz_facts *facts)
{
    if (!facts)
        return;
    for (size_t i = 0; i < facts->count; i++)
        free(facts->looks[i].path);
    free(facts);
}

bool fz_list_facts(const struct fz_list *list, fz_item_id id, int64_t *mtime_ns, uint64_t *bytes)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE || !(list->items.rows[slot].flags & FZ_ITEM_FACTS))
        return false;
    const struct fz_item_facts *facts = &list->items.facts[slot];
    *mtime_ns = (int64_t)(((uint64_t)facts->mtime_high << 32 | facts->mtime_low) ^ SIGN);
    *bytes = facts->size < LARGE_BYTES ? facts->size : (facts->size - LARGE_BYTES) << MEGABYTE_BITS;
    return true;
}
