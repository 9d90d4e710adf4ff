/* The wall in another size, of the window or of its tiles, or in another layout: what is looked at keeps its place. */
#include "app/app.h"
#include "app/options.h"

#include <math.h>

enum { MIN_TILE = 32 };

/* What keeps its place in the window when the layout changes: the selection where it is in view, else the first tile
 * that is, where the scroll is going; looking elsewhere must not lead back to the selection. Nothing moved since the last time: the same tile
 * again, or each change would lose a part of a row. */
static size_t index_to_hold(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    size_t first = 0, last = 0, index;
    fz_layout_visible(&wall->layout, wall->scroll.target, &first, &last);
    if (wall->selected_index >= first && wall->selected_index <= last)
        return wall->selected_index;
    bool rested = wall->scroll.target == wall->held_position;
    return rested && fz_list_index(app->list, wall->held, &index) ? index : first;
}

/* From now on it is this tile that keeps its place. */
static void hold(struct fz_app *app, size_t index, double position)
{
    struct fz_wall *wall = &app->wall;
    app->hints.active = false; /* others are in view now */
    fz_scroll_to(&wall->scroll, position, true);
    wall->held = fz_list_at(app->list, index);
    wall->held_position = wall->scroll.target;
}

void fz_wall_resize(struct fz_app *app, int view_w, int view_h)
{
    struct fz_wall *wall = &app->wall;
    size_t index = index_to_hold(app);
    fz_dissolve_end(app);
    double at = fz_layout_start(&wall->layout, index) - wall->scroll.target;
    bool at_start = wall->scroll.target == 0;
    fz_wall_relayout(app, view_w, view_h);
    wall->column = FZ_LAYOUT_OWN_COLUMN;
    double position = fz_layout_start(&wall->layout, index) - at;
    if (index == wall->selected_index)
        position = fz_layout_reveal(&wall->layout, index, position);
    else if (at_start)
        position = 0;
    hold(app, index, position);
}

/* In another direction its old place says nothing: the tile that is held stands in the middle. */
void fz_wall_take_layout(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    const struct fz_layout_params *params = &wall->layout.params;
    enum fz_layout_id before = params->id;
    size_t index = index_to_hold(app);
    fz_wall_relayout(app, params->view_w, params->view_h);
    wall->column = FZ_LAYOUT_OWN_COLUMN;
    if (params->id != before)
        hold(app, index, fz_layout_centre(&wall->layout, index));
}

void fz_wall_grip(struct fz_app *app, double x, double y)
{
    struct fz_wall *wall = &app->wall;
    size_t index;
    wall->grip = fz_layout_along(&wall->layout, x, y);
    if (wall->gripped == FZ_ITEM_NONE && fz_wall_hit(app, x, y, &index))
        wall->gripped = fz_list_at(app->list, index);
}

static void keep_grip(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    size_t index;
    if (wall->gripped != FZ_ITEM_NONE && fz_list_index(app->list, wall->gripped, &index)) {
        double middle =
            fz_layout_start(&wall->layout, index) + fz_layout_cell_length(&wall->layout, index) / 2;
        fz_scroll_to(&wall->scroll, middle - wall->grip, true);
    }
    wall->gripped = FZ_ITEM_NONE;
}

bool fz_wall_take_size(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    const struct fz_layout_params *params = &wall->layout.params;
    if (wall->laid_w == wall->tile_w && wall->laid_h == wall->tile_h) {
        wall->gripped = FZ_ITEM_NONE;
        return false;
    }
    if (app->now_us < wall->sized_us + FZ_FLASH_GAP_US)
        return true;
    wall->sized_us = wall->scrolled_us = app->now_us;
    wall->laid_w = wall->tile_w;
    wall->laid_h = wall->tile_h;
    fz_wall_resize(app, params->view_w, params->view_h);
    keep_grip(app);
    return false;
}

void fz_wall_set_tile_size(struct fz_app *app, double factor)
{
    struct fz_wall *wall = &app->wall;
    const struct fz_option_value *start = &app->options.values[FZ_OPTION_TILE];
    const double most = fmax(wall->layout.most_w, MIN_TILE), aspect = (double)start->h / start->w;
    if (factor > 1 && wall->tile_w >= most)
        return;
    double w = fmax(fmin(fmin(wall->tile_w, most) * factor, most), MIN_TILE);
    wall->tile_w = factor > 0 ? (int)lround(w) : start->w;
    wall->tile_h = factor > 0 ? (int)lround(fmax(w * aspect, 1)) : start->h;
    fz_wall_take_size(app);
    app->dirty = true;
}
