/* The ready list: how finished things reach the one thread that consumes them.
 *
 * Many producers push single nodes (lock-free: one compare-and-swap loop), one consumer takes the whole list with one
 * exchange (wait-free). Nodes are part of what they carry, so nothing is allocated and nothing can be full. There
 * is no ABA problem: nobody ever takes a single node, so a node's `next` is only written by who pushes it.
 * (Treiber, "Systems Programming: Coping with Parallelism", 1986, with pop replaced by take-all.) */
#ifndef FZ_SYNC_READY_H
#define FZ_SYNC_READY_H

#include <stdatomic.h>
#include <stdbool.h>

struct fz_ready_node {
    struct fz_ready_node *next;
};

/* Zeroed = empty. */
struct fz_ready {
    _Atomic(struct fz_ready_node *) head; /* atomic */
};

/* Any thread. Takes *node; never blocks, never fails. */
void fz_ready_push(struct fz_ready *list, struct fz_ready_node *node);

/* The consuming thread. Everything pushed so far, oldest first, linked by `next`; NULL when there is nothing. */
struct fz_ready_node *fz_ready_take(struct fz_ready *list);

/* Any thread. A hint that may be out of date when it returns. */
bool fz_ready_is_empty(const struct fz_ready *list);

/* The object that a node is part of. */
#define FZ_CONTAINER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

#endif
