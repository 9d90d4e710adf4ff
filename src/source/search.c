#include "source/search.h"

#include "base/clock.h"
#include "base/fold.h"
#include "base/mem.h"
#include "source/list_state.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

enum {
    FOLDED_BYTES = 8192, /* of a path; longer ones are looked at as far as this */
    SLOTS_A_LOOK = 128,  /* between two looks at the clock */
};

/* A text to look for, folded. */
struct needle {
    char *text; /* owned; NULL: none */
    size_t len;
    bool in_path;
    uint16_t flag; /* of the items that have it */
};

/* Render thread only. */
struct fz_search {
    struct needle stands, runs;
    uint32_t next;   /* slots before it have their answer to the one that runs */
    uint32_t found;  /* of these, of what ratings let through */
    bool complete;   /* all have it, and it is not shown */
    bool narrows;    /* it can be only in what is shown */
    uint32_t folder; /* whose path `folded` begins with, or FZ_ITEMS_NONE; for one call */
    size_t folder_len;
    char folded[FOLDED_BYTES];
};

void fz_search_free(struct fz_search *search)
{
    if (!search)
        return;
    free(search->stands.text);
    free(search->runs.text);
    free(search);
}

static bool contains(const char *text, size_t len, const char *part, size_t part_len)
{
    if (part_len == 0)
        return true;
    while (len >= part_len) {
        const char *first = memchr(text, part[0], len - part_len + 1);
        if (!first)
            return false;
        if (memcmp(first, part, part_len) == 0)
            return true;
        len -= (size_t)(first + 1 - text);
        text = first + 1;
    }
    return false;
}

/* The folder's path and a slash at the beginning of `folded`. Slots of one folder mostly stand together. */
static size_t fold_folder(struct fz_search *search, const struct fz_items *items, uint32_t slot)
{
    uint32_t folder = items->rows[slot].folder;
    if (folder == search->folder)
        return search->folder_len;
    const char *path = fz_items_path(items, folder);
    size_t len = fz_fold_text(path, strlen(path), search->folded, FOLDED_BYTES - 1);
    if (len == 0 || search->folded[len - 1] != '/')
        search->folded[len++] = '/';
    search->folder = folder;
    return search->folder_len = len;
}

static bool matches(struct fz_search *search, const struct fz_items *items, const struct needle *needle,
                    uint32_t slot)
{
    const char *name = fz_items_name(items, slot);
    size_t len = needle->in_path ? fold_folder(search, items, slot) : 0;
    if (!needle->in_path)
        search->folder = FZ_ITEMS_NONE;
    len += fz_fold_text(name, strlen(name), search->folded + len, FOLDED_BYTES - len);
    return contains(search->folded, len, needle->text, needle->len);
}

static void answer(struct fz_list *list, const struct needle *needle, uint32_t slot)
{
    struct fz_item *row = &list->items.rows[slot];
    row->flags &= (uint16_t)~needle->flag;
    if (needle->text && matches(list->search, &list->items, needle, slot))
        row->flags |= needle->flag;
}

void fz_search_answer(struct fz_list *list, uint32_t slot)
{
    struct fz_search *search = list->search;
    if (!search)
        return;
    search->folder = FZ_ITEMS_NONE;
    answer(list, &search->stands, slot);
    answer(list, &search->runs, slot);
}

static void forget(struct needle *needle)
{
    free(needle->text);
    needle->text = NULL;
    needle->len = 0;
}

static void begin(struct fz_search *search, const char *text)
{
    struct needle *needle = &search->runs;
    forget(needle);
    needle->text = fz_malloc(FOLDED_BYTES);
    needle->len = fz_fold_text(text, strlen(text), needle->text, FOLDED_BYTES);
    needle->text = fz_realloc(needle->text, needle->len + 1);
    needle->in_path = memchr(needle->text, '/', needle->len) != NULL;
    const struct needle *old = &search->stands;
    search->narrows = old->text && needle->in_path == old->in_path &&
                      contains(needle->text, needle->len, old->text, old->len);
    search->next = search->found = 0;
    search->complete = false;
}

void fz_list_search(struct fz_list *list, const char *text)
{
    FZ_MAIN_ONLY();
    struct fz_search *search = list->search;
    bool ends = !text || !*text;
    if (!search && ends)
        return;
    if (!search) {
        search = list->search = fz_calloc(1, sizeof *search);
        search->stands.flag = FZ_ITEM_MATCH_A;
        search->runs.flag = FZ_ITEM_MATCH_B;
    }
    if (!ends) {
        begin(search, text);
        return;
    }
    forget(&search->runs);
    forget(&search->stands);
    search->complete = false;
    if (list->filter)
        fz_list_set_filter(list, 0);
}

bool fz_list_search_step(struct fz_list *list, int64_t budget_us)
{
    FZ_MAIN_ONLY();
    if (!fz_list_search_runs(list))
        return false;
    struct fz_search *search = list->search;
    struct fz_items *items = &list->items;
    const uint16_t ask = (uint16_t)(FZ_ITEM_ORDERED | (search->narrows ? search->stands.flag : 0));
    int64_t until = fz_now_us() + budget_us;
    search->folder = FZ_ITEMS_NONE;
    do {
        uint32_t end = search->next + SLOTS_A_LOOK < items->used ? search->next + SLOTS_A_LOOK : items->used;
        for (; search->next < end; search->next++) {
            struct fz_item *row = &items->rows[search->next];
            if ((row->flags & ask) == ask)
                answer(list, &search->runs, search->next);
            else
                row->flags &= (uint16_t)~search->runs.flag;
            search->found += fz_list_lets_through(list, search->runs.flag, search->next);
        }
        if (search->next == items->used)
            return search->complete = true;
    } while (fz_now_us() < until);
    return false;
}

bool fz_list_search_runs(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->search && list->search->runs.text && !list->search->complete;
}

bool fz_list_search_found(const struct fz_list *list, size_t *count)
{
    FZ_MAIN_ONLY();
    if (!list->search || !list->search->complete)
        return false;
    *count = list->search->found;
    return true;
}

void fz_list_search_show(struct fz_list *list)
{
    FZ_MAIN_ONLY();
    struct fz_search *search = list->search;
    struct needle done = search->runs;
    forget(&search->stands);
    search->runs = search->stands;
    search->stands = done;
    search->complete = false;
    fz_list_set_filter(list, done.flag);
}

bool fz_list_is_filtered(const struct fz_list *list)
{
    FZ_MAIN_ONLY();
    return list->filter != 0;
}
