/* The job heap: what the workers take their work from, most urgent first.
 *
 * A mutex and a condition around a binary heap of intrusive nodes. The lock is held for the few instructions of a
 * sift; re-ordering everything when the view moves is one heapify of what is queued, which the credits of the render
 * thread keep to a few hundred nodes. */
#ifndef FZ_SYNC_HEAP_H
#define FZ_SYNC_HEAP_H

#include "sync/monitor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Smaller is more urgent; equal ones in order of arrival. */
struct fz_heap_node {
    uint64_t priority; /* under the heap's lock while queued */
    uint64_t arrival;  /* the same */
};

/* Any thread, all three. A priority out of a class and a distance within it: all of a lower class come before any of a higher one. */
static inline uint64_t fz_heap_priority(uint32_t class, uint32_t distance)
{
    return (uint64_t) class << 32 | distance;
}

static inline uint32_t fz_heap_class(uint64_t priority)
{
    return (uint32_t)(priority >> 32);
}

static inline uint32_t fz_heap_distance(uint64_t priority)
{
    return (uint32_t)priority;
}

struct fz_heap {
    struct fz_monitor filled;
    struct fz_heap_node **nodes; /* under its lock, as all that follows */
    size_t count, capacity;
    uint64_t arrivals;
    unsigned nudges;
    bool closed;
};

/* The owner. Free only when no thread waits any more; queued nodes belong to the caller again. */
void fz_heap_init(struct fz_heap *heap);
void fz_heap_fini(struct fz_heap *heap);

/* Any thread. Queues *node (borrowed until it is popped or dropped). */
void fz_heap_push(struct fz_heap *heap, struct fz_heap_node *node);

/* A worker. Waits for the most urgent node; NULL once the heap is closed. */
struct fz_heap_node *fz_heap_pop(struct fz_heap *heap);

/* A worker. The same, but NULL too where nothing is queued and the heap was nudged since *nudges, which is brought up to
 * date then. */
struct fz_heap_node *fz_heap_pop_or_nudge(struct fz_heap *heap, unsigned *nudges);

/* A worker. Waits at most `ms` for anything to do: true when there was nothing. */
bool fz_heap_is_idle_for(struct fz_heap *heap, const unsigned *nudges, int ms);

/* Any thread. Whoever waits by the function above is woken, and who comes to wait later returns at once; each once. */
void fz_heap_nudge(struct fz_heap *heap);

/* Any thread. The most urgent node, NULL where there is none; does not wait, and works on a closed heap too. */
struct fz_heap_node *fz_heap_try_pop(struct fz_heap *heap);

/* Any thread. */
size_t fz_heap_count(struct fz_heap *heap);

/* What becomes of a queued node: its new priority, or FZ_HEAP_DROP. Runs under the lock: no locks, no waiting. */
#define FZ_HEAP_DROP UINT64_MAX
#define FZ_HEAP_LAST (UINT64_MAX - 1) /* behind all others */
typedef uint64_t fz_heap_judge(void *ctx, const struct fz_heap_node *node);

/* Any thread. Asks `judge` about every queued node, orders the heap anew, and moves the dropped ones to `dropped`
 * (room for `capacity`; more stay queued). Returns how many were dropped. */
size_t fz_heap_rejudge(struct fz_heap *heap, fz_heap_judge *judge, void *ctx, struct fz_heap_node **dropped,
                       size_t capacity);

/* Any thread. Every pop, now and later, returns NULL. */
void fz_heap_close(struct fz_heap *heap);

#endif
