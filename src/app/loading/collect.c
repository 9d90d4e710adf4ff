/* The second half of the loader: what becomes of a worker's result. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "sync/thread.h"

#include <stdlib.h>

struct fz_rendition *fz_loader_rendition_of(const struct fz_app *app, const struct fz_job *job,
                                            struct fz_tile **tile)
{
    const struct fz_job *asked = job->first_of ? job->first_of : job;
    *tile = fz_loader_tile(app, job->item);
    if (!*tile || (*tile)->renditions[job->purpose].job != asked)
        return NULL;
    return &(*tile)->renditions[job->purpose];
}

void fz_loader_retire(struct fz_app *app, struct fz_job *job)
{
    struct fz_tile *tile;
    struct fz_rendition *r = job->kind == FZ_JOB_DECODE ? fz_loader_rendition_of(app, job, &tile) : NULL;
    if (r && !job->first_of) {
        r->job = NULL;
        r->arrived = false;
        fz_loader_drop_incoming(app, r, job);
        if (job->purpose == FZ_FOR_WALL && tile->final_epoch != app->loader.epoch)
            app->loader.fill_left = fz_list_count(app->list); /* which has passed it by meanwhile */
    }
    app->loader.credit_bytes -= job->credit_bytes;
    app->loader.stale = true;
    fz_pool_trash(&app->pool, job);
}

/* A path that is an argument; not one that came as a line on standard input. */
static bool was_said_by_reader(const struct fz_app *app, fz_item_id item)
{
    return fz_list_is_explicit(app->list, item) &&
           fz_sources_path(app->sources, fz_list_root(app->list, item)) != NULL;
}

static void fail_tile(struct fz_app *app, struct fz_tile *tile, const struct fz_error *error)
{
    enum fz_err code = error->code;
    if (!tile->error) {
        if (code != FZ_E_NOT_FOUND)
            fz_loader_say(app, tile->item, error->msg);
        else if (!was_said_by_reader(app, tile->item))
            fz_missing_add(app, tile);
        app->loader.failed_count++;
        if (code == FZ_E_NOT_FOUND || code == FZ_E_NOT_PICTURE)
            tile->missing = fz_list_is_explicit(app->list, tile->item);
        else
            app->scan.any_picture = true;
        app->scan.explicit_failures += tile->missing;
        tile->error = fz_malloc(sizeof *tile->error);
    }
    *tile->error = *error;
    fz_loader_set_damage(tile, NULL);
    fz_loader_plan_retry(app, tile, code);
    fz_loader_mark_final(&app->loader, tile);
}

/* By its name only. */
static bool looked_like_picture(const struct fz_app *app, const struct fz_tile *tile, enum fz_err code)
{
    return code == FZ_E_NOT_PICTURE && tile->picture_w == 0 && !fz_list_is_explicit(app->list, tile->item);
}

static void note_unsupported(struct fz_app *app, fz_item_id item)
{
    app->scan.unsupported++;
    if (!app->scan.first_unsupported)
        app->scan.first_unsupported = fz_list_path(app->list, item);
}

/* Too much at the size that a zoom asked for: the picture itself is well. */
static bool is_over_box(const struct fz_app *app, const struct fz_job *job)
{
    const struct fz_tile *tile = fz_loader_tile(app, job->item);
    int own_w = job->image.width > 0 ? job->image.width : tile ? tile->picture_w : 0;
    bool enlarged = job->want.times > 1 && own_w > 0 && job->want.box_w > own_w;
    bool zoomed = enlarged || fz_loader_is_zoomed(app, job);
    enum fz_err code = job->error.code;
    bool too_much = code == FZ_E_LIMIT || code == FZ_E_MEMORY || code == FZ_E_TIMEOUT;
    return job->purpose == FZ_FOR_PICTURE && zoomed && too_much;
}

