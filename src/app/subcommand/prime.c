/* frieze prime SOURCE...: fills the tile cache ahead, so that the wall of these sources is there at once. */
#include "app/isolation.h"
#include "app/limits.h"
#include "app/signals.h"
#include "app/subcommand/subcommand.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "ctl/config.h"
#include "decode/cache.h"
#include "decode/files.h"
#include "decode/pool.h"
#include "source/source.h"

#include <SDL_cpuinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    AHEAD = 4,          /* jobs a worker has before it, so that none ever waits */
    MOST_PARKED = 1024, /* beyond these: what hangs on a reader shall not keep the others waiting */
    WAIT_MS = 200,
    PROGRESS_US = 100000,
    STUCK_MS = 150, /* how long the end waits for a library that cannot be interrupted, when cancelled */
    PATIENCE_MS = 60 * 1000, /* and when not */
};

static const enum fz_option_id shared[] = {
    FZ_OPTION_TILE,          FZ_OPTION_FIT,         FZ_OPTION_BACKGROUND,   FZ_OPTION_HIDDEN,
    FZ_OPTION_NUL,           FZ_OPTION_CACHE_SIZE,  FZ_OPTION_MEMORY,       FZ_OPTION_JOBS,
    FZ_OPTION_LIMIT_PIXELS,  FZ_OPTION_LIMIT_BYTES, FZ_OPTION_LIMIT_FRAMES, FZ_OPTION_LIMIT_NESTING,
    FZ_OPTION_LIMIT_SECONDS, FZ_OPTION_CONFIG,      FZ_OPTION_NO_CONFIG,    FZ_OPTION_ISOLATION,
    FZ_OPTION_SANDBOX,
};

static const struct fz_subcommand command = {
    .name = "prime",
    .usage = "[OPTION]... SOURCE...",
    .about = "Makes the tiles of all pictures of these sources and keeps them in the tile cache, so that a\n"
             "wall of them is there at once. Tiles of another size or on another background are others: the\n"
             "settings of frieze.conf count here too. What is kept already is not made again. 512 MB, the\n"
             "usual bound, hold some 20,000 tiles; beyond it those used least recently go.",
    .shared = shared,
    .shared_count = sizeof shared / sizeof *shared,
};

/* A picture that nobody has begun with. */
struct entry {
    char *path; /* owned until its job has it */
    uint32_t root;
    bool is_explicit;
};

/* Main thread, but for what workers, readers and the signal thread push. */
struct prime {
    struct fz_arguments *arguments;
    struct fz_cancel quit;
    struct fz_doorbell bell;
    struct fz_ready results, events;
    atomic_int signalled;
    struct fz_signals *signals;
    struct fz_sources *sources;
    struct fz_cache *cache;
    struct fz_zygote *decoders; /* NULL: the workers decode on their own threads */
    struct fz_zygote *readers;  /* NULL: readers are threads */
    struct fz_zygote *svg_decoders;
    struct fz_pool pool;
    struct fz_image_limits limits;
    struct entry *entries;
    size_t count, capacity, begun, finished, failed, left_out;
    size_t roots_listed, jobs;
    bool source_failed, is_terminal;
    int64_t said_us;
};

/* ---- Progress ---------------------------------------------------------------------------------------------------- */

static void clear_line(const struct prime *p)
{
    if (p->is_terminal)
        fputs("\r\033[K", stderr);
}

static void say_progress(struct prime *p)
{
    if (!p->is_terminal || fz_now_us() - p->said_us < PROGRESS_US)
        return;
    p->said_us = fz_now_us();
    fprintf(stderr, "\r\033[K%zu of %zu pictures%s", p->finished, p->count - p->left_out,
            p->roots_listed < p->arguments->operand_count ? ", and more" : "");
}

static void say_end(const struct prime *p, bool cancelled)
{
    clear_line(p);
    size_t made = p->finished - p->failed;
    fprintf(stderr, "frieze prime: %s%zu tile%s", cancelled ? "cancelled after " : "", made,
            made == 1 ? "" : "s");
    if (p->failed > 0)
        fprintf(stderr, ", %zu failed", p->failed);
    fputc('\n', stderr);
}

/* ---- What the readers tell --------------------------------------------------------------------------------------- */

static void take_names(struct prime *p, const struct fz_source_event *event)
{
    p->entries = fz_grow(p->entries, &p->capacity, p->count + event->count, sizeof *p->entries);
    for (uint32_t i = 0; i < event->count; i++)
        p->entries[p->count++] =
            (struct entry){.path = fz_path_join(event->dir, event->names[i]),
                           .root = event->root,
                           .is_explicit = event->doubts && event->doubts[i] == FZ_SOURCE_EXPLICIT};
}

