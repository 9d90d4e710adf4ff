/* Frames of the animation that plays, from the job that makes one to the window. */
#include "app/picture/animate_internal.h"
#include "app/app.h"
#include "app/limits.h"
#include "app/loading/loader_internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "gpu/texture.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STRIP_BYTES = 1 << 20,
    TEXTURES = 3,       /* of the size of a frame: the still picture's, and two of frames */
    RESYNC_US = 500000, /* who is later than that goes on from there, slower than the file says */
};
static const double HELD_PART = 0.75;   /* of the budget of textures, that a stream may hold */
static const double LEAST_SCALE = 0.25; /* of the size shown, before nothing is played at all */

/* ---- Making them ------------------------------------------------------------------------------------------------- */

static void drop_made(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    for (int i = 0; i < a->made_count; i++)
        fz_pool_trash(&app->pool, a->made[i]);
    a->made_count = 0;
}

/* Large: a worker frees it. */
static void drop_stream(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    if (a->stream) {
        struct fz_job *carrier = fz_job_new(FZ_JOB_FRAME, a->item, NULL, &app->quit);
        carrier->play.stream = a->stream;
        fz_pool_trash(&app->pool, carrier);
    }
    a->stream = NULL;
}

/* A job that is out comes home as a stranger. */
void fz_frames_halt(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    drop_made(app);
    if (a->job)
        fz_cancel_set(&a->job->cancel);
    a->job = NULL;
    drop_stream(app);
    a->halted = true;
    a->held_bytes = a->needed_bytes = 0;
    fz_history_fit(app);
}

struct plan {
    int box_w, box_h, ahead;
    uint64_t max_held_bytes, frame_bytes;
};

/* The frames, waiting and as textures, and the stream share the budget of textures; where that is small there are fewer or
 * smaller ones. */
static bool make_plan(const struct fz_app *app, const struct fz_tile *tile, struct plan *plan)
{
    const struct fz_animate *a = &app->animate;
    double budget = (double)fz_texture_budget(app->head), held = (double)a->facts.held_bytes;
    bool turns = fz_image_has_pages(tile->format);
    if (a->purpose == FZ_FOR_PICTURE && !turns && fz_detail_must_serve(app, tile))
        return false;
    if (held == 0 && !turns)
        held = (double)fz_anim_held_bytes(tile->format, tile->picture_w, tile->picture_h, tile->file.bytes);
    struct fz_texture_cell box = fz_loader_tile_box(app, tile);
    plan->box_w = box.w;
    plan->box_h = box.h;
    if (a->purpose == FZ_FOR_PICTURE)
        fz_picture_box(app, tile->item, &plan->box_w, &plan->box_h);
    int w, h;
    fz_image_fit(tile->picture_w, tile->picture_h, plan->box_w, plan->box_h, &w, &h);
    double frame = 4.0 * w * h, most = (budget - held) / (TEXTURES + 1);
    plan->max_held_bytes = (uint64_t)(budget * HELD_PART);
    if (held > budget * HELD_PART || frame * LEAST_SCALE * LEAST_SCALE > most)
        return false;
    if (frame > most) {
        double scale = sqrt(most / frame);
        plan->box_w = (int)fmax(w * scale, 1);
        plan->box_h = (int)fmax(h * scale, 1);
        frame = most;
    }
    plan->frame_bytes = (uint64_t)frame;
    plan->ahead =
        turns ? 1 : (int)fmin(fmax((budget - held) / fmax(frame, 1) - TEXTURES, 1), FZ_FRAMES_AHEAD);
    return true;
}

static void refuse(struct fz_app *app, const char *why)
{
    const struct fz_animate *a = &app->animate;
    fz_item_id about =
        a->purpose == FZ_FOR_PICTURE ? a->item : FZ_ITEM_NONE; /* else it is under the pointer */
    fz_app_notice_about(app, about, "Not played: %s", why);
    app->animate.refused = true;
    fz_frames_halt(app);
}

/* It goes on where it was: what was made already is shown meanwhile. */
static void drop_lost(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    const int next = a->seek == FZ_ANIM_NEXT ? a->next : a->seek;
    if (!a->stream || !(fz_stream_is_lost(a->stream) || fz_stream_is_worn(a->stream, next == 0)))
        return;
    drop_stream(app);
    a->seek = next;
}