/* What else is shown of another file than this one, of whose change nobody told, will be read again. */
static void outdate_others(struct fz_app *app, struct fz_tile *tile, const struct fz_job *job)
{
    const struct fz_file_facts *was = &tile->file, *is = &job->file;
    if (job->error.code != FZ_OK || !was->known || (was->bytes == is->bytes && was->mtime_ns == is->mtime_ns))
        return;
    for (int i = 0; i < FZ_PURPOSES; i++) {
        struct fz_rendition *r = &tile->renditions[i];
        if (i == (int)job->purpose || !r->texture || r->box_w == 0)
            continue;
        fz_loader_outdate(app, r);
        if (i == FZ_FOR_WALL)
            fz_loader_clear_final(app, tile);
        app->loader.stale = true;
        app->loader.fill_left = fz_list_count(app->list);
    }
}

/* What is known stays known where a later job gets less far. */
static void take_facts(struct fz_app *app, struct fz_tile *tile, const struct fz_job *job)
{
    if (job->error.code == FZ_OK && job->file.known && !fz_detail_is_of(tile, job))
        fz_detail_forget(app, job->item);
    if (job->caching == FZ_CACHING_RENEW && job->error.code == FZ_OK)
        tile->reread = false;
    if (job->file.known) {
        outdate_others(app, tile, job);
        tile->file = job->file;
    }
    if (job->image.format)
        tile->format = job->image.format;
    if (job->error.code != FZ_OK)
        return;
    fz_shapes_learn(app, job->item, job->image.width, job->image.height);
    fz_about_learn(app, job);
    tile->picture_w = job->image.width;
    tile->picture_h = job->image.height;
    tile->whole_w = job->image.whole_w;
    tile->whole_h = job->image.whole_h;
    tile->frames = job->image.frames;
}

/* Only where there is nothing better. */
static void take_first(struct fz_app *app, struct fz_job *job)
{
    struct fz_tile *tile;
    struct fz_rendition *r = fz_loader_rendition_of(app, job, &tile);
    if (r)
        fz_loader_pass_on_rows(tile, job);
    if (!r || r->texture || r->arrived) {
        fz_loader_retire(app, job);
        return;
    }
    take_facts(app, tile, job);
    fz_loader_queue_upload(app, job);
}

/* A first picture of what cannot be shown tells a lie. */
static void drop_first(struct fz_app *app, struct fz_rendition *r)
{
    if (r->first)
        fz_texture_free(app->head, r->texture);
    r->first = false;
}

static void take_damage(const struct fz_app *app, struct fz_tile *tile, const struct fz_job *job)
{
    if (job->image.damaged && !tile->damage)
        fz_loader_say(app, job->item, job->error.msg);
    fz_loader_set_damage(tile, job->image.damaged ? job->error.msg : NULL);
}

static void take_decoded(struct fz_app *app, struct fz_job *job)
{
    struct fz_tile *tile;
    struct fz_rendition *r = fz_loader_rendition_of(app, job, &tile);
    enum fz_err code = job->error.code;
    if (code == FZ_E_CANCELLED || fz_cancel_is_set(&job->cancel)) {
        app->stats.cancelled++;
    } else if (job->from_cache) {
        app->stats.disk_hits++;
    } else {
        app->stats.decodes++;
        if (r && r->texture && r->box_w == job->want.box_w && r->box_h == job->want.box_h)
            app->stats.repeated++;
    }
    if (r)
        fz_loader_pass_on_rows(tile, job);
    if (r && code != FZ_E_CANCELLED && job->result_of == 0)
        take_facts(app, tile, job);
    if (!r || code == FZ_E_CANCELLED) {
        fz_loader_retire(app, job);
    } else if (job->result_of > 0 && code != FZ_OK) {
        fz_loader_lose_result(app, tile, job);
    } else if (fz_loader_may_be_half_written(app, tile, r, code)) {
        fz_loader_retire(app, job);
    } else if (looked_like_picture(app, tile, code)) {
        fz_item_id item = job->item;
        note_unsupported(app, item);
        fz_loader_retire(app, job);
        fz_app_leave_out(app, item);
    } else if (is_over_box(app, job)) {
        r->refused = true;
        r->box_w = job->want.box_w;
        r->box_h = job->want.box_h;
        fz_app_notice_about(app, job->item, "%s", job->error.msg);
        fz_loader_retire(app, job);
    } else if (fz_loader_is_lost(app, job->item, code)) {
        fz_loader_retire(app, job);
    } else if (code != FZ_OK) {
        drop_first(app, r);
        fail_tile(app, tile, &job->error);
        fz_loader_retire(app, job);
    } else {
        app->scan.any_picture = true;
        fz_loader_clear_error(app, tile);
        if (job->result_of == 0)
            take_damage(app, tile, job);
        fz_prime_note(app, tile, job);
        r->arrived = true;
        fz_loader_queue_upload(app, job);
    }
}

