/* frieze prime SOURCE...: fills the tile cache ahead, so that the wall of these sources is there at once. */
#include "app/supervisor.h"
#include "app/limits.h"
#include "app/signals.h"
#include "app/subcommand/crew.h"
#include "app/subcommand/subcommand.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "ctl/config.h"
#include "view/mosaic.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    VIEW_W = 1920,
    VIEW_H = 1080,
    AHEAD = 4,          /* jobs a worker has before it, so that none ever waits */
    MOST_PARKED = 1024, /* beyond these: what hangs on a reader shall not keep the others waiting */
};

static const enum fz_option_id shared[] = {
    FZ_OPTION_TILE,          FZ_OPTION_FIT,         FZ_OPTION_BACKGROUND,   FZ_OPTION_HIDDEN,
    FZ_OPTION_NUL,           FZ_OPTION_CACHE_SIZE,  FZ_OPTION_MEMORY,       FZ_OPTION_JOBS,
    FZ_OPTION_LIMIT_PIXELS,  FZ_OPTION_LIMIT_BYTES, FZ_OPTION_LIMIT_FRAMES, FZ_OPTION_LIMIT_NESTING,
    FZ_OPTION_LIMIT_SECONDS, FZ_OPTION_CONFIG,      FZ_OPTION_NO_CONFIG,    FZ_OPTION_ISOLATION,
    FZ_OPTION_SANDBOX,       FZ_OPTION_NAME,        FZ_OPTION_LAYOUT,       FZ_OPTION_NAMES,
    FZ_OPTION_SIZE,          FZ_OPTION_NO_STACK,
};

static const struct fz_subcommand command = {
    .name = "prime",
    .usage = "[OPTION]... SOURCE...",
    .about =
        "Makes the tiles of all pictures of these sources and keeps them in the tile cache, so that a\n"
        "wall of them is there at once. Tiles of another size, in another layout or on another background\n"
        "are others: the settings of frieze.conf count here too. In masonry the size follows from the\n"
        "window's width, by --size, or 1920. What is kept already is not made again. 512 MB, the usual\n"
        "bound, hold some 20,000 tiles: older ones go for them, and what finds no room then is left out.\n"
        "RAW files beneath a JPEG or HEIC have no tile on a wall, and get none here but with --no-stack.",
    .shared = shared,
    .shared_count = sizeof shared / sizeof *shared,
};

/* A picture that nobody has begun with. */
struct entry {
    char *path; /* owned until its job has it */
    uint32_t root;
    uint32_t slot; /* of its name, in crew.known; FZ_ITEMS_NONE where that has no room for more */
    bool is_explicit;
};

/* Main thread. */
struct prime {
    struct fz_arguments *arguments;
    struct fz_crew crew;
    struct entry *entries;
    size_t count, capacity, begun, left_out;
    struct entry *held; /* RAW files of sources that are not listed yet: what covers them may come */
    size_t held_count, held_capacity;
    size_t listed_count; /* sources of which none are held any more */
    size_t without_room; /* of these: the cache was full before; */
    size_t not_begun;    /* it could not be written any more */
    int box_w, box_h;    /* of a tile on the wall */
    bool covers;
    struct fz_task task;
};

/* ---- Progress ---------------------------------------------------------------------------------------------------- */

static void say_progress(struct prime *p)
{
    if (!fz_progress_is_due(&p->crew.progress))
        return;
    char text[80];
    bool more = p->crew.listed_count < p->crew.source_count;
    snprintf(text, sizeof text, "%zu of %zu pictures%s", p->task.done, p->task.total,
             more ? ", and more" : "");
    fz_progress_say(&p->crew.progress, text, "");
}

static void say_end(struct prime *p, bool cancelled)
{
    fz_progress_clear(&p->crew.progress);
    bool is_full;
    size_t made = p->task.done - p->task.failed, lost = fz_cache_left_out(p->crew.cache, &is_full);
    size_t unwritten = fz_cache_unwritten(p->crew.cache);
    made -= lost + unwritten < made ? lost + unwritten : made;
    lost += p->without_room;
    unwritten += p->not_begun;
    char failed[48] = "", without_room[64] = "", not_kept[48] = "";
    if (p->task.failed > 0)
        snprintf(failed, sizeof failed, ", %zu failed", p->task.failed);
    if (lost > 0)
        snprintf(without_room, sizeof without_room, "; %zu found no room within --cache-size", lost);
    if (unwritten > 0)
        snprintf(not_kept, sizeof not_kept, "; %zu could not be kept", unwritten);
    /* At once: the cache may have a line of its own to say meanwhile. */
    fprintf(stderr, "frieze prime: %s%zu tile%s%s%s%s\n", cancelled ? "cancelled after " : "", made,
            made == 1 ? "" : "s", failed, without_room, not_kept);
}

