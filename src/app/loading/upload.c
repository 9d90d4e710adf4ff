/* The last step of the loader: from pixels to a texture, a strip at a time, what is seen first. */
#include "app/app.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"

enum { STRIP_BYTES = 1 << 20 }; /* of one upload call: about 0.3 ms on a renderer without GPU */

void fz_loader_queue_upload(struct fz_app *app, struct fz_job *job)
{
    job->ready.next = NULL;
    *app->loader.uploads_end = &job->ready;
    app->loader.uploads_end = &job->ready.next;
}

void fz_loader_drop_incoming(struct fz_app *app, struct fz_rendition *r, const struct fz_job *job)
{
    if (r->incoming_of == job)
        fz_texture_free(app->head, r->incoming);
}

/* Whether the result is still what its tile waits for, at the size of now. */
static bool is_current(const struct fz_app *app, const struct fz_job *job, const struct fz_tile *tile,
                       const struct fz_rendition *r)
{
    if (!r || (job->first_of && r->arrived))
        return false;
    return job->purpose != FZ_FOR_WALL || fz_loader_tile_box_is(app, tile, job->want.box_w, job->want.box_h);
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

static enum fz_texture_need need_of(const struct fz_app *app, const struct fz_job *job)
{
    size_t index;
    if (is_in_view(app, job))
        return FZ_TEXTURE_IN_VIEW;
    if (job->purpose == FZ_FOR_PICTURE)
        return FZ_TEXTURE_SOON;
    if (fz_picture_covers_wall(app) || !fz_list_index(app->list, job->item, &index))
        return FZ_TEXTURE_SPARE;
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
    struct fz_texture_cell cell = {.w = s->w, .h = s->h};
    if (job->purpose == FZ_FOR_WALL)
        cell = fz_loader_tile_box(app, fz_loader_tile(app, job->item));
    job->upload_row = 0;
    return fz_texture_new(app->head, s->w, s->h, cell, need_of(app, job), &r->incoming) != NULL;
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
    w = r->job->want.box_w;
    h = r->job->want.box_h;
    if (r->job->want.times <= 1)
        fz_image_fit(tile->picture_w, tile->picture_h, r->job->want.box_w, r->job->want.box_h, &w, &h);
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
    r->covers = job->want.covers;
    r->box_w = r->first ? 0 : job->want.box_w;
    r->box_h = r->first ? 0 : job->want.box_h;
    r->refused = false;
    r->no_room_view = 0;
}

/* The renderer has no texture for it, or out of view none to spare. */
static void go_without(struct fz_app *app, const struct fz_job *job, struct fz_rendition *r)
{
    r->no_room_view = app->loader.view;
    r->refused = need_of(app, job) == FZ_TEXTURE_IN_VIEW;
    r->box_w = job->want.box_w;
    r->box_h = job->want.box_h;
    if (!r->refused)
        fz_texture_free(app->head, r->texture); /* else it would be taken for what it is not */
    if (!r->refused || app->loader.refusal_told)
        return;
    app->loader.refusal_told = true;
    fz_loader_say(app, job->item, "not shown: the renderer refuses its texture (of others this is not told)");
    fz_app_notice(app, "Not shown: the renderer refuses textures");
}

static struct fz_job *first_job(const struct fz_app *app)
{
    return FZ_CONTAINER(app->loader.uploads, struct fz_job, ready);
}

/* Uploads one strip of the first result; true when something complete came into view. */
static bool upload_first(struct fz_app *app)
{
    struct fz_job *job = first_job(app);
    struct fz_tile *tile;
    struct fz_rendition *r = fz_loader_rendition_of(app, job, &tile);
    bool shown = false, finished = true;
    if (is_current(app, job, tile, r)) {
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

/* What is seen before what is not, either in the order in which it came: the view may have moved since. */
static void bring_forward_what_is_in_view(struct fz_app *app)
{
    struct fz_loader *loader = &app->loader;
    struct fz_ready_node *rest = NULL, **rest_end = &rest, **end = &loader->uploads;
    while (*end) {
        struct fz_ready_node *node = *end;
        if (is_in_view(app, FZ_CONTAINER(node, struct fz_job, ready))) {
            end = &node->next;
        } else {
            *end = node->next;
            *rest_end = node;
            rest_end = &node->next;
        }
    }
    *rest_end = NULL;
    *end = rest;
    loader->uploads_end = rest ? rest_end : end;
}

bool fz_loader_upload(struct fz_app *app, int64_t end_us)
{
    bool uploaded = false;
    if (fz_now_us() < end_us)
        bring_forward_what_is_in_view(app);
    while (app->loader.uploads && is_in_view(app, first_job(app)) && fz_now_us() < end_us)
        uploaded |= upload_first(app);
    while (fz_detail_uploads_wait(app) && fz_now_us() < end_us)
        uploaded |= fz_detail_upload(app);
    while (app->loader.uploads && fz_now_us() < end_us)
        uploaded |= upload_first(app);
    return uploaded;
}
