/* What list.c and list_apply.c share: the state of the list, and how an item comes into it and goes. */
#ifndef FZ_SOURCE_LIST_STATE_H
#define FZ_SOURCE_LIST_STATE_H

#include "source/items.h"
#include "source/order.h"

/* A growing array of slots or ids. */
struct fz_list_ids {
    uint32_t *at;
    size_t count, capacity;
};

/* Render thread only. */
struct fz_list {
    struct fz_items items;
    struct fz_order order;
    uint8_t *as_given; /* by root */
    size_t as_given_capacity;
    size_t unknown_count;    /* of unknown kind, not settled */
    size_t not_given;        /* of those, given to nobody yet */
    uint32_t not_given_from; /* no slot below it is one of them */
    /* for the length of one call */
    struct fz_list_ids fresh;            /* slots on their way into the order */
    struct fz_list_ids going;            /* slots on their way out */
    struct fz_list_ids removed, changed; /* ids, the answer of the last call */
};

/* Render thread, all of these. */
void fz_list_ids_add(struct fz_list_ids *ids, uint32_t id);

/* A row with neither place nor kind (new, or taken out before) becomes an item: of unknown kind, or fresh. */
void fz_list_enter(struct fz_list *list, uint32_t slot, bool unknown);

/* An item of unknown kind is one no more. */
void fz_list_become_known(struct fz_list *list, uint32_t slot);

/* An item of unknown kind that somebody looks into is to be looked into again. */
void fz_list_give_again(struct fz_list *list, uint32_t slot);

/* Puts what is fresh, all of one root and folder, into the order. Returns the lowest index that changed. */
size_t fz_list_place_fresh(struct fz_list *list, uint32_t root);

#endif
