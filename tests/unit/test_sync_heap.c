/* The job heap: order, judging anew, dropping, closing. */
#include "fixture.h"

#include "sync/heap.h"
#include "sync/ready.h"
#include "sync/thread.h"

enum { NODES = 300 };

struct node {
    struct fz_heap_node queued;
    bool in;
    uint64_t pushed; /* the number of its push */
};

static struct node *node_of(struct fz_heap_node *queued)
{
    return FZ_CONTAINER(queued, struct node, queued);
}

/* The most urgent of those that are in, the earliest of equals; NULL when none is. */
static struct node *naive_first(struct node *nodes, size_t count)
{
    struct node *best = NULL;
    for (size_t i = 0; i < count; i++) {
        struct node *n = &nodes[i];
        if (n->in && (!best || n->queued.priority < best->queued.priority ||
                      (n->queued.priority == best->queued.priority && n->pushed < best->pushed)))
            best = n;
    }
    return best;
}

static void pop_expected(struct fz_heap *heap, struct node *nodes, size_t count)
{
    struct node *expected = naive_first(nodes, count);
    assert_non_null(expected);
    assert_ptr_equal(node_of(fz_heap_pop(heap)), expected);
    expected->in = false;
}

static void urgent_first_then_by_arrival(void **state)
{
    (void)state;
    struct random random = random_start();
    struct fz_heap heap;
    struct node nodes[NODES] = {0};
    fz_heap_init(&heap);
    size_t queued = 0;
    uint64_t pushes = 0;
    for (int round = 0; round < 20000; round++) {
        struct node *n = &nodes[random_int(&random, 0, NODES - 1)];
        if (!n->in) {
            *n = (struct node){.queued.priority = random_next(&random) % 20, .in = true, .pushed = pushes++};
            fz_heap_push(&heap, &n->queued);
            queued++;
        } else {
            pop_expected(&heap, nodes, NODES);
            queued--;
        }
        assert_int_equal(heap.count, queued);
    }
    for (; queued > 0; queued--)
        pop_expected(&heap, nodes, NODES);
    fz_heap_fini(&heap);
}

static void push_numbers(struct fz_heap *heap, struct node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        nodes[i] = (struct node){.queued.priority = i, .in = true, .pushed = i};
        fz_heap_push(heap, &nodes[i].queued);
    }
}

/* Mirrors the order, and drops every third. */
static uint64_t mirror(void *ctx, const struct fz_heap_node *node)
{
    size_t *asked = ctx;
    ++*asked;
    return node->priority % 3 == 0 ? FZ_HEAP_DROP : 1000 - node->priority;
}

static void judged_anew(void **state)
{
    (void)state;
    struct fz_heap heap;
    struct node nodes[NODES];
    struct fz_heap_node *dropped[NODES];
    size_t asked = 0;
    fz_heap_init(&heap);
    push_numbers(&heap, nodes, NODES);
    size_t gone = fz_heap_rejudge(&heap, mirror, &asked, dropped, NODES);
    assert_int_equal(asked, NODES);
    assert_int_equal(gone, NODES / 3);
    assert_int_equal(heap.count, NODES - NODES / 3);
    for (size_t i = 0; i < gone; i++) {
        struct node *n = node_of(dropped[i]);
        assert_int_equal(n->pushed % 3, 0);
        assert_true(n->in);
        n->in = false;
    }
    for (size_t i = NODES; i-- > 0;) {
        if (i % 3 == 0)
            continue;
        assert_ptr_equal(node_of(fz_heap_pop(&heap)), &nodes[i]);
    }
    assert_int_equal(heap.count, 0);
    fz_heap_fini(&heap);
}

static uint64_t same(void *ctx, const struct fz_heap_node *node)
{
    (void)ctx;
    return node->priority / 10;
}

static void equals_keep_their_arrival_when_judged(void **state)
{
    (void)state;
    struct fz_heap heap;
    struct node nodes[NODES];
    fz_heap_init(&heap);
    push_numbers(&heap, nodes, NODES);
    assert_int_equal(fz_heap_rejudge(&heap, same, NULL, NULL, 0), 0);
    for (size_t i = 0; i < NODES; i++)
        assert_ptr_equal(node_of(fz_heap_pop(&heap)), &nodes[i]);
    fz_heap_fini(&heap);
}

static uint64_t drop(void *ctx, const struct fz_heap_node *node)
{
    (void)ctx;
    (void)node;
    return FZ_HEAP_DROP;
}

static void what_has_no_room_stays_queued(void **state)
{
    (void)state;
    enum { MANY = 100, ROOM = 30 };
    struct fz_heap heap;
    struct node nodes[MANY];
    struct fz_heap_node *dropped[ROOM];
    size_t seen = 0, expected[] = {30, 30, 30, 10, 0};
    fz_heap_init(&heap);
    push_numbers(&heap, nodes, MANY);
    for (size_t round = 0; round < COUNT(expected); round++) {
        size_t n = fz_heap_rejudge(&heap, drop, NULL, dropped, ROOM);
        assert_int_equal(n, expected[round]);
        for (size_t i = 0; i < n; i++) {
            assert_true(node_of(dropped[i])->in);
            node_of(dropped[i])->in = false;
        }
        seen += n;
        assert_int_equal(heap.count, MANY - seen);
    }
    assert_int_equal(seen, MANY);
    fz_heap_fini(&heap);
}

