#include "app/input/touch.h"

#include "app/app.h"

#include <SDL_touch.h>

static const double TILE_STEP = 1.25; /* a pinch changes tiles as the keys do: each size is decoded anew */

/* The tile between the fingers stays there. */
static void pinch_wall(struct fz_app *app, const struct fz_gesture *gesture)
{
    struct fz_wall *wall = &app->wall;
    app->touch.pinched *= gesture->factor;
    double x = gesture->x + gesture->dx, y = gesture->y + gesture->dy;
    fz_scroll_to(&wall->scroll,
                 wall->scroll.position - fz_layout_along(&wall->layout, gesture->dx, gesture->dy), true);
    wall->touched = true;
    double factor = app->touch.pinched >= TILE_STEP       ? TILE_STEP
                    : app->touch.pinched <= 1 / TILE_STEP ? 1 / TILE_STEP
                                                          : 1;
    if (factor == 1)
        return;
    app->touch.pinched /= factor;
    fz_wall_grip(app, x, y);
    fz_wall_set_tile_size(app, factor);
}

static void pinch_picture(struct fz_app *app, const struct fz_gesture *gesture)
{
    struct fz_camera *camera = &app->picture.camera;
    fz_picture_catch_up(app);
    if (gesture->factor != 1)
        fz_camera_zoom_at(camera, gesture->factor, gesture->x, gesture->y);
    fz_camera_pan(camera, gesture->dx, gesture->dy, true);
}

static void release_picture(struct fz_app *app, enum fz_swipe swipe)
{
    const struct fz_camera meant = fz_picture_meant(app);
    if (swipe == FZ_SWIPE_NONE || fz_camera_exceeds_view(&meant))
        return;
    if (swipe == FZ_SWIPE_DOWN)
        fz_picture_close(app);
    else if (swipe != FZ_SWIPE_UP)
        fz_picture_go(app, swipe == FZ_SWIPE_LEFT ? 1 : -1);
}

/* What lies over the pictures takes the gestures; true where it did. */
static bool act_on_overlay(struct fz_app *app, const struct fz_gesture *gesture)
{
    bool drag = gesture->kind == FZ_GESTURE_DRAG, release = gesture->kind == FZ_GESTURE_RELEASE;
    if (app->menu.open && drag)
        fz_menu_drag(app, gesture->dy);
    else if (app->help.open && !app->menu.open && release && gesture->swipe != FZ_SWIPE_NONE)
        fz_help_turn(app, gesture->swipe == FZ_SWIPE_LEFT || gesture->swipe == FZ_SWIPE_UP ? 1 : -1);
    bool click = gesture->kind == FZ_GESTURE_TAP || gesture->kind == FZ_GESTURE_DOUBLE_TAP;
    return (fz_app_is_covered(app) || app->touch.beside) && !click && gesture->kind != FZ_GESTURE_LONG_PRESS;
}

static void act(struct fz_app *app, const struct fz_gesture *gesture)
{
    struct fz_wall *wall = &app->wall;
    bool on_wall = app->mode == FZ_MODE_WALL;
    if (gesture->kind == FZ_GESTURE_NONE)
        return;
    app->loader.moved = app->dirty = true;
    const bool taken = act_on_overlay(app, gesture);
    if (gesture->kind == FZ_GESTURE_RELEASE && wall->scroll.dragging && (taken || !on_wall))
        fz_scroll_release(&wall->scroll, false); /* something came over the wall while it was dragged */
    if (taken)
        return;
    switch (gesture->kind) {
    case FZ_GESTURE_TAP:
        fz_app_click(app, gesture->x, gesture->y, 1);
        break;
    case FZ_GESTURE_DOUBLE_TAP:
        fz_app_click(app, gesture->x, gesture->y, 2);
        break;
    case FZ_GESTURE_LONG_PRESS:
        fz_app_ask_menu(app, gesture->x, gesture->y);
        break;
    case FZ_GESTURE_DRAG:
        if (on_wall)
            fz_wall_drag(app, gesture->dx, gesture->dy, gesture->dt_s);
        else
            fz_picture_pan(app, gesture->dx, gesture->dy, true);
        break;
    case FZ_GESTURE_RELEASE:
        if (!on_wall) {
            release_picture(app, gesture->swipe);
        } else if (wall->scroll.dragging) {
            fz_scroll_drag(&wall->scroll, 0, gesture->dt_s);
            fz_scroll_release(&wall->scroll, fz_app_motion(app) == FZ_MOTION_FULL);
        }
        break;
    case FZ_GESTURE_PINCH:
        if (on_wall)
            pinch_wall(app, gesture);
        else
            pinch_picture(app, gesture);
        break;
    case FZ_GESTURE_NONE:
        break;
    }
}

void fz_touch_cancel(struct fz_app *app)
{
    struct fz_gesture gesture = fz_gesture_cancel(&app->touch.gestures);
    act(app, &gesture);
}

/* A finger that is the only one on its screen is our only one too: those that went up unnoticed are forgotten. */
static void begin(struct fz_app *app, const SDL_TouchFingerEvent *event, double x, double y)
{
    double px_per_point = 1, unused = 1;
    bool rests = app->touch.gestures.state == FZ_GESTURES_REST;
    if (!rests && SDL_GetNumTouchFingers(event->touchId) == 1)
        fz_touch_cancel(app);
    if (app->touch.gestures.state != FZ_GESTURES_REST)
        return;
    fz_head_mouse_to_px(app->head, &px_per_point, &unused);
    app->touch.gestures.px_per_point = px_per_point;
    app->touch.pinched = 1;
    app->touch.beside = fz_app_is_over_bar(app, x, y);
    if (app->mode == FZ_MODE_WALL) /* a finger stops what glides */
        fz_scroll_to(&app->wall.scroll, app->wall.scroll.position, true);
}

void fz_touch_handle(struct fz_app *app, const SDL_TouchFingerEvent *event)
{
    struct fz_gestures *gestures = &app->touch.gestures;
    struct fz_gesture gesture = {0};
    double x = (double)event->x * fz_head_w(app->head), y = (double)event->y * fz_head_h(app->head);
    SDL_TouchDeviceType type = SDL_GetTouchDeviceType(event->touchId);
    if (type == SDL_TOUCH_DEVICE_INDIRECT_ABSOLUTE || type == SDL_TOUCH_DEVICE_INDIRECT_RELATIVE)
        return; /* a touchpad, which moves the pointer */
    if (event->type == SDL_FINGERDOWN && fz_board_is_at(app, x, y)) {
        fz_app_click(app, x, y, 1); /* a key goes down with its finger, whatever the others do */
    } else if (event->type == SDL_FINGERDOWN) {
        begin(app, event, x, y);
        gesture = fz_gesture_down(gestures, event->fingerId, x, y, app->now_us);
    } else if (event->type == SDL_FINGERMOTION) {
        gesture = fz_gesture_move(gestures, event->fingerId, x, y, app->now_us);
    } else {
        gesture = fz_gesture_up(gestures, event->fingerId, x, y, app->now_us);
    }
    act(app, &gesture);
}

int64_t fz_touch_step(struct fz_app *app)
{
    struct fz_gesture gesture = fz_gesture_wait(&app->touch.gestures, app->now_us);
    act(app, &gesture);
    return fz_gesture_due_us(&app->touch.gestures);
}
