/* The doorbell: a consumer that sleeps as the render thread does is woken by every push. Producers wait for
 * their item to be taken before they make the next one, so that a wake-up that is lost leaves everybody
 * waiting until the time-out of the sleep, which no sleep may reach while an item is there. A single producer
 * has nobody who would ring for it later: that is the sharpest test. */
#include "stress.h"

#include "sync/doorbell.h"
#include "sync/ready.h"

#include <SDL.h>

enum { PRODUCERS = 4, TIMEOUT_MS = 2000 };
enum { LIMIT_S = 110 };

struct producer {
    uint64_t seed;
    uint64_t items;
    struct fz_ready_node node;
    atomic_bool out; /* the node is on its way */
};

/* Each on a cache line of its own, so that a processor may well see their changes in another order. */
static _Alignas(128) struct fz_doorbell bell;
static _Alignas(128) struct fz_ready list;
static _Alignas(128) struct producer producers[PRODUCERS];

static int produce(void *ctx)
{
    struct producer *p = ctx;
    uint64_t random = p->seed;
    for (uint64_t i = 0; i < p->items; i++) {
        atomic_store(&p->out, true);
        fz_ready_push(&list, &p->node);
        fz_doorbell_ring(&bell);
        for (int spins = 0; atomic_load(&p->out); spins++) {
            if (atomic_load(&stress_failed))
                return 1;
            if (spins > 1000)
                sched_yield();
        }
        /* mostly at once, which meets the consumer just when it goes to sleep */
        for (uint64_t spin = random_next(&random) % 200; spin > 0; spin--)
            atomic_signal_fence(memory_order_seq_cst);
        if (one_in(&random, 200))
            nap_us((long)(random_next(&random) % 3000));
    }
    return 0;
}

/* As app/loop.c does; true when the sleep ended by its time-out. */
static bool sleep_until_rung(bool by_events, uint64_t *sleeps, uint64_t *rings)
{
    SDL_Event event;
    fz_doorbell_arm(&bell);
    bool sleeping = fz_ready_is_empty(&list);
    double start = now_s();
    if (sleeping && !by_events)
        fz_doorbell_wait(&bell, TIMEOUT_MS);
    int got = sleeping && by_events ? SDL_WaitEventTimeout(&event, TIMEOUT_MS) : SDL_PollEvent(&event);
    bool timed_out = sleeping && now_s() - start >= TIMEOUT_MS / 1000.0;
    fz_doorbell_disarm(&bell);
    *sleeps += sleeping;
    for (; got; got = SDL_PollEvent(&event))
        *rings += event.type == bell.event_type;
    return timed_out;
}

static void consume(uint64_t total, bool by_events)
{
    uint64_t sleeps = 0, rings = 0, arms = 0, got = 0;
    double start = now_s();
    while (got < total && !atomic_load(&stress_failed)) {
        if (sleep_until_rung(by_events, &sleeps, &rings) && !fz_ready_is_empty(&list))
            stress_fail("slept for %d ms beside an item, after %llu of %llu", TIMEOUT_MS,
                        (unsigned long long)got, (unsigned long long)total);
        arms++;
        for (struct fz_ready_node *node = fz_ready_take(&list); node; got++) {
            struct producer *p = FZ_CONTAINER(node, struct producer, node);
            node = node->next;
            if (!atomic_exchange(&p->out, false))
                stress_fail("an item came twice");
        }
        if (now_s() - start > LIMIT_S)
            stress_fail("not done after %d s", LIMIT_S);
    }
    if (rings > arms)
        stress_fail("rung %llu times in %llu sleeps", (unsigned long long)rings, (unsigned long long)arms);
    printf("%s: %llu items, %llu sleeps, %llu rings\n",
           by_events ? "SDL_WaitEventTimeout" : "fz_doorbell_wait", (unsigned long long)got,
           (unsigned long long)sleeps, (unsigned long long)rings);
    if (total > 1000 && sleeps < 10)
        stress_fail("it hardly ever slept: this tests nothing");
}

static void run(uint64_t total, uint64_t count, uint64_t seed, bool by_events)
{
    SDL_Thread *threads[PRODUCERS];
    uint64_t each = total / count + 1;
    for (uint64_t i = 0; i < count; i++) {
        producers[i] = (struct producer){.seed = seed + i * 7919, .items = each};
        threads[i] = stress_thread("producer", produce, &producers[i]);
    }
    consume(each * count, by_events);
    for (uint64_t i = 0; i < count; i++)
        SDL_WaitThread(threads[i], NULL);
}

int main(int argc, char **argv)
{
    uint64_t items = stress_items(argc, argv, 160000, 40000), seed = stress_seed();
    double start_s = now_s();
    fz_thread_claim_main();
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        stress_fail("SDL: %s", SDL_GetError());
        return 1;
    }
    fz_doorbell_init(&bell);
    static const struct {
        uint64_t part, producers;
        bool by_events; /* SDL without a display looks for them once a millisecond: fewer */
    } runs[] = {{1, 1, false}, {3, PRODUCERS, false}, {64, 1, true}, {32, PRODUCERS, true}};
    for (size_t i = 0; i < COUNT(runs) && !atomic_load(&stress_failed); i++)
        run(items / runs[i].part, runs[i].producers, seed + i, runs[i].by_events);
    fz_doorbell_fini(&bell);
    SDL_Quit();
    return stress_end("doorbell", items, start_s);
}
