/* The ready list under eight producers and one consumer: no item is lost, doubled, torn, or overtaken by a
 * later one of its producer. Nodes are used again and again, and go back to their producer by a list of the
 * same kind. */
#include "stress.h"

#include "sync/ready.h"

enum { PRODUCERS = 8, NODES = 512 };
enum { LIMIT_S = 110 };

struct item {
    struct fz_ready_node node;
    /* plain memory: the list alone orders who writes and who reads it */
    uint32_t producer;
    uint64_t number, check;
};

struct producer {
    uint32_t index;
    uint64_t seed, items;
    struct fz_ready spent; /* comes back from the consumer */
    struct item nodes[NODES];
};

static struct fz_ready list;
static struct producer producers[PRODUCERS];
static double start_s;

static bool is_over(void)
{
    if (now_s() - start_s > LIMIT_S)
        stress_fail("not done after %d s", LIMIT_S);
    return atomic_load_explicit(&stress_failed, memory_order_relaxed);
}

static uint64_t check_of(uint32_t producer, uint64_t number)
{
    return mix(number * PRODUCERS + producer);
}

static int produce(void *ctx)
{
    struct producer *p = ctx;
    struct fz_ready_node *unused = NULL;
    uint64_t random = p->seed;
    for (size_t i = 0; i < NODES; i++)
        fz_ready_push(&p->spent, &p->nodes[i].node);
    for (uint64_t number = 0; number < p->items; number++) {
        while (!unused && !(unused = fz_ready_take(&p->spent))) {
            if (is_over())
                return 1;
            sched_yield();
        }
        struct item *item = FZ_CONTAINER(unused, struct item, node);
        unused = unused->next;
        item->producer = p->index;
        item->number = number;
        item->check = check_of(p->index, number);
        fz_ready_push(&list, &item->node);
        if (one_in(&random, 2000))
            nap_us((long)(random_next(&random) % 200));
    }
    return 0;
}

static bool accept_item(const struct item *item, uint64_t *expected)
{
    if (item->producer >= PRODUCERS || item->check != check_of(item->producer, item->number)) {
        stress_fail("a torn item: producer %u, number %llu", item->producer,
                    (unsigned long long)item->number);
        return false;
    }
    uint64_t wanted = expected[item->producer]++;
    if (item->number != wanted)
        stress_fail("producer %u: item %llu where %llu was expected", item->producer,
                    (unsigned long long)item->number, (unsigned long long)wanted);
    return item->number == wanted;
}

static void consume(uint64_t total, uint64_t seed)
{
    uint64_t expected[PRODUCERS] = {0}, got = 0;
    while (got < total) {
        struct fz_ready_node *node = fz_ready_take(&list);
        if (!node) {
            if (is_over())
                return;
            sched_yield();
        }
        while (node) {
            struct item *item = FZ_CONTAINER(node, struct item, node);
            node = node->next; /* before the push writes it anew */
            if (!accept_item(item, expected))
                return;
            fz_ready_push(&producers[item->producer].spent, &item->node);
            got++;
        }
        if (one_in(&seed, 500))
            nap_us((long)(random_next(&seed) % 500)); /* lets the list grow */
    }
    if (!fz_ready_is_empty(&list) || fz_ready_take(&list))
        stress_fail("more items than were made");
}

int main(int argc, char **argv)
{
    uint64_t each = stress_items(argc, argv, 4000000, 2000000) / PRODUCERS + 1, seed = stress_seed();
    SDL_Thread *threads[PRODUCERS];
    start_s = now_s();
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        producers[i].index = i;
        producers[i].seed = seed + i * 7919;
        producers[i].items = each;
        threads[i] = stress_thread("producer", produce, &producers[i]);
    }
    consume(each * PRODUCERS, seed);
    for (int i = 0; i < PRODUCERS; i++)
        SDL_WaitThread(threads[i], NULL);
    return stress_end("ready list", each * PRODUCERS, start_s);
}