struct popper {
    struct fz_heap *heap;
    struct fz_heap_node *got;
    atomic_bool done;
};

static int pop_one(void *ctx)
{
    struct popper *popper = ctx;
    popper->got = fz_heap_pop(popper->heap);
    atomic_store(&popper->done, true);
    return 0;
}

static void pop_waits_for_a_push(void **state)
{
    (void)state;
    struct fz_heap heap;
    struct node node = {.queued.priority = 7};
    fz_heap_init(&heap);
    struct popper popper = {.heap = &heap};
    SDL_Thread *thread;
    assert_int_equal(fz_thread_start(&thread, "popper", pop_one, &popper, NULL), FZ_OK);
    sleep_ms(50);
    assert_false(atomic_load(&popper.done));
    fz_heap_push(&heap, &node.queued);
    SDL_WaitThread(thread, NULL);
    assert_ptr_equal(popper.got, &node.queued);
    fz_heap_fini(&heap);
}

static void close_wakes_all_and_keeps_the_queue(void **state)
{
    (void)state;
    enum { WAITING = 3 };
    struct fz_heap heap;
    struct node nodes[5];
    struct popper poppers[WAITING] = {0};
    SDL_Thread *threads[WAITING];
    fz_heap_init(&heap);
    for (int i = 0; i < WAITING; i++) {
        poppers[i].heap = &heap;
        assert_int_equal(fz_thread_start(&threads[i], "popper", pop_one, &poppers[i], NULL), FZ_OK);
    }
    sleep_ms(20);
    fz_heap_close(&heap);
    for (int i = 0; i < WAITING; i++) {
        SDL_WaitThread(threads[i], NULL);
        assert_null(poppers[i].got);
    }
    push_numbers(&heap, nodes, COUNT(nodes));
    assert_null(fz_heap_pop(&heap));
    struct fz_heap_node *dropped[8];
    assert_int_equal(fz_heap_rejudge(&heap, drop, NULL, dropped, 8), COUNT(nodes));
    assert_null(fz_heap_pop(&heap));
    fz_heap_fini(&heap);
    fz_heap_fini(&heap); /* NULL-safe */
}

/* Without waiting, in order, also when closed. */
static void try_pop_empties_a_closed_heap(void **state)
{
    (void)state;
    struct fz_heap heap;
    struct node nodes[5];
    fz_heap_init(&heap);
    assert_null(fz_heap_try_pop(&heap));
    push_numbers(&heap, nodes, COUNT(nodes));
    fz_heap_close(&heap);
    for (size_t i = 0; i < COUNT(nodes); i++) {
        struct node *expected = naive_first(nodes, COUNT(nodes));
        assert_ptr_equal(node_of(fz_heap_try_pop(&heap)), expected);
        expected->in = false;
    }
    assert_null(fz_heap_try_pop(&heap));
    fz_heap_fini(&heap);
}

static int pop_one_or_nudge(void *ctx)
{
    struct popper *popper = ctx;
    unsigned nudges = 0;
    popper->got = fz_heap_pop_or_nudge(popper->heap, &nudges);
    return (int)nudges;
}

/* Who waits is woken; who works is told once it has nothing to do; each once. */
static void a_nudge_reaches_whoever_has_nothing_to_do(void **state)
{
    (void)state;
    struct fz_heap heap;
    struct node nodes[2];
    unsigned nudges = 0;
    fz_heap_init(&heap);
    push_numbers(&heap, nodes, COUNT(nodes));
    fz_heap_nudge(&heap);
    for (size_t i = 0; i < COUNT(nodes); i++)
        assert_non_null(fz_heap_pop_or_nudge(&heap, &nudges));
    assert_int_equal(nudges, 0);
    assert_null(fz_heap_pop_or_nudge(&heap, &nudges));
    assert_int_equal(nudges, 1);

    struct popper popper = {.heap = &heap};
    SDL_Thread *thread;
    int seen;
    fz_heap_nudge(&heap);
    assert_int_equal(fz_thread_start(&thread, "popper", pop_one_or_nudge, &popper, NULL), FZ_OK);
    SDL_WaitThread(thread, &seen);
    assert_null(popper.got);
    assert_int_equal(seen, 2);
    fz_heap_close(&heap);
    assert_null(fz_heap_pop_or_nudge(&heap, &nudges));
    unsigned before = nudges;
    assert_null(fz_heap_pop_or_nudge(&heap, &nudges));
    assert_int_equal(nudges, before); /* closed, and not nudged */
    fz_heap_fini(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urgent_first_then_by_arrival),
        cmocka_unit_test(judged_anew),
        cmocka_unit_test(equals_keep_their_arrival_when_judged),
        cmocka_unit_test(what_has_no_room_stays_queued),
        cmocka_unit_test(pop_waits_for_a_push),
        cmocka_unit_test(close_wakes_all_and_keeps_the_queue),
        cmocka_unit_test(try_pop_empties_a_closed_heap),
        cmocka_unit_test(a_nudge_reaches_whoever_has_nothing_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
