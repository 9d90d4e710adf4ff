/* SDL's events become keys, and keys become commands. */
#include "app/app.h"
#include "base/log.h"

#include <math.h>
#include <string.h>

enum {
    CLICK_SLOP_PX = 6,
    CURSOR_US = 2000000, /* a pointer at rest goes out of the picture's way */
};
static const double WHEEL_ROWS = 0.6; /* rows of the wall that one notch moves */
static const double WHEEL_ZOOM = 1.2;

enum fz_command_view fz_app_view(const struct fz_app *app)
{
    if (app->mode == FZ_MODE_WALL)
        return FZ_VIEW_WALL;
    return app->show.running ? FZ_VIEW_SHOW : FZ_VIEW_PICTURE;
}

void fz_app_press(struct fz_app *app, const struct fz_press *press)
{
    if (app->prompt.kind != FZ_PROMPT_NONE)
        fz_prompt_press(app, press);
    else if (app->help.open)
        fz_help_press(app, press);
    else if (app->hints.active)
        fz_hints_press(app, press);
    else
        fz_keys_press(app, press);
}

static void count_input(struct fz_app *app)
{
    app->stats.inputs++;
    if (app->stats.first_input_us == 0)
        app->stats.first_input_us = app->stats.input_since_us;
}

static void wheel(struct fz_app *app, const SDL_MouseWheelEvent *event)
{
    bool zoom = (SDL_GetModState() & KMOD_CTRL) != 0;
    double notches = event->preciseY;
    app->dirty = true;
    app->hints.active = false;
    if (app->help.open) {
        fz_help_turn(app, (int)-fz_wheel_turn(&app->picture.wheel, notches, app->now_us));
        return;
    }
    if (app->mode == FZ_MODE_PICTURE) {
        double x = event->mouseX, y = event->mouseY;
        fz_head_mouse_to_px(app->head, &x, &y);
        if (zoom)
            fz_camera_zoom_at(&app->picture.camera, pow(WHEEL_ZOOM, notches), x, y);
        else if (fz_camera_exceeds_view(&app->picture.camera))
            fz_camera_pan(&app->picture.camera, 0, notches * app->wall.layout.params.view_h * 0.1, false);
        else
            fz_picture_go(app, -fz_wheel_turn(&app->picture.wheel, notches, app->now_us));
        app->loader.moved = true;
    } else if (zoom) {
        fz_wall_set_tile_size(app, pow(WHEEL_ZOOM, notches));
    } else {
        fz_scroll_by(&app->wall.scroll, -notches * WHEEL_ROWS * app->wall.layout.pitch_y);
        app->wall.touched = true;
    }
}

static void wall_button(struct fz_app *app, const SDL_MouseButtonEvent *event, double x, double y)
{
    struct fz_wall *wall = &app->wall;
    size_t index;
    if (event->state == SDL_PRESSED) {
        wall->dragging = true;
        wall->drag_y = wall->drag_start_y = y;
        wall->drag_us = app->now_us;
        fz_scroll_to(&wall->scroll, wall->scroll.position, true);
        if (fz_layout_hit(&wall->layout, x, y + wall->scroll.position, &index)) {
            fz_app_select(app, index);
            if (event->clicks == 2)
                fz_picture_open(app, index, false);
        }
    } else if (wall->dragging) {
        wall->dragging = false;
        /* A finger that rested before it was lifted does not fling. */
        if (wall->scroll.dragging)
            fz_scroll_drag(&wall->scroll, 0, (double)(app->now_us - wall->drag_us) / 1e6);
        fz_scroll_release(&wall->scroll);
    }
}

