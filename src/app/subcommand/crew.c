#include "app/subcommand/crew.h"

#include "app/supervisor.h"
#include "app/isolation.h"
#include "app/limits.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/leftover.h"
#include "base/log.h"
#include "base/mem.h"

#include <SDL_cpuinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WAIT_MS = 200,
    STUCK_MS = 150, /* how long the end waits for a library that cannot be interrupted, when cancelled */
    PATIENCE_MS = 60 * 1000, /* and when not */
};

static int end_at_once(void *ctx)
{
    (void)ctx;
    fz_supervised_end(fz_err_exit_status(FZ_E_CANCELLED));
    fz_leftovers_end(FZ_LEFTOVERS_MS);
    return fz_err_exit_status(FZ_E_CANCELLED);
}

static enum fz_err start_workers(struct fz_crew *crew, const struct fz_options *options, struct fz_error *err)
{
    struct fz_pool_options workers = {.workers = (int)crew->workers,
                                      .working_bytes =
                                          fz_memory_bound(options) / 2, /* the rest is for results */
                                      .cache = crew->cache,
                                      .decoders = crew->zygotes.decoders,
                                      .heavy_decoders = crew->zygotes.heavy_decoders,
                                      .svg_decoders = crew->zygotes.svg_decoders,
                                      .requires_all = fz_isolation_requires_all(options),
                                      .max_cpu_us = crew->limits.max_cpu_us};
    enum fz_err code = fz_pool_start(&crew->pool, &workers, &crew->results, &crew->bell, err);
    return code == FZ_OK && crew->zygotes.readers ? fz_pool_use_readers(&crew->pool, err) : code;
}

static enum fz_err start(struct fz_crew *crew, const struct fz_options *options,
                         const struct fz_crew_options *how, struct fz_error *err)
{
    enum fz_err code = FZ_OK;
    for (size_t i = 0; i < how->source_count && code == FZ_OK; i++)
        code = fz_source_check(how->sources[i], err);
    if (code == FZ_OK)
        code = fz_signals_start(&crew->signals, &crew->signalled, &crew->bell, end_at_once, NULL, err);
    if (code == FZ_OK && how->open_cache) {
        crew->cache = how->open_cache(options, err);
        code = err->code;
    }
    bool is_named = fz_option_is_set(options, FZ_OPTION_NAME);
    if (code == FZ_OK)
        code = fz_handle_start(&crew->handle, how->task,
                               is_named ? options->values[FZ_OPTION_NAME].text : NULL, &crew->bell, err);
    if (code == FZ_OK)
        code = start_workers(crew, options, err);
    struct fz_source_options sources = {.hidden = fz_option_is_on(options, FZ_OPTION_HIDDEN),
                                        .recursive = how->recursive,
                                        .nul_separated = fz_option_is_on(options, FZ_OPTION_NUL),
                                        .readers = crew->zygotes.readers,
                                        .files = crew->pool.files};
    return code == FZ_OK ? fz_sources_start(&crew->sources, how->sources, how->source_count, &sources,
                                            &crew->events, &crew->bell, &crew->quit, err)
                         : code;
}

enum fz_err fz_crew_start(struct fz_crew *crew, const struct fz_options *options,
                          const struct fz_crew_options *how, struct fz_error *err)
{
    *crew = (struct fz_crew){.limits = fz_limits_from_options(options),
                             .source_count = how->source_count,
                             .listed = fz_calloc(how->source_count, sizeof *crew->listed),
                             .complained = fz_calloc(how->source_count, sizeof *crew->complained),
                             .handle = {.task = how->task}};
    crew->workers = fz_option_is_set(options, FZ_OPTION_JOBS) ? (size_t)options->values[FZ_OPTION_JOBS].number
                                                              : (size_t)SDL_GetCPUCount();
    fz_progress_init(&crew->progress, how->quiet);
    fz_cancel_init(&crew->quit, NULL);
    fz_doorbell_init(&crew->bell);
    enum fz_err code = fz_isolation_start(options, &crew->zygotes, err);
    return code == FZ_OK ? start(crew, options, how, err) : code;
}

void fz_crew_stop(struct fz_crew *crew)
{
    int patience_ms = fz_crew_is_cancelled(crew) ? STUCK_MS : PATIENCE_MS;
    fz_cancel_set(&crew->quit);
    fz_sources_stop(crew->sources);
    fz_handle_stop(&crew->handle);
    if (!fz_pool_stop(&crew->pool, patience_ms) || !fz_cache_stop(crew->cache, patience_ms))
        _exit(end_at_once(NULL));
    fz_signals_stop(crew->signals);
    for (struct fz_ready_node *node = fz_ready_take(&crew->events); node;) {
        struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
        node = node->next;
        fz_source_event_free(event);
    }
    fz_isolation_stop(&crew->zygotes);
    fz_doorbell_fini(&crew->bell);
    fz_items_fini(&crew->known);
    free(crew->listed);
    free(crew->complained);
}

