#include "app/input/mouse.h"

#include "app/app.h"
#include "app/overlay/badge.h"

#include <math.h>

enum {
    CLICK_SLOP_PX = 6,
    CURSOR_US = 2000000, /* a pointer at rest goes out of the picture's way */
    ARROW_SCALE = 3,
    ARROW_MARGIN_PX = 16,
};
static const double WHEEL_ROWS = 0.6;                  /* rows of the wall that one notch moves */
static const double WHEEL_ZOOM = 1.2, WHEEL_PAN = 0.1; /* of the window's height */
static const double EDGE = 0.15;                       /* of the window's width */

/* In the picture view the left and the right edge lead to other pictures: -1, 1; 0 elsewhere, and where there is none.
 */
static int edge_at(const struct fz_app *app, double x)
{
    size_t index;
    double w = fz_head_w(app->head);
    int way = x < w * EDGE ? -1 : x >= w * (1 - EDGE) ? 1 : 0;
    bool leads = app->mode == FZ_MODE_PICTURE && fz_list_neighbour(app->list, app->picture.item, way, &index);
    return leads ? way : 0;
}

void fz_app_click(struct fz_app *app, double x, double y, int times)
{
    size_t index;
    app->hint_until_us = 0;
    fz_keys_take_back(app);
    app->dirty = true;
    if (fz_board_was_just_opened(app) || (times == 2 && fz_scale_panel_was_just_closed(app)))
        return; /* the second click on what did that */
    if (fz_board_is_at(app, x, y)) {
        fz_board_press(app, x, y);
    } else if (app->scale_panel.open) {
        fz_scale_panel_click(app, x, y);
    } else if (app->menu.open) {
        fz_menu_click(app, x, y);
    } else if (fz_scale_bar_is_at(app, x, y)) {
        fz_scale_bar_click(app, x, y);
    } else if (app->help.open) {
        fz_help_toggle(app);
    } else if (fz_prompt_is_at(app, x, y)) {
        if (fz_board_is_shown(app))
            fz_board_close(app);
        else
            fz_board_open(app);
    } else if (app->prompt.kind != FZ_PROMPT_NONE) {
        fz_prompt_close(app);
    } else if (app->mode == FZ_MODE_PICTURE) {
        int edge = edge_at(app, x);
        if (edge != 0)
            fz_picture_go(app, edge);
        else if (times == 2)
            fz_picture_close(app);
    } else if (fz_wall_hit(app, x, y, &index)) {
        /* Or the list grew between the two clicks. */
        bool is_same = fz_list_at(app->list, index) == app->wall.selected;
        fz_app_select(app, index);
        if (times == 2 && is_same)
            fz_app_open(app, index);
    }
}

void fz_app_ask_menu(struct fz_app *app, double x, double y)
{
    size_t index;
    bool covered = fz_app_is_covered(app);
    if (app->scale_panel.open || fz_app_is_over_bar(app, x, y))
        return;
    if (!covered && app->mode == FZ_MODE_WALL && fz_wall_hit(app, x, y, &index))
        fz_app_select(app, index);
    fz_menu_open(app, x, y);
}

/* Where there is nothing above and below, it goes along the picture. */
static bool pan_by_wheel(struct fz_app *app, double across, double notches)
{
    const struct fz_camera meant = fz_picture_meant(app);
    double step = meant.view_h * WHEEL_PAN;
    bool is_wide = meant.target.h <= meant.view_h;
    return fz_picture_pan(app, ((is_wide ? notches : 0) - across) * step, is_wide ? 0 : notches * step,
                          false);
}

void fz_mouse_turn(struct fz_app *app, const SDL_MouseWheelEvent *event)
{
    bool zoom = (SDL_GetModState() & KMOD_CTRL) != 0;
    double notches = event->preciseY;
    app->dirty = true;
    fz_keys_take_back(app);
    if (fz_app_is_covered(app)) {
        int turned = (int)-fz_wheel_turn(&app->picture.wheel, notches, app->now_us);
        if (app->menu.open)
            fz_menu_scroll(app, turned);
        else if (app->help.open)
            fz_help_turn(app, turned);
        return;
    }
    double x = event->mouseX, y = event->mouseY;
    fz_head_mouse_to_px(app->head, &x, &y);
    if (fz_app_is_over_bar(app, x, y))
        return;
    if (app->mode == FZ_MODE_PICTURE) {
        if (zoom) {
            fz_picture_catch_up(app);
            fz_camera_zoom_at(&app->picture.camera, pow(WHEEL_ZOOM, notches), x, y);
        } else if (!pan_by_wheel(app, event->preciseX, notches)) {
            fz_picture_go(app, -fz_wheel_turn(&app->picture.wheel, notches, app->now_us));
        }
        app->loader.moved = true;
    } else if (zoom) {
        long turned = fz_wheel_turn(&app->picture.wheel, notches, app->now_us);
        if (turned != 0) /* a size is a whole number: small turns would be lost */
            fz_wall_set_tile_size(app, pow(WHEEL_ZOOM, (double)turned));
    } else {
        notches -= fz_layout_along(&app->wall.layout, event->preciseX, 0);
        fz_scroll_by(&app->wall.scroll, -notches * WHEEL_ROWS * fz_layout_pitch(&app->wall.layout));
        app->wall.touched = true;
    }
}

/* What moves under the hand is not what was clicked on: on the wall a click counts as the button goes down, in the
 * picture view as it comes up without having moved. */
