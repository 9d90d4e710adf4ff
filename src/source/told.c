#include "source/told.h"

#include "base/mem.h"
#include "decode/job.h"
#include "decode/sidecar.h"
#include "source/list_state.h"
#include "source/stacks.h"
#include "sync/thread.h"

#include <stdlib.h>

struct question {
    fz_item_id id;
    char *path, *beneath; /* owned; NULL: nothing lies beneath */
    uint32_t root;
    bool anew, answered, opened;
    uint8_t generation; /* of the row, when it was asked */
    struct fz_item_told told;
};

struct fz_told {
    size_t count;
    size_t next; /* to be asked */
    struct fz_sidecar_reading reading;
    struct question questions[];
};

static struct fz_item_told pack(const struct fz_metadata *metadata)
{
    struct fz_item_told told = {.known = FZ_TOLD_ANSWERED};
    fz_item_set_rating(&told, metadata->rating);
    if (metadata->has_rating)
        told.known |= FZ_TOLD_RATED;
    if (!metadata->date.known)
        return told;
    uint64_t biased = (uint64_t)(fz_metadata_time_s(&metadata->date) + FZ_TOLD_BIAS);
    told.known |= FZ_TOLD_TAKEN;
    told.taken_low = (uint32_t)biased;
    told.taken_high = (uint8_t)(biased >> 32);
    told.taken_part = (uint8_t)(metadata->date.clock_ms * 256 / 1000);
    return told;
}

static bool wants_to_be_asked(const struct fz_list *list, uint32_t slot)
{
    const struct fz_items *items = &list->items;
    return items->rows[slot].flags & FZ_ITEM_ORDERED && !fz_list_is_stuck(list, slot) &&
           !(fz_items_told(items, slot).known & FZ_TOLD_ASKED);
}

struct fz_told *fz_list_told_begin(struct fz_list *list, size_t most)
{
    FZ_MAIN_ONLY();
    struct fz_items *items = &list->items;
    uint32_t slot = list->not_told_from;
    while (slot < items->used && !wants_to_be_asked(list, slot))
        slot++;
    list->not_told_from = slot;
    if (slot >= items->used)
        return NULL;
    struct fz_told *told = fz_malloc(sizeof *told + most * sizeof told->questions[0]);
    *told = (struct fz_told){0};
    for (; slot < items->used && told->count < most; slot++) {
        if (!wants_to_be_asked(list, slot))
            continue;
        struct fz_item_told *row = fz_items_told_row(items, slot);
        bool anew = row->known & FZ_TOLD_ANEW;
        row->known = (uint8_t)((row->known & ~FZ_TOLD_ANEW) | FZ_TOLD_ASKED);
        fz_item_id id = fz_items_id(items, slot);
        told->questions[told->count++] = (struct question){.id = id,
                                                           .generation = row->generation,
                                                           .path = fz_list_path(list, id),
                                                           .beneath = fz_list_path_beneath(list, id),
                                                           .root = fz_list_root(list, id),
                                                           .anew = anew};
    }
    list->not_told_from = slot;
    return told;
}

void fz_list_tell_anew(struct fz_list *list, fz_item_id id)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return;
    fz_items_told_row(&list->items, slot)->known |= FZ_TOLD_ANEW;
    fz_list_tell_again(list, slot);
}

void fz_told_read(struct fz_told *told, struct fz_job *job)
{
    FZ_NOT_MAIN();
    for (; told->next < told->count && !fz_cancel_is_set(&job->cancel); told->next++) {
        struct question *question = &told->questions[told->next];
        job->root = question->root;
        job->told_anew = question->anew;
        if (!fz_sidecar_metadata(job, question->path, question->beneath, &told->reading))
            return;
        question->opened = told->reading.opened;
        question->told = pack(&told->reading.out);
        question->answered = true;
        told->reading = (struct fz_sidecar_reading){0};
    }
}