static void take_events(struct prime *p)
{
    for (struct fz_ready_node *node = fz_ready_take(&p->events); node;) {
        struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
        node = node->next;
        if (event->kind == FZ_SOURCE_ADDED || event->kind == FZ_SOURCE_WHOLE)
            take_names(p, event);
        p->roots_listed += event->kind == FZ_SOURCE_LISTED;
        if (event->kind == FZ_SOURCE_ERROR) {
            clear_line(p);
            fz_log_error(&event->error);
            p->source_failed |= event->error.code != FZ_E_BUSY; /* a reader that hangs, or is replaced */
        }
        fz_source_event_free(event);
    }
}

/* ---- Jobs and their results -------------------------------------------------------------------------------------- */

static void begin_jobs(struct prime *p)
{
    const struct fz_option_value *values = p->arguments->options.values;
    uint64_t bytes;
    size_t parked = fz_files_parked(p->pool.files, &bytes);
    size_t most = p->jobs * AHEAD + (parked < MOST_PARKED ? parked : MOST_PARKED);
    for (; p->begun < p->count && p->begun - p->finished - p->left_out < most; p->begun++) {
        struct entry *entry = &p->entries[p->begun];
        struct fz_job *job = fz_job_new(FZ_JOB_DECODE, entry->is_explicit, entry->path, &p->quit);
        entry->path = NULL;
        job->root = entry->root;
        job->box_w = values[FZ_OPTION_TILE].w;
        job->box_h = values[FZ_OPTION_TILE].h;
        job->covers = values[FZ_OPTION_FIT].text[2] == 'v';
        job->background = (uint32_t)values[FZ_OPTION_BACKGROUND].number;
        job->limits = p->limits;
        job->caching = FZ_CACHING_ON;
        fz_pool_submit(&p->pool, job, p->begun);
    }
}

/* What only might have been a picture, by its name, is left out. */
static void take_result(struct prime *p, const struct fz_job *job)
{
    enum fz_err code = job->error.code;
    bool is_explicit = job->item != 0;
    if (code == FZ_E_CANCELLED)
        return;
    if (code == FZ_E_NOT_PICTURE && !is_explicit) {
        p->left_out++;
        return;
    }
    p->finished++;
    if (code == FZ_OK)
        return;
    p->failed++;
    clear_line(p);
    fz_log("%s: %s", job->path, job->error.msg);
}

static void take_results(struct prime *p)
{
    for (struct fz_ready_node *node = fz_ready_take(&p->results); node;) {
        struct fz_job *job = FZ_CONTAINER(node, struct fz_job, ready);
        node = node->next;
        take_result(p, job);
        fz_job_free(job);
    }
}

static bool is_done(const struct prime *p)
{
    bool listed = p->roots_listed == p->arguments->operand_count;
    return listed && p->finished + p->left_out == p->count;
}

static bool was_cancelled(struct prime *p)
{
    return atomic_load(&p->signalled) > 0;
}

static void work(struct prime *p)
{
    while (!is_done(p) && !was_cancelled(p)) {
        fz_doorbell_arm(&p->bell);
        take_events(p);
        take_results(p);
        begin_jobs(p);
        say_progress(p);
        if (!is_done(p) && !was_cancelled(p))
            fz_doorbell_wait(&p->bell, WAIT_MS);
        fz_doorbell_disarm(&p->bell);
    }
}

/* ---- Start and stop ---------------------------------------------------------------------------------------------- */

static int end_at_once(void *ctx)
{
    (void)ctx;
    return fz_err_exit_status(FZ_E_CANCELLED);
}