/* ---- What the readers tell --------------------------------------------------------------------------------------- */

static void add(struct prime *p, const struct entry *entry)
{
    p->entries = fz_grow(p->entries, &p->capacity, p->count + 1, sizeof *p->entries);
    p->entries[p->count++] = *entry;
    p->task.total++;
}

static void hold(struct prime *p, const struct entry *entry)
{
    p->held = fz_grow(p->held, &p->held_capacity, p->held_count + 1, sizeof *p->held);
    p->held[p->held_count++] = *entry;
}

static bool may_lie_beneath(const struct prime *p, const struct entry *entry, const char *name)
{
    uint32_t hash;
    return entry->slot != FZ_ITEMS_NONE && !fz_option_is_on(&p->arguments->options, FZ_OPTION_NO_STACK) &&
           fz_stacks_key(0, name, &hash);
}

static void take_names(void *ctx, const struct fz_source_event *event)
{
    struct prime *p = ctx;
    const struct fz_items *known = &p->crew.known;
    uint32_t folder = fz_items_folder(known, event->dir);
    for (uint32_t i = 0; i < event->count; i++) {
        struct fz_item_key key = fz_items_key(event->root, folder, event->names[i]);
        struct entry entry = {.path = fz_path_join(event->dir, event->names[i]),
                              .root = event->root,
                              .slot = fz_items_find(known, &key),
                              .is_explicit = event->doubts && event->doubts[i] == FZ_SOURCE_EXPLICIT};
        (may_lie_beneath(p, &entry, event->names[i]) ? hold : add)(p, &entry);
    }
}

/* What is to cover a file that was named may be named, too: as another source. */
static bool is_all_told(const struct prime *p, const struct entry *entry)
{
    return entry->is_explicit ? p->crew.listed_count == p->crew.source_count : p->crew.listed[entry->root];
}

/* A wall shows no tile of what lies beneath another (source/stacks.h). */
static void let_go(struct prime *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->held_count; i++) {
        const struct entry *entry = &p->held[i];
        if (!is_all_told(p, entry))
            p->held[kept++] = *entry;
        else if (fz_stacks_cover_among(&p->crew.known, entry->slot, FZ_ITEM_LIVE) == FZ_ITEMS_NONE)
            add(p, entry);
        else
            free(entry->path);
    }
    p->held_count = kept;
    p->listed_count = p->crew.listed_count;
}

/* ---- The wall that they are for ---------------------------------------------------------------------------------- */

static void set_box(struct prime *p)
{
    const struct fz_options *options = &p->arguments->options;
    const struct fz_option_value *values = options->values, *size = &values[FZ_OPTION_SIZE];
    struct fz_mosaic mosaic = {0};
    struct fz_layout_params params = {.id = FZ_LAYOUT_GRID,
                                      .view_w = size->w > 0 ? size->w : VIEW_W,
                                      .view_h = size->h > 0 ? size->h : VIEW_H,
                                      .tile_w = values[FZ_OPTION_TILE].w,
                                      .tile_h = values[FZ_OPTION_TILE].h,
                                      .mosaic = &mosaic};
    fz_layout_find(values[FZ_OPTION_LAYOUT].text, &params.id);
    if (!fz_layout_has_shapes(params.id) || fz_option_is_on(options, FZ_OPTION_NAMES))
        params.caption_h = FZ_CAPTION_H;
    struct fz_layout layout;
    fz_layout_set(&layout, &params);
    p->box_w = (int)layout.box_w;
    p->box_h = (int)layout.box_h;
    p->covers = fz_option_choice(options, FZ_OPTION_FIT) == FZ_FIT_COVER && !fz_layout_has_shapes(params.id);
    fz_mosaic_fini(&mosaic);
}

/* ---- Jobs and their results -------------------------------------------------------------------------------------- */

/* What would be made now would not be kept. */
static void leave_rest(struct prime *p, size_t *count)
{
    for (; p->begun < p->count; p->begun++) {
        free(p->entries[p->begun].path);
        p->entries[p->begun].path = NULL;
        ++*count;
        p->left_out++;
        p->task.total--;
    }
}

