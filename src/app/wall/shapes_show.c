/* What is known of shapes becomes the wall: as it is guessed while it rushes by, else once and for as long as it is seen. */
#include "app/app.h"
#include "app/wall/shapes.h"
#include "base/clock.h"

enum { PATIENCE_US = 1000000 /* for the shapes of what comes into view */ };

static bool has_picture(const struct fz_app *app, size_t index)
{
    const struct fz_tile *tile = fz_loader_tile(app, fz_list_at(app->list, index));
    return tile && tile->renditions[FZ_FOR_WALL].texture;
}

/* A wall that was seen goes on, also where a file came of which nothing is known; not one in another order. */
static void go_on(struct fz_app *app, size_t first, size_t last)
{
    size_t pictures = 0;
    for (size_t i = first; i <= last; i++)
        pictures += has_picture(app, i);
    if (2 * pictures > last - first)
        fz_mosaic_show(&app->wall.layout, first, last);
}

/* What keeps its place: of what is seen already the selection, or the first; else the selection where it is in view. */
static size_t to_hold(const struct fz_app *app, const struct fz_focus *focus)
{
    bool selected = focus->selected >= focus->first && focus->selected <= focus->last;
    if (selected && fz_mosaic_at(&app->wall.layout, focus->selected)->is_shown)
        return focus->selected;
    for (size_t i = focus->first; i <= focus->last; i++)
        if (fz_mosaic_at(&app->wall.layout, i)->is_shown)
            return i;
    return selected ? focus->selected : focus->first;
}

/* What the wall held to while its tiles came to stand elsewhere. */
struct hold {
    size_t index;
    double start;
    bool at_start, reveals;
};

static struct hold take_hold(const struct fz_app *app, const struct fz_focus *focus)
{
    size_t index = to_hold(app, focus);
    return (struct hold){index, fz_layout_start(&app->wall.layout, index), app->wall.scroll.position <= 0,
                         fz_wall_reveals(app)};
}

/* Gives by how much the content was shifted, px. */
static double keep_hold(struct fz_app *app, const struct hold *hold)
{
    struct fz_wall *wall = &app->wall;
    double shift = hold->at_start ? 0 : fz_layout_start(&wall->layout, hold->index) - hold->start;
    if (shift < 0) /* the end comes nearer: what it would clamp is shifted first */
        fz_scroll_shift(&wall->scroll, shift);
    fz_scroll_set_max(&wall->scroll, fz_layout_scroll_max(&wall->layout));
    if (shift > 0)
        fz_scroll_shift(&wall->scroll, shift);
    if (hold->reveals)
        fz_wall_reveal_selected(app, false);
    app->loader.moved = true;
    return shift;
}

void fz_shapes_set_again(struct fz_app *app, size_t index)
{
    struct fz_focus focus = fz_wall_focus(app);
    struct hold hold = take_hold(app, &focus);
    fz_mosaic_set_again(&app->wall.layout, index);
    hold.reveals |= index == focus.selected &&
                    fz_layout_cell_length(&app->wall.layout, index) <= fz_layout_view(&app->wall.layout);
    keep_hold(app, &hold);
    app->dirty = true;
}

void fz_shapes_step(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    struct fz_focus focus = fz_wall_focus(app);
    if (!fz_wall_has_shapes(app) || wall->layout.params.count == 0)
        return;
    if (wall->shapes.was_shown)
        go_on(app, focus.first, focus.last);
    if (!wall->shapes.is_news)
        return;
    struct hold hold = take_hold(app, &focus);
    bool is_seen = false,
         waits = false; /* what is shown while more is known takes that once it is out of view */
    for (size_t i = focus.first; i <= focus.last; i++) {
        const struct fz_mosaic_block *block = fz_mosaic_at(&wall->layout, i);
        waits |= block->is_stale && block->is_shown;
        is_seen |= block->is_stale && !block->is_shown;
    }
    bool any = fz_mosaic_refresh(&wall->layout, focus.first, focus.last);
    if (fz_shapes_let_go(app, false)) /* of blocks that have just left */
        any |= fz_mosaic_refresh(&wall->layout, focus.first, focus.last);
    wall->shapes.is_news = waits || wall->shapes.keeper_count > 0;
    if (!any)
        return;
    double shift = keep_hold(app, &hold);
    app->dirty |= is_seen || shift != 0;
}