static enum fz_err start(struct prime *p, struct fz_error *err)
{
    const struct fz_options *options = &p->arguments->options;
    const char *const *sources = p->arguments->operands;
    size_t count = p->arguments->operand_count;
    enum fz_err code = FZ_OK;
    for (size_t i = 0; i < count && code == FZ_OK; i++)
        code = fz_source_check(sources[i], err);
    if (code == FZ_OK)
        code = fz_signals_start(&p->signals, &p->signalled, &p->bell, end_at_once, NULL, err);
    if (code != FZ_OK)
        return code;
    p->cache = fz_cache_by_options(options, true, err);
    if (err->code != FZ_OK)
        return err->code;
    if (!p->cache)
        return fz_fail(err, FZ_E_USAGE, 0,
                       "there is no tile cache to fill: --cache-size is 0, or HOME is not set");
    if (!fz_cache_flush(p->cache))
        return FZ_E_IO; /* it has said why */
    struct fz_pool_options workers = {.workers = (int)p->jobs,
                                      .working_bytes = fz_memory_bound(options) / 4,
                                      .cache = p->cache,
                                      .decoders = p->decoders,
                                      .svg_decoders = p->svg_decoders,
                                      .requires_all = fz_isolation_requires_all(options),
                                      .max_cpu_us = p->limits.max_cpu_us};
    code = fz_pool_start(&p->pool, &workers, &p->results, &p->bell, err);
    if (code == FZ_OK && p->readers)
        code = fz_pool_use_readers(&p->pool, err);
    struct fz_source_options how = {.hidden = fz_option_is_on(options, FZ_OPTION_HIDDEN),
                                    .recursive = true,
                                    .nul_separated = fz_option_is_on(options, FZ_OPTION_NUL),
                                    .readers = p->readers,
                                    .files = p->pool.files};
    return code != FZ_OK
               ? code
               : fz_sources_start(&p->sources, sources, count, &how, &p->events, &p->bell, &p->quit, err);
}

static void free_events(struct fz_ready_node *node)
{
    while (node) {
        struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
        node = node->next;
        fz_source_event_free(event);
    }
}

static void stop(struct prime *p)
{
    int patience_ms = was_cancelled(p) ? STUCK_MS : PATIENCE_MS;
    fz_cancel_set(&p->quit);
    fz_sources_stop(p->sources);
    if (!fz_pool_stop(&p->pool, patience_ms) || !fz_cache_stop(p->cache, patience_ms))
        _exit(end_at_once(NULL));
    fz_signals_stop(p->signals);
    free_events(fz_ready_take(&p->events));
    for (size_t i = p->begun; i < p->count; i++)
        free(p->entries[i].path);
    free(p->entries);
    fz_zygote_front_stop(p->decoders);
    fz_zygote_front_stop(p->readers);
    fz_zygote_front_stop(p->svg_decoders);
    fz_doorbell_fini(&p->bell);
}

static enum fz_err prime(struct fz_arguments *arguments, struct fz_error *err)
{
    const struct fz_options *options = &arguments->options;
    struct prime p = {.arguments = arguments,
                      .limits = fz_limits_from_options(options),
                      .is_terminal = isatty(STDERR_FILENO) == 1};
    p.jobs = fz_option_is_set(options, FZ_OPTION_JOBS) ? (size_t)options->values[FZ_OPTION_JOBS].number
                                                       : (size_t)SDL_GetCPUCount();
    enum fz_err code = fz_isolation_start_readers(options, &p.readers, err);
    if (code == FZ_OK)
        code = fz_isolation_start(options, &p.decoders, err);
    if (code != FZ_OK) {
        fz_zygote_front_stop(p.readers);
        return code;
    }
    p.svg_decoders = fz_isolation_svg(options);
    fz_cancel_init(&p.quit, NULL);
    fz_doorbell_init(&p.bell);
    code = start(&p, err);
    if (code == FZ_OK) {
        work(&p);
        bool kept = fz_cache_flush(p.cache);
        bool cancelled = was_cancelled(&p);
        say_end(&p, cancelled);
        if (cancelled)
            code = FZ_E_CANCELLED;
        else if (!kept || p.failed > 0 || p.source_failed)
            code = FZ_E_IO; /* it has been said why */
    }
    stop(&p);
    return code;
}

int fz_prime_main(int argc, char **argv)
{
    struct fz_arguments arguments;
    struct fz_config config;
    struct fz_error err = {0};
    fz_signals_block();
    fz_config_init(&config);
    enum fz_err code = fz_subcommand_parse(&command, argc, argv, &arguments, &err);
    if (code == FZ_OK && !arguments.help && arguments.operand_count == 0)
        code = fz_fail(&err, FZ_E_USAGE, 0, "usage: frieze prime [OPTION]... SOURCE...");
    if (code == FZ_OK && !arguments.help) {
        fz_config_load(&config, &arguments.options);
        fz_config_report(&config);
        code = prime(&arguments, &err);
    }
    if (code != FZ_OK && err.msg[0])
        fz_log_error(&err);
    fz_arguments_fini(&arguments);
    fz_config_fini(&config);
    return fz_err_exit_status(code);
}
