/* What does long work without a window: readers that list the sources, workers that decode, and signals that end it. */
#ifndef FZ_APP_SUBCOMMAND_CREW_H
#define FZ_APP_SUBCOMMAND_CREW_H

#include "app/isolation.h"
#include "app/subcommand/handle.h"
#include "app/subcommand/progress.h"
#include "ctl/option.h"
#include "decode/cache.h"
#include "decode/files.h"
#include "decode/pool.h"
#include "source/items.h"
#include "source/source.h"

struct fz_crew {
    struct fz_cancel quit;
    struct fz_doorbell bell;
    struct fz_ready results, events; /* from workers and readers; the main thread takes */
    atomic_int signalled;            /* signals that came */
    struct fz_signals *signals;
    struct fz_sources *sources;
    struct fz_items known;  /* all names that were told */
    struct fz_cache *cache; /* owned; NULL: none */
    struct fz_zygotes zygotes;
    struct fz_pool pool;
    struct fz_image_limits limits;
    size_t workers;
    size_t source_count, listed_count; /* of these, sources that were read to their end */
    bool source_failed;                /* and it was said why */
    bool *listed, *complained;         /* [source_count] whether that was this one; owned */
    struct fz_progress progress;
    struct fz_handle handle;
};

struct fz_crew_options {
    const char *const *sources; /* borrowed */
    size_t source_count;
    bool recursive, quiet;
    struct fz_task *task; /* borrowed; that of the work */
    struct fz_cache *(*open_cache)(const struct fz_options *options, struct fz_error *err); /* NULL: none */
};

/* Main thread, before any other exists; signals are blocked (app/signals.h). Forks, starts the workers, begins to list.
 * To be stopped in every case. */
enum fz_err fz_crew_start(struct fz_crew *crew, const struct fz_options *options,
                          const struct fz_crew_options *how, struct fz_error *err);

/* Main thread. Jobs that nobody has begun with end as cancelled, those under way at their next block of rows. Ends the process
 * where a library cannot be interrupted. */
void fz_crew_stop(struct fz_crew *crew);

/* What the work consists of; `ctx` is whoever's it is. */
struct fz_crew_work {
    void (*take_names)(
        void *ctx, const struct fz_source_event *event); /* ADDED, WHOLE; of each source a name comes once */
    void (*take_result)(void *ctx, const struct fz_job *job);
    void (*begin_jobs)(void *ctx); /* as many as are good to have out; called each turn */
    bool (*is_done)(void *ctx);
    void *ctx;
};

/* Main thread. Until it is done; false: a signal, or whoever has the handle, asked for the end before. */
bool fz_crew_do(struct fz_crew *crew, const struct fz_crew_work *work);

/* Main thread, after a signal. Ends what is out; results are taken until none is missing (is_done), or for `patience_us`. */
void fz_crew_cancel(struct fz_crew *crew, const struct fz_crew_work *work, int64_t patience_us);

/* Main thread. Whether this path, of that source, is what its reader has complained about: the source itself, which cannot be opened. */
bool fz_crew_is_told(const struct fz_crew *crew, uint32_t root, const char *path);

/* Main thread. A line of its own beside the progress. */
void fz_crew_say(struct fz_crew *crew, const char *name, const char *text);

/* Main thread. Whether anybody asked for the end. */
bool fz_crew_is_cancelled(struct fz_crew *crew);

#endif
