#include "app/picture/picture.h"

#include "app/app.h"
#include "app/overlay/badge.h"
#include "app/overlay/panel.h"
#include "app/picture/shown.h"
#include "base/clock.h"
#include "gpu/draw.h"
#include "sync/thread.h"

#include <math.h>
#include <stdio.h>

enum {
    CROSSFADE_US = 700000, /* at most half of a picture's time */
    ALONE_US =
        100000, /* what nobody sees yet would take cores from what is waited for; a slow share would be idle for longer */
    LOST_US = 50000,
    COARSE_AFTER_US =
        120000, /* the old picture stays this long for the sharp one before a coarse one takes over */
    READY_AFTER_US = 4000,
    EMPTY_AFTER_US = 33000, /* two frames: in the first of them most show something already */
};
static const double OPEN_TAU_S = 0.055;

void fz_picture_init(struct fz_app *app)
{
    app->picture = (struct fz_picture){.direction = 1};
    fz_camera_init(&app->picture.camera);
}

/* False: nobody knows it yet, and that of the window stands for it. */
static bool picture_size(const struct fz_app *app, fz_item_id item, double *w, double *h)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    const bool is_known = tile && tile->picture_w > 0 && tile->picture_h > 0;
    *w = is_known ? tile->picture_w : fz_head_w(app->head);
    *h = is_known ? tile->picture_h : fz_head_h(app->head);
    return is_known;
}

static struct fz_texture *texture_of(const struct fz_app *app, fz_item_id item, enum fz_purpose purpose)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    return tile ? tile->renditions[purpose].texture : NULL;
}

static void place(struct fz_app *app, bool at_once)
{
    struct fz_picture *picture = &app->picture;
    double w, h;
    const bool is_known = picture_size(app, picture->shown, &w, &h);
    fz_camera_place(&picture->camera, w, h, !is_known, fz_head_w(app->head), fz_head_h(app->head), at_once);
}

struct fz_camera fz_picture_aim(const struct fz_app *app, fz_item_id item)
{
    const struct fz_picture *picture = &app->picture;
    struct fz_camera camera = picture->camera;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    camera.quarter_turns = tile ? tile->turn.quarters : 0;
    camera.flip_h = tile && tile->turn.flip_h;
    camera.flip_v = tile && tile->turn.flip_v;
    if (picture->shown != item && !picture->keep_zoom) {
        camera.mode = FZ_ZOOM_FIT;
        camera.is_step = false;
        camera.centre_x = camera.centre_y = 0.5;
    }
    double w, h;
    const bool is_known = picture_size(app, item, &w, &h);
    fz_camera_place(&camera, w, h, !is_known, fz_head_w(app->head), fz_head_h(app->head),
                    picture->openness >= 1);
    return camera;
}

/* What was in view goes: its line for --shown. */
static void log_shown(struct fz_app *app)
{
    struct fz_picture *picture = &app->picture;
    if (picture->shown_path)
        fz_shown_add(app->shown, picture->shown_path, picture->shown_us, app->now_us - picture->shown_us);
    picture->shown_path = NULL;
}

void fz_picture_forget(struct fz_app *app, fz_item_id item)
{
    struct fz_picture *picture = &app->picture;
    fz_history_forget(app, item);
    if (picture->fading == item)
        picture->fading = FZ_ITEM_NONE;
    if (picture->shown != item)
        return;
    log_shown(app);
    picture->shown = FZ_ITEM_NONE;
}

static void show_item(struct fz_app *app, fz_item_id item)
{
    struct fz_picture *picture = &app->picture;
    log_shown(app);
    bool may_fade = app->show.running && fz_app_motion(app) != FZ_MOTION_OFF;
    if (may_fade && picture->shown != FZ_ITEM_NONE && picture->openness >= 1) {
        picture->fading = picture->shown;
        picture->fading_rect = picture->camera.shown;
        picture->fade_start_us = app->now_us;
        int64_t half = fz_show_delay_us(app) / 2;
        picture->fade_us = half < CROSSFADE_US ? half : CROSSFADE_US;
    }
    picture->camera = fz_picture_aim(app, item);
    picture->shown = item;
    picture->behind_us = 0;
    fz_history_add(app, item);
    picture->shown_us = app->now_us;
    picture->shown_path = app->shown ? fz_list_path(app->list, item) : NULL;
    app->loader.moved = app->dirty = true;
}

/* Where there is little room, another texture may have taken its place while it waited to be shown: it is asked for again. When to look
 * again. */
static int64_t look_for_lost(struct fz_app *app, const struct fz_tile *tile)
{
    const struct fz_rendition *r = tile ? &tile->renditions[FZ_FOR_PICTURE] : NULL;
    if (!r || r->box_w == 0 || r->texture || r->job || r->refused)
        return FZ_NEVER;
    app->loader.stale = true;
    return app->now_us + LOST_US;
}