static void press_left(struct fz_app *app, double x, double y, int times)
{
    struct fz_wall *wall = &app->wall;
    bool covered = fz_app_is_covered(app) || fz_app_is_over_bar(app, x, y);
    app->mouse.down_x = x;
    app->mouse.down_y = y;
    app->mouse.travelled = false;
    if (!covered && app->mode == FZ_MODE_PICTURE) {
        app->picture.panning = true;
        app->picture.pan_x = x;
        app->picture.pan_y = y;
        return;
    }
    if (!covered && fz_scrollbar_press(app, x, y))
        return;
    if (!covered) {
        wall->dragging = true;
        wall->drag_x = x;
        wall->drag_y = y;
        wall->drag_us = app->now_us;
        fz_scroll_to(&wall->scroll, wall->scroll.position, true);
    }
    fz_app_click(app, x, y, times);
}

static void release_left(struct fz_app *app, double x, double y, int times)
{
    struct fz_wall *wall = &app->wall;
    bool clicked = app->picture.panning && !app->mouse.travelled;
    app->picture.panning = wall->bar.held = false;
    if (app->mode == FZ_MODE_PICTURE) {
        wall->dragging = false;
        if (wall->scroll.dragging)
            fz_scroll_release(&wall->scroll, false);
        if (clicked)
            fz_app_click(app, x, y, times);
    } else if (wall->dragging) {
        wall->dragging = false;
        if (wall->scroll.dragging) { /* a hand that rested before it let go does not fling */
            fz_scroll_drag(&wall->scroll, 0, (double)(app->now_us - wall->drag_us) / 1e6);
            fz_scroll_release(&wall->scroll, fz_app_motion(app) == FZ_MOTION_FULL);
        }
        app->loader.moved = true;
    }
}

void fz_mouse_let_go(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    app->picture.panning = wall->bar.held = wall->dragging = false;
    if (wall->scroll.dragging)
        fz_scroll_release(&wall->scroll, false);
    app->loader.moved = true;
}

void fz_mouse_press(struct fz_app *app, const SDL_MouseButtonEvent *event)
{
    double x = event->x, y = event->y;
    bool down = event->state == SDL_PRESSED;
    fz_head_mouse_to_px(app->head, &x, &y);
    if (event->button == SDL_BUTTON_LEFT) {
        if (down)
            press_left(app, x, y, event->clicks);
        else
            release_left(app, x, y, event->clicks);
    } else if (event->button == SDL_BUTTON_RIGHT && down) {
        fz_app_ask_menu(app, x, y);
    } else if ((event->button == SDL_BUTTON_X1 || event->button == SDL_BUTTON_X2) && down &&
               app->mode == FZ_MODE_PICTURE && !fz_app_is_covered(app)) {
        fz_picture_go(app, event->button == SDL_BUTTON_X1 ? -1 : 1);
    }
    app->dirty = true;
}

/* The edge whose arrow shows: as long as the pointer does. */
static int arrow_edge(const struct fz_app *app)
{
    bool covered = fz_app_is_covered(app) || fz_app_is_over_bar(app, app->mouse.x, app->mouse.y);
    return covered || app->now_us >= app->cursor_until_us ? 0 : edge_at(app, app->mouse.x);
}

void fz_mouse_move(struct fz_app *app, const SDL_MouseMotionEvent *event)
{
    struct fz_wall *wall = &app->wall;
    struct fz_mouse *mouse = &app->mouse;
    int arrow = arrow_edge(app);
    bool near = fz_scrollbar_is_near(app, mouse->x, mouse->y);
    mouse->inside = true;
    mouse->x = event->x;
    mouse->y = event->y;
    fz_head_mouse_to_px(app->head, &mouse->x, &mouse->y);
    fz_head_show_cursor(app->head, true);
    app->cursor_until_us = app->now_us + CURSOR_US;
    mouse->travelled |= hypot(mouse->x - mouse->down_x, mouse->y - mouse->down_y) > CLICK_SLOP_PX;
    app->dirty |= arrow_edge(app) != arrow || fz_scrollbar_is_near(app, mouse->x, mouse->y) != near;
    fz_board_point(app, mouse->x, mouse->y);
    if (app->menu.open) {
        fz_menu_point(app, mouse->x, mouse->y);
    } else if (app->mode == FZ_MODE_WALL && wall->bar.held) {
        fz_scrollbar_drag(app, mouse->x, mouse->y);
    } else if (app->mode == FZ_MODE_WALL && wall->dragging && mouse->travelled) {
        fz_wall_drag(app, mouse->x - wall->drag_x, mouse->y - wall->drag_y,
                     (double)(app->now_us - wall->drag_us) / 1e6);
        wall->drag_x = mouse->x;
        wall->drag_y = mouse->y;
        wall->drag_us = app->now_us;
    } else if (app->mode == FZ_MODE_PICTURE && app->picture.panning) {
        fz_picture_pan(app, mouse->x - app->picture.pan_x, mouse->y - app->picture.pan_y, true);
        app->picture.pan_x = mouse->x;
        app->picture.pan_y = mouse->y;
    }
}

void fz_mouse_draw(struct fz_app *app)
{
    int edge = arrow_edge(app);
    if (edge == 0)
        return;
    double middle = ARROW_MARGIN_PX + fz_badge_size(ARROW_SCALE) / 2, w = fz_head_w(app->head);
    fz_badge_draw(app->head, edge < 0 ? FZ_BADGE_PREVIOUS : FZ_BADGE_NEXT, edge < 0 ? middle : w - middle,
                  fz_head_h(app->head) / 2.0, ARROW_SCALE);
}
