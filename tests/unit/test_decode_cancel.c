/* The pool when things are called off: cancelled, dropped and stopped, nothing is lost and nothing stays
 * behind. */
#include "pool_fixture.h"

static struct bench bench;

static int open_bench(void **state)
{
    (void)state;
    fz_thread_claim_main();
    if (SDL_Init(SDL_INIT_EVENTS) != 0)
        return -1;
    bench_open(&bench);
    return 0;
}

static int close_bench(void **state)
{
    (void)state;
    bench_close(&bench);
    SDL_Quit();
    return 0;
}

/* Until `count` files were opened: so many decodes are under way, or over. */
static void wait_for_opens(uint64_t count)
{
    for (double end = now_s() + 10; atomic_load(&bench.pool.counts.opens) < count && now_s() < end;)
        sleep_ms(1);
    assert_true(atomic_load(&bench.pool.counts.opens) >= count);
}

static void cancelled_in_the_queue(void **state)
{
    (void)state;
    enum { JOBS = 60 };
    struct fz_job *jobs[JOBS];
    struct hoarder hoarder;
    bool seen[JOBS] = {false};
    bench_start(&bench, 2);
    hoarder_start(&hoarder, &bench);
    for (uint32_t i = 0; i < JOBS; i++) {
        jobs[i] = bench_job(&bench, FZ_JOB_DECODE, i, bench.good);
        fz_pool_submit(&bench.pool, jobs[i], i);
    }
    wait_for_opens(2);
    for (uint32_t i = 10; i < JOBS; i += 2)
        fz_cancel_set(&jobs[i]->cancel);
    hoarder_stop(&hoarder);
    for (int i = 0; i < JOBS; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_true(job->item < JOBS && !seen[job->item]);
        seen[job->item] = true;
        bool cancelled = job->item >= 10 && job->item % 2 == 0;
        assert_int_equal(job->error.code, cancelled ? FZ_E_CANCELLED : FZ_OK);
        assert_int_equal(job->surface == NULL, cancelled);
        fz_job_free(job);
    }
    assert_true(fz_ready_is_empty(&bench.ready));
    assert_int_equal(atomic_load(&bench.pool.counts.opens), 35);
    bench_stop(&bench);
}

static void cancelled_while_it_waits_for_memory(void **state)
{
    (void)state;
    struct hoarder hoarder;
    bench_start(&bench, 2);
    hoarder_start(&hoarder, &bench);
    struct fz_job *first = bench_job(&bench, FZ_JOB_DECODE, 1, bench.good);
    fz_pool_submit(&bench.pool, first, 0);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 2, bench.good), 0);
    wait_for_opens(2);
    sleep_ms(60);
    assert_true(fz_ready_is_empty(&bench.ready)); /* both do wait */
    double start = now_s();
    fz_cancel_set(&first->cancel);
    struct fz_job *job = bench_next(&bench);
    assert_true(now_s() - start < SOON_S);
    assert_ptr_equal(job, first);
    assert_int_equal(job->error.code, FZ_E_CANCELLED); /* and not that memory is short */
    fz_job_free(job);
    hoarder_stop(&hoarder);
    job = bench_next(&bench);
    assert_non_null(job);
    assert_int_equal(job->item, 2);
    assert_int_equal(job->error.code, FZ_OK);
    fz_job_free(job);
    assert_int_equal(bench.pool.ledger.reserved, 0);
    bench_stop(&bench);
}

/* At moments spread over the time that the decode takes, and a little longer; fewer of them where it takes seconds. */
static void cancelled_at_any_moment(void **state)
{
    (void)state;
    struct random random = random_start();
    int done = 0, cancelled = 0;
    double takes_s = 0, end = now_s() + 30;
    bench_start(&bench, 2);
    for (uint32_t round = 0; round < 60 && (round < 10 || now_s() < end); round++) {
        struct fz_job *job = bench_job(&bench, FZ_JOB_DECODE, round, bench.large);
        double start = now_s();
        fz_pool_submit(&bench.pool, job, 0);
        if (round > 0) {
            sleep_us(random_real(&random, 0, takes_s * 1.3) * 1e6);
            fz_cancel_set(&job->cancel);
        }
        assert_ptr_equal(bench_next(&bench), job);
        takes_s = round > 0 ? takes_s : now_s() - start;
        assert_true(job->error.code == FZ_OK || job->error.code == FZ_E_CANCELLED);
        assert_int_equal(job->surface != NULL, job->error.code == FZ_OK);
        *(job->surface ? &done : &cancelled) += 1;
        fz_job_free(job);
        assert_true(fz_ready_is_empty(&bench.ready));
    }
    print_message("%.1f ms a decode; %d done, %d cancelled\n", takes_s * 1000, done, cancelled);
    assert_int_equal(bench.pool.ledger.reserved, 0);
    assert_false(bench.pool.ledger.large_taken);
    bench_stop(&bench);
}

static uint64_t drop_odd(void *ctx, const struct fz_heap_node *node)
{
    (void)ctx;
    return FZ_CONTAINER(node, struct fz_job, queued)->item % 2 ? FZ_HEAP_DROP : node->priority;
}

