/* What is wanted becomes jobs: the first half of the loader's work. That of the picture view stands in issue_picture.c, what becomes
 * of jobs that are out in judge.c. */
#include "app/app.h"
#include "app/limits.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "decode/files.h"
#include "sync/thread.h"

#include <stdlib.h>

enum {
    FILL_LOOKS = 512,         /* items that one call looks at for the fill: a bound on its time */
    FILL_EACH = 32,           /* jobs for each worker, so that none is without while a frame is drawn; */
    FILL_LEAST = 6,           /* or so many, where more would take */
    FILL_PART = 4,            /* of the credit that a picture may need, which is opened meanwhile */
    RUSH_US = 60000,          /* until the next look at how the wall moves */
    FIRST_RETRY_US = 1000000, /* after a transient error; each further one waits twice as long, */
    IO_DOUBLINGS = 2,         /* the first after a read that failed four times: a disk is asked rarely, */
    MOST_DOUBLINGS = 8,       /* and none longer than some four minutes */
};

void fz_loader_launch(struct fz_app *app, struct fz_job *job, uint64_t priority)
{
    struct fz_loader *loader = &app->loader;
    loader->flying[loader->flying_count++] = job;
    loader->credit_bytes += job->credit_bytes;
    if (loader->credit_bytes > app->stats.pixel_bytes_peak)
        app->stats.pixel_bytes_peak = loader->credit_bytes;
    fz_pool_submit(&app->pool, job, priority);
}

struct fz_job *fz_loader_new_job(const struct fz_app *app, enum fz_job_kind kind, fz_item_id item, int box_w,
                                 int box_h)
{
    struct fz_job *job = fz_job_new(kind, item, fz_list_path(app->list, item), &app->quit);
    job->root = fz_list_root(app->list, item);
    job->want.box_w = box_w;
    job->want.box_h = box_h;
    job->want.background = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    job->limits = fz_limits_from_options(&app->options);
    job->credit_bytes = (uint64_t)box_w * (uint64_t)box_h * 4;
    job->comes_again = kind == FZ_JOB_DECODE;
    return job;
}

bool fz_loader_is_zoomed(const struct fz_app *app, const struct fz_job *job)
{
    const struct fz_layout_params *window = &app->wall.layout.params;
    const struct fz_tile *tile = fz_loader_tile(app, job->item);
    const bool sideways = tile && fz_tile_is_sideways(tile);
    return job->want.box_w > (sideways ? window->view_h : window->view_w) ||
           job->want.box_h > (sideways ? window->view_w : window->view_h);
}

bool fz_loader_issue_decode(struct fz_app *app, fz_item_id item, enum fz_purpose purpose, int box_w,
                            int box_h, uint64_t priority)
{
    uint64_t bytes = (uint64_t)box_w * (uint64_t)box_h * 4;
    if (!fz_loader_has_credit(app, bytes) && !fz_loader_make_way(app, bytes, priority))
        return false;
    struct fz_tile *tile = fz_loader_make_tile(app, item);
    struct fz_job *job = fz_loader_new_job(app, FZ_JOB_DECODE, item, box_w, box_h);
    job->purpose = (int)purpose;
    job->fills_view = fz_heap_class(priority) >= FZ_PRIORITY_BEHIND ? app->loader.view : 0;
    job->want.covers = purpose == FZ_FOR_WALL && app->loader.covers;
    if (purpose == FZ_FOR_WALL)
        job->caching = tile->reread ? FZ_CACHING_RENEW : FZ_CACHING_ON;
    job->want.times = purpose == FZ_FOR_PICTURE ? fz_picture_box(app, item, &box_w, &box_h) : 1;
    if (purpose == FZ_FOR_WALL)
        fz_loader_aim_at_result(app, tile, job);
    job->wants_luma = job->foreground = purpose == FZ_FOR_PICTURE;
    job->wants_told = job->foreground && fz_about_wants(app, item);
    job->told_anew = job->wants_told && fz_about_reads_anew(app, item);
    job->want.alone = job->foreground && item == app->picture.item && app->loader.workers > 1;
    job->want.may_shrink = job->foreground && job->want.times <= 1 && !fz_loader_is_zoomed(app, job);
    if (purpose == FZ_FOR_WALL && job->result_of == 0 && fz_heap_class(priority) <= FZ_PRIORITY_VISIBLE)
        job->index = fz_calloc(1, sizeof *job->index);
    struct fz_job *beside = tile->renditions[FZ_FOR_WALL].job;
    job->rows_come = job->want.alone && beside && beside->index;
    tile->renditions[purpose].job = job;
    if (job->rows_come && tile->renditions[FZ_FOR_WALL].arrived)
        fz_loader_pass_on_rows(tile, beside);
    if (purpose == FZ_FOR_WALL && job->result_of == 0 && !tile->renditions[purpose].texture &&
        app->loader.firsts < FZ_MAX_FIRSTS && fz_heap_class(priority) <= FZ_PRIORITY_VISIBLE) {
        job->wants_first = true;
        job->later = priority;
        app->loader.firsts++;
    }
    fz_loader_launch(app, job, job->wants_first ? fz_loader_first_priority(priority) : priority);
    return true;
}