static void button(struct fz_app *app, const SDL_MouseButtonEvent *event)
{
    double x = event->x, y = event->y;
    fz_head_mouse_to_px(app->head, &x, &y);
    if (event->button != SDL_BUTTON_LEFT)
        return;
    app->hint_until_us = 0;
    app->hints.active = false;
    if (app->help.open) {
        if (event->state == SDL_PRESSED)
            fz_help_toggle(app);
        return;
    }
    if (event->state == SDL_RELEASED && app->mode == FZ_MODE_PICTURE)
        app->wall.dragging = app->wall.scroll.dragging = false;
    if (app->mode == FZ_MODE_WALL) {
        wall_button(app, event, x, y);
    } else if (event->state == SDL_PRESSED && event->clicks == 2) {
        fz_picture_close(app);
    } else {
        app->picture.panning = event->state == SDL_PRESSED;
        app->picture.pan_x = x;
        app->picture.pan_y = y;
    }
    app->dirty = true;
}

static void motion(struct fz_app *app, const SDL_MouseMotionEvent *event)
{
    struct fz_wall *wall = &app->wall;
    double x = event->x, y = event->y;
    fz_head_mouse_to_px(app->head, &x, &y);
    fz_head_show_cursor(app->head, true);
    app->cursor_until_us = app->now_us + CURSOR_US;
    if (app->mode == FZ_MODE_WALL && wall->dragging && fabs(y - wall->drag_start_y) > CLICK_SLOP_PX) {
        fz_scroll_drag(&wall->scroll, wall->drag_y - y, (double)(app->now_us - wall->drag_us) / 1e6);
        wall->touched = true;
        wall->scrolled_us = app->now_us;
        app->loader.moved = app->dirty = true;
        wall->drag_y = y;
        wall->drag_us = app->now_us;
    } else if (app->mode == FZ_MODE_PICTURE && app->picture.panning) {
        fz_camera_pan(&app->picture.camera, x - app->picture.pan_x, y - app->picture.pan_y, true);
        app->picture.pan_x = x;
        app->picture.pan_y = y;
        app->loader.moved = app->dirty = true;
    }
}

static void window_event(struct fz_app *app, const SDL_WindowEvent *event)
{
    if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED && fz_head_update_size(app->head)) {
        fz_wall_resize(app, fz_head_w(app->head), fz_head_h(app->head));
        app->wall.scrolled_us = 0;
        fz_picture_resized(app);
    }
    app->dirty = true;
}

/* Each press gives one key: by itself, or by the text that follows it. */
static bool handle_key(struct fz_app *app, const SDL_Event *event)
{
    if (event->type == SDL_KEYDOWN) {
        app->key_held = event->key.repeat != 0;
        app->pressed = event->key.keysym;
    }
    struct fz_press press = {.held = app->key_held};
    bool typing = app->prompt.kind != FZ_PROMPT_NONE && event->type == SDL_TEXTINPUT;
    if (fz_key_from_event(event, app->pressed.mod, &press.key)) {
        fz_key_by_place(app->pressed.scancode, app->pressed.mod, &press.place);
        count_input(app);
        fz_app_press(app, &press);
        return true;
    }
    if (typing && strcmp(event->text.text, " ") != 0) { /* an input method; a space came as a key */
        count_input(app);
        fz_prompt_insert(app, event->text.text);
    }
    return typing;
}

void fz_app_handle_event(struct fz_app *app, const SDL_Event *event)
{
    if (handle_key(app, event))
        return;
    switch (event->type) {
    case SDL_QUIT:
        fz_app_quit(app, FZ_OK);
        break;
    case SDL_WINDOWEVENT:
        window_event(app, &event->window);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        fz_head_drop_textures(app->head);
        fz_loader_list_changed(app);
        app->dirty = true;
        break;
    case SDL_MOUSEWHEEL:
        count_input(app);
        wheel(app, &event->wheel);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        count_input(app);
        button(app, &event->button);
        break;
    case SDL_MOUSEMOTION:
        motion(app, &event->motion);
        break;
    case SDL_DROPBEGIN:
    case SDL_DROPFILE:
    case SDL_DROPTEXT:
    case SDL_DROPCOMPLETE:
        fz_drop_event(app, &event->drop);
        break;
    default:
        break;
    }
}
