/* What the files of the list share: its state, and how an item comes into it and goes. */
#ifndef FZ_SOURCE_LIST_STATE_H
#define FZ_SOURCE_LIST_STATE_H

#include "source/follow.h"
#include "source/items.h"
#include "source/order.h"

struct fz_search;
struct fz_wishes;

/* A growing array of slots, ids or positions. */
struct fz_list_ids {
    uint32_t *at;
    size_t count, capacity;
};

/* Render thread only. */
struct fz_list {
    struct fz_items items;
    struct fz_sort sort; /* that the order follows */
    struct fz_order order;
    bool stacks;               /* RAW files go beneath their covers */
    size_t beneath_count;      /* rows that do */
    struct fz_list_ids parted; /* ids of those whose cover went */
    fz_item_id followed[FZ_FOLLOWED];
    uint64_t departures; /* items that left the order, ever */
    uint64_t renames;    /* items in it that got another name, ever */
    bool disordered;     /* something stands at the end because finding its place would have taken too long */
    /* what is shown of it, true until order.changed */
    struct fz_list_ids shown;    /* slots; used while a filter stands, see fz_list_is_part */
    struct fz_list_ids sections; /* where folders begin, among what is shown */
    struct fz_search *search;    /* NULL until the first one */
    uint16_t filter;             /* the flag of what is shown; 0: no search stands */
    bool by_rating;              /* only what is rated from the least to the most is shown */
    int8_t least_rating, most_rating;

    bool *folders_going; /* from one part of an event to the next: by folder; owned; NULL: none */
    size_t kept;         /* rows of a WHOLE event that were KEPT so far; the same */
    uint32_t at_once;    /* names of an event, or items that go with it; tests take fewer */
    uint32_t root_count; /* 1 + the highest that had an event */
    bool *stuck;         /* by root: its reader hangs; owned */
    size_t stuck_capacity;
    size_t unknown_count;              /* of unknown kind, not settled */
    size_t not_given;                  /* of those, given to nobody yet */
    uint32_t not_given_from;           /* no slot below it is one of them */
    uint32_t not_asked_from;           /* no slot below it is in the order and not ASKED */
    uint32_t not_told_from;            /* the same of FZ_TOLD_ASKED */
    size_t marked_count;               /* in the order */
    struct fz_wishes *wishes;          /* NULL: none */
    struct fz_list_ids dropped, drops; /* ids, oldest first; how many of them came before each drop */
    /* for the length of one call */
    struct fz_list_ids fresh;                    /* slots on their way into the order */
    struct fz_list_ids going;                    /* slots on their way out */
    struct fz_list_ids removed, changed, beside; /* ids, the answer of the last call */
};

/* Render thread, all of these. */
void fz_list_ids_add(struct fz_list_ids *ids, uint32_t id);

/* A row with neither place nor kind (new, or taken out before) becomes an item: of unknown kind, or fresh. */
void fz_list_enter(struct fz_list *list, uint32_t slot, bool unknown);

/* The row's place in the order is gone, or will be before the call returns. */
void fz_list_leave(struct fz_list *list, uint32_t slot);

/* The row GOES for good with the next sweep; until then its name is taken. */
void fz_list_let_go(struct fz_list *list, uint32_t slot);
/* What is renamed over another, which is to be found there: the selection on it and its mark pass to that. */
void fz_list_hand_on(struct fz_list *list, uint32_t slot, uint32_t heir);
/* Removes all that was let go, and takes what GOES but is KEPT, and fresh, out of its place; returns the lowest index that
 * changed. */
size_t fz_list_sweep(struct fz_list *list);

/* An item of unknown kind is one no more. */
void fz_list_become_known(struct fz_list *list, uint32_t slot);

/* An item of unknown kind that somebody looks into is to be looked into again. */
void fz_list_give_again(struct fz_list *list, uint32_t slot);

/* Nobody is to be asked about it now. */
static inline bool fz_list_is_stuck(const struct fz_list *list, uint32_t slot)
{
    uint32_t root = fz_item_root(&list->items.rows[slot]);
    return root < list->stuck_capacity && list->stuck[root];
}