bool fz_loader_issue_tile(struct fz_app *app, fz_item_id item, uint64_t priority)
{
    struct fz_texture_cell box = fz_loader_tile_box(app, fz_loader_tile(app, item));
    return fz_loader_issue_decode(app, item, FZ_FOR_WALL, box.w, box.h, priority);
}

void fz_loader_look_again(struct fz_app *app, int64_t when_us)
{
    if (when_us < app->loader.retry_us)
        app->loader.retry_us = when_us;
}

bool fz_loader_plan_retry(struct fz_app *app, struct fz_tile *tile, enum fz_err code)
{
    tile->retry_us = 0;
    if (code == FZ_E_NOT_YET) /* it comes at some time */
        tile->retries = 0;
    if (!fz_err_may_pass(code))
        return false;
    int doublings = tile->retries + (code == FZ_E_IO ? IO_DOUBLINGS : 0);
    tile->retry_us =
        app->now_us + ((int64_t)FIRST_RETRY_US << (doublings < MOST_DOUBLINGS ? doublings : MOST_DOUBLINGS));
    tile->retries += tile->retries < MOST_DOUBLINGS;
    fz_loader_look_again(app, tile->retry_us);
    return true;
}

static bool is_retry_due(struct fz_app *app, const struct fz_tile *tile, bool in_view)
{
    if (!in_view || tile->retry_us == 0)
        return false;
    if (tile->retry_us > app->now_us)
        fz_loader_look_again(app, tile->retry_us);
    return tile->retry_us <= app->now_us;
}

/* Whether a decode may help: nothing is wrong with it, or that may have passed by now. */
bool fz_loader_may_decode(struct fz_app *app, const struct fz_tile *tile, bool in_view)
{
    return !tile->error || is_retry_due(app, tile, in_view);
}

/* A file that is written all the time does not make its picture flash. */
bool fz_loader_was_just_read(struct fz_app *app, const struct fz_rendition *r)
{
    int64_t again_us = r->read_us + FZ_FLASH_GAP_US;
    if (!r->texture || r->first || r->box_w > 0 || again_us <= app->now_us)
        return false;
    if (again_us < app->loader.renew_us)
        app->loader.renew_us = again_us;
    return true;
}

/* As nearly all are that a frame looks at. */
static bool is_as_wanted(const struct fz_app *app, size_t index)
{
    const struct fz_loader *loader = &app->loader;
    const struct fz_tile *tile = fz_loader_tile(app, fz_list_at(app->list, index));
    const struct fz_rendition *r = tile ? &tile->renditions[FZ_FOR_WALL] : NULL;
    return tile && tile->final_epoch == loader->epoch && !tile->error && tile->retry_us == 0 && r->texture &&
           !r->job && r->box_w > 0 && fz_loader_tile_box_is(app, tile, r->box_w, r->box_h);
}

/* As the wall stands, not as it will. */
static bool is_seen(const struct fz_app *app, fz_item_id item)
{
    size_t index;
    struct fz_focus focus = fz_wall_focus(app);
    return !fz_picture_covers_wall(app) && fz_list_index(app->list, item, &index) && index >= focus.first &&
           index <= focus.last;
}

bool fz_loader_needs_wall_tile(struct fz_app *app, fz_item_id item, bool in_view)
{
    struct fz_tile *tile = fz_loader_tile(app, item);
    if (fz_loader_is_held_up(app, item))
        return false;
    if (!tile)
        return true;
    if (fz_loader_is_final(app, item))
        fz_loader_mark_final(&app->loader, tile);
    const struct fz_rendition *r = &tile->renditions[FZ_FOR_WALL];
    bool later =
        tile->retry_us > 0 && !is_retry_due(app, tile, in_view); /* or its result's, which is no error */
    if (r->job || later || fz_loader_was_just_read(app, r) || !fz_loader_may_decode(app, tile, in_view))
        return false;
    if (tile->error || !fz_loader_tile_box_is(app, tile, r->box_w, r->box_h))
        return true;
    return !r->texture && !r->refused &&
           (r->no_room_view != app->loader.view || (in_view && is_seen(app, item)));
}