/* A job comes back once: dropped, or as its result. */
static void dropped_or_done_but_not_both(void **state)
{
    (void)state;
    enum { JOBS = 80 };
    struct fz_heap_node *dropped[JOBS];
    struct hoarder hoarder;
    int seen[JOBS] = {0};
    bench_start(&bench, 2);
    hoarder_start(&hoarder, &bench);
    for (uint32_t i = 0; i < JOBS; i++)
        fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, i, bench.good), i);
    wait_for_opens(2);
    size_t gone = fz_heap_rejudge(&bench.pool.heap, drop_odd, NULL, dropped, JOBS);
    assert_true(gone >= JOBS / 2 - 2 && gone <= JOBS / 2);
    for (size_t i = 0; i < gone; i++) {
        struct fz_job *job = FZ_CONTAINER(dropped[i], struct fz_job, queued);
        assert_int_equal(job->item % 2, 1);
        seen[job->item]++;
        fz_job_free(job);
    }
    hoarder_stop(&hoarder);
    for (size_t i = gone; i < JOBS; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        assert_int_equal(job->error.code, FZ_OK);
        seen[job->item]++;
        fz_job_free(job);
    }
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(seen[i], 1);
    bench_stop(&bench);
}

/* Workers in the middle of a wait, jobs queued, finished and trashed: the end takes a moment and leaks
 * nothing. */
static void stops_with_work_everywhere(void **state)
{
    (void)state;
    struct hoarder hoarder;
    bench_start(&bench, 2);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 0, bench.good), 0);
    struct fz_job *job = bench_next(&bench);
    assert_non_null(job);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 0, bench.good), 0);
    for (double end = now_s() + 10; fz_ready_is_empty(&bench.ready) && now_s() < end;)
        sleep_ms(1); /* it stays on the list */
    assert_false(fz_ready_is_empty(&bench.ready));
    fz_pool_trash(&bench.pool, job);
    hoarder_start(&hoarder, &bench);
    for (uint32_t i = 0; i < 200; i++)
        fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, i, bench.good), i);
    wait_for_opens(4);
    double start = now_s();
    fz_cancel_set(&bench.quit);
    fz_heap_close(&bench.pool.heap);
    while (atomic_load(&bench.pool.running) > 0 && now_s() - start < SOON_S)
        sleep_ms(1); /* their memory never comes: the token alone ends them */
    assert_int_equal(atomic_load(&bench.pool.running), 0);
    hoarder_stop(&hoarder);
    assert_true(fz_pool_stop(&bench.pool, PATIENCE_MS));
    assert_true(now_s() - start < SOON_S);
    assert_true(fz_ready_is_empty(&bench.ready));
    assert_true(fz_pool_stop(&bench.pool, PATIENCE_MS)); /* twice does no harm */
}

/* A worker that does not come back keeps everything that it may still touch. */
static void a_stop_has_an_end(void **state)
{
    (void)state;
    struct hoarder hoarder;
    bench_start(&bench, 2);
    hoarder_start(&hoarder, &bench);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 1, bench.good), 0);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 2, bench.good), 1);
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 3, bench.good), 2);
    wait_for_opens(2);
    double start = now_s();
    assert_false(fz_pool_stop(&bench.pool, 100));
    double took = now_s() - start;
    assert_true(took > 0.09 && took < SOON_S);
    hoarder_stop(&hoarder);
    uint32_t items = 0;
    for (int i = 0; i < 2; i++) {
        struct fz_job *job = bench_next(&bench);
        assert_non_null(job);
        items |= 1u << job->item;
        fz_job_free(job);
    }
    assert_int_equal(items, 1u << 1 | 1u << 2); /* the third one is still queued, and goes at the stop */
    bench_stop(&bench);
}

static void descriptors_and_threads_are_given_back(void **state)
{
    (void)state;
    bench_start(&bench, 2); /* what libraries keep once they were used counts to neither side */
    fz_pool_submit(&bench.pool, bench_job(&bench, FZ_JOB_DECODE, 0, bench.good), 0);
    fz_job_free(bench_next(&bench));
    bench_stop(&bench);
    int descriptors = open_descriptors(), threads = settled_threads();
    for (int round = 0; round < 5; round++) {
        const char *const paths[] = {bench.good,   bench.missing, bench.text,
                                     bench.folder, bench.damaged, bench.large};
        bench_start(&bench, 1 + round * 2);
        assert_threads(threads + 1 + round * 2);
        for (uint32_t i = 0; i < 60; i++)
            fz_pool_submit(&bench.pool,
                           bench_job(&bench, i % 3 ? FZ_JOB_DECODE : FZ_JOB_SNIFF, i, paths[i % 6]), i);
        for (int i = 0; i < round * 12; i++)
            fz_job_free(bench_next(&bench));
        bench_stop(&bench);
        assert_true(fz_ready_is_empty(&bench.ready));
        assert_int_equal(open_descriptors(), descriptors);
        assert_threads(threads);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancelled_in_the_queue),
        cmocka_unit_test(cancelled_while_it_waits_for_memory),
        cmocka_unit_test(cancelled_at_any_moment),
        cmocka_unit_test(dropped_or_done_but_not_both),
        cmocka_unit_test(stops_with_work_everywhere),
        cmocka_unit_test(a_stop_has_an_end),
        cmocka_unit_test(descriptors_and_threads_are_given_back),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
