/* The second half of the loader: from a worker's result to a texture. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"
#include "base/mem.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

enum {
    STRIP_BYTES = 1 << 20, /* of one upload call: about 0.3 ms on a renderer without GPU */
    MEASURE_EVERY = 10,    /* decodes between two looks at the memory, */
    MEASURE_US = 1000000,  /* and time: the kernel walks every page of all processes */
};

static struct fz_rendition *rendition_of(const struct fz_app *app, const struct fz_job *job,
                                         struct fz_tile **tile)
{
    const struct fz_job *asked = job->first_of ? job->first_of : job;
    *tile = fz_loader_tile(app, job->item);
    if (!*tile || (*tile)->renditions[job->purpose].job != asked)
        return NULL;
    return &(*tile)->renditions[job->purpose];
}

void fz_loader_drop_incoming(struct fz_app *app, struct fz_rendition *r, const struct fz_job *job)
{
    if (r->incoming_of == job)
        fz_texture_free(app->head, r->incoming);
}

void fz_loader_retire(struct fz_app *app, struct fz_job *job)
{
    struct fz_tile *tile;
    struct fz_rendition *r = job->kind == FZ_JOB_DECODE ? rendition_of(app, job, &tile) : NULL;
    if (r && !job->first_of) {
        r->job = NULL;
        r->arrived = false;
        fz_loader_drop_incoming(app, r, job);
    }
    app->loader.credit_bytes -= job->credit_bytes;
    app->loader.stale = true;
    fz_pool_trash(&app->pool, job);
}

