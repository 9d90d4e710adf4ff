#include "app/wall/wall.h"

#include "app/app.h"
#include "app/scale/tile_state.h"
#include "app/overlay/badge.h"
#include "app/wall/folders.h"
#include "app/wall/tile.h"
#include "base/mem.h"
#include "gpu/draw.h"
#include "source/follow.h"
#include "source/marks.h"
#include "sync/thread.h"

#include <math.h>
#include <stdlib.h>

enum {
    PICTURES_A_HEADING = 2, /* on average, or there are none */
    FAR_VIEWS = 2,          /* that are scrolled past are not waited for */
    LEAP_VIEWS = 16,        /* at once: a held PageDown turns fewer, and each of its pages is to be seen */
    SKIPPED_VIEWS = 4, /* and farther, nobody sees where it goes: what is left takes a fifth of a second */
    RUSH_VIEWS_S = 8,
    SETTLED_US = 50000, /* a key that is held changes the aim sooner */
};

void fz_wall_init(struct fz_app *app)
{
    const struct fz_option_value *tile = &app->options.values[FZ_OPTION_TILE];
    app->wall = (struct fz_wall){.tile_w = tile->w,
                                 .tile_h = tile->h,
                                 .laid_w = tile->w,
                                 .laid_h = tile->h,
                                 .column = FZ_LAYOUT_OWN_COLUMN};
    fz_scroll_init(&app->wall.scroll);
    fz_shapes_init(app);
}

void fz_wall_fini(struct fz_app *app)
{
    fz_shapes_fini(app);
    fz_dissolve_fini(app);
    free(app->wall.sections);
    app->wall.sections = NULL;
}

/* Only folders that were read as such are headings: paths that are named one by one go to and fro between theirs. And
 * folders that hold hardly more than a picture each, such as covers of music, would leave a wall of headings with a tile
 * under each: it goes without. */
static size_t take_sections(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    size_t count = fz_list_section_count(app->list);
    if (count < 2 || app->scan.any_named || fz_list_count(app->list) < PICTURES_A_HEADING * count)
        return 0;
    wall->sections = fz_grow(wall->sections, &wall->section_capacity, count, sizeof *wall->sections);
    for (size_t i = 0; i < count; i++)
        wall->sections[i].start = (uint32_t)fz_list_section_start(app->list, i);
    return count;
}

/* The layout has none: an order that keeps no folders together needs none for long. */
static void drop_sections(struct fz_wall *wall)
{
    free(wall->sections);
    wall->sections = wall->layout.params.sections = NULL;
    wall->section_capacity = 0;
}

/* While another one waits for its shapes the old one stands. */
static enum fz_layout_id layout_of_now(const struct fz_app *app)
{
    return app->wall.dissolve.asked_us > 0 ? app->wall.layout.params.id : fz_wall_wanted_layout(app);
}

enum fz_layout_id fz_wall_wanted_layout(const struct fz_app *app)
{
    enum fz_layout_id id = FZ_LAYOUT_GRID;
    fz_layout_find(app->options.values[FZ_OPTION_LAYOUT].text, &id);
    return id;
}

bool fz_wall_has_shapes(const struct fz_app *app)
{
    return fz_layout_has_shapes(app->wall.layout.params.id);
}

/* A picture that fills its tile leaves no room for a name that is not there. */
static int caption_h(const struct fz_app *app)
{
    bool room = !fz_layout_has_shapes(layout_of_now(app)) || fz_option_is_on(&app->options, FZ_OPTION_NAMES);
    return room ? (int)ceil(FZ_CAPTION_H * fz_app_text_scale(app)) : 0;
}

