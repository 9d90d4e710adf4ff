#include "app/wall/wall.h"

#include "app/app.h"
#include "app/overlay/badge.h"
#include "app/wall/folders.h"
#include "base/clock.h"
#include "base/mem.h"
#include "gpu/draw.h"
#include "source/marks.h"
#include "source/stacks.h"
#include "sync/thread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct fz_color PLACEHOLDER = {27, 27, 30, 255};
static const struct fz_color FAILED_FILL = {38, 22, 24, 255};
static const struct fz_color LOADING = {134, 134, 140, 255};
static const struct fz_color FAILED_EDGE = {240, 130, 120, 255};
static const struct fz_color FAILED_TEXT = {230, 190, 186, 255};
static const struct fz_color CAPTION = {178, 178, 184, 255};

enum {
    FADE_US = 80000,
    CAPTION_PX = 13,
    PICTURES_A_HEADING = 2, /* on average, or there are none */
    FAR_VIEWS = 2,          /* that are scrolled past are not waited for */
    RUSH_VIEWS_S = 8,
    SETTLED_US = 50000, /* a key that is held changes the aim sooner */
};
static const double ROUNDING_PX = 2.5; /* what whole pixels make of a shape */
/* A tile is seen in the very frame that it arrives in. */
static const double FADE_FROM = 0.4;

void fz_wall_init(struct fz_app *app)
{
    const struct fz_option_value *tile = &app->options.values[FZ_OPTION_TILE];
    app->wall = (struct fz_wall){.tile_w = tile->w, .tile_h = tile->h, .column = FZ_LAYOUT_OWN_COLUMN};
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
        wall->sections[i].start = fz_list_section_start(app->list, i);
    return count;
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
                                      .tile_w = wall->tile_w,
                                      .tile_h = wall->tile_h,
                                      .caption_h = caption_h(app),
                                      .count = fz_list_count(app->list),
                                      .heading_h = (int)ceil(FZ_HEADING_H * fz_app_text_scale(app)),
                                      .sections = wall->sections,
                                      .section_count = sections,
                                      .mosaic = &wall->shapes.mosaic};
    fz_shapes_keep_shown(app, &params);
    fz_layout_set(&wall->layout, &params);
    fz_scroll_set_max(&wall->scroll, fz_layout_scroll_max(&wall->layout));
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

void fz_wall_list_changed(struct fz_app *app, fz_item_id anchor)
{
    struct fz_wall *wall = &app->wall;
    size_t first, last, index;
    double offset = 0;
    fz_dissolve_end(app);
    if (fz_layout_visible(&wall->layout, wall->scroll.position, &first, &last))
        offset = wall->scroll.position - fz_layout_start(&wall->layout, first);
    fz_wall_relayout(app, wall->layout.params.view_w, wall->layout.params.view_h);
    keep_selection(app);
    if (anchor != FZ_ITEM_NONE && fz_list_index(app->list, anchor, &index)) {
        double gone_on = fz_layout_start(&wall->layout, index) + offset - wall->scroll.position;
        fz_scroll_shift(&wall->scroll, gone_on);
    }
    fz_loader_list_changed(app);
    app->dirty = true;
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
    if (scroll->dragging && fabs(scroll->velocity) > view * RUSH_VIEWS_S)
        is = FZ_WALL_RUSHES;
    else if (way > view * FAR_VIEWS)
        is = is_settled ? FZ_WALL_JUMPS : FZ_WALL_RUSHES;
    if (pace)
        *pace = is;
    struct fz_focus focus = fz_wall_focus(app);
    if (is == FZ_WALL_JUMPS)
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
    wall->scrolled_us = app->now_us;
    app->loader.moved = app->dirty = true;
}

/* Without motion a held key would replace the whole wall at each repeat. */
static bool jumps_too_soon(const struct fz_app *app)
{
    const struct fz_wall *wall = &app->wall;
    bool jumps = fz_app_motion(app) != FZ_MOTION_FULL &&
                 fabs(wall->scroll.target - wall->scroll.position) >= fz_layout_pitch(&wall->layout);
    return jumps && app->now_us < wall->jumped_us + FZ_FLASH_GAP_US;
}

bool fz_wall_step(struct fz_app *app, double dt_s)
{
    struct fz_wall *wall = &app->wall;
    bool waits = fz_wall_take_size(app);
    waits |= fz_dissolve_step(app);
    if (jumps_too_soon(app))
        return true;
    if (wall->scroll.target != wall->aimed) {
        wall->aimed = wall->scroll.target;
        wall->aimed_us = app->now_us;
    }
    double from = wall->scroll.position;
    if (!fz_scroll_step(&wall->scroll, dt_s))
        return waits;
    if (fabs(wall->scroll.position - from) >= fz_layout_pitch(&wall->layout))
        wall->jumped_us = app->now_us;
    wall->scrolled_us = app->now_us;
    app->loader.moved = true;
    return true;
}