/* It will not become any better than it is. */
static bool is_settled(const struct fz_app *app, const struct fz_tile *tile)
{
    const struct fz_rendition *r = &tile->renditions[FZ_FOR_PICTURE];
    int box_w, box_h;
    if (r->texture || tile->error)
        return true;
    fz_picture_box(app, tile->item, &box_w, &box_h);
    return r->refused && !r->job && r->box_w == box_w && r->box_h == box_h;
}

/* Shows what was asked for as soon as it is there: sharp, or after a while coarse, or that it failed; and not so soon that it
 * would flash. */
int64_t fz_picture_look(struct fz_app *app)
{
    struct fz_picture *picture = &app->picture;
    if (picture->shown == picture->item)
        picture->behind_us = 0;
    if (app->mode != FZ_MODE_PICTURE || picture->shown == picture->item || picture->item == FZ_ITEM_NONE)
        return FZ_NEVER;
    const struct fz_tile *tile = fz_loader_tile(app, picture->item);
    bool settled = tile && is_settled(app, tile);
    bool coarse = texture_of(app, picture->item, FZ_FOR_WALL) != NULL;
    if (picture->behind_us == 0)
        picture->behind_us = app->now_us;
    bool waited = app->now_us - picture->behind_us >= COARSE_AFTER_US || picture->shown == FZ_ITEM_NONE;
    if (settled || (coarse && waited && !app->show.running)) {
        int64_t steady_us = fz_steady_picture_us(app, picture->item);
        if (steady_us > app->now_us)
            return steady_us;
        show_item(app, picture->item);
    }
    if (picture->shown == picture->item)
        return FZ_NEVER;
    int64_t patience_end = picture->behind_us + COARSE_AFTER_US, lost_us = look_for_lost(app, tile);
    return patience_end > app->now_us && patience_end < lost_us ? patience_end : lost_us;
}

void fz_picture_catch_up(struct fz_app *app)
{
    struct fz_picture *picture = &app->picture;
    size_t index;
    if (app->mode == FZ_MODE_PICTURE)
        fz_arrange_forget_nth(app); /* who does something with this one stays with it */
    if (app->mode != FZ_MODE_PICTURE || picture->item == FZ_ITEM_NONE || picture->shown == picture->item)
        return;
    if (fz_show_waits(app) && fz_list_index(app->list, picture->shown, &index)) {
        fz_picture_go_to(app, index);
    } else {
        fz_steady_cut(app, FZ_STEADY_CUT);
        show_item(app, picture->item);
    }
}

void fz_picture_stay(struct fz_app *app)
{
    if (fz_show_waits(app))
        fz_picture_catch_up(app);
}

struct fz_camera fz_picture_meant(const struct fz_app *app)
{
    const struct fz_picture *picture = &app->picture;
    bool behind = app->mode == FZ_MODE_PICTURE && picture->item != FZ_ITEM_NONE &&
                  picture->shown != picture->item && !fz_show_waits(app);
    return behind ? fz_picture_aim(app, picture->item) : picture->camera;
}

bool fz_picture_pan(struct fz_app *app, double dx, double dy, bool at_once)
{
    const struct fz_camera meant = fz_picture_meant(app);
    if (!fz_camera_exceeds_view(&meant))
        return false;
    fz_picture_catch_up(app);
    fz_camera_pan(&app->picture.camera, dx, dy, at_once);
    app->loader.moved = app->dirty = true;
    return true;
}

void fz_picture_changed(struct fz_app *app)
{
    if (app->mode != FZ_MODE_PICTURE)
        return;
    fz_picture_look(app);
    /* Its size may have become known only now. */
    double w, h, before_w = app->picture.camera.picture_w, before_h = app->picture.camera.picture_h;
    picture_size(app, app->picture.shown, &w, &h);
    bool sideways = app->picture.camera.quarter_turns % 2 != 0;
    if (app->picture.shown != FZ_ITEM_NONE &&
        (before_w != (sideways ? h : w) || before_h != (sideways ? w : h)))
        place(app, app->picture.openness >= 1);
    app->dirty = true;
}