bool fz_crew_is_told(const struct fz_crew *crew, uint32_t root, const char *path)
{
    const char *source =
        crew->sources && crew->complained[root] ? fz_sources_path(crew->sources, root) : NULL;
    return source && strcmp(source, path) == 0;
}

void fz_crew_say(struct fz_crew *crew, const char *name, const char *text)
{
    fz_progress_clear(&crew->progress);
    fz_log("%s: %s", name, text);
}

/* A reader that was replaced has told them before: the one after it begins anew. */
static void drop_known(struct fz_crew *crew, struct fz_source_event *event)
{
    struct fz_items *known = &crew->known;
    uint32_t folder = fz_items_folder_get(known, event->dir), kept = 0;
    for (uint32_t i = 0; i < event->count; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        if (fz_items_find(known, &key) != FZ_ITEMS_NONE)
            continue;
        fz_items_add(known, &key);
        event->names[kept] = event->names[i];
        if (event->doubts)
            event->doubts[kept] = event->doubts[i];
        kept++;
    }
    event->count = kept;
}

/* Of what is new, say: then there is nothing to do, which is no fault. */
static bool is_empty_list(const struct fz_crew *crew, const struct fz_source_event *event)
{
    const char *argument = fz_sources_argument(crew->sources, event->root);
    return event->error.code == FZ_E_EMPTY && argument && strcmp(argument, "-") == 0;
}

static void take_events(struct fz_crew *crew, const struct fz_crew_work *work)
{
    for (struct fz_ready_node *node = fz_ready_take(&crew->events); node;) {
        struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
        node = node->next;
        if (event->kind == FZ_SOURCE_ADDED || event->kind == FZ_SOURCE_WHOLE) {
            drop_known(crew, event);
            work->take_names(work->ctx, event);
        }
        if (event->kind == FZ_SOURCE_LISTED) {
            crew->listed_count++;
            crew->listed[event->root] = true;
        }
        if (event->kind == FZ_SOURCE_ERROR && !is_empty_list(crew, event)) {
            fz_progress_clear(&crew->progress);
            fz_log_error(&event->error);
            bool stays = !fz_source_error_passes(&event->error);
            crew->source_failed |= stays;
            crew->complained[event->root] |= stays;
        }
        fz_source_event_free(event);
    }
}

static void take_results(struct fz_crew *crew, const struct fz_crew_work *work)
{
    for (struct fz_ready_node *node = fz_ready_take(&crew->results); node;) {
        struct fz_job *job = FZ_CONTAINER(node, struct fz_job, ready);
        node = node->next;
        work->take_result(work->ctx, job);
        fz_job_free(job);
    }
}

bool fz_crew_do(struct fz_crew *crew, const struct fz_crew_work *work)
{
    while (!work->is_done(work->ctx) && !fz_crew_is_cancelled(crew)) {
        fz_doorbell_arm(&crew->bell);
        take_events(crew, work);
        take_results(crew, work);
        fz_handle_step(&crew->handle);
        work->begin_jobs(work->ctx);
        if (!work->is_done(work->ctx) && !fz_crew_is_cancelled(crew))
            fz_doorbell_wait(&crew->bell, WAIT_MS);
        fz_doorbell_disarm(&crew->bell);
    }
    return !fz_crew_is_cancelled(crew);
}

void fz_crew_cancel(struct fz_crew *crew, const struct fz_crew_work *work, int64_t patience_us)
{
    int64_t end_us = fz_now_us() + patience_us;
    fz_cancel_set(&crew->quit);
    fz_sources_stop(crew->sources);
    crew->sources = NULL;
    while (!work->is_done(work->ctx) && fz_now_us() < end_us) {
        fz_doorbell_arm(&crew->bell);
        take_results(crew, work);
        if (!work->is_done(work->ctx))
            fz_doorbell_wait(&crew->bell, WAIT_MS / 10);
        fz_doorbell_disarm(&crew->bell);
    }
}

bool fz_crew_is_cancelled(struct fz_crew *crew)
{
    return atomic_load(&crew->signalled) > 0 || crew->handle.task->state == FZ_TASK_CANCELED;
}