void fz_wall_relayout(struct fz_app *app, int view_w, int view_h)
{
    FZ_MAIN_ONLY();
    struct fz_wall *wall = &app->wall;
    size_t sections = take_sections(app);
    struct fz_layout_params params = {.id = layout_of_now(app),
                                      .view_w = view_w,
                                      .view_h = view_h,
                                      .tile_w = wall->laid_w,
                                      .tile_h = wall->laid_h,
                                      .caption_h = caption_h(app),
                                      .count = fz_list_count(app->list),
                                      .heading_h = (int)ceil(FZ_HEADING_H * fz_app_text_scale(app)),
                                      .sections = wall->sections,
                                      .section_count = sections,
                                      .mosaic = &wall->shapes.mosaic};
    fz_shapes_keep_shown(app, &params);
    fz_layout_set(&wall->layout, &params);
    if (sections == 0)
        drop_sections(wall);
    fz_scroll_set_max(&wall->scroll, fz_layout_scroll_max(&wall->layout));
    wall->scroll.row_px = fz_layout_pitch(&wall->layout);
    wall->scroll.most_way = fz_layout_view(&wall->layout) * SKIPPED_VIEWS;
    fz_loader_set_box(app, (int)wall->layout.box_w, (int)wall->layout.box_h, fz_wall_covers(app));
    app->loader.moved = app->dirty = true;
}

fz_item_id fz_wall_anchor(const struct fz_app *app)
{
    size_t first, last;
    if (app->wall.scroll.position <= 0 ||
        !fz_layout_visible(&app->wall.layout, app->wall.scroll.position, &first, &last))
        return FZ_ITEM_NONE;
    return fz_list_at(app->list, first);
}

void fz_wall_follow(struct fz_app *app, fz_item_id anchor)
{
    fz_list_follow(app->list, FZ_FOLLOWED_SELECTION, app->wall.selected);
    fz_list_follow(app->list, FZ_FOLLOWED_ANCHOR, anchor);
}

fz_item_id fz_wall_followed(struct fz_app *app)
{
    app->wall.selected = fz_list_followed(app->list, FZ_FOLLOWED_SELECTION);
    return fz_list_followed(app->list, FZ_FOLLOWED_ANCHOR);
}

static void keep_selection(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    size_t count = fz_list_count(app->list), index;
    if (count == 0) {
        if (!fz_list_has(app->list, wall->selected)) /* else a search hides it, for now */
            wall->selected = FZ_ITEM_NONE;
        return;
    }
    if (!wall->touched)
        index = 0;
    else if (!fz_list_index(app->list, wall->selected, &index))
        index = fz_list_has(app->list, wall->selected) ? fz_list_nearest(app->list, wall->selected)
                : wall->selected_index < count         ? wall->selected_index
                                                       : count - 1;
    wall->selected = fz_list_at(app->list, index);
    wall->selected_index = index;
}

/* Nothing moves, and it is wholly in view. */
static bool rests_with_selected(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    const struct fz_scroll *scroll = &wall->scroll;
    return !scroll->dragging && scroll->target == scroll->position &&
           wall->selected_index < wall->layout.params.count &&
           fz_layout_reveal(&wall->layout, wall->selected_index, scroll->position) == scroll->position;
}

struct fz_wall_held fz_wall_hold(const struct fz_app *app)
{
    struct fz_focus focus = fz_wall_focus(app);
    bool in_view = focus.selected >= focus.first && focus.selected <= focus.last;
    size_t index = in_view ? focus.selected : focus.first;
    bool is_any = app->wall.scroll.position > 0 && index < fz_list_count(app->list);
    return (struct fz_wall_held){is_any ? fz_list_at(app->list, index) : FZ_ITEM_NONE, index};
}

void fz_wall_rearranged(struct fz_app *app, const struct fz_wall_held *held)
{
    struct fz_wall *wall = &app->wall;
    double offset = 0;
    /* Of what was selected by hand its number may be left. */
    bool was_empty = wall->touched && wall->layout.params.count == 0;
    bool reveals = fz_wall_reveals(app), holds = was_empty || rests_with_selected(app);
    fz_dissolve_end(app);
    if (held->index < wall->layout.params.count)
        offset = wall->scroll.position - fz_layout_start(&wall->layout, held->index);
    size_t column = fz_layout_column(&wall->layout, wall->selected_index);
    fz_wall_relayout(app, wall->layout.params.view_w, wall->layout.params.view_h);
    keep_selection(app);
    if (fz_layout_column(&wall->layout, wall->selected_index) != column)
        wall->column = FZ_LAYOUT_OWN_COLUMN;
    if (held->item != FZ_ITEM_NONE && fz_list_has(app->list, held->item) && fz_list_count(app->list) > 0) {
        size_t index =
            fz_list_nearest(app->list, held->item); /* a search may hide what follows an anchor that went */
        double gone_on = fz_layout_start(&wall->layout, index) + offset - wall->scroll.position;
        fz_scroll_shift(&wall->scroll, gone_on);
    }
    if (fz_list_count(app->list) > 0 && (reveals || (holds && !rests_with_selected(app))))
        fz_wall_reveal_selected(app, was_empty);
    fz_loader_list_changed(app);
    app->dirty = true;
}

