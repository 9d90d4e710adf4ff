#include "sync/heap.h"

#include "base/mem.h"

#include <stdlib.h>

void fz_heap_init(struct fz_heap *heap)
{
    *heap = (struct fz_heap){0};
    fz_monitor_init(&heap->filled);
}

void fz_heap_fini(struct fz_heap *heap)
{
    fz_monitor_fini(&heap->filled);
    free(heap->nodes);
    *heap = (struct fz_heap){0};
}

static bool before(const struct fz_heap_node *a, const struct fz_heap_node *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->arrival < b->arrival;
}

static void sift_up(struct fz_heap_node **nodes, size_t i)
{
    struct fz_heap_node *node = nodes[i];
    for (; i > 0 && before(node, nodes[(i - 1) / 2]); i = (i - 1) / 2)
        nodes[i] = nodes[(i - 1) / 2];
    nodes[i] = node;
}

static void sift_down(struct fz_heap_node **nodes, size_t count, size_t i)
{
    struct fz_heap_node *node = nodes[i];
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && before(nodes[child + 1], nodes[child]))
            child++;
        if (!before(nodes[child], node))
            break;
        nodes[i] = nodes[child];
    }
    nodes[i] = node;
}

void fz_heap_push(struct fz_heap *heap, struct fz_heap_node *node)
{
    fz_monitor_enter(&heap->filled);
    heap->nodes = fz_grow(heap->nodes, &heap->capacity, heap->count + 1, sizeof *heap->nodes);
    node->arrival = heap->arrivals++;
    heap->nodes[heap->count] = node;
    sift_up(heap->nodes, heap->count++);
    fz_monitor_wake_one(&heap->filled);
    fz_monitor_leave(&heap->filled);
}

static struct fz_heap_node *take_first(struct fz_heap *heap)
{
    if (heap->count == 0)
        return NULL;
    struct fz_heap_node *node = heap->nodes[0];
    heap->nodes[0] = heap->nodes[--heap->count];
    if (heap->count > 0)
        sift_down(heap->nodes, heap->count, 0);
    return node;
}

struct fz_heap_node *fz_heap_pop(struct fz_heap *heap)
{
    fz_monitor_enter(&heap->filled);
    while (!heap->closed && heap->count == 0)
        fz_monitor_wait(&heap->filled);
    struct fz_heap_node *node = heap->closed ? NULL : take_first(heap);
    fz_monitor_leave(&heap->filled);
    return node;
}

struct fz_heap_node *fz_heap_pop_or_nudge(struct fz_heap *heap, unsigned *nudges)
{
    fz_monitor_enter(&heap->filled);
    while (!heap->closed && heap->count == 0 && heap->nudges == *nudges)
        fz_monitor_wait(&heap->filled);
    struct fz_heap_node *node = heap->closed ? NULL : take_first(heap);
    if (!node)
        *nudges = heap->nudges;
    fz_monitor_leave(&heap->filled);
    return node;
}

bool fz_heap_is_idle_for(struct fz_heap *heap, const unsigned *nudges, int ms)
{
    fz_monitor_enter(&heap->filled);
    if (!heap->closed && heap->count == 0 && heap->nudges == *nudges)
        fz_monitor_wait_ms(&heap->filled, ms);
    bool idle = !heap->closed && heap->count == 0 && heap->nudges == *nudges;
    fz_monitor_leave(&heap->filled);
    return idle;
}

void fz_heap_nudge(struct fz_heap *heap)
{
    fz_monitor_enter(&heap->filled);
    heap->nudges++;
    fz_monitor_wake_all(&heap->filled);
    fz_monitor_leave(&heap->filled);
}

struct fz_heap_node *fz_heap_try_pop(struct fz_heap *heap)
{
    fz_monitor_enter(&heap->filled);
    struct fz_heap_node *node = take_first(heap);
    fz_monitor_leave(&heap->filled);
    return node;
}

size_t fz_heap_count(struct fz_heap *heap)
{
    fz_monitor_enter(&heap->filled);
    size_t count = heap->count;
    fz_monitor_leave(&heap->filled);
    return count;
}

size_t fz_heap_rejudge(struct fz_heap *heap, fz_heap_judge *judge, void *ctx, struct fz_heap_node **dropped,
                       size_t capacity)
{
    size_t kept = 0, gone = 0;
    fz_monitor_enter(&heap->filled);
    for (size_t i = 0; i < heap->count; i++) {
        struct fz_heap_node *node = heap->nodes[i];
        uint64_t priority = judge(ctx, node);
        if (priority == FZ_HEAP_DROP && gone < capacity) {
            dropped[gone++] = node;
            continue;
        }
        node->priority = priority;
        heap->nodes[kept++] = node;
    }
    heap->count = kept;
    for (size_t i = kept / 2; i-- > 0;)
        sift_down(heap->nodes, kept, i);
    fz_monitor_leave(&heap->filled);
    return gone;
}

void fz_heap_close(struct fz_heap *heap)
{
    fz_monitor_enter(&heap->filled);
    heap->closed = true;
    fz_monitor_wake_all(&heap->filled);
    fz_monitor_leave(&heap->filled);
}
