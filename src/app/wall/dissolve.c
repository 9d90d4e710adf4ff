#include "app/wall/dissolve.h"

#include "app/app.h"
#include "app/options.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum {
    FADE_US = 250000,
    PATIENCE_US = 300000, /* for shapes, before the layout is changed without */
};

void fz_dissolve_end(struct fz_app *app)
{
    app->wall.dissolve.since_us = 0;
}

void fz_dissolve_fini(struct fz_app *app)
{
    free(app->wall.dissolve.tiles);
    app->wall.dissolve.tiles = NULL;
}

/* What is in view. */
static void keep(struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    struct fz_dissolve *dissolve = &app->wall.dissolve;
    struct fz_focus focus = fz_wall_focus(app);
    free(dissolve->tiles);
    dissolve->count = focus.last - focus.first + 1;
    dissolve->tiles = fz_malloc(dissolve->count * sizeof *dissolve->tiles);
    for (size_t i = 0; i < dissolve->count; i++) {
        struct fz_rect cell = fz_layout_cell(&wall->layout, focus.first + i);
        dissolve->tiles[i] = (struct fz_dissolve_tile){
            .item = fz_list_at(app->list, focus.first + i),
            .cell = fz_layout_in_window(&wall->layout, cell, wall->scroll.position),
            .rect = fz_wall_rect_of(app, focus.first + i),
        };
    }
}

void fz_wall_switch_layout(struct fz_app *app)
{
    if (app->wall.dissolve.asked_us == 0) /* who asks again has waited since then */
        app->wall.dissolve.asked_us = app->now_us;
    app->loader.stale = app->dirty = true;
    fz_dissolve_step(app);
}

enum fz_err fz_wall_next_layout(struct fz_app *app, struct fz_error *err)
{
    enum fz_layout_id next = (fz_wall_wanted_layout(app) + 1) % FZ_LAYOUTS;
    return fz_app_set_option(app, FZ_OPTION_LAYOUT, fz_layout_name(next), err);
}

static void go(struct fz_app *app)
{
    bool fades = fz_app_motion(app) != FZ_MOTION_OFF && app->head && fz_list_count(app->list) > 0 &&
                 fz_wall_wanted_layout(app) != app->wall.layout.params.id;
    if (fades)
        keep(app);
    fz_wall_take_layout(app);
    app->wall.shapes.was_shown = true; /* whatever is known by now */
    app->wall.dissolve.since_us = fades ? app->now_us : 0;
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

bool fz_dissolve_step(struct fz_app *app)
{
    struct fz_dissolve *dissolve = &app->wall.dissolve;
    bool waits = dissolve->asked_us > 0 && app->now_us < dissolve->asked_us + PATIENCE_US;
    if (dissolve->asked_us > 0 && !(waits && fz_shapes_are_awaited(app))) {
        dissolve->asked_us = 0;
        go(app);
    }
    if (app->now_us >= dissolve->since_us + FADE_US)
        dissolve->since_us = 0;
    return dissolve->asked_us > 0 || dissolve->since_us > 0;
}

/* What of a cell no picture covers. */
static void draw_around(struct fz_app *app, const struct fz_dissolve_tile *tile, struct fz_color color)
{
    struct fz_rect c = tile->cell, r = tile->rect;
    double right = r.x + r.w, bottom = r.y + r.h;
    const struct fz_rect parts[] = {
        {c.x, c.y, c.w, fmax(r.y - c.y, 0)},
        {c.x, bottom, c.w, fmax(c.y + c.h - bottom, 0)},
        {c.x, r.y, fmax(r.x - c.x, 0), r.h},
        {right, r.y, fmax(c.x + c.w - right, 0), r.h},
    };
    fz_draw_fills(app->head, parts, sizeof parts / sizeof *parts, color);
}

void fz_dissolve_draw(struct fz_app *app)
{
    const struct fz_dissolve *dissolve = &app->wall.dissolve;
    if (dissolve->since_us == 0)
        return;
    double left = 1 - fmin((double)(app->now_us - dissolve->since_us) / FADE_US, 1);
    uint32_t ground = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    struct fz_color color = {(uint8_t)(ground >> 16), (uint8_t)(ground >> 8), (uint8_t)ground,
                             (uint8_t)lround(255 * left)};
    for (size_t i = 0; i < dissolve->count; i++) {
        const struct fz_dissolve_tile *was = &dissolve->tiles[i];
        const struct fz_tile *tile = fz_loader_tile(app, was->item);
        draw_around(app, was, color);
        if (tile && tile->renditions[FZ_FOR_WALL].texture)
            fz_draw_texture(app->head, tile->renditions[FZ_FOR_WALL].texture, was->rect, left, tile->turn);
    }
}