void fz_picture_open(struct fz_app *app, size_t index, bool at_once)
{
    FZ_MAIN_ONLY();
    struct fz_picture *picture = &app->picture;
    if (index >= fz_list_count(app->list))
        return;
    fz_app_select(app, index);
    fz_mouse_let_go(app); /* what it dragged is out of sight */
    app->hints.active = false;
    app->mode = FZ_MODE_PICTURE;
    picture->item = fz_list_at(app->list, index);
    picture->shown = FZ_ITEM_NONE;
    picture->alone_until_us = app->now_us + ALONE_US;
    picture->ready_from_us = app->now_us + READY_AFTER_US;
    bool moves = !at_once && fz_app_motion(app) == FZ_MOTION_FULL;
    picture->empty_from_us = moves || app->stats.startup.first_frame == 0 ? 0 : app->now_us + EMPTY_AFTER_US;
    picture->closing = false;
    picture->openness = at_once ? 1 : 0;
    picture->camera.mode = FZ_ZOOM_FIT;
    if (at_once) {
        fz_picture_look(app);
    } else {
        show_item(app, picture->item);
        picture->camera.shown = fz_wall_whole_rect_of(app, index);
    }
    fz_steady_cut(app, FZ_STEADY_OPENING);
    app->loader.moved = app->dirty = true;
}

void fz_picture_close(struct fz_app *app)
{
    struct fz_picture *picture = &app->picture;
    fz_picture_stay(app);
    log_shown(app);
    fz_show_stop(app);
    picture->closing = true;
    picture->fading = FZ_ITEM_NONE;
    fz_wall_reveal_selected(app, true);
    size_t index;
    if (fz_list_index(app->list, picture->shown, &index))
        picture->camera.target = fz_wall_whole_rect_of(app, index);
    app->mode = FZ_MODE_WALL;
    fz_steady_cut(app, FZ_STEADY_OPENING);
    app->loader.moved = app->dirty = true;
}

void fz_picture_go_to(struct fz_app *app, size_t index)
{
    struct fz_picture *picture = &app->picture;
    fz_item_id item = fz_list_at(app->list, index);
    if (item == FZ_ITEM_NONE || item == picture->item)
        return;
    app->show.went_on = false;
    app->show.since_us = 0; /* its time begins as it is seen, whoever asked for it */
    picture->item = item;
    if (texture_of(app, item, FZ_FOR_PICTURE) && !fz_detail_is_missing(app, item))
        app->stats.hits++;
    fz_app_select(app, index);
    fz_picture_look(app);
    app->loader.moved = app->dirty = true;
}

bool fz_picture_go(struct fz_app *app, long step)
{
    size_t to;
    fz_picture_stay(app);
    if (step != 0)
        app->picture.direction = step < 0 ? -1 : 1;
    if (!fz_list_neighbour(app->list, app->picture.item, step, &to))
        return false;
    fz_picture_go_to(app, to);
    return true;
}

void fz_picture_resized(struct fz_app *app)
{
    if (app->mode == FZ_MODE_PICTURE && app->picture.shown != FZ_ITEM_NONE)
        place(app, true);
}

bool fz_picture_step(struct fz_app *app, double dt_s)
{
    struct fz_picture *picture = &app->picture;
    if (app->mode == FZ_MODE_WALL && !picture->closing)
        return false;
    bool moving = fz_camera_step(&picture->camera, dt_s);
    double goal = picture->closing ? 0 : 1;
    if (picture->openness != goal) {
        picture->openness += (goal - picture->openness) * fz_approach(dt_s, OPEN_TAU_S);
        if (fabs(goal - picture->openness) < 0.01) {
            picture->openness = goal;
            app->loader.moved = true; /* the wall's tiles are needed no more, or again */
        }
        moving = true;
    }
    if (picture->closing && !moving) {
        picture->closing = false;
        picture->shown = picture->item = FZ_ITEM_NONE;
        app->loader.moved = app->dirty = true;
    }
    if (picture->fading != FZ_ITEM_NONE) {
        moving = true;
        if (app->now_us - picture->fade_start_us >= picture->fade_us)
            picture->fading = FZ_ITEM_NONE;
    }
    return moving;
}

bool fz_picture_covers_wall(const struct fz_app *app)
{
    return app->mode == FZ_MODE_PICTURE && app->picture.openness >= 1;
}

int64_t fz_picture_due_us(const struct fz_app *app)
{
    fz_item_id item = app->picture.item;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    bool there =
        (tile && tile->error) || texture_of(app, item, FZ_FOR_PICTURE) || texture_of(app, item, FZ_FOR_WALL);
    return app->mode == FZ_MODE_PICTURE && !there ? app->picture.empty_from_us : 0;
}

static struct fz_texture *still_of(const struct fz_app *app, fz_item_id item)
{
    struct fz_texture *sharp = texture_of(app, item, FZ_FOR_PICTURE);
    return sharp ? sharp : texture_of(app, item, FZ_FOR_WALL);
}

const struct fz_texture *fz_picture_texture(const struct fz_app *app, fz_item_id item)
{
    const struct fz_texture *frame = fz_animate_frame(app, item, FZ_FOR_PICTURE);
    return frame ? frame : still_of(app, item);
}

