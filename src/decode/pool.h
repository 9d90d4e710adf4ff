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
    atomic_uint_fast64_t cpu_us; /* CPU time spent on jobs, by the workers themselves */
    struct fz_engine_counts engine;
};

/* Jobs that are left for each worker when more are asked for: 2 ms of work where pictures are small, as long as a short frame. */
enum { FZ_POOL_FEW_EACH = 8 };

struct fz_pool {
    struct fz_heap heap;          /* has its own lock */
    struct fz_ledger ledger;      /* has its own lock */
    struct fz_ready trash;        /* lock-free: spent jobs, freed by the next worker that comes by */
    struct fz_pool_counts counts; /* atomic */
    struct fz_cache *cache;       /* immutable; NULL: none */
    struct fz_files *files; /* immutable while there are jobs, owned; NULL: workers open files in place */
    char *thumbnails;       /* immutable, owned: where other programs left some; NULL: nowhere */
    struct fz_quarantine *quarantine; /* immutable, owned; has its own lock */
    struct fz_decoder_watch *watch;   /* immutable, owned; NULL: nobody watches the decoders */
    struct fz_ready *ready;           /* immutable: where finished jobs go */
    struct fz_doorbell *bell;         /* immutable */
    struct fz_engine_options engine;  /* immutable: what is the same for all workers */
    uint64_t calm;                    /* immutable: as in the options */
    uint64_t copies_bytes;            /* immutable: what copies of files on shares may take */
    uint64_t keep_bytes;              /* immutable: what all workers may keep between two pictures */
    size_t few;                       /* immutable: jobs, with which some worker is soon without one */
    atomic_bool unsaid;               /* a calm job has come back, and the bell was not rung */
    atomic_int started;               /* workers that have begun */
    atomic_int running;               /* workers that have not ended */
    atomic_int resting;               /* workers that have had nothing to do for a while */
    atomic_uint shrinks;   /* how often who has nothing to do was asked to give back what it keeps */
    atomic_bool ends_idle; /* and to end its decoder process */
    SDL_Thread **threads;  /* the owner's */
    int thread_count;
};

struct fz_pool_options {
    int workers; /* threads; fewer where the memory does not suffice for so many decoder processes */
    /* what all of them hold at once, in the decodes under way and in the buffers kept between two */
    uint64_t working_bytes;
    /* what the owner may give besides, when a picture needs it (fz_ledger_wanted) */
    uint64_t claimable_bytes;
    struct fz_cache *cache;     /* borrowed; NULL: none */
    struct fz_zygote *decoders; /* borrowed; NULL: the workers decode on their own threads */
    struct fz_zygote *heavy_decoders, *svg_decoders; /* borrowed; see decode/engine.h */
    bool requires_all;                               /* the same */
    int64_t max_cpu_us;                              /* the same */
    int life_cpu_s;                                  /* the same */
    bool unforked;                                   /* decoder processes that are but threads, for tests */
    /* pictures of this priority, or less urgent ones, may come back a few at a time; 0: none */
    uint64_t calm;
};

/* Main thread. Starts the workers. */
enum fz_err fz_pool_start(struct fz_pool *pool, const struct fz_pool_options *options, struct fz_ready *ready,
                          struct fz_doorbell *bell, struct fz_error *err);

/* Main thread, before the first job. From now on the files of sources are reached by their readers. */
enum fz_err fz_pool_use_readers(struct fz_pool *pool, struct fz_error *err);

/* Main thread, after the quit token was set, and the readers' fronts were stopped. Wakes and joins every worker, then frees what is still queued, finished
 * or trashed. False when a worker was still in the middle of a library's decode after `patience_ms`: nothing was
 * freed then, and only the end of the process ends that worker. */
bool fz_pool_stop(struct fz_pool *pool, int patience_ms);

/* Any thread. The layers of the sandbox around the decoder that was started last; 0: none, or none has begun yet. */
uint32_t fz_pool_layers(const struct fz_pool *pool);

/* Main thread. Takes *job. It comes back on the ready list. */
void fz_pool_submit(struct fz_pool *pool, struct fz_job *job, uint64_t priority);

/* Main thread. Takes a spent job: its memory is given back by a worker, large frees being slow. */
void fz_pool_trash(struct fz_pool *pool, struct fz_job *job);

/* Any thread. Every worker that has nothing to do, now or as soon as it has not, gives back once what it keeps from one job to
 * the next; with `decoders` its decoder process too. */
void fz_pool_shrink(struct fz_pool *pool, bool decoders);

#endif
