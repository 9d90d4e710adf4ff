#include "app/picture/animate.h"

#include "app/picture/animate_internal.h"
#include "app/app.h"
#include "base/clock.h"
#include "gpu/texture.h"
#include "sync/thread.h"

enum { DWELL_US = 150000 }; /* a pointer that only passes by starts nothing */

/* ---- What plays -------------------------------------------------------------------------------------------------- */

void fz_animate_init(struct fz_animate *animate)
{
    *animate = (struct fz_animate){.seek = FZ_ANIM_NEXT};
}

static void stop(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    fz_frames_halt(app);
    for (int i = 0; i < 2; i++)
        fz_texture_free(app->head, a->frames[i].texture);
    *a = (struct fz_animate){.seek = FZ_ANIM_NEXT,
                             .asked = a->asked,
                             .stepped = a->stepped,
                             .sought = a->sought,
                             .hidden = a->hidden,
                             .hovered = a->hovered,
                             .hovered_us = a->hovered_us};
    app->dirty = true;
}

void fz_animate_fini(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    for (int i = 0; i < a->made_count; i++)
        fz_job_free(a->made[i]);
    fz_stream_free(a->stream);
    for (int i = 0; app->head && i < 2; i++)
        fz_texture_free(app->head, a->frames[i].texture);
    *a = (struct fz_animate){0};
}

void fz_animate_forget(struct fz_app *app, fz_item_id item)
{
    fz_history_drop_copy(app, item);
    if (app->animate.item == item && item != FZ_ITEM_NONE)
        stop(app);
    if (app->animate.asked == item)
        app->animate.asked = FZ_ITEM_NONE;
}

static bool has_frames(const struct fz_tile *tile, enum fz_purpose purpose)
{
    return tile && !tile->error && tile->frames != 1 && tile->renditions[purpose].texture;
}

static bool may_play(const struct fz_tile *tile, enum fz_purpose purpose)
{
    return has_frames(tile, purpose) && fz_anim_is_played(tile->format);
}

/* Pages only turn when they are asked to. */
static bool may_turn(const struct fz_tile *tile)
{
    return has_frames(tile, FZ_FOR_PICTURE) && fz_image_has_pages(tile->format);
}

/* With less motion nothing plays unasked; with none it may be stepped through. */
static fz_item_id wanted_picture(const struct fz_app *app)
{
    fz_item_id item = app->picture.item;
    enum fz_motion motion = fz_app_motion(app);
    bool asked = app->animate.asked == item && (motion != FZ_MOTION_OFF || app->animate.stepped);
    if (app->picture.shown != item || !(asked || motion == FZ_MOTION_FULL))
        return FZ_ITEM_NONE;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    if (may_turn(tile))
        return asked ? item : FZ_ITEM_NONE;
    return may_play(tile, FZ_FOR_PICTURE) ? item : FZ_ITEM_NONE;
}

/* The tile under the pointer, with nothing over it. */
static fz_item_id hovered(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    bool covered = fz_app_is_covered(app) || app->prompt.kind != FZ_PROMPT_NONE;
    size_t index;
    if (!app->mouse.inside || covered || wall->dragging || fz_app_motion(app) != FZ_MOTION_FULL ||
        !fz_wall_hit(app, app->mouse.x, app->mouse.y, &index))
        return FZ_ITEM_NONE;
    fz_item_id item = fz_list_at(app->list, index);
    return may_play(fz_loader_tile(app, item), FZ_FOR_WALL) ? item : FZ_ITEM_NONE;
}

/* What is to play now, and where. */
static fz_item_id wanted(struct fz_app *app, enum fz_purpose *purpose)
{
    struct fz_animate *a = &app->animate;
    bool on_wall = app->mode == FZ_MODE_WALL && !app->picture.closing;
    fz_item_id under = on_wall ? hovered(app) : FZ_ITEM_NONE;
    if (under != a->hovered) {
        a->hovered = under;
        a->hovered_us = app->now_us;
    }
    *purpose = on_wall ? FZ_FOR_WALL : FZ_FOR_PICTURE;
    if (app->ending)
        return FZ_ITEM_NONE;
    if (app->mode == FZ_MODE_PICTURE)
        return wanted_picture(app);
    return app->now_us >= a->hovered_us + DWELL_US ? under : FZ_ITEM_NONE;
}

/* It was left, and a frame of it is still seen: while the next picture is awaited or fades in, or on the way to its tile. */
static bool is_leaving(const struct fz_app *app, fz_item_id item)
{
    const struct fz_picture *picture = &app->picture;
    if (app->mode != FZ_MODE_PICTURE)
        return picture->closing && picture->shown == item;
    return picture->item != item && (picture->shown == item || picture->fading == item);
}

static void follow(struct fz_app *app)
{
    struct fz_animate *a = &app->animate;
    enum fz_purpose purpose;
    fz_item_id item = wanted(app, &purpose);
    if (app->mode != FZ_MODE_PICTURE || app->picture.item != a->asked)
        a->asked = FZ_ITEM_NONE;
    bool same = a->item == item && (a->purpose == purpose || item == FZ_ITEM_NONE);
    if (same && (!a->halted || a->refused))
        return;
    if (a->item != FZ_ITEM_NONE) {
        if (!a->halted)
            fz_frames_halt(app);
        if (!same && a->purpose == FZ_FOR_PICTURE && is_leaving(app, a->item))
            return;
        stop(app);
    }
    a->item = item;
    a->purpose = purpose;
    if (item != FZ_ITEM_NONE && item == a->asked && a->stepped) { /* it stands where it stood */
        a->paused = true;
        fz_frames_seek(app, a->sought);
    }
}

