#include "decode/pool.h"

#include "base/clock.h"
#include "base/mem.h"
#include "decode/decoder.h"
#include "decode/thumbnails.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The render thread must get the core it asks for; in the same process 10 is as far as it goes without starving
 * whoever waits for a lock that a worker holds. */
enum { WORKER_NICE = 10 };

/* What all workers together may keep, as a part of the working memory. A larger part would refuse larger pictures;
 * a smaller one allocates the buffers of ordinary photographs anew each time. */
enum { KEPT_PART = 8 };

static void free_jobs(struct fz_ready_node *node)
{
    while (node) {
        struct fz_ready_node *next = node->next;
        fz_job_free(FZ_CONTAINER(node, struct fz_job, ready));
        node = next;
    }
}

/* After its first picture a job waits again, for its turn among those whose first pictures were made too. */
static void run(struct fz_pool *pool, struct fz_decoder *decoder, struct fz_job *job)
{
    int64_t before = fz_thread_cpu_us();
    struct fz_job *result = job;
    bool again = job->wants_first;
    if (again)
        result = fz_decoder_run_first(decoder, job);
    else
        fz_decoder_run(decoder, job);
    int64_t cpu_us = fz_thread_cpu_us() - before;
    atomic_fetch_add_explicit(&pool->counts.cpu_us, (uint_fast64_t)cpu_us, memory_order_relaxed);
    if (again && result != job) {
        job->queued.priority = job->later;
        fz_heap_push(&pool->heap, &job->queued);
    }
    if (result) {
        result->cpu_us = cpu_us;
        fz_ready_push(pool->ready, &result->ready);
        fz_doorbell_ring(pool->bell);
    }
}

static int worker_main(void *ctx)
{
    struct fz_pool *pool = ctx;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), WORKER_NICE);
    struct fz_decoder decoder;
    fz_decoder_init(&decoder, &pool->ledger, pool->cache, pool->thumbnails, pool->keep_bytes,
                    &pool->counts.opens);
    struct fz_heap_node *node;
    while ((node = fz_heap_pop(&pool->heap)) != NULL) {
        run(pool, &decoder, FZ_CONTAINER(node, struct fz_job, queued));
        free_jobs(fz_ready_take(&pool->trash));
    }
    fz_decoder_fini(&decoder);
    atomic_fetch_sub(&pool->running, 1);
    return 0;
}

enum fz_err fz_pool_start(struct fz_pool *pool, int workers, uint64_t working_bytes, struct fz_cache *cache,
                          struct fz_ready *ready, struct fz_doorbell *bell, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    fz_image_init();
    *pool =
        (struct fz_pool){.cache = cache, .thumbnails = fz_thumbnails_folder(), .ready = ready, .bell = bell};
    pool->keep_bytes = (size_t)(working_bytes / KEPT_PART / (uint64_t)workers);
    fz_heap_init(&pool->heap);
    fz_ledger_init(&pool->ledger, working_bytes - (uint64_t)workers * pool->keep_bytes);
    pool->threads = fz_calloc((size_t)workers, sizeof *pool->threads);
    for (int i = 0; i < workers; i++) {
        char name[24];
        snprintf(name, sizeof name, "frieze:work%d", i);
        atomic_fetch_add(&pool->running, 1);
        enum fz_err code = fz_thread_start(&pool->threads[i], name, worker_main, pool, err);
        if (code != FZ_OK) {
            atomic_fetch_sub(&pool->running, 1);
            return i == 0 ? code : FZ_OK; /* with one worker the wall still fills */
        }
        pool->thread_count++;
    }
    return FZ_OK;
}

bool fz_pool_stop(struct fz_pool *pool, int patience_ms)
{
    FZ_MAIN_ONLY();
    if (!pool->heap.lock)
        return true;
    fz_heap_close(&pool->heap);
    for (int64_t end = fz_now_us() + (int64_t)patience_ms * 1000;
         atomic_load(&pool->running) > 0 && fz_now_us() < end;)
        SDL_Delay(1);
    if (atomic_load(&pool->running) > 0)
        return false;
    for (int i = 0; i < pool->thread_count; i++)
        SDL_WaitThread(pool->threads[i], NULL);
    free(pool->threads);

    for (struct fz_heap_node *node; (node = fz_heap_try_pop(&pool->heap)) != NULL;)
        fz_job_free(FZ_CONTAINER(node, struct fz_job, queued));
    free_jobs(fz_ready_take(pool->ready));
    free_jobs(fz_ready_take(&pool->trash));
    fz_heap_fini(&pool->heap);
    fz_ledger_fini(&pool->ledger);
    free(pool->thumbnails);
    fz_image_fini();
    return true;
}

void fz_pool_submit(struct fz_pool *pool, struct fz_job *job, uint64_t priority)
{
    FZ_MAIN_ONLY();
    job->queued.priority = priority;
    fz_heap_push(&pool->heap, &job->queued);
}

void fz_pool_trash(struct fz_pool *pool, struct fz_job *job)
{
    fz_ready_push(&pool->trash, &job->ready);
}