struct candidate {
    uint64_t priority;
    fz_item_id item;
};

static int by_priority(const void *a, const void *b)
{
    const struct candidate *p = a, *q = b;
    return p->priority < q->priority ? -1 : p->priority > q->priority;
}

static struct fz_served none_served(const struct fz_app *app)
{
    return (struct fz_served){.freed = app->head ? fz_texture_get_counts(app->head)->freed : 0,
                              .epoch = app->loader.epoch};
}

size_t fz_loader_unserved(const struct fz_app *app, size_t index)
{
    const struct fz_served *served = &app->loader.served, now = none_served(app);
    const bool is_served = index >= served->start && index < served->end && served->freed == now.freed &&
                           served->epoch == now.epoch;
    return is_served ? served->end : index;
}

/* [first, last] are served as well; of two ranges that lie apart the later one is kept. */
static void add_served(struct fz_app *app, size_t first, size_t last)
{
    struct fz_served *served = &app->loader.served;
    const struct fz_served none = none_served(app);
    if (served->freed != none.freed || served->epoch != none.epoch)
        *served = none;
    const bool apart = served->end <= served->start || first > served->end || last + 1 < served->start;
    served->start = apart || first < served->start ? first : served->start;
    served->end = apart || last + 1 > served->end ? last + 1 : served->end;
}

/* Tiles [first, last] that are needed, most urgent first, as far as the credit goes; false when it ran out. */
static bool issue_range(struct fz_app *app, const struct fz_focus *focus, size_t first, size_t last)
{
    struct candidate candidates[FZ_MAX_FLYING];
    size_t n = 0;
    bool all = true;
    for (size_t i = fz_loader_unserved(app, first); i <= last && n < FZ_MAX_FLYING;
         i = fz_loader_unserved(app, i + 1)) {
        if (is_as_wanted(app, i))
            continue;
        fz_item_id item = fz_list_at(app->list, i);
        all = false;
        if (fz_loader_needs_wall_tile(app, item, i >= focus->first && i <= focus->last))
            candidates[n++] = (struct candidate){fz_loader_tile_priority(app, focus, i), item};
    }
    if (all)
        add_served(app, first, last);
    qsort(candidates, n, sizeof *candidates, by_priority);
    for (size_t i = 0; i < n; i++)
        if (!fz_loader_issue_tile(app, candidates[i].item, candidates[i].priority))
            return false;
    return true;
}

/* Both bands around the view, the one ahead first. */
static bool issue_bands(struct fz_app *app, const struct fz_focus *focus)
{
    size_t count = fz_list_count(app->list), screenful = focus->last - focus->first + 1;
    size_t room = fz_texture_capacity(app->head, fz_loader_cell(app), 0);
    size_t spare = room > screenful ? (room - screenful) / 2 : 0;
    if (screenful > spare) /* more would push itself out again */
        screenful = spare;
    size_t above = focus->first > screenful ? focus->first - screenful : 0;
    size_t below = focus->last + screenful < count ? focus->last + screenful : count - 1;
    for (int pass = 0; pass < 2; pass++) {
        bool down = (focus->direction > 0) == (pass == 0);
        if (down && below > focus->last && !issue_range(app, focus, focus->last + 1, below))
            return false;
        if (!down && above < focus->first && !issue_range(app, focus, above, focus->first - 1))
            return false;
    }
    return true;
}

/* For one more tile. Behind a picture, beside those that come, and one more: the next step takes its room, and whatever was put there
 * would go again. */
static bool has_room(const struct fz_app *app)
{
    int w, h;
    uint64_t pictures_bytes = app->loader.coming_bytes;
    fz_picture_box(app, FZ_ITEM_NONE, &w, &h);
    if (fz_picture_covers_wall(app))
        pictures_bytes += (uint64_t)w * (uint64_t)h * 4;
    return fz_texture_has_room(app->head, fz_loader_cell(app), pictures_bytes);
}

