#include "decode/pool.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "decode/decoder.h"
#include "decode/files.h"
#include "decode/keep.h"
#include "decode/quarantine.h"
#include "decode/thumbnails.h"
#include "decode/decoder_watch.h"
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

/* What copies of files on shares take, as a part of the working memory; it comes out of the eighth that is left for what is small. */
enum { COPIES_PART = 4 };

/* A worker that has had nothing to do for so long gives back what it keeps from one picture to the next, and what the C library
 * holds between blocks that were freed in another order: half as much as is in use, where tiles come out of the tile cache. */
enum { REST_MS = 2000 };

enum { PUT_OFF_US = 3000000 }; /* of a picture, until the window says what it waits for */

static void free_jobs(struct fz_ready_node *node)
{
    while (node) {
        struct fz_ready_node *next = node->next;
        fz_job_free(FZ_CONTAINER(node, struct fz_job, ready));
        node = next;
    }
}

static void give_back(struct fz_pool *pool, struct fz_job *job)
{
    bool calm = pool->calm > 0 && job->kind == FZ_JOB_DECODE && atomic_load(&job->priority) >= pool->calm;
    fz_ready_push(pool->ready, &job->ready);
    if (calm)
        atomic_store(&pool->unsaid, true);
    else
        fz_doorbell_ring(pool->bell);
}

/* To wake the render thread costs about as much as a small picture. It is told of what nobody waits for before there is too little
 * to do, so that it can send out more. */
static void tell_late(struct fz_pool *pool)
{
    if (atomic_load(&pool->unsaid) && fz_heap_count(&pool->heap) < pool->few &&
        atomic_exchange(&pool->unsaid, false))
        fz_doorbell_ring(pool->bell);
}

/* What its decoder begins with (fonts that lie on a share) is not there yet: at first those of its class go first (view/priority.h), then all
 * others, and only who has nothing else to do waits for it, a moment at a time. False where that has lasted too long: then it is told
 * what it waits for. */
static bool put_off(struct fz_pool *pool, struct fz_job *job)
{
    int64_t now_us = fz_now_us();
    if (job->error.code != FZ_E_NOT_YET || !job->comes_again)
        return false;
    bool is_first = job->put_off_us == 0;
    if (is_first)
        job->put_off_us = now_us;
    if (now_us > job->put_off_us + PUT_OFF_US)
        return false;
    job->queued.priority =
        is_first ? fz_heap_priority(fz_heap_class(job->queued.priority), UINT32_MAX) : FZ_HEAP_LAST;
    fz_heap_push(&pool->heap, &job->queued);
    return true;
}

/* After its first picture a job waits again, for its turn among those whose first pictures were made too. */
static void run(struct fz_pool *pool, struct fz_decoder *decoder, struct fz_job *job)
{
    decoder->files = pool->files;
    int64_t before = fz_thread_cpu_us();
    struct fz_job *result = job;
    bool again = job->wants_first;
    if (again)
        result = fz_decoder_run_first(decoder, job);
    else
        fz_decoder_run(decoder, job);
    int64_t cpu_us = fz_thread_cpu_us() - before;
    atomic_fetch_add_explicit(&pool->counts.cpu_us, (uint_fast64_t)cpu_us, memory_order_relaxed);
    if (job->ask.waits && fz_files_park(pool->files, job))
        return;
    if (!again && put_off(pool, job))
        return;
    fz_files_forget(job);
    if (!again)
        fz_job_close(job); /* also of what was cancelled */
    if (again && result != job) {
        job->queued.priority = atomic_load(&job->priority); /* the view may have moved meanwhile */
        fz_heap_push(&pool->heap, &job->queued);
    }
    if (result) {
        result->cpu_us = cpu_us;
        give_back(pool, result);
    }
}

/* A worker that has nothing to do was nudged. */
static void tend(struct fz_pool *pool, struct fz_decoder *decoder, unsigned *shrunk)
{
    unsigned shrinks = atomic_load(&pool->shrinks);
    fz_engine_revive(decoder->engine);
    if (shrinks != *shrunk)
        fz_decoder_shrink(decoder, atomic_load(&pool->ends_idle));
    *shrunk = shrinks;
}

/* Waits until it has had nothing to do for so long; false where there is something first. Other workers' jobs and ends of decoders wake it
 * too, which is no work. */
static bool has_rested(struct fz_pool *pool, const unsigned *nudges, int64_t rested_us)
{
    bool idle;
    int64_t left_us;
    do {
        left_us = rested_us - fz_now_us();
        idle = fz_heap_is_idle_for(&pool->heap, nudges, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
    } while (idle && left_us > 0);
    return idle;
}

static int worker_main(void *ctx)
{
    struct fz_pool *pool = ctx;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), WORKER_NICE);
    struct fz_decoder decoder;
    struct fz_engine_options how = pool->engine;
    how.number = atomic_fetch_add(&pool->started, 1) + 1;
    fz_decoder_init(&decoder, fz_engine_new(&how), &pool->ledger, pool->cache, pool->thumbnails,
                    &pool->counts.opens);
    fz_engine_await(decoder.engine);
    unsigned nudges = 0, nudged = 0, shrunk = 0;
    bool rests = false;
    int64_t rested_us = fz_now_us() + REST_MS * (int64_t)1000;
    for (;;) {
        tell_late(pool);
        if (!rests && has_rested(pool, &nudges, rested_us)) {
            rests = true;
            atomic_fetch_add(&pool->resting, 1); /* before it looks: what comes behind it nudges */
            free_jobs(fz_ready_take(&pool->trash));
            fz_decoder_shrink(&decoder, false);
            fz_mem_trim();
        }
        struct fz_heap_node *node = fz_heap_pop_or_nudge(&pool->heap, &nudges);
        if (node && rests) {
            rests = false;
            atomic_fetch_sub(&pool->resting, 1);
        }
        free_jobs(fz_ready_take(&pool->trash)); /* before more memory is taken */
        if (node)
            run(pool, &decoder, FZ_CONTAINER(node, struct fz_job, queued));
        else if (nudges != nudged)
            tend(pool, &decoder, &shrunk);
        else
            break;
        if (node)
            rested_us = fz_now_us() + REST_MS * (int64_t)1000;
        nudged = nudges;
    }
    fz_decoder_fini(&decoder);
    atomic_fetch_sub(&pool->running, 1);
    return 0;
}