bool fz_wall_covers(const struct fz_app *app)
{
    return app->options.values[FZ_OPTION_FIT].text[2] == 'v' && !fz_wall_has_shapes(app);
}

/* Where the texture stands inside its box: at its own pixels when it was made for this box; of its own shape, all of it. */
static struct fz_rect picture_rect(const struct fz_app *app, struct fz_rect box, const struct fz_tile *tile)
{
    const struct fz_texture *texture = tile->renditions[FZ_FOR_WALL].texture;
    double w = tile->picture_w, h = tile->picture_h;
    bool shaped = fz_wall_has_shapes(app);
    if (texture && fz_wall_covers(app)) {
        w = fz_texture_w(texture);
        h = fz_texture_h(texture);
    } else if (!shaped && texture && fz_texture_w(texture) <= box.w && fz_texture_h(texture) <= box.h &&
               tile->renditions[FZ_FOR_WALL].box_w == (int)box.w) {
        w = fz_texture_w(texture);
        h = fz_texture_h(texture);
    }
    bool sideways = tile->turn.quarters % 2 != 0;
    struct fz_rect r = fz_rect_fit(box, sideways ? h : w, sideways ? w : h, false);
    if (shaped && box.w - r.w < ROUNDING_PX && box.h - r.h < ROUNDING_PX)
        return box;
    r.x = floor(r.x);
    r.y = floor(r.y);
    return r;
}

static struct fz_rect box_in_window(const struct fz_wall *wall, size_t index)
{
    struct fz_rect box = fz_layout_box(&wall->layout, index);
    return fz_layout_in_window(&wall->layout, box, wall->scroll.position);
}

struct fz_rect fz_wall_rect_of(const struct fz_app *app, size_t index)
{
    struct fz_rect box = box_in_window(&app->wall, index);
    const struct fz_tile *tile = fz_loader_tile(app, fz_list_at(app->list, index));
    return tile && tile->picture_w > 0 ? picture_rect(app, box, tile) : box;
}

struct fz_rect fz_wall_whole_rect_of(const struct fz_app *app, size_t index)
{
    struct fz_rect r = fz_wall_rect_of(app, index);
    const struct fz_tile *tile = fz_loader_tile(app, fz_list_at(app->list, index));
    if (!tile || tile->picture_w == 0 || !fz_wall_covers(app))
        return r;
    bool sideways = tile->turn.quarters % 2 != 0;
    double w = sideways ? tile->picture_h : tile->picture_w, h = sideways ? tile->picture_w : tile->picture_h;
    double scale = fmax(r.w / w, r.h / h);
    return (struct fz_rect){r.x + (r.w - w * scale) / 2, r.y + (r.h - h * scale) / 2, w * scale, h * scale};
}

/* As many lines as fit, broken at spaces where there are any; widths by an average character. */
static void draw_wrapped(struct fz_app *app, const char *text, const struct fz_text_style *style, double x,
                         double y, double w, double bottom, struct fz_color color)
{
    double px = style->px * fz_app_text_scale(app);
    size_t per_line = (size_t)fmax(w / (px * 0.56), 4);
    struct fz_text_style line_style = *style;
    line_style.max_w = (int)w;
    while (*text && y + px * 1.3 <= bottom) {
        size_t len = strlen(text), cut = len;
        if (len > per_line) {
            for (cut = per_line; cut > per_line / 2 && text[cut] != ' ';)
                cut--;
            if (text[cut] != ' ')
                cut = per_line;
            while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
                cut--;
        }
        char line[256];
        size_t n = cut < sizeof line - 1 ? cut : sizeof line - 1;
        memcpy(line, text, n);
        line[n] = '\0';
        fz_text_draw(app->head, line, &line_style, x, y, color);
        y += ceil(px * 1.3);
        text += cut + (text[cut] == ' ');
    }
}

static void draw_failed(struct fz_app *app, const struct fz_tile *tile, struct fz_rect box)
{
    struct fz_head *head = app->head;
    fz_draw_fill(head, box, FAILED_FILL);
    fz_draw_ring(head, (struct fz_rect){box.x + 1, box.y + 1, box.w - 2, box.h - 2}, 1, FAILED_EDGE);
    double inset = fmin(12, box.w / 16), mark = fmin(22, fmin(box.w, box.h) / 2);
    fz_badge_draw_shape(head, FZ_BADGE_FAILED, box.x + inset + mark / 2, box.y + inset + mark / 2,
                        mark >= 22 ? 2 : 1, FAILED_EDGE);
    if (box.w < 90)
        return;
    const char *name = fz_list_name(app->list, tile->item);
    double x = box.x + inset, y = box.y + inset + mark + 6, w = box.w - 2 * inset;
    fz_text_draw(head, name, &(struct fz_text_style){.px = 13, .max_w = (int)w, .bold = true}, x, y,
                 FAILED_TEXT);
    y += round(19 * fz_app_text_scale(app));
    draw_wrapped(app, tile->error->msg, &(struct fz_text_style){.px = 13}, x, y, w, box.y + box.h - 4,
                 FAILED_TEXT);
}