static void take_sniffed(struct fz_app *app, struct fz_job *job)
{
    /* What could not be looked into just now is taken for one: its tile is tried again. */
    bool is_picture = job->error.code == FZ_OK || fz_err_may_pass(job->error.code);
    if (job->error.code == FZ_E_CANCELLED) {
        fz_list_return_unknown(app->list, job->item);
    } else if (fz_list_has(app->list, job->item)) {
        if (!is_picture && job->error.code != FZ_E_NOT_FOUND) /* what is gone was never left out */
            note_unsupported(app, job->item);
        if (is_picture && !app->loader.settled) {
            app->loader.settled = true;
            app->loader.settled_anchor = fz_wall_anchor(app);
        }
        fz_list_settle(app->list, job->item, is_picture);
    }
    fz_loader_retire(app, job);
}

static void take_result(struct fz_app *app, struct fz_job *job)
{
    fz_loader_completed(app, job);
    switch (job->kind) {
    case FZ_JOB_DECODE:
        if (job->first_of)
            take_first(app, job);
        else
            take_decoded(app, job);
        break;
    case FZ_JOB_DETAIL:
        fz_detail_take(app, job);
        break;
    case FZ_JOB_KEEP:
        fz_prime_took(app, job->item, job->error.code);
        fz_loader_retire(app, job);
        break;
    case FZ_JOB_SNIFF:
        take_sniffed(app, job);
        break;
    case FZ_JOB_SAVE:
        fz_app_take_saved(app, job);
        break;
    case FZ_JOB_WORK:
        job->work->take(app, job);
        fz_loader_retire(app, job);
        break;
    case FZ_JOB_SCALE:
        fz_scale_window_take(app, job);
        fz_loader_retire(app, job);
        break;
    case FZ_JOB_FRAME:
        fz_animate_take(app, job);
        break;
    case FZ_JOB_MEASURE:
        app->measuring = false;
        fz_loader_retire(app, job);
        break;
    }
}

static void measure_now_and_then(struct fz_app *app)
{
    const uint64_t pictures = app->stats.decodes + app->stats.disk_hits;
    if (app->measuring || app->measured_pictures == pictures ||
        !fz_engine_wants_look(&app->pool.counts.engine))
        return;
    app->measured_pictures = pictures;
    fz_app_measure(app);
}

bool fz_loader_collect(struct fz_app *app, int64_t budget_us)
{
    FZ_MAIN_ONLY();
    int64_t start = fz_now_us();
    size_t failed = app->loader.failed_count, count = fz_list_count(app->list);
    for (struct fz_ready_node *node = fz_ready_take(&app->results); node;) {
        struct fz_ready_node *next = node->next;
        take_result(app, FZ_CONTAINER(node, struct fz_job, ready));
        node = next;
    }
    if (app->loader.settled) { /* once for all that came: a mosaic is laid out as a whole */
        app->loader.settled = false;
        fz_wall_list_changed(app, app->loader.settled_anchor);
    }
    fz_app_forget_left_out(app);
    bool uploaded = app->head && fz_loader_upload(app, start + budget_us);
    fz_animate_upload(app, start + budget_us);
    measure_now_and_then(app);
    bool changed = uploaded || failed != app->loader.failed_count || count != fz_list_count(app->list);
    if (changed)
        fz_picture_changed(app);
    return changed;
}