/* The facts of its bytes are to be looked for again. */
void fz_list_ask_again(struct fz_list *list, uint32_t slot);
/* The same of what the file tells; an answer that is under way will not count. */
void fz_list_tell_again(struct fz_list *list, uint32_t slot);

/* Puts what is fresh into the order. Returns the lowest index that changed. Of more than `most` items, and of many that
 * are not sorted, the list becomes disordered. What is taken of an event at once is
 * always merged where it is sorted. */
enum { FZ_LIST_MERGED_AT_ONCE = 8192 };
size_t fz_list_place_fresh(struct fz_list *list, size_t most);

/* Makes true what is derived from the order: positions, what is shown, sections. O(what changed), with a filter
 * O(items): 0.3 ms for 100,000. */
void fz_list_refresh(struct fz_list *list);

static inline size_t fz_list_lower(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What is shown is not all of the list? */
static inline bool fz_list_is_part(const struct fz_list *list)
{
    return list->filter || list->by_rating;
}

/* Whether a filter, the flag of what is shown or would be (0: none), and the rating let an item in the order through. */
bool fz_list_lets_through(const struct fz_list *list, uint16_t filter, uint32_t slot);
/* All that a search or its end changes. */
void fz_list_set_filter(struct fz_list *list, uint16_t flag);

/* search.c: the answer for an item that comes into the order; the search itself. */
void fz_search_answer(struct fz_list *list, uint32_t slot);
void fz_search_free(struct fz_search *search);

/* sidecars.c: what is beside an item, or lies beneath it, may tell something else of it now. */
void fz_sidecars_changed(struct fz_list *list, uint32_t slot);

/* stacks.c: before what is fresh is put into the order; the lowest index that changed, or SIZE_MAX. What comes up is fresh
 * then, what goes beneath is not. */
size_t fz_stacks_settle(struct fz_list *list);
/* This cover goes, or gets another name: what lies beneath comes up when that settles, or stays dropped as its cover was. */
void fz_stacks_part(struct fz_list *list, uint32_t cover);
/* This RAW file gets another name: it was dropped with its cover, if it was, and is from now on for itself. */
bool fz_stacks_stay_dropped(struct fz_list *list, uint32_t raw);
/* The other way round: before this file goes, which may lie beneath another. */
void fz_stacks_leave(struct fz_list *list, uint32_t slot);
/* The cover of a RAW file; its RAW files, beneath it or not yet. FZ_ITEMS_NONE where there is none. */
uint32_t fz_stacks_cover(const struct fz_list *list, uint32_t raw);
uint32_t fz_stacks_beneath(const struct fz_list *list, uint32_t cover, size_t index);
bool fz_stacks_lies_beneath(const struct fz_list *list, uint32_t raw, uint32_t cover);

/* follow.c: before what GOES leaves the order, its place passes on, and that of what moves by a name that is not searched for, to a
 * neighbour that is shown, if there is one; the same of what is dropped, with all beneath it; from one item to another. */
void fz_followed_leave(struct fz_list *list);
void fz_followed_drop(struct fz_list *list);
void fz_followed_pass(struct fz_list *list, uint32_t from, uint32_t to);

/* drop.c: what lies beneath a dropped cover, for undo to find should the cover's file go. What came after that drop is part of the
 * last one. Once is enough: no more happens where it is part of one. */
void fz_list_record_drop(struct fz_list *list, uint32_t raw);

/* marks.c: an item that comes into the order may have been wished for. */
void fz_wishes_grant(struct fz_list *list, uint32_t slot);
/* The other way round: its file is away, which need not be for ever. */
void fz_wishes_keep(struct fz_list *list, uint32_t slot);
void fz_wishes_free(struct fz_wishes *wishes);

/* Refreshing is a cache of the order, and every list is made by fz_list_new: none is a const object. */
static inline struct fz_list *fz_list_own(const struct fz_list *list)
{
    return (struct fz_list *)(uintptr_t)list;
}

#endif