void fz_wall_list_changed(struct fz_app *app, fz_item_id anchor)
{
    fz_wall_rearranged(app, &(struct fz_wall_held){anchor, fz_wall_focus(app).first});
}

struct fz_focus fz_wall_focus(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    struct fz_focus focus = {.selected = wall->selected_index, .direction = wall->scroll.direction};
    fz_layout_visible(&wall->layout, wall->scroll.position, &focus.first, &focus.last);
    return focus;
}

struct fz_focus fz_wall_aim(const struct fz_app *app, enum fz_wall_pace *pace)
{
    const struct fz_wall *wall = &app->wall;
    const struct fz_scroll *scroll = &wall->scroll;
    double view = fz_layout_view(&wall->layout), way = fabs(scroll->target - scroll->position);
    bool is_settled = scroll->target == wall->aimed && app->now_us - wall->aimed_us >= SETTLED_US;
    enum fz_wall_pace is = way > 0 || scroll->dragging ? FZ_WALL_GLIDES : FZ_WALL_RESTS;
    bool drags = scroll->dragging && app->now_us - wall->scrolled_us < SETTLED_US;
    if (drags && fabs(scroll->velocity) > view * RUSH_VIEWS_S)
        is = FZ_WALL_RUSHES;
    else if (way > view * FAR_VIEWS || (wall->leapt && !is_settled))
        is = is_settled ? FZ_WALL_JUMPS : FZ_WALL_RUSHES;
    if (pace)
        *pace = is;
    struct fz_focus focus = fz_wall_focus(app);
    if (is == FZ_WALL_JUMPS || (is == FZ_WALL_GLIDES && !scroll->dragging))
        fz_layout_visible(&wall->layout, scroll->target, &focus.first, &focus.last);
    return focus;
}

bool fz_wall_hit(const struct fz_app *app, double x, double y, size_t *index)
{
    return fz_layout_hit(&app->wall.layout, app->wall.scroll.position, x, y, index);
}

void fz_wall_drag(struct fz_app *app, double dx, double dy, double dt_s)
{
    struct fz_wall *wall = &app->wall;
    fz_scroll_drag(&wall->scroll, -fz_layout_along(&wall->layout, dx, dy), dt_s);
    wall->touched = true;
    wall->revealed = NAN;
    wall->scrolled_us = app->now_us;
    app->loader.moved = app->dirty = true;
}

void fz_wall_move(struct fz_app *app, long dx, long dy)
{
    struct fz_wall *wall = &app->wall;
    size_t from = fz_app_selected_index(app);
    size_t column = dx == 0 && wall->column != FZ_LAYOUT_OWN_COLUMN ? wall->column
                                                                    : fz_layout_column(&wall->layout, from);
    fz_app_select(app, fz_layout_move(&wall->layout, from, dx, dy, column));
    wall->column = dx == 0 ? column : FZ_LAYOUT_OWN_COLUMN;
}

void fz_wall_reveal_selected(struct fz_app *app, bool at_once)
{
    struct fz_wall *wall = &app->wall;
    double target = fz_layout_reveal(&wall->layout, wall->selected_index, wall->scroll.target);
    if (target != wall->scroll.target || at_once)
        fz_scroll_to(&wall->scroll, target, at_once);
    wall->revealed = wall->scroll.target;
    wall->scrolled_us = app->now_us;
    app->loader.moved = app->dirty = true;
}

bool fz_wall_reveals(const struct fz_app *app)
{
    const struct fz_scroll *scroll = &app->wall.scroll;
    return !scroll->dragging && scroll->target != scroll->position && scroll->target == app->wall.revealed;
}

static double rows_between(const struct fz_wall *wall, double from, double to)
{
    return fabs(to - from) / fz_layout_pitch(&wall->layout);
}