/* Quiet, and still neither a picture that is dark nor a place where there is none. */
static void draw_loading(struct fz_app *app, struct fz_rect box)
{
    fz_draw_fill(app->head, box, PLACEHOLDER);
    fz_badge_draw_shape(app->head, FZ_BADGE_LOADING, box.x + box.w / 2, box.y + box.h / 2,
                        box.w < 100 ? 1 : 2, LOADING);
}

/* In the lower left corner: damage stands in the upper right one. */
static void draw_mark(struct fz_app *app, struct fz_rect rect)
{
    int scale = rect.w < 150 ? 1 : 2;
    double middle = fz_badge_size(scale) / 2 + 4;
    fz_badge_draw(app->head, FZ_BADGE_MARKED, rect.x + middle, rect.y + rect.h - middle, scale);
}

static void draw_caption(struct fz_app *app, fz_item_id item, struct fz_rect box)
{
    const char *name = fz_list_name(app->list, item);
    struct fz_text_style style = {.px = CAPTION_PX, .max_w = (int)box.w};
    int w, h;
    if (fz_text_size(app->head, name, &style, &w, &h))
        fz_text_draw(app->head, name, &style, box.x + (box.w - w) / 2, box.y + box.h + 2,
                     fz_app_text_color(app, CAPTION));
}

/* Draws one tile and returns where its picture stands; *fading while it is not fully there. */
static struct fz_rect draw_tile(struct fz_app *app, fz_item_id item, struct fz_rect box, bool *fading)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    struct fz_texture *texture = tile ? tile->renditions[FZ_FOR_WALL].texture : NULL;
    if (!texture) {
        if (tile && tile->error)
            draw_failed(app, tile, box);
        else
            draw_loading(app, box);
        return box;
    }
    struct fz_rect rect = picture_rect(app, box, tile);
    app->tile_drawn |= !tile->renditions[FZ_FOR_WALL].first;
    double age = (double)(app->now_us - tile->renditions[FZ_FOR_WALL].shown_us) / FADE_US;
    double alpha = FADE_FROM + (1 - FADE_FROM) * age;
    if (fz_app_motion(app) == FZ_MOTION_OFF)
        alpha = 1;
    if (alpha < 1) {
        struct fz_color placeholder = PLACEHOLDER;
        placeholder.a = (uint8_t)(255 * (1 - alpha));
        fz_draw_fill(app->head, box, placeholder);
        *fading = true;
    }
    texture = fz_animate_texture(app, item, FZ_FOR_WALL, texture);
    fz_draw_texture(app->head, texture, rect, alpha, tile->turn);
    int scale = box.w < 150 ? 1 : 2;
    double middle = fz_badge_size(scale) / 2 + 4;
    if (fz_list_is_stack(app->list, item))
        fz_badge_draw(app->head, FZ_BADGE_STACK, rect.x + rect.w - middle, rect.y + rect.h - middle, scale);
    if (tile->damage) {
        fz_badge_draw(app->head, FZ_BADGE_DAMAGED, rect.x + rect.w - middle, rect.y + middle, scale);
    }
    return rect;
}

bool fz_wall_tells_position(const struct fz_app *app)
{
    return app->wall.scrolled_us > 0 && app->now_us - app->wall.scrolled_us < FZ_WALL_POSITION_US;
}

void fz_wall_draw(struct fz_app *app)
{
    struct fz_wall *wall = &app->wall;
    size_t first, last;
    if (!fz_layout_visible(&wall->layout, wall->scroll.position, &first, &last))
        return;
    bool fading = false, names = fz_option_is_on(&app->options, FZ_OPTION_NAMES);
    struct fz_rect selected = {0};
    fz_shapes_begin_frame(app, first, last);
    fz_folders_draw(app, first);
    for (size_t i = first; i <= last; i++) {
        if (!fz_shapes_may_show(app, i))
            continue;
        fz_item_id item = fz_list_at(app->list, i);
        struct fz_rect box = box_in_window(wall, i);
        struct fz_rect rect = draw_tile(app, item, box, &fading);
        if (fz_list_is_marked(app->list, item))
            draw_mark(app, rect);
        if (item == wall->selected)
            selected = rect;
        if (names)
            draw_caption(app, item, box);
    }
    fz_dissolve_draw(app);
    if (selected.w > 0)
        fz_badge_draw_selection(app->head, selected);
    fz_scrollbar_draw(app);
    app->fading = fading;
}
