#include "source/facts.h"

#include "base/mem.h"
#include "decode/decoder.h"
#include "decode/files.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

struct look {
    fz_item_id id;
    uint32_t root;
    size_t path_end; /* in the batch's paths */
    bool looked, found;
    uint32_t size; /* both as a row has them */
    uint64_t mtime;
};

struct fz_facts_batch {
    size_t count;
    size_t next; /* to be looked at */
    char *paths; /* one behind the other, each with its NUL; owned */
    size_t path_capacity;
    struct look looks[];
};

#define SIGN ((uint64_t)1 << 63)
enum { MEGABYTE_BITS = 20 };
#define LARGE_BYTES ((uint64_t)1 << 31)

static uint32_t pack(uint64_t bytes)
{
    uint64_t size = bytes < LARGE_BYTES ? bytes : LARGE_BYTES + (bytes >> MEGABYTE_BITS);
    return size < FZ_ITEM_SIZE_UNKNOWN ? (uint32_t)size : FZ_ITEM_SIZE_UNKNOWN - 1;
}

static bool wants_facts(const struct fz_list *list, uint32_t slot)
{
    const uint16_t flags = list->items.rows[slot].flags;
    return (flags & (FZ_ITEM_ORDERED | FZ_ITEM_ASKED)) == FZ_ITEM_ORDERED && !fz_list_is_stuck(list, slot);
}

static void make_room(struct fz_items *items, bool mtimes, bool sizes)
{
    if (mtimes)
        items->mtimes =
            fz_grow(items->mtimes, &items->mtime_capacity, items->capacity, sizeof *items->mtimes);
    if (sizes)
        items->sizes = fz_grow(items->sizes, &items->size_capacity, items->capacity, sizeof *items->sizes);
}

/* The first order that goes by it asks all; what another goes by until then stays. */
static void keep(struct fz_list *list, const struct fz_sort *sort)
{
    struct fz_items *items = &list->items;
    bool by_size = sort->key == FZ_SORT_SIZE;
    if (items->used == 0 || (by_size ? (void *)items->sizes : items->mtimes))
        return;
    make_room(items, !by_size, by_size);
    for (uint32_t slot = 0; slot < items->used; slot++) {
        items->rows[slot].flags &= (uint16_t)~FZ_ITEM_ASKED;
        if (by_size)
            items->sizes[slot] = FZ_ITEM_SIZE_UNKNOWN;
        else
            items->mtimes[slot] = FZ_ITEM_MTIME_UNKNOWN;
    }
    list->not_asked_from = 0;
}

static void add_look(struct fz_facts_batch *facts, struct fz_list *list, uint32_t slot)
{
    fz_item_id id = fz_items_id(&list->items, slot);
    size_t start = facts->count > 0 ? facts->looks[facts->count - 1].path_end : 0;
    char *path = fz_list_path(list, id);
    size_t end = start + strlen(path) + 1;
    facts->paths = fz_grow(facts->paths, &facts->path_capacity, end, 1);
    memcpy(facts->paths + start, path, end - start);
    free(path);
    facts->looks[facts->count++] = (struct look){.id = id, .path_end = end, .root = fz_list_root(list, id)};
}

struct fz_facts_batch *fz_list_facts_begin(struct fz_list *list, const struct fz_sort *sort, size_t most)
{
    FZ_MAIN_ONLY();
    keep(list, sort);
    struct fz_items *items = &list->items;
    uint32_t slot = list->not_asked_from;
    while (slot < items->used && !wants_facts(list, slot))
        slot++;
    list->not_asked_from = slot;
    if (slot >= items->used)
        return NULL;
    struct fz_facts_batch *facts = fz_malloc(sizeof *facts + most * sizeof facts->looks[0]);
    *facts = (struct fz_facts_batch){0};
    for (; slot < items->used && facts->count < most; slot++) {
        if (!wants_facts(list, slot))
            continue;
        items->rows[slot].flags |= FZ_ITEM_ASKED;
        add_look(facts, list, slot);
    }
    list->not_asked_from = slot;
    return facts;
}

/* The next ones that lie in one root. */
static struct fz_parcel next_request(const struct fz_facts_batch *facts)
{
    const struct look *first = &facts->looks[facts->next], *end = facts->looks + facts->count;
    struct fz_parcel request = {.kind = FZ_ASK_LOOK, .fd = -1};
    const size_t start = facts->next > 0 ? first[-1].path_end : 0;
    const struct look *look = first;
    for (; look < end && look->root == first->root && request.len < FZ_LOOK_BYTES_AT_ONCE; look++)
        request.len = look->path_end - start;
    request.count = (uint32_t)(look - first);
    request.bytes = fz_malloc(request.len);
    memcpy(request.bytes, facts->paths + start, request.len);
    return request;
}

void fz_facts_look(struct fz_facts_batch *facts, struct fz_job *job)
{
    FZ_NOT_MAIN();
    while (facts->next < facts->count && !fz_cancel_is_set(&job->cancel)) {
        struct fz_parcel request = next_request(facts), answer;
        uint32_t count = request.count;
        job->root = facts->looks[facts->next].root;
        if (!fz_files_ask(job->decoder->files, job, &request, &answer))
            return;
        const struct fz_look *said = fz_answer_looks(&answer, count);
        for (uint32_t i = 0; i < count; i++) {
            struct look *look = &facts->looks[facts->next++];
            look->looked = true;
            look->found = said && said[i].sys == 0;
            if (!look->found)
                continue;
            look->mtime = (uint64_t)said[i].mtime_ns ^ SIGN;
            look->size = pack(said[i].bytes);
        }
        fz_parcel_fini(&answer);
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
    make_room(items, items->mtimes, items->sizes);
    struct fz_item *row = &items->rows[slot];
    bool news = !(row->flags & FZ_ITEM_FACTS);
    if (items->mtimes) {
        news |= items->mtimes[slot] != look->mtime;
        items->mtimes[slot] = look->mtime;
    }
    if (items->sizes) {
        news |= items->sizes[slot] != look->size;
        items->sizes[slot] = look->size;
    }
    row->flags |= FZ_ITEM_FACTS;
    return news;
}

bool fz_list_facts_apply(struct fz_list *list, const struct fz_facts_batch *facts)
{
    FZ_MAIN_ONLY();
    bool news = false;
    for (size_t i = 0; i < facts->count; i++)
        news |= take(list, &facts->looks[i]);
    return news;
}

void fz_facts_free(struct fz_facts_batch *facts)
{
    if (!facts)
        return;
    free(facts->paths);
    free(facts);
}