/* Once for the same blocks: what is known of a long list lies all over memory. Its start is cut as if it had never been another. */
static void note_pins(struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    const struct fz_mosaic *mosaic = &wall->shapes.mosaic;
    struct fz_shapes *shapes = &app->wall.shapes;
    const struct fz_mosaic_range of = wall->scroll.position > 0 ? mosaic->shown : (struct fz_mosaic_range){0};
    if (of.end > 0 && of.first == shapes->pinned_of.first && of.end == shapes->pinned_of.end)
        return;
    shapes->pinned_of = of;
    shapes->pinned_count = 0;
    for (size_t i = of.first;
         of.end > 0 && i <= of.end && i < mosaic->count && shapes->pinned_count < FZ_MOSAIC_PINS; i++) {
        const size_t start = mosaic->blocks[i].start;
        if (mosaic->blocks[i].is_first)
            continue;
        fz_item_id *pinned = shapes->pinned[shapes->pinned_count++];
        pinned[0] = fz_list_at(app->list, start);
        pinned[1] = start + 1 < wall->layout.params.count ? fz_list_at(app->list, start + 1) : FZ_ITEM_NONE;
    }
}

/* To where they are by now. */
static void set_pins(struct fz_app *app)
{
    const struct fz_shapes *shapes = &app->wall.shapes;
    struct fz_mosaic *mosaic = &app->wall.shapes.mosaic;
    mosaic->pin_count = 0;
    for (size_t i = 0, index; i < shapes->pinned_count; i++) {
        const fz_item_id *pinned = shapes->pinned[i];
        bool is_there = fz_list_index(app->list, pinned[0], &index) ||
                        (pinned[1] != FZ_ITEM_NONE && fz_list_index(app->list, pinned[1], &index));
        if (is_there && (mosaic->pin_count == 0 || index > mosaic->pins[mosaic->pin_count - 1]))
            mosaic->pins[mosaic->pin_count++] = (uint32_t)index;
    }
}

void fz_shapes_keep_shown(struct fz_app *app, const struct fz_layout_params *next)
{
    struct fz_wall *wall = &app->wall;
    const struct fz_layout_params *now = &wall->layout.params;
    size_t first, last;
    wall->shapes.asked_end = 0;
    if (now->id != next->id || now->view_w != next->view_w || now->view_h != next->view_h ||
        now->tile_w != next->tile_w || now->tile_h != next->tile_h) {
        fz_shapes_let_go(app, true); /* every row is another one */
        wall->shapes.pinned_count = 0;
    }
    set_pins(app);
    wall->shapes.pinned_of = (struct fz_mosaic_range){0};
    if (fz_wall_has_shapes(app) && wall->layout.params.id == next->id &&
        fz_layout_visible(&wall->layout, wall->scroll.position, &first, &last))
        wall->shapes.was_shown |= fz_mosaic_at(&wall->layout, first)->is_shown;
}

/* A block that was shown before what stands above it is known would move with that; what is rushed past is seen as it is guessed, and
 * may be another when it is come back to. */
static void show_all_or_none(struct fz_app *app, size_t first, size_t last)
{
    struct fz_wall *wall = &app->wall;
    struct fz_shapes *shapes = &wall->shapes;
    bool is_new = false, is_guessed = false;
    for (size_t i = first; i <= last; i++) {
        const struct fz_mosaic_block *block = fz_mosaic_at(&wall->layout, i);
        is_new |= !block->is_shown;
        is_guessed |= !block->is_shown && block->is_guessed;
    }
    enum fz_wall_pace pace;
    fz_wall_aim(app, &pace);
    shapes->is_passing = is_guessed && pace == FZ_WALL_RUSHES;
    if (!is_guessed || shapes->is_passing)
        shapes->since_us = 0;
    else if (shapes->since_us == 0)
        shapes->since_us = app->now_us;
    if (shapes->is_passing) {
        shapes->due_us = app->now_us + PATIENCE_US;
        return;
    }
    shapes->is_waiting = is_guessed && app->now_us < shapes->since_us + PATIENCE_US;
    if (shapes->is_waiting)
        shapes->due_us = shapes->since_us + PATIENCE_US;
    if (is_new && !shapes->is_waiting) {
        fz_mosaic_show(&wall->layout, first, last);
        app->loader.moved = true; /* what is still asked for about them is not urgent any more */
    }
}

void fz_shapes_begin_frame(struct fz_app *app)
{
    struct fz_shapes *shapes = &app->wall.shapes;
    shapes->due_us = FZ_NEVER;
    shapes->is_waiting = shapes->is_passing = false;
}

void fz_shapes_show(struct fz_app *app, size_t first, size_t last)
{
    struct fz_wall *wall = &app->wall;
    if (!fz_wall_has_shapes(app))
        return;
    if (wall->shapes.was_shown)
        go_on(app, first, last);
    wall->shapes.was_shown = false;
    show_all_or_none(app, first, last);
    note_pins(app);
}

bool fz_shapes_may_show(const struct fz_app *app, size_t index)
{
    return !fz_wall_has_shapes(app) || app->wall.shapes.is_passing ||
           fz_mosaic_at(&app->wall.layout, index)->is_shown;
}

bool fz_shapes_are_settled(const struct fz_app *app)
{
    const struct fz_shapes *shapes = &app->wall.shapes;
    return !shapes->is_waiting && app->wall.dissolve.asked_us == 0;
}