/* The rest of the list, from the view onwards and round, a few at a time. */
static void issue_fill(struct fz_app *app, const struct fz_focus *focus)
{
    struct fz_loader *loader = &app->loader;
    size_t count = fz_list_count(app->list);
    if (loader->fill_left == count)
        loader->fill_cursor = focus->last;
    for (int looks = 0; looks < FILL_LOOKS && loader->fill_left > 0; looks++) {
        uint64_t bytes;
        size_t active = fz_loader_active(app, &bytes), workers = (size_t)loader->workers;
        if (active >= workers * FILL_EACH ||
            (active >= workers * FILL_LEAST && bytes >= loader->credit_limit_bytes / FILL_PART))
            return;
        size_t index = loader->fill_cursor < count ? loader->fill_cursor : 0;
        fz_item_id item = fz_list_at(app->list, index);
        bool wanted = fz_loader_needs_wall_tile(app, item, false) && !fz_loader_is_final(app, item);
        bool room = wanted && (loader->load_all || has_room(app));
        if (wanted &&
            (!room || !fz_loader_issue_tile(app, item, fz_priority_of_tile(&app->wall.layout, focus, index))))
            return;
        loader->fill_cursor = index + 1;
        loader->fill_left--;
    }
    loader->stale = loader->fill_left > 0;
}

static void issue_sniffs(struct fz_app *app)
{
    struct fz_loader *loader = &app->loader;
    uint64_t bytes;
    while (fz_loader_active(app, &bytes) < (size_t)loader->workers * 2 &&
           loader->flying_count < FZ_MAX_FLYING) { /* a share that hangs parks them all */
        fz_item_id item = fz_list_next_unknown(app->list);
        if (item == FZ_ITEM_NONE)
            return;
        struct fz_job *job = fz_job_new(FZ_JOB_SNIFF, item, fz_list_path(app->list, item), &app->quit);
        job->root = fz_list_root(app->list, item);
        fz_loader_launch(app, job, fz_priority(FZ_PRIORITY_SNIFF, 0));
    }
}

bool fz_loader_waits_for_room(const struct fz_app *app)
{
    return fz_picture_covers_wall(app) && app->head && !app->loader.load_all && !has_room(app);
}

/* Tiles of the wall: those in view, the bands around, the rest; behind a picture only what fits beside it. */
static void issue_tiles(struct fz_app *app)
{
    const struct fz_loader *loader = &app->loader;
    if (fz_list_count(app->list) == 0 || loader->box_w == 0)
        return;
    enum fz_wall_pace pace;
    struct fz_focus focus = fz_wall_aim(app, &pace);
    bool covered = fz_picture_covers_wall(app);
    if (pace == FZ_WALL_RUSHES)
        fz_loader_look_again(app, app->now_us + RUSH_US); /* a hand may rest, and nothing moves */
    if (pace == FZ_WALL_RUSHES || fz_loader_waits_for_room(app))
        return;
    bool all = issue_range(app, &focus, focus.first, focus.last);
    if (pace == FZ_WALL_JUMPS || !all || !app->head || (!covered && !issue_bands(app, &focus)))
        return;
    if (pace == FZ_WALL_RESTS)
        issue_fill(app, &focus);
}

/* What found no room is tried again a window further on, not after each row. */
static void note_view(struct fz_app *app)
{
    struct fz_loader *loader = &app->loader;
    struct fz_focus focus = fz_wall_aim(app, NULL);
    size_t screenful = focus.last - focus.first + 1;
    bool near = focus.first < loader->view_first + screenful && loader->view_first < focus.first + screenful;
    if (near && loader->view_epoch == loader->epoch)
        return;
    loader->view_first = focus.first;
    loader->view_epoch = loader->epoch;
    loader->view++;
}

void fz_loader_issue(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_loader *loader = &app->loader;
    fz_loader_hear_readers(app);
    loader->moved |= fz_detail_moved(app);
    if (loader->moved) {
        note_view(app);
        fz_loader_judge_all(app);
    }
    const bool retry = app->now_us >= loader->retry_us, renew = app->now_us >= loader->renew_us;
    if (retry)
        loader->retry_us = FZ_NEVER;
    if (renew) { /* what may lie anywhere in the list */
        loader->renew_us = FZ_NEVER;
        loader->fill_left = fz_list_count(app->list);
    }
    const bool look = loader->stale || loader->moved || retry || renew;
    loader->moved = loader->stale = false;
    if (!look || app->loading_paused || app->ending)
        return;
    if (!loader->load_all) /* which counts what has been decoded */
        fz_loader_trim(app);
    fz_shapes_issue(app);
    if (!fz_loader_issue_pictures(app))
        return; /* nothing else may take the credit that it waits for */
    issue_tiles(app);
    issue_sniffs(app);
}