static void fail_tile(struct fz_app *app, struct fz_tile *tile, const struct fz_error *error)
{
    enum fz_err code = error->code;
    if (!tile->error) {
        if (code != FZ_E_NOT_FOUND)
            fz_loader_say(app, tile->item, error->msg);
        else if (!fz_list_is_explicit(app->list, tile->item)) /* or its reader has said it */
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
    const struct fz_layout_params *window = &app->wall.layout.params;
    bool enlarged = job->times > 1 && job->box_w > job->image.width;
    bool zoomed = enlarged || job->box_w > window->view_w || job->box_h > window->view_h;
    enum fz_err code = job->error.code;
    bool too_much = code == FZ_E_LIMIT || code == FZ_E_MEMORY || code == FZ_E_TIMEOUT;
    return job->purpose == FZ_FOR_PICTURE && zoomed && too_much;
}

/* What is known stays known where a later job gets less far. */
static void take_facts(struct fz_app *app, struct fz_tile *tile, const struct fz_job *job)
{
    if (job->error.code == FZ_OK && job->file.known && !fz_detail_is_of(tile, job))
        fz_detail_forget(app, job->item);
    if (job->caching == FZ_CACHING_RENEW)
        tile->reread = false;
    if (job->file.known)
        tile->file = job->file;
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

static void queue_upload(struct fz_app *app, struct fz_job *job)
{
    job->ready.next = NULL;
    *app->loader.uploads_end = &job->ready;
    app->loader.uploads_end = &job->ready.next;
}

/* Only where there is nothing better. */
static void take_first(struct fz_app *app, struct fz_job *job)
{
    struct fz_tile *tile;
    struct fz_rendition *r = rendition_of(app, job, &tile);
    if (r)
        fz_loader_pass_on_rows(tile, job);
    if (!r || r->texture) {
        fz_loader_retire(app, job);
        return;
    }
    take_facts(app, tile, job);
    queue_upload(app, job);
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
    struct fz_rendition *r = rendition_of(app, job, &tile);
    enum fz_err code = job->error.code;
    if (code == FZ_E_CANCELLED || fz_cancel_is_set(&job->cancel)) {
        app->stats.cancelled++;
    } else if (job->from_cache) {
        app->stats.disk_hits++;
    } else {
        app->stats.decodes++;
        if (r && r->texture && r->box_w == job->box_w && r->box_h == job->box_h)
            app->stats.repeated++;
    }
    if (r)
        fz_loader_pass_on_rows(tile, job);
    if (r && code != FZ_E_CANCELLED && job->result_of == 0)
        take_facts(app, tile, job);
    if (!r || code == FZ_E_CANCELLED) {
        app->loader.fill_left = fz_list_count(app->list); /* which may have passed it by */
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
        r->box_w = job->box_w;
        r->box_h = job->box_h;
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
        r->arrived = true;
        queue_upload(app, job);
    }
}

static void take_sniffed(struct fz_app *app, struct fz_job *job)
{
    /* What could not be looked into just now is taken for one: its tile is tried again. */
    bool is_picture = job->error.code == FZ_OK || fz_err_is_transient(job->error.code);
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
        fz_keep_took(app, job->error.code);
        fz_loader_retire(app, job);
        break;
    case FZ_JOB_SNIFF:
        take_sniffed(app, job);
        break;
    case FZ_JOB_SAVE:
        fz_app_take_saved(app, job);
        break;
    case FZ_JOB_WORK:
        if (job == app->marks.write)
            fz_marks_written(app, job);
        else if (job == app->about.job)
            fz_about_take(app, job);
        else if (job == app->scale.plan)
            fz_scale_window_planned(app, job);
        else if (!fz_rate_take(app, job) && !fz_run_take(app, job) && !fz_telling_take(app, job) &&
                 !fz_shapes_take(app, job))
            fz_arrange_take(app, job);
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

/* Whether the result is still what its tile waits for, at the size of now. */
static bool is_current(const struct fz_app *app, const struct fz_job *job, const struct fz_rendition *r)
{
    if (!r || (job->first_of && r->arrived))
        return false;
    return job->purpose != FZ_FOR_WALL ||
           (job->box_w == app->loader.box_w && job->box_h == app->loader.box_h);
}

static enum fz_texture_need need_of(const struct fz_app *app, const struct fz_job *job)
{
    size_t index;
    if (job->purpose == FZ_FOR_PICTURE)
        return job->item == app->picture.item || job->item == app->picture.shown ? FZ_TEXTURE_IN_VIEW
                                                                                 : FZ_TEXTURE_SOON;
    if (fz_loader_is_coarse(app, job->item))
        return FZ_TEXTURE_IN_VIEW;
    if (fz_picture_covers_wall(app) || !fz_list_index(app->list, job->item, &index))
        return FZ_TEXTURE_SPARE;
    struct fz_focus focus = fz_wall_focus(app);
    if (index >= focus.first && index <= focus.last)
        return FZ_TEXTURE_IN_VIEW;
    struct fz_focus aim = fz_wall_aim(app, NULL);
    uint64_t priority = fz_priority_of_tile(&app->wall.layout, &aim, index);
    return priority < fz_priority(FZ_PRIORITY_FILL, 0) ? FZ_TEXTURE_SOON : FZ_TEXTURE_SPARE;
}

static bool prepare_texture(struct fz_app *app, struct fz_job *job, struct fz_rendition *r)
{
    if (!r->incoming) /* lost, perhaps, with what was in it */
        job->upload_row = 0;
    if (r->incoming && r->incoming_of == job && fz_texture_w(r->incoming) == job->surface->w &&
        fz_texture_h(r->incoming) == job->surface->h)
        return true;
    fz_texture_free(app->head, r->incoming); /* begun by a result that is of no use any more */
    r->incoming_of = job;
    const SDL_Surface *s = job->surface;
    struct fz_texture_cell own = {.w = s->w, .h = s->h};
    job->upload_row = 0;
    return fz_texture_new(app->head, s->w, s->h, job->purpose == FZ_FOR_WALL ? fz_loader_cell(app) : own,
                          need_of(app, job), &r->incoming) != NULL;
}

void fz_loader_prepare(struct fz_app *app)
{
    fz_item_id item = app->picture.item;
    struct fz_tile *tile = fz_loader_tile(app, item);
    if (!app->head || !tile || !fz_loader_is_coarse(app, item))
        return;
    if (app->now_us < app->picture.ready_from_us && !tile->renditions[FZ_FOR_WALL].texture) {
        fz_loader_look_again(app, app->picture.ready_from_us);
        return;
    }
    struct fz_rendition *r = &tile->renditions[FZ_FOR_PICTURE];
    int w, h, most = fz_texture_max_side(app->head);
    if (tile->picture_w == 0 || !r->job || r->arrived || r->incoming || r->refused)
        return;
    w = r->job->box_w;
    h = r->job->box_h;
    if (r->job->times <= 1)
        fz_image_fit(tile->picture_w, tile->picture_h, r->job->box_w, r->job->box_h, &w, &h);
    r->incoming_of = r->job;
    if (w <= most && h <= most)
        fz_texture_new(app->head, w, h, (struct fz_texture_cell){.w = w, .h = h}, FZ_TEXTURE_SOON,
                       &r->incoming);
}

static void complete(struct fz_app *app, struct fz_job *job, struct fz_rendition *r)
{
    if (!r->texture)
        r->shown_us = fz_app_fades_tiles_in(app) ? app->now_us : 0;
    fz_texture_free(app->head, r->texture);
    fz_texture_set_luma(r->incoming, &job->luma);
    fz_texture_set_owner(r->incoming, &r->texture);
    if (r->box_w == 0)
        r->read_us = app->now_us;
    fz_loader_note_result(app, r, job);
    r->first = job->first_of != NULL;
    r->covers = job->covers;
    r->box_w = r->first ? 0 : job->box_w;
    r->box_h = r->first ? 0 : job->box_h;
    r->refused = false;
    r->no_room_view = 0;
}

/* The renderer has no texture for it, or out of view none to spare. */
static void go_without(struct fz_app *app, const struct fz_job *job, struct fz_rendition *r)
{
    r->no_room_view = app->loader.view;
    r->refused = need_of(app, job) == FZ_TEXTURE_IN_VIEW;
    r->box_w = job->box_w;
    r->box_h = job->box_h;
    if (!r->refused)
        fz_texture_free(app->head, r->texture); /* else it would be taken for what it is not */
    if (!r->refused || app->loader.refusal_told)
        return;
    app->loader.refusal_told = true;
    fz_loader_say(app, job->item, "not shown: the renderer refuses its texture (of others this is not told)");
    fz_app_notice(app, "Not shown: the renderer refuses textures");
}

static bool is_in_view(const struct fz_app *app, const struct fz_job *job)
{
    size_t index;
    if (job->purpose == FZ_FOR_PICTURE)
        return job->item == app->picture.item || job->item == app->picture.shown;
    if (fz_loader_is_coarse(app, job->item))
        return true;
    struct fz_focus focus = fz_wall_focus(app);
    return !fz_picture_covers_wall(app) && fz_list_index(app->list, job->item, &index) &&
           index >= focus.first && index <= focus.last;
}

/* Uploads one strip of the first result; true when something complete came into view. */
static bool upload_first(struct fz_app *app)
{
    struct fz_job *job = FZ_CONTAINER(app->loader.uploads, struct fz_job, ready);
    struct fz_tile *tile;
    struct fz_rendition *r = rendition_of(app, job, &tile);
    bool shown = false, finished = true;
    if (is_current(app, job, r)) {
        if (job->purpose == FZ_FOR_WALL && !job->first_of)
            fz_loader_mark_final(&app->loader, tile);
        if (prepare_texture(app, job, r))
            finished = fz_texture_upload(app->head, r->incoming, job->surface, &job->upload_row, STRIP_BYTES);
        if (r->incoming && finished) {
            complete(app, job, r);
            shown = is_in_view(app, job);
            app->loader.moved |= fz_loader_is_alone(app); /* something coarse is there: that will do */
            app->awaited |= shown && app->mode == FZ_MODE_PICTURE && job->item == app->picture.item;
        } else if (!r->incoming && !job->first_of) {
            go_without(app, job, r);
        }
    }
    if (finished) {
        app->loader.uploads = app->loader.uploads->next;
        if (!app->loader.uploads)
            app->loader.uploads_end = &app->loader.uploads;
        fz_loader_retire(app, job);
    }
    return shown;
}

static void measure_now_and_then(struct fz_app *app)
{
    if (app->measuring || app->stats.decodes < app->measured_decodes + MEASURE_EVERY ||
        app->now_us - app->measured_us < MEASURE_US)
        return;
    app->measured_decodes = app->stats.decodes;
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
    bool uploaded = false;
    while (app->head && app->loader.uploads && fz_now_us() - start < budget_us)
        uploaded |= upload_first(app);
    while (app->head && fz_detail_uploads_wait(app) && fz_now_us() - start < budget_us)
        uploaded |= fz_detail_upload(app);
    fz_animate_upload(app, start + budget_us);
    measure_now_and_then(app);
    bool changed = uploaded || failed != app->loader.failed_count || count != fz_list_count(app->list);
    if (changed)
        fz_picture_changed(app);
    return changed;
}