static bool stands(const struct fz_animate *a)
{
    return a->paused || a->hidden;
}

/* What stands, paused or at its end, is made anew where a zoom shows more of it. */
static void follow_zoom(struct fz_app *app, const struct fz_tile *tile, const struct plan *plan)
{
    struct fz_animate *a = &app->animate;
    const struct fz_frame *front = &a->frames[a->front];
    const bool ended = front->last && a->made_last && !a->paused;
    const int plays = a->plays;
    int w, h, had_w, had_h;
    if (!(a->paused || ended) || !front->ready || a->reveal || a->hidden)
        return;
    fz_image_fit(tile->picture_w, tile->picture_h, plan->box_w, plan->box_h, &w, &h);
    fz_image_fit(tile->picture_w, tile->picture_h, front->box_w, front->box_h, &had_w, &had_h);
    if (w <= had_w && h <= had_h)
        return;
    fz_frames_seek(app, front->index);
    if (ended)
        a->plays = plays - 1; /* it comes once more, and is the last again */
}

/* Of what plays in the picture view one stays, or is there already. */
static void give_copy(const struct fz_app *app, const struct fz_tile *tile, struct fz_job *job)
{
    struct fz_play *play = &job->play;
    if (app->animate.purpose != FZ_FOR_PICTURE || play->stream || job->want.sheet_w > 0)
        return;
    uint64_t most_mib = fz_history_room(app) >> 20;
    int copy_fd = fz_history_copy(app, tile->item, &tile->file);
    play->copy_most_mib = most_mib < UINT16_MAX ? (unsigned)most_mib : UINT16_MAX;
    if (copy_fd >= 0)
        job->kept_fd = fcntl(copy_fd, F_DUPFD_CLOEXEC, 3);
}

void fz_frames_make_next(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    const struct fz_tile *tile = fz_loader_tile(app, a->item);
    struct plan plan;
    if (!tile || a->job || a->halted || app->loading_paused)
        return;
    bool planned = make_plan(app, tile, &plan);
    if (planned)
        follow_zoom(app, tile, &plan);
    if ((stands(a) || a->made_last) && a->seek == FZ_ANIM_NEXT)
        return;
    if (!planned) {
        const int most = fz_texture_max_side(app->head);
        refuse(app, tile->picture_w > most || tile->picture_h > most ? "it is larger than a texture may be"
                                                                     : "--memory does not hold its frames");
        return;
    }
    if (a->made_count + 1 > plan.ahead)
        return;
    drop_lost(app);
    char *path = a->stream ? NULL : fz_list_path(app->list, a->item);
    struct fz_job *job = fz_job_new(FZ_JOB_FRAME, a->item, path, &app->quit);
    job->root = fz_list_root(app->list, a->item);
    job->want.box_w = plan.box_w;
    job->want.box_h = plan.box_h;
    job->want.background = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    if (fz_image_has_pages(tile->format)) { /* each on a sheet of the size of the first */
        job->want.page = a->seek;
        job->want.sheet_w = tile->picture_w;
        job->want.sheet_h = tile->picture_h;
    }
    job->limits = fz_limits_from_options(&app->options);
    job->wants_luma = true;
    job->play = (struct fz_play){.stream = a->stream,
                                 .max_held_bytes = plan.max_held_bytes,
                                 .index = a->seek,
                                 .at_us = a->at_us,
                                 .base_us = a->base_us};
    give_copy(app, tile, job);
    a->held_bytes = a->facts.held_bytes + plan.frame_bytes * (uint64_t)plan.ahead;
    a->needed_bytes = a->held_bytes + plan.frame_bytes * TEXTURES;
    fz_history_fit(app);
    a->stream = NULL;
    a->seek = FZ_ANIM_NEXT;
    a->job = job;
    fz_loader_launch(app, job, fz_priority(FZ_PRIORITY_PICTURE, 0));
}