int64_t fz_animate_step(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_animate *a = &app->animate;
    follow(app);
    bool dwells = a->hovered != FZ_ITEM_NONE && app->now_us < a->hovered_us + DWELL_US;
    if (a->item == FZ_ITEM_NONE || a->halted)
        return dwells ? a->hovered_us + DWELL_US : FZ_NEVER;
    int64_t next_us = fz_frames_show_due(app);
    fz_frames_make_next(app);
    return next_us;
}

struct fz_texture *fz_animate_frame(const struct fz_app *app, fz_item_id item, enum fz_purpose purpose)
{
    const struct fz_animate *a = &app->animate;
    const struct fz_frame *frame = &a->frames[a->front];
    bool shown = a->item == item && a->purpose == purpose && frame->ready && item != FZ_ITEM_NONE;
    return shown ? frame->texture : NULL;
}

struct fz_texture *fz_animate_texture(struct fz_app *app, fz_item_id item, enum fz_purpose purpose,
                                      struct fz_texture *still)
{
    struct fz_texture *frame = fz_animate_frame(app, item, purpose);
    const struct fz_frame *back = fz_frame_back(&app->animate);
    if (!frame)
        return still;
    if (still)
        fz_texture_keep(app->head, still);
    if (back->texture)
        fz_texture_keep(app->head, back->texture);
    return frame;
}

bool fz_animate_shows_page(const struct fz_app *app, fz_item_id item)
{
    const struct fz_animate *a = &app->animate;
    return fz_animate_frame(app, item, FZ_FOR_PICTURE) && a->frames[a->front].index > 0 &&
           fz_image_has_pages(a->facts.format);
}

void fz_animate_set_hidden(struct fz_app *app, bool hidden)
{
    app->animate.hidden = hidden;
}

/* ---- What the user says ------------------------------------------------------------------------------------------ */

/* Of one that has not come nobody knows yet. */
static enum fz_err fail_still(const struct fz_tile *tile, struct fz_error *err)
{
    bool came = tile && (tile->error || tile->renditions[FZ_FOR_PICTURE].texture);
    return fz_fail(err, FZ_E_NOT_FOUND, 0, came ? "no animation" : "it has yet to be loaded");
}

/* A notice has told why. */
static bool is_refused(const struct fz_animate *a, const struct fz_tile *tile)
{
    return a->item == tile->item && a->refused;
}

enum fz_err fz_animate_toggle(struct fz_app *app, struct fz_error *err)
{
    struct fz_animate *a = &app->animate;
    fz_picture_catch_up(app);
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.item);
    if (!may_play(tile, FZ_FOR_PICTURE))
        return fail_still(tile, err);
    if (fz_app_motion(app) == FZ_MOTION_OFF)
        return fz_fail(err, FZ_E_USAGE, 0, "nothing plays with --motion=off");
    if (is_refused(a, tile))
        return fz_fail(err, FZ_E_LIMIT, 0, "it cannot be played");
    if (a->item != tile->item || a->halted) {
        a->asked = tile->item;
        a->stepped = false;
        return FZ_OK;
    }
    if (fz_frame_front(a)->ready && fz_frame_front(a)->last) {
        a->paused = false;
        fz_frames_seek(app, 0);
        return FZ_OK;
    }
    a->paused = !a->paused;
    if (a->paused)
        fz_app_notice_about(app, tile->item, "Frame %d of %d", fz_frame_front(a)->index + 1, a->facts.frames);
    return FZ_OK;
}

bool fz_animate_is_seeking(const struct fz_app *app)
{
    const struct fz_animate *a = &app->animate;
    bool goes_on = !a->halted && !a->refused && !a->hidden && !app->loading_paused;
    return a->reveal && a->item != FZ_ITEM_NONE && goes_on;
}

enum fz_err fz_animate_go(struct fz_app *app, long frames, struct fz_error *err)
{
    struct fz_animate *a = &app->animate;
    fz_picture_catch_up(app);
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.item);
    bool turns = may_turn(tile);
    if (!turns && !may_play(tile, FZ_FOR_PICTURE))
        return fail_still(tile, err);
    if (a->asked != tile->item && a->item != tile->item)
        a->sought = 0;
    a->asked = tile->item;
    a->stepped = true;
    follow(app);
    if (is_refused(a, tile))
        return fz_fail(err, FZ_E_LIMIT, 0, "it cannot be played");
    if (a->item != tile->item || a->halted)
        return fail_still(tile, err);
    int count = a->facts.frames > 0 ? a->facts.frames : tile->frames;
    /* Past a page that cannot be shown, too. */
    long from = a->reveal || turns ? a->sought : fz_frame_front(a)->ready ? fz_frame_front(a)->index : 0;
    long to = count > 0 ? (from + frames % count + count) % count : 0;
    a->paused = true;
    fz_frames_seek(app, (int)to);
    fz_app_notice_about(app, tile->item, "%s %ld of %d", turns ? "Page" : "Frame", to + 1, count);
    return FZ_OK;
}

json_t *fz_animate_status(const struct fz_app *app)
{
    const struct fz_animate *a = &app->animate;
    const struct fz_frame *frame = &a->frames[a->front];
    if (a->item == FZ_ITEM_NONE || !frame->ready)
        return json_null();
    return json_pack("{s:i,s:i,s:b,s:b}", "frame", frame->index, "frames", a->facts.frames, "paused",
                     a->paused, "ended", frame->last && !a->paused);
}