/* Without motion, or paging, a held key would replace the whole wall at each repeat. */
static bool jumps_too_soon(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    if (fz_app_motion(app) == FZ_MOTION_FULL)
        return wall->jumps && app->now_us < fz_rush_jump_due_us(&wall->rush);
    return rows_between(wall, wall->scroll.position, wall->scroll.target) >= 1 &&
           app->now_us < wall->jumped_us + FZ_FLASH_GAP_US;
}

static void look_at_aim(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    if (wall->scroll.target == wall->aimed)
        return;
    wall->aimed = wall->scroll.target;
    wall->aimed_us = app->now_us;
    wall->jumps = wall->scroll.far && !fz_rush_glides(&wall->rush, app->now_us);
}

bool fz_wall_step(struct fz_app *app, double dt_s)
{
    struct fz_wall *wall = &app->wall;
    bool waits = fz_wall_take_size(app);
    waits |= fz_dissolve_step(app);
    waits |= fz_veil_thickness(&wall->veil, app->now_us) > 0;
    look_at_aim(app);
    if (jumps_too_soon(app))
        return true;
    double from = wall->scroll.position;
    if (!fz_scroll_step(&wall->scroll, wall->jumps ? INFINITY : dt_s))
        return waits;
    double rows = rows_between(wall, from, wall->scroll.position);
    wall->leapt = fabs(wall->scroll.position - from) > fz_layout_view(&wall->layout) * LEAP_VIEWS;
    if (rows >= 1)
        wall->jumped_us = app->now_us;
    if (wall->scroll.far)
        fz_rush_note(&wall->rush, rows, app->now_us);
    wall->scrolled_us = app->now_us;
    app->loader.moved = true;
    return true;
}

bool fz_wall_tells_position(const struct fz_app *app)
{
    return app->wall.scrolled_us > 0 && app->now_us - app->wall.scrolled_us < FZ_WALL_POSITION_US;
}

/* Over all that moves. */
static void draw_veil(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    fz_veil_note(&wall->veil, wall->scroll.gone / fz_layout_pitch(&wall->layout), app->now_us);
    wall->scroll.gone = 0;
    double thickness = fz_veil_thickness(&wall->veil, app->now_us);
    if (thickness <= 0)
        return;
    uint32_t rgb = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    struct fz_color color = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb,
                             (uint8_t)lround(thickness * fz_veil_alpha(rgb))};
    fz_draw_veil(app->head, color);
}

/* Gives where the selected picture stands; of no width: not among these. */
static struct fz_rect draw_over_tiles(struct fz_app *app, size_t first, size_t last, bool *fading)
{
    bool names = fz_option_is_on(&app->options, FZ_OPTION_NAMES);
    struct fz_rect selected = {0};
    for (size_t i = first; i <= last; i++) {
        if (!fz_shapes_may_show(app, i))
            continue;
        fz_item_id item = fz_list_at(app->list, i);
        struct fz_rect box = fz_wall_box_of(app, i), rect = fz_tile_rect(app, item, box);
        fz_tile_draw_badges(app, item, box, rect);
        fz_scale_draw_state(app, item, rect, fading);
        if (fz_list_is_marked(app->list, item))
            fz_tile_draw_mark(app, box, rect);
        if (item == app->wall.selected)
            selected = rect;
        if (names)
            fz_tile_draw_caption(app, item, box);
    }
    return selected;
}

void fz_wall_draw(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    size_t first, last;
    if (!fz_layout_visible(&wall->layout, wall->scroll.position, &first, &last))
        return;
    bool fading = false;
    fz_loader_prefetch(app, first, last);
    fz_shapes_show(app, first, last);
    fz_folders_draw(app, first);
    fz_draw_begin_batch(app->head);
    for (size_t i = first; i <= last; i++)
        if (fz_shapes_may_show(app, i))
            fz_tile_draw(app, fz_list_at(app->list, i), fz_wall_box_of(app, i), &fading);
    fz_draw_end_batch(app->head);
    struct fz_rect selected = draw_over_tiles(app, first, last, &fading);
    fz_dissolve_draw(app);
    if (selected.w > 0)
        fz_badge_draw_selection(app->head, selected);
    draw_veil(app);
    fz_scrollbar_draw(app);
    app->fading = fading;
}
