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
    char *path; /* owned */
    uint32_t root;
    bool looked, found;
    struct fz_item_facts facts;
};

struct fz_facts_batch {
    size_t count;
    size_t next; /* to be looked at */
    struct look looks[];
};

#define SIGN ((uint64_t)1 << 63)
enum {
    MEGABYTE_BITS = 20,
    BYTES_AT_ONCE = 16384, /* of paths that a reader is asked for */
};
#define LARGE_BYTES ((uint64_t)1 << 31)

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

struct fz_facts_batch *fz_list_facts_begin(struct fz_list *list, size_t most)
{
    FZ_MAIN_ONLY();
    struct fz_items *items = &list->items;
    uint32_t slot = list->not_asked_from;
    while (slot < items->used && !wants_facts(&items->rows[slot]))
        slot++;
    list->not_asked_from = slot;
    if (slot >= items->used)
        return NULL;
    struct fz_facts_batch *facts = fz_malloc(sizeof *facts + most * sizeof facts->looks[0]);
    facts->count = facts->next = 0;
    for (; slot < items->used && facts->count < most; slot++) {
        if (!wants_facts(&items->rows[slot]))
            continue;
        items->rows[slot].flags |= FZ_ITEM_ASKED;
        fz_item_id id = fz_items_id(items, slot);
        facts->looks[facts->count++] =
            (struct look){.id = id, .path = fz_list_path(list, id), .root = fz_list_root(list, id)};
    }
    list->not_asked_from = slot;
    return facts;
}

/* The next ones that lie in one root. */
static struct fz_parcel next_request(const struct fz_facts_batch *facts)
{
    const struct look *first = &facts->looks[facts->next], *end = facts->looks + facts->count;
    struct fz_parcel request = {.kind = FZ_ASK_LOOK, .fd = -1};
    const struct look *look = first;
    for (; look < end && look->root == first->root && request.len < BYTES_AT_ONCE; look++)
        request.len += strlen(look->path) + 1;
    request.count = (uint32_t)(look - first);
    request.bytes = fz_malloc(request.len);
    char *at = request.bytes;
    for (look = first; look < first + request.count; look++)
        at = stpcpy(at, look->path) + 1;
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
            if (look->found)
                look->facts = pack(said[i].mtime_ns, said[i].bytes);
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
    items->facts = fz_grow(items->facts, &items->facts_capacity, items->capacity, sizeof *items->facts);
    struct fz_item *row = &items->rows[slot];
    bool same =
        row->flags & FZ_ITEM_FACTS && memcmp(&items->facts[slot], &look->facts, sizeof look->facts) == 0;
    items->facts[slot] = look->facts;
    row->flags |= FZ_ITEM_FACTS;
    return !same;
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
    for (size_t i = 0; i < facts->count; i++)
        free(facts->looks[i].path);
    free(facts);
}
