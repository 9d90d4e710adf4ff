/* The workers: threads that take jobs from the heap, do them, and push them on the ready list. */
#ifndef FZ_DECODE_POOL_H
#define FZ_DECODE_POOL_H

#include "decode/job.h"
#include "sync/doorbell.h"
#include "sync/ledger.h"

#include <SDL_thread.h>

/* Counted by the workers, read by whoever wants to know. */
struct fz_pool_counts {
    atomic_uint_fast64_t opens;  /* source files opened */
    atomic_uint_fast64_t cpu_us; /* CPU time spent on jobs */
};

struct fz_pool {
    struct fz_heap heap;          /* has its own lock */
    struct fz_ledger ledger;      /* has its own lock */
    struct fz_ready trash;        /* lock-free: spent jobs, freed by the next worker that comes by */
    struct fz_pool_counts counts; /* atomic */
    struct fz_cache *cache;       /* immutable; NULL: none */
    char *thumbnails;             /* immutable, owned: where other programs left some; NULL: nowhere */
    struct fz_ready *ready;       /* immutable: where finished jobs go */
    struct fz_doorbell *bell;     /* immutable */
    size_t keep_bytes;            /* immutable: what each worker may hold between two jobs */
    atomic_int running;           /* workers that have not ended */
    SDL_Thread **threads;         /* the owner's */
    int thread_count;
};

/* Main thread. Starts `workers` threads; `working_bytes` bounds what all of them hold at once, in the decodes under way
 * and in the buffers kept between two. `cache` is borrowed, or NULL. */
enum fz_err fz_pool_start(struct fz_pool *pool, int workers, uint64_t working_bytes, struct fz_cache *cache,
                          struct fz_ready *ready, struct fz_doorbell *bell, struct fz_error *err);

/* Main thread, after the quit token was set. Wakes and joins every worker, then frees what is still queued, finished
 * or trashed. False when a worker was still in the middle of a library's decode after `patience_ms`: nothing was
 * freed then, and only the end of the process ends that worker. */
bool fz_pool_stop(struct fz_pool *pool, int patience_ms);

/* Main thread. Takes *job. It comes back on the ready list. */
void fz_pool_submit(struct fz_pool *pool, struct fz_job *job, uint64_t priority);

/* Main thread. Takes a spent job: its memory is given back by a worker, large frees being slow. */
void fz_pool_trash(struct fz_pool *pool, struct fz_job *job);

#endif