/* Another may be well. What is shown of it stays as it is. */
static void leave_page(struct fz_app *app, const struct fz_job *job)
{
    struct fz_animate *a = &app->animate;
    struct fz_frame *front = fz_frame_front(a);
    if (a->seek != FZ_ANIM_NEXT) /* which is asked for by now */
        return;
    a->reveal = false;
    if (front->ready && front->index == job->play.index) {
        front->box_w = job->want.box_w;
        front->box_h = job->want.box_h;
    }
    fz_app_notice_about(app, job->item, "Page %d: %s", job->play.index + 1, job->error.msg);
}

static void take_failure(struct fz_app *app, struct fz_job *job)
{
    struct fz_animate *a = &app->animate;
    struct fz_tile *tile = fz_loader_tile(app, job->item);
    if (job->error.code == FZ_E_CANCELLED)
        return; /* for another frame: the stream goes on */
    if (job->want.sheet_w > 0) {
        leave_page(app, job);
        return;
    }
    if (job->error.code == FZ_E_BUSY && a->stream && fz_stream_is_lost(a->stream)) {
        a->seek = a->seek == FZ_ANIM_NEXT ? job->play.index : a->seek; /* through no fault of its own */
        return;
    }
    if (tile && job->error.code == FZ_E_UNSUPPORTED) {
        tile->frames = 1;
        fz_frames_halt(app);
    } else {
        refuse(app, job->error.msg);
    }
}

static void note_damage(struct fz_app *app, fz_item_id item, const char *why)
{
    struct fz_tile *tile = fz_loader_tile(app, item);
    if (!tile || tile->damage)
        return;
    char *path = fz_list_path(app->list, item);
    fz_log("%s: %s", path ? path : "?", why);
    free(path);
    fz_loader_set_damage(tile, why);
}

/* Each decoder counts them from when it opened the file. */
static void count_plays(struct fz_animate *a, struct fz_anim_frame *frame)
{
    if (frame->index + 1 == a->facts.frames)
        a->plays++;
    frame->last |= a->facts.plays > 0 && a->plays >= a->facts.plays && frame->index + 1 == a->facts.frames;
}

void fz_animate_take(struct fz_app *app, struct fz_job *job)
{
    struct fz_animate *a = &app->animate;
    fz_history_take_copy(app, job);
    if (job != a->job) {
        fz_pool_trash(&app->pool, job);
        return;
    }
    a->job = NULL;
    a->stream = job->play.stream;
    job->play.stream = NULL;
    if (a->stream)
        a->facts = *fz_stream_facts(a->stream);
    if (job->error.code != FZ_OK) {
        take_failure(app, job);
        fz_pool_trash(&app->pool, job);
        return;
    }
    if (job->want.sheet_w > 0)
        a->facts = (struct fz_anim_facts){.format = job->image.format, .frames = job->image.frames};
    if (a->facts.damage.code != FZ_OK)
        note_damage(app, a->item, a->facts.damage.msg);
    else if (job->want.sheet_w > 0 && job->image.damaged)
        note_damage(app, a->item, job->error.msg);
    if (a->seek != FZ_ANIM_NEXT) { /* another one is wanted by now */
        fz_pool_trash(&app->pool, job);
        return;
    }
    count_plays(a, &job->play.frame);
    a->at_us = job->play.at_us + job->play.frame.delay_us;
    a->made_last = job->play.frame.last;
    a->next = job->play.frame.index + 1;
    if (a->facts.frames > 0 && a->next >= a->facts.frames)
        a->next = 0;
    a->made[a->made_count++] = job;
}

static void take_off_made(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    fz_pool_trash(&app->pool, a->made[0]);
    memmove(a->made, a->made + 1, (size_t)--a->made_count * sizeof(struct fz_job *));
}

/* It is the next one then. */
static bool is_made(struct fz_app *app, int index)
{
    struct fz_animate *a = &app->animate;
    struct fz_frame *back = fz_frame_back(a);
    if (back->ready && back->index == index)
        return true;
    int at = 0;
    while (at < a->made_count && a->made[at]->play.frame.index != index)
        at++;
    if (at == a->made_count)
        return false;
    back->ready = false;
    while (at-- > 0)
        take_off_made(app);
    return true;
}