static bool take(struct fz_list *list, const struct question *question)
{
    uint32_t slot = fz_items_slot(&list->items, question->id);
    if (slot == FZ_ITEMS_NONE)
        return false;
    struct fz_item_told *row = fz_items_told_row(&list->items, slot), before = *row;
    bool outdated = before.generation != question->generation; /* who did that has it asked again */
    if (outdated || !question->answered)
        row->known |= question->anew ? FZ_TOLD_ANEW : 0;
    if (outdated)
        return false;
    if (!question->answered) {
        fz_list_tell_again(list, slot);
        return false;
    }
    list->items.told_count += !(before.known & FZ_TOLD_ANSWERED);
    *row = question->told;
    row->generation = before.generation;
    row->known |= before.known & (FZ_TOLD_ASKED | FZ_TOLD_ANEW);
    return ((row->known ^ before.known) & (FZ_TOLD_TAKEN | FZ_TOLD_RATED)) ||
           fz_item_rating(row) != fz_item_rating(&before) ||
           fz_item_taken_ns(row) != fz_item_taken_ns(&before);
}

/* What is shown may be other items now. */
static bool is_news(struct fz_list *list, bool news)
{
    if (news && list->by_rating)
        fz_order_changed(&list->order, 0);
    return news;
}

bool fz_list_told_apply(struct fz_list *list, const struct fz_told *told)
{
    FZ_MAIN_ONLY();
    bool news = false;
    for (size_t i = 0; i < told->count; i++)
        news |= take(list, &told->questions[i]);
    return is_news(list, news);
}

void fz_told_free(struct fz_told *told)
{
    if (!told)
        return;
    for (size_t i = 0; i < told->count; i++) {
        free(told->questions[i].path);
        free(told->questions[i].beneath);
    }
    free(told);
}

size_t fz_told_opens(const struct fz_told *told)
{
    size_t opens = 0;
    for (size_t i = 0; i < told->count; i++)
        opens += told->questions[i].opened;
    return opens;
}

bool fz_list_is_told(const struct fz_list *list, size_t a, size_t b)
{
    FZ_MAIN_ONLY();
    size_t count = fz_list_count(list), first = a < b ? a : b, last = a < b ? b : a;
    for (size_t i = first; i < count && i <= last; i++)
        if (!(fz_items_told(&list->items, FZ_ITEM_SLOT(fz_list_at(list, i))).known &
              (FZ_TOLD_ANSWERED | FZ_TOLD_RATED)))
            return false;
    return true;
}

size_t fz_list_told_count(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->items.told_count;
}

bool fz_list_rating(const struct fz_list *list, fz_item_id id, int *rating)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    struct fz_item_told told =
        slot == FZ_ITEMS_NONE ? (struct fz_item_told){0} : fz_items_told(&list->items, slot);
    *rating = fz_item_rating(&told);
    return told.known & FZ_TOLD_RATED;
}

bool fz_list_rate(struct fz_list *list, fz_item_id id, int rating)
{
    FZ_MAIN_ONLY();
    uint32_t slot = fz_items_slot(&list->items, id);
    if (slot == FZ_ITEMS_NONE)
        return false;
    struct fz_item_told *row = fz_items_told_row(&list->items, slot);
    bool news = fz_item_rating(row) != rating || !(row->known & FZ_TOLD_RATED);
    fz_item_set_rating(row, rating);
    row->known |= FZ_TOLD_RATED;
    if (row->known & FZ_TOLD_ASKED) /* perhaps it was read before it was rated */
        fz_list_tell_again(list, slot);
    return is_news(list, news);
}

void fz_list_show_rated(struct fz_list *list, int least, int most)
{
    FZ_MAIN_ONLY();
    list->by_rating = least > FZ_RATING_REJECTED || most < FZ_RATING_MOST;
    list->least_rating = (int8_t)least;
    list->most_rating = (int8_t)most;
    fz_order_changed(&list->order, 0);
}

bool fz_list_shows_rated(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->by_rating;
}

bool fz_list_rated_range(const struct fz_list *list, int *least, int *most)
{
    *least = list->least_rating;
    *most = list->most_rating;
    return fz_list_shows_rated(list);
}
