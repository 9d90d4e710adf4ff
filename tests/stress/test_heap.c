/* The job heap under eight producers, four consumers, and a thread that judges anew and drops: every node
 * comes out exactly once, popped, dropped or, where the heap was closed meanwhile, left in the queue. */
#include "stress.h"

#include "sync/heap.h"
#include "sync/ready.h"

enum { PRODUCERS = 8, CONSUMERS = 4, NODES = 40 };
enum { LIMIT_S = 110 };

struct node {
    struct fz_heap_node queued;
    atomic_bool in;         /* set by who pushes, cleared by who takes out */
    uint64_t number, check; /* plain memory, handed over by the heap */
};

struct producer {
    uint64_t seed, items, pushed;
    struct node nodes[NODES];
};

static struct fz_heap heap;
static struct producer producers[PRODUCERS];
static atomic_uint_fast64_t popped, dropped;
static atomic_bool producers_done, judge_done;
static double start_s;

static bool is_over(void)
{
    if (now_s() - start_s > LIMIT_S)
        stress_fail("not done after %d s", LIMIT_S);
    return atomic_load_explicit(&stress_failed, memory_order_relaxed);
}

static int produce(void *ctx)
{
    struct producer *p = ctx;
    uint64_t random = p->seed;
    for (size_t i = 0; p->pushed < p->items; i = (i + 1) % NODES) {
        struct node *n = &p->nodes[i];
        if (atomic_load_explicit(&n->in, memory_order_acquire)) {
            if (is_over() || atomic_load(&producers_done))
                return 0;
            sched_yield();
            continue;
        }
        n->number = p->pushed++;
        n->check = mix(n->number ^ p->seed);
        n->queued.priority = random_next(&random) % 64;
        atomic_store_explicit(&n->in, true, memory_order_relaxed);
        fz_heap_push(&heap, &n->queued);
        if (one_in(&random, 3000))
            nap_us((long)(random_next(&random) % 300));
    }
    return 0;
}

/* Whoever takes a node out: it was in, once, and whole. */
static void take_out(struct fz_heap_node *queued, atomic_uint_fast64_t *count)
{
    struct node *n = FZ_CONTAINER(queued, struct node, queued);
    size_t owner = (size_t)((char *)n - (char *)producers) / sizeof *producers;
    if (owner >= PRODUCERS || n->check != mix(n->number ^ producers[owner].seed))
        stress_fail("a node that nobody pushed");
    else if (!atomic_exchange_explicit(&n->in, false, memory_order_acq_rel))
        stress_fail("node %llu of producer %zu came out twice", (unsigned long long)n->number, owner);
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

static int consume(void *ctx)
{
    (void)ctx;
    for (struct fz_heap_node *queued; (queued = fz_heap_pop(&heap)) != NULL;)
        take_out(queued, &popped);
    return 0;
}

/* One in eight is dropped, the others change places. */
static uint64_t judge(void *ctx, const struct fz_heap_node *node)
{
    uint64_t *random = ctx;
    (void)node;
    return one_in(random, 8) ? FZ_HEAP_DROP : random_next(random) % 64;
}

static void judge_once(uint64_t *random, size_t room)
{
    struct fz_heap_node *out[NODES * PRODUCERS];
    size_t count = fz_heap_rejudge(&heap, judge, random, out, room);
    for (size_t i = 0; i < count; i++)
        take_out(out[i], &dropped);
}

static int keep_judging(void *ctx)
{
    uint64_t random = *(const uint64_t *)ctx;
    while (!atomic_load(&judge_done)) {
        judge_once(&random, (size_t)(random_next(&random) % (NODES * PRODUCERS)));
        nap_us((long)(random_next(&random) % 400));
    }
    return 0;
}

static uint64_t drop_all(void *ctx, const struct fz_heap_node *node)
{
    (void)ctx;
    (void)node;
    return FZ_HEAP_DROP;
}

static uint64_t leave_queue(void)
{
    struct fz_heap_node *out[64];
    uint64_t left = 0;
    for (size_t n; (n = fz_heap_rejudge(&heap, drop_all, NULL, out, COUNT(out))) > 0; left += n)
        for (size_t i = 0; i < n; i++)
            take_out(out[i], &dropped);
    return left;
}

/* Until all are out, or, with `early`, until half of them are: then it is closed in the middle of
 * everything. */
static void run(uint64_t each, uint64_t seed, bool early)
{
    SDL_Thread *makers[PRODUCERS], *takers[CONSUMERS];
    atomic_store(&popped, 0);
    atomic_store(&dropped, 0);
    atomic_store(&producers_done, false);
    atomic_store(&judge_done, false);
    fz_heap_init(&heap);
    for (int i = 0; i < CONSUMERS; i++)
        takers[i] = stress_thread("consumer", consume, NULL);
    SDL_Thread *judging = stress_thread("judge", keep_judging, &seed);
    for (uint64_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.seed = seed + i * 7919, .items = each};
        makers[i] = stress_thread("producer", produce, &producers[i]);
    }
    uint64_t wanted = each * PRODUCERS / (early ? 2 : 1);
    while (atomic_load(&popped) + atomic_load(&dropped) < wanted && !is_over())
        nap_us(500);
    if (early)
        fz_heap_close(&heap);
    atomic_store(&producers_done, true);
    for (int i = 0; i < PRODUCERS; i++)
        SDL_WaitThread(makers[i], NULL);
    atomic_store(&judge_done, true);
    SDL_WaitThread(judging, NULL);
    fz_heap_close(&heap);
    for (int i = 0; i < CONSUMERS; i++)
        SDL_WaitThread(takers[i], NULL);

    uint64_t pushed = 0, left = leave_queue(), out = atomic_load(&popped) + atomic_load(&dropped);
    for (int i = 0; i < PRODUCERS; i++) {
        pushed += producers[i].pushed;
        for (int k = 0; k < NODES; k++)
            if (atomic_load(&producers[i].nodes[k].in))
                stress_fail("node %d of producer %d never came out", k, i);
    }
    if (pushed != out || (!early && (left > 0 || out != wanted)))
        stress_fail("%llu nodes went in, %llu came out, %llu of them left at the end",
                    (unsigned long long)pushed, (unsigned long long)out, (unsigned long long)left);
    printf("%llu popped, %llu dropped\n", (unsigned long long)atomic_load(&popped),
           (unsigned long long)atomic_load(&dropped));
    fz_heap_fini(&heap);
}

int main(int argc, char **argv)
{
    uint64_t each = stress_items(argc, argv, 1000000, 400000) / PRODUCERS + 1, seed = stress_seed();
    start_s = now_s();
    run(each, seed, false);
    for (uint64_t i = 1; i <= 4 && !atomic_load(&stress_failed); i++)
        run(each / 16 + 1, seed + i, true);
    return stress_end("job heap", each * PRODUCERS, start_s);
}