enum fz_err fz_pool_start(struct fz_pool *pool, const struct fz_pool_options *options, struct fz_ready *ready,
                          struct fz_doorbell *bell, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    fz_image_init();
    size_t keep_bytes, least_bytes = options->decoders || options->unforked ? FZ_KEEP_LEAST_BYTES : 0;
    uint64_t working_bytes = options->working_bytes;
    int workers = fz_keep_workers(working_bytes, options->workers, least_bytes, &keep_bytes);
    *pool = (struct fz_pool){.cache = options->cache,
                             .thumbnails = fz_thumbnails_folder(),
                             .ready = ready,
                             .bell = bell,
                             .calm = options->calm,
                             .copies_bytes = working_bytes / COPIES_PART,
                             .few = FZ_POOL_FEW_EACH * (size_t)workers};
    pool->engine = (struct fz_engine_options){.decoders = options->decoders,
                                              .heavy_decoders = options->heavy_decoders,
                                              .svg_decoders = options->svg_decoders,
                                              .requires_all = options->requires_all,
                                              .unforked = options->unforked,
                                              .keep_bytes = keep_bytes,
                                              .working_bytes = working_bytes + options->claimable_bytes,
                                              .max_cpu_us = options->max_cpu_us,
                                              .life_cpu_s = options->life_cpu_s,
                                              .counts = &pool->counts.engine};
    pool->quarantine = fz_quarantine_new();
    pool->engine.quarantine = pool->quarantine;
    fz_heap_init(&pool->heap);
    pool->engine.watch = pool->watch = options->decoders ? fz_decoder_watch_start(&pool->heap) : NULL;
    pool->keep_bytes = (uint64_t)workers * keep_bytes;
    fz_ledger_init(&pool->ledger, working_bytes - pool->keep_bytes);
    if (options->claimable_bytes > 0)
        fz_ledger_set_giver(&pool->ledger, options->claimable_bytes, bell);
    pool->threads = fz_calloc((size_t)workers, sizeof *pool->threads);
    for (int i = 0; i < workers; i++) {
        char name[24];
        snprintf(name, sizeof name, "frieze:work%d", i);
        atomic_fetch_add(&pool->running, 1);
        enum fz_err code = fz_thread_start(&pool->threads[i], name, worker_main, pool, err);
        if (code != FZ_OK) {
            atomic_fetch_sub(&pool->running, 1);
            if (i == 0)
                return code;
            fz_log("%s: going on with %d of %d", err->msg, i, workers); /* with one the wall still fills */
            return FZ_OK;
        }
        pool->thread_count++;
    }
    return FZ_OK;
}

enum fz_err fz_pool_use_readers(struct fz_pool *pool, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    return fz_files_start(&pool->files, &pool->heap, pool->bell, pool->copies_bytes, err);
}

bool fz_pool_stop(struct fz_pool *pool, int patience_ms)
{
    FZ_MAIN_ONLY();
    if (!pool->ready) /* never started, or stopped */
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

    fz_decoder_watch_stop(pool->watch);
    fz_files_stop(pool->files);
    for (struct fz_heap_node *node; (node = fz_heap_try_pop(&pool->heap)) != NULL;)
        fz_job_free(FZ_CONTAINER(node, struct fz_job, queued));
    free_jobs(fz_ready_take(pool->ready));
    free_jobs(fz_ready_take(&pool->trash));
    fz_files_free(pool->files);
    pool->files = NULL;
    fz_heap_fini(&pool->heap);
    fz_quarantine_free(pool->quarantine);
    fz_ledger_fini(&pool->ledger);
    free(pool->thumbnails);
    fz_image_fini();
    pool->ready = NULL;
    return true;
}

void fz_pool_submit(struct fz_pool *pool, struct fz_job *job, uint64_t priority)
{
    FZ_MAIN_ONLY();
    job->queued.priority = priority;
    atomic_store(&job->priority, job->wants_first ? job->later : priority);
    fz_heap_push(&pool->heap, &job->queued);
}

void fz_pool_shrink(struct fz_pool *pool, bool decoders)
{
    atomic_store(&pool->ends_idle, decoders);
    atomic_fetch_add(&pool->shrinks, 1);
    fz_heap_nudge(&pool->heap);
}

void fz_pool_trash(struct fz_pool *pool, struct fz_job *job)
{
    const bool holds_room = job->copy.lane != NULL; /* which others may wait for */
    fz_ready_push(&pool->trash, &job->ready);
    if (holds_room || atomic_load(&pool->resting) == pool->thread_count)
        fz_heap_nudge(&pool->heap);
}

uint32_t fz_pool_layers(const struct fz_pool *pool)
{
    return atomic_load(&pool->counts.engine.layers);
}
