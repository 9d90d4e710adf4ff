#include "app/wall/scrollbar.h"

#include "app/app.h"
#include "gpu/draw.h"

#include <math.h>

static const double NEAR_PT = 14, THUMB_NEAR_PT = 24; /* from the edge; beside the thumb: WCAG 2.5.8 */
static const double THIN_PX = 4, WIDE_PX = 8, LEAST_PX = 24, EDGE_PX = 1;
/* One of them is seen on a picture of any colour. */
static const struct fz_color EDGE = {0, 0, 0, 255}, BAR = {255, 255, 255, 255};

/* Along the scroll. */
static double thumb_length(const struct fz_layout *layout)
{
    double view = fz_layout_view(layout);
    return round(fmin(fmax(view * view / layout->length, LEAST_PX), view));
}

static double thumb_start(const struct fz_wall *wall)
{
    double way = fz_layout_view(&wall->layout) - thumb_length(&wall->layout);
    return round(way * wall->scroll.position / wall->scroll.max);
}

static double along(const struct fz_layout *layout, double x, double y)
{
    return layout->sideways ? x : y;
}

bool fz_scrollbar_is_near(const struct fz_app *app, double x, double y)
{
    const struct fz_layout *layout = &app->wall.layout;
    if (app->mode != FZ_MODE_WALL || app->wall.scroll.max <= 0)
        return false;
    double left = layout->sideways ? layout->params.view_h - y : layout->params.view_w - x;
    double on = along(layout, x, y) - thumb_start(&app->wall), px_per_pt = 1, unused = 1;
    bool at_thumb = on >= 0 && on <= thumb_length(layout);
    fz_head_mouse_to_px(app->head, &px_per_pt, &unused);
    return left >= 0 && left <= (at_thumb ? THUMB_NEAR_PT : NEAR_PT) * px_per_pt;
}

bool fz_scrollbar_press(struct fz_app *app, double x, double y)
{
    struct fz_wall *wall = &app->wall;
    if (!fz_scrollbar_is_near(app, x, y))
        return false;
    double length = thumb_length(&wall->layout), on = along(&wall->layout, x, y) - thumb_start(wall);
    wall->bar = (struct fz_scrollbar){.held = true, .grip = on >= 0 && on <= length ? on : length / 2};
    fz_scrollbar_drag(app, x, y);
    return true;
}

void fz_scrollbar_drag(struct fz_app *app, double x, double y)
{
    struct fz_wall *wall = &app->wall;
    double way = fz_layout_view(&wall->layout) - thumb_length(&wall->layout);
    if (way <= 0)
        return;
    fz_scroll_follow(&wall->scroll, wall->scroll.max * (along(&wall->layout, x, y) - wall->bar.grip) / way);
    wall->touched = true;
    wall->scrolled_us = app->now_us;
    app->loader.moved = app->dirty = true;
}

void fz_scrollbar_draw(struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    const struct fz_layout *layout = &wall->layout;
    bool near = wall->bar.held || (app->mouse.inside && app->now_us < app->cursor_until_us &&
                                   fz_scrollbar_is_near(app, app->mouse.x, app->mouse.y));
    if (wall->scroll.max <= 0 || !(near || fz_wall_tells_position(app)))
        return;
    double start = thumb_start(wall), length = thumb_length(layout), thickness = near ? WIDE_PX : THIN_PX;
    double w = layout->params.view_w, h = layout->params.view_h;
    double across = (layout->sideways ? h : w) - thickness - EDGE_PX;
    struct fz_rect bar = layout->sideways ? (struct fz_rect){start, across, length, thickness}
                                          : (struct fz_rect){across, start, thickness, length};
    fz_draw_ring(app->head, bar, EDGE_PX, EDGE);
    fz_draw_fill(app->head, bar, BAR);
}