static void draw_item(struct fz_app *app, fz_item_id item, struct fz_rect rect, double alpha)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    struct fz_texture *texture = fz_animate_texture(app, item, FZ_FOR_PICTURE, still_of(app, item));
    if (texture && texture == texture_of(app, item, FZ_FOR_WALL) && tile->renditions[FZ_FOR_WALL].covers) {
        bool sideways = fz_tile_is_sideways(tile); /* it is but the middle of the picture */
        double w = fz_texture_w(texture), h = fz_texture_h(texture);
        rect = fz_rect_fit(rect, sideways ? h : w, sideways ? w : h, true);
    }
    if (texture)
        fz_draw_texture(app->head, texture, rect, alpha, tile->turn);
}

/* On a ground of its own: the background can have any colour. */
static void draw_reason(struct fz_app *app, const struct fz_tile *tile)
{
    char text[1024];
    snprintf(text, sizeof text, "%s: %s", fz_list_name(app->list, tile->item), tile->error->msg);
    double view_w = fz_head_w(app->head), view_h = fz_head_h(app->head), pad = 20, badge = fz_badge_size(3);
    struct fz_text_style style = {.px = 22, .max_w = (int)fmax(view_w - 4 * pad, 1)};
    int w, h;
    if (!fz_text_size(app->head, text, &style, &w, &h))
        return;
    double top = floor((view_h - badge - h) / 2 - pad);
    fz_draw_fill(app->head,
                 (struct fz_rect){floor((view_w - w) / 2 - pad), top, w + 2 * pad, badge + h + 3 * pad},
                 fz_panel_fill);
    fz_badge_draw(app->head, FZ_BADGE_FAILED, view_w / 2, top + pad + badge / 2, 3);
    fz_text_draw(app->head, text, &style, (view_w - w) / 2, top + badge + 2 * pad, fz_panel_text);
}

/* Where the new picture leaves the old one uncovered, the background grows over it; under the new one nothing fades
 * out, or the middle of the crossfade would be dark. */
static void cover_rest(struct fz_app *app, struct fz_color color)
{
    struct fz_rect r = app->picture.camera.shown;
    double w = fz_head_w(app->head), h = fz_head_h(app->head);
    double top = fmax(r.y, 0), bottom = fmin(r.y + r.h, h);
    fz_draw_fill(app->head, (struct fz_rect){0, 0, w, top}, color);
    fz_draw_fill(app->head, (struct fz_rect){0, bottom, w, h - bottom}, color);
    fz_draw_fill(app->head, (struct fz_rect){0, top, fmax(r.x, 0), bottom - top}, color);
    fz_draw_fill(app->head, (struct fz_rect){r.x + r.w, top, fmax(w - r.x - r.w, 0), bottom - top}, color);
}

void fz_picture_draw(struct fz_app *app)
{
    struct fz_picture *picture = &app->picture;
    if (app->mode == FZ_MODE_WALL && !picture->closing)
        return;
    uint32_t background = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    struct fz_color color = {(uint8_t)(background >> 16), (uint8_t)(background >> 8), (uint8_t)background,
                             (uint8_t)lround(255 * picture->openness)};
    fz_draw_fill(app->head, (struct fz_rect){0, 0, fz_head_w(app->head), fz_head_h(app->head)}, color);

    double alpha = 1;
    if (picture->fading != FZ_ITEM_NONE) {
        alpha = fmin((double)(app->now_us - picture->fade_start_us) / (double)picture->fade_us, 1);
        draw_item(app, picture->fading, picture->fading_rect, 1);
        color.a = (uint8_t)lround(255 * alpha);
        cover_rest(app, color);
    }
    bool covered = alpha >= 1 && fz_detail_covers(app);
    if (!covered)
        draw_item(app, picture->shown, picture->camera.shown, alpha);
    else if (texture_of(app, picture->shown, FZ_FOR_PICTURE))
        fz_texture_keep(app->head, texture_of(app, picture->shown, FZ_FOR_PICTURE));
    if (alpha >= 1)
        fz_detail_draw(app);
    const struct fz_tile *tile = fz_loader_tile(app, picture->shown);
    bool there =
        texture_of(app, picture->shown, FZ_FOR_PICTURE) || texture_of(app, picture->shown, FZ_FOR_WALL);
    if (picture->closing)
        return;
    if (tile && tile->error)
        draw_reason(app, tile);
    else if (!there)
        fz_badge_draw(app->head, FZ_BADGE_LOADING, fz_head_w(app->head) / 2.0, fz_head_h(app->head) / 2.0, 3);
}