/* Who steps on finds the frame that was to come: the stream, which is ahead of it, would have to begin anew for it. */
void fz_frames_seek(struct fz_app *app, int index)
{
    struct fz_animate *a = &app->animate;
    const struct fz_tile *tile = fz_loader_tile(app, a->item);
    a->sought = index;
    a->reveal = true;
    a->base_us = 0;
    if (tile && !fz_image_has_pages(tile->format) && is_made(app, index))
        return;
    drop_made(app);
    if (a->job)
        fz_cancel_set(&a->job->cancel);
    fz_frame_back(a)->ready = false;
    a->seek = index;
    a->plays = 0;
    a->made_last = false;
}

/* ---- Showing them ------------------------------------------------------------------------------------------------ */

/* Of those that wait the first ones may be too late already. */
static void skip_late(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    while (a->made_count > 1 && a->base_us > 0 && a->made[0]->upload_row == 0 &&
           a->base_us + a->made[1]->play.at_us <= app->now_us)
        take_off_made(app);
}

static bool prepare(struct fz_app *app, const struct fz_job *job, struct fz_frame *frame)
{
    const SDL_Surface *s = job->surface;
    bool fits =
        frame->texture && fz_texture_w(frame->texture) == s->w && fz_texture_h(frame->texture) == s->h;
    if (fits)
        return true;
    fz_texture_free(app->head, frame->texture);
    struct fz_texture_cell cell = {.w = s->w, .h = s->h};
    return fz_texture_new(app->head, s->w, s->h, cell, FZ_TEXTURE_IN_VIEW, &frame->texture) != NULL;
}

bool fz_animate_uploads_wait(const struct fz_app *app)
{
    const struct fz_animate *a = &app->animate;
    return a->made_count > 0 && !a->frames[!a->front].ready;
}

void fz_animate_upload(struct fz_app *app, int64_t end_us)
{
    struct fz_animate *a = &app->animate;
    skip_late(app);
    while (fz_animate_uploads_wait(app) && fz_now_us() < end_us) {
        struct fz_job *job = a->made[0];
        struct fz_frame *frame = fz_frame_back(a);
        if (job->upload_row > 0 && !frame->texture)
            job->upload_row = 0; /* it was lost half-way */
        if (!prepare(app, job, frame)) {
            refuse(app, "no texture could be made for its frames");
            return;
        }
        if (!fz_texture_upload(app->head, frame->texture, job->surface, &job->upload_row, STRIP_BYTES))
            continue;
        if (!frame->texture) {
            refuse(app, "no texture could be filled with its frames");
            return;
        }
        *frame = (struct fz_frame){.texture = frame->texture,
                                   .ready = true,
                                   .index = job->play.frame.index,
                                   .at_us = job->play.at_us,
                                   .delay_us = job->play.frame.delay_us,
                                   .last = job->play.frame.last,
                                   .box_w = job->want.box_w,
                                   .box_h = job->want.box_h};
        fz_texture_set_luma(frame->texture, &job->luma);
        take_off_made(app);
    }
}

/* The next frame would flash: it waits until it does not, or is left out where its time is over and others have come.
 * Returns the time of the next look. */
static int64_t hold_back(struct fz_app *app, int64_t due_us, int64_t steady_us)
{
    struct fz_animate *a = &app->animate;
    struct fz_frame *next = fz_frame_back(a);
    int64_t over_us = due_us + next->delay_us;
    if (a->reveal || a->made_count == 0)
        return steady_us;
    next->ready = app->now_us < over_us;
    return !next->ready ? FZ_NEVER : over_us < steady_us ? over_us : steady_us;
}

int64_t fz_frames_show_due(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    struct fz_frame *next = fz_frame_back(a);
    if (stands(a))
        a->base_us = 0;
    next->ready &= next->texture != NULL;
    if (!next->ready || (stands(a) && !a->reveal))
        return FZ_NEVER;
    if (a->base_us == 0)
        a->base_us = app->now_us - next->at_us;
    int64_t due_us = a->base_us + next->at_us;
    if (app->now_us < due_us && !a->reveal)
        return due_us;
    int64_t steady_us = fz_steady_frame_us(app, next->texture, a->reveal);
    if (app->now_us < steady_us)
        return hold_back(app, due_us, steady_us);
    if (app->now_us - due_us > RESYNC_US)
        a->base_us = app->now_us - next->at_us;
    fz_frame_front(a)->ready = false;
    a->front = !a->front;
    a->reveal = false;
    app->dirty = true;
    return FZ_NEVER;
}