static void begin_jobs(void *ctx)
{
    struct prime *p = ctx;
    const struct fz_option_value *values = p->arguments->options.values;
    uint64_t bytes;
    size_t parked = fz_files_parked(p->crew.pool.files, &bytes);
    size_t most = p->crew.workers * AHEAD + (parked < MOST_PARKED ? parked : MOST_PARKED);
    bool is_full;
    if (p->listed_count != p->crew.listed_count)
        let_go(p);
    fz_cache_left_out(p->crew.cache, &is_full);
    if (is_full || !fz_cache_is_kept(p->crew.cache))
        leave_rest(p, is_full ? &p->without_room : &p->not_begun);
    p->task.knows_total = p->crew.listed_count == p->crew.source_count;
    for (; p->begun < p->count && p->begun - p->task.done - p->left_out < most && fz_task_goes_on(&p->task);
         p->begun++) {
        struct entry *entry = &p->entries[p->begun];
        struct fz_job *job = fz_job_new(FZ_JOB_DECODE, entry->is_explicit, entry->path, &p->crew.quit);
        entry->path = NULL;
        job->root = entry->root;
        job->want.box_w = p->box_w;
        job->want.box_h = p->box_h;
        job->want.covers = p->covers;
        job->want.background = (uint32_t)values[FZ_OPTION_BACKGROUND].number;
        job->limits = p->crew.limits;
        job->caching = FZ_CACHING_ON;
        fz_pool_submit(&p->crew.pool, job, p->begun);
    }
    say_progress(p);
}

/* What only might have been a picture, by its name, is left out. */
static void take_result(void *ctx, const struct fz_job *job)
{
    struct prime *p = ctx;
    enum fz_err code = job->error.code;
    bool is_explicit = job->item != 0;
    if (code == FZ_E_CANCELLED)
        return;
    if (code == FZ_E_NOT_PICTURE && !is_explicit) {
        p->left_out++;
        p->task.total--;
        return;
    }
    p->task.done++;
    if (code == FZ_OK)
        return;
    p->task.failed++;
    if (!fz_crew_is_told(&p->crew, job->root, job->path))
        fz_crew_say(&p->crew, job->path, job->error.msg);
}

static bool is_done(void *ctx)
{
    const struct prime *p = ctx;
    bool listed = p->crew.listed_count == p->crew.source_count;
    return listed && p->held_count == 0 && p->task.done + p->left_out == p->count;
}

/* ---- Start and stop ---------------------------------------------------------------------------------------------- */

static struct fz_cache *open_cache(const struct fz_options *options, struct fz_error *err)
{
    struct fz_cache *cache = fz_cache_by_options(options, true, err);
    if (err->code != FZ_OK)
        return cache;
    if (!cache)
        fz_fail(err, FZ_E_USAGE, 0, "there is no tile cache to fill: --cache-size is 0, or HOME is not set");
    else if (!fz_cache_flush(cache)) /* it has said why */
        err->code = FZ_E_IO;
    return cache;
}

static void stop(struct prime *p)
{
    fz_crew_stop(&p->crew);
    for (size_t i = p->begun; i < p->count; i++)
        free(p->entries[i].path);
    for (size_t i = 0; i < p->held_count; i++)
        free(p->held[i].path);
    free(p->entries);
    free(p->held);
}

static enum fz_err prime(struct fz_arguments *arguments, struct fz_error *err)
{
    struct prime p = {.arguments = arguments, .task = {.name = "prime"}};
    fz_task_begin(&p.task, fz_now_us());
    set_box(&p);
    const struct fz_crew_options how = {.sources = arguments->operands,
                                        .source_count = arguments->operand_count,
                                        .recursive = true,
                                        .task = &p.task,
                                        .open_cache = open_cache};
    enum fz_err code = fz_crew_start(&p.crew, &arguments->options, &how, err);
    if (code == FZ_OK) {
        const struct fz_crew_work work = {take_names, take_result, begin_jobs, is_done, &p};
        fz_crew_do(&p.crew, &work);
        bool kept = fz_cache_flush(p.crew.cache);
        bool cancelled = fz_crew_is_cancelled(&p.crew);
        say_end(&p, cancelled);
        if (cancelled)
            code = FZ_E_CANCELLED;
        else if (!kept || p.task.failed > 0 || p.crew.source_failed)
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
    int status = 0;
    fz_signals_block();
    fz_config_init(&config);
    enum fz_err code = fz_subcommand_parse(&command, argc, argv, &arguments, &err);
    if (code == FZ_OK && !arguments.help && arguments.operand_count == 0)
        code = fz_fail(&err, FZ_E_USAGE, 0, "usage: frieze prime [OPTION]... SOURCE...");
    bool runs = code == FZ_OK && !arguments.help;
    if (runs && !fz_supervise_where_needed(&arguments.options, FZ_E_CANCELLED, &status)) {
        fz_config_load(&config, &arguments.options);
        fz_config_report(&config);
        code = prime(&arguments, &err);
    }
    if (code != FZ_OK && err.msg[0])
        fz_log_error(&err);
    fz_arguments_fini(&arguments);
    fz_config_fini(&config);
    return code != FZ_OK ? fz_err_exit_status(code) : status;
}
