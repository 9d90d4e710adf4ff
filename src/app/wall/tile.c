#include "app/wall/tile.h"

#include "app/app.h"
#include "app/overlay/badge.h"
#include "gpu/draw.h"
#include "source/stacks.h"

#include <math.h>
#include <string.h>

static const struct fz_color PLACEHOLDER = {27, 27, 30, 255};
static const struct fz_color FAILED_FILL = {38, 22, 24, 255};
static const struct fz_color LOADING = {134, 134, 140, 255};
static const struct fz_color FAILED_EDGE = {240, 130, 120, 255};
static const struct fz_color FAILED_TEXT = {230, 190, 186, 255};
static const struct fz_color CAPTION = {178, 178, 184, 255};

enum { FADE_US = 80000, CAPTION_PX = 13, BADGE_GAP = 4 };
static const double ROUNDING_PX = 2.5; /* what whole pixels make of a shape */
/* A tile is seen in the very frame that it arrives in. */
static const double FADE_FROM = 0.4;

bool fz_wall_covers(const struct fz_app *app)
{
    return fz_option_choice(&app->options, FZ_OPTION_FIT) == FZ_FIT_COVER && !fz_wall_has_shapes(app);
}

/* What is no rendition of the picture itself, and what is a first one, may be smaller than that would be. */
static bool was_made_for(const struct fz_rendition *r, struct fz_rect box)
{
    int w = fz_texture_w(r->texture), h = fz_texture_h(r->texture);
    bool is_full = r->first || r->result_of > 0 ? w == (int)box.w || h == (int)box.h : r->box_w == (int)box.w;
    return is_full && w <= box.w && h <= box.h;
}

/* Where the texture stands inside its box: at its own pixels when it was made for this box; of its own shape, all of it. */
static struct fz_rect picture_rect(const struct fz_app *app, struct fz_rect box, const struct fz_tile *tile)
{
    const struct fz_rendition *on_wall = &tile->renditions[FZ_FOR_WALL];
    const struct fz_texture *texture = on_wall->texture;
    double w = tile->picture_w, h = tile->picture_h;
    bool shaped = fz_wall_has_shapes(app), own = on_wall->result_of == 0;
    bool covers = texture && on_wall->covers, sideways = fz_tile_is_sideways(tile);
    /* as the picture lies in its file */
    const struct fz_rect upright = {.w = sideways ? box.h : box.w, .h = sideways ? box.w : box.h};
    if (covers) {
        w = fz_texture_w(texture);
        h = fz_texture_h(texture);
        if (sideways && !shaped && w >= upright.w && h >= upright.h)
            return box; /* of what is turned, draw_picture cuts its part */
    } else if (texture && (w == 0 || (!shaped && was_made_for(on_wall, upright)))) {
        w = fz_texture_w(texture);
        h = fz_texture_h(texture);
    }
    /* Made for no box, or for another; and what is smaller than a tile takes its picture's place in it. */
    bool enlarge = (covers && on_wall->box_w != (int)upright.w) || (!own && (covers || tile->picture_w == 0));
    struct fz_rect r = fz_rect_fit(box, sideways ? h : w, sideways ? w : h, enlarge);
    if (shaped && box.w - r.w < ROUNDING_PX && box.h - r.h < ROUNDING_PX)
        return box;
    r.x = floor(r.x);
    r.y = floor(r.y);
    return r;
}

struct fz_rect fz_wall_box_of(const struct fz_app *app, size_t index)
{
    const struct fz_wall *wall = &app->wall;
    struct fz_rect box = fz_layout_box(&wall->layout, index);
    return fz_layout_in_window(&wall->layout, box, wall->scroll.position);
}

struct fz_rect fz_wall_rect_of(const struct fz_app *app, size_t index)
{
    struct fz_rect box = fz_wall_box_of(app, index);
    const struct fz_tile *tile = fz_loader_tile(app, fz_list_at(app->list, index));
    bool is_known = tile && (tile->picture_w > 0 || tile->renditions[FZ_FOR_WALL].texture);
    return is_known ? picture_rect(app, box, tile) : box;
}

struct fz_rect fz_wall_whole_rect_of(const struct fz_app *app, size_t index)
{
    struct fz_rect r = fz_wall_rect_of(app, index);
    const struct fz_tile *tile = fz_loader_tile(app, fz_list_at(app->list, index));
    if (!tile || tile->picture_w == 0 || !tile->renditions[FZ_FOR_WALL].covers)
        return r;
    bool sideways = fz_tile_is_sideways(tile);
    double w = sideways ? tile->picture_h : tile->picture_w, h = sideways ? tile->picture_w : tile->picture_h;
    double scale = fmax(r.w / w, r.h / h);
    return (struct fz_rect){r.x + (r.w - w * scale) / 2, r.y + (r.h - h * scale) / 2, w * scale, h * scale};
}

/* As many lines as fit, broken at spaces where there are any; widths by an average character. What is left is shortened into the
 * last of them. */
static void draw_wrapped(struct fz_app *app, const char *text, const struct fz_text_style *style, double x,
                         double y, double w, double bottom, struct fz_color color)
{
    double px = style->px * fz_app_text_scale(app), line_h = ceil(px * 1.3);
    size_t per_line = (size_t)fmax(w / (px * 0.56), 4);
    struct fz_text_style line_style = *style;
    line_style.max_w = (int)w;
    while (*text && y + px * 1.3 <= bottom) {
        size_t len = strlen(text), cut = len;
        bool is_last = y + line_h + px * 1.3 > bottom;
        if (len > per_line && !is_last) {
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
        fz_text_draw(app->head, text[cut] ? line : text, &line_style, x, y, color);
        y += line_h;
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

static int badge_scale(struct fz_rect box)
{
    return box.w < 150 ? 1 : 2;
}

/* In whose corners badges stand, by their middles: the picture, and around a narrow or a low one what two badges need side by side, as far as
 * the box has it. */
static struct fz_rect badge_middles(struct fz_rect box, struct fz_rect rect)
{
    const double size = fz_badge_size(badge_scale(box)), edge = size + 2 * BADGE_GAP;
    const double w = fmax(fmin(fmax(rect.w, edge + size + BADGE_GAP), fmax(box.w, rect.w)) - edge, 0);
    const double h = fmax(rect.h - edge, 0);
    return (struct fz_rect){rect.x + (rect.w - w) / 2, rect.y + (rect.h - h) / 2, w, h};
}

void fz_tile_draw_mark(struct fz_app *app, struct fz_rect box, struct fz_rect rect)
{
    const struct fz_rect at = badge_middles(box, rect);
    fz_badge_draw(app->head, FZ_BADGE_MARKED, at.x, at.y + at.h, badge_scale(box));
}

void fz_tile_draw_caption(struct fz_app *app, fz_item_id item, struct fz_rect box)
{
    const char *name = fz_list_name(app->list, item);
    struct fz_text_style style = {.px = CAPTION_PX, .max_w = (int)box.w};
    int w, h;
    if (fz_text_size(app->head, name, &style, &w, &h))
        fz_text_draw(app->head, name, &style, box.x + (box.w - w) / 2, box.y + box.h + 2,
                     fz_app_text_color(app, CAPTION));
}

/* Where tiles fill their boxes, what has another shape than its place (a frame of an animation, what is turned) is cut to it. */
static void draw_picture(struct fz_app *app, const struct fz_tile *tile, struct fz_texture *texture,
                         struct fz_rect rect, double alpha)
{
    const struct fz_rendition *r = &tile->renditions[FZ_FOR_WALL];
    bool sideways = fz_tile_is_sideways(tile);
    if (!r->covers || (!sideways && texture == r->texture)) {
        fz_draw_texture(app->head, texture, rect, alpha, tile->turn);
        return;
    }
    struct fz_rect whole = {0, 0, fz_texture_w(texture), fz_texture_h(texture)};
    struct fz_rect cut = fz_rect_fit(whole, sideways ? rect.h : rect.w, sideways ? rect.w : rect.h, true);
    SDL_Rect part = {(int)cut.x, (int)cut.y, (int)cut.w, (int)cut.h};
    fz_draw_texture_part(app->head, texture, &part, rect, tile->turn);
}

struct fz_rect fz_tile_rect(const struct fz_app *app, fz_item_id item, struct fz_rect box)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    return tile && tile->renditions[FZ_FOR_WALL].texture ? picture_rect(app, box, tile) : box;
}

void fz_tile_draw(struct fz_app *app, fz_item_id item, struct fz_rect box, bool *fading)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    struct fz_texture *texture = tile ? tile->renditions[FZ_FOR_WALL].texture : NULL;
    if (!texture) {
        if (tile && tile->error)
            draw_failed(app, tile, box);
        else
            draw_loading(app, box);
        return;
    }
    struct fz_rect rect = picture_rect(app, box, tile);
    app->tile_drawn |= !tile->renditions[FZ_FOR_WALL].first;
    int64_t since_us = tile->renditions[FZ_FOR_WALL].shown_us;
    double alpha = FADE_FROM + (1 - FADE_FROM) * (double)(app->now_us - since_us) / FADE_US;
    if (since_us == 0 || fz_app_motion(app) == FZ_MOTION_OFF)
        alpha = 1;
    if (alpha < 1) {
        struct fz_color placeholder = PLACEHOLDER;
        placeholder.a = (uint8_t)(255 * (1 - alpha));
        fz_draw_fill(app->head, box, placeholder);
        *fading = true;
    }
    draw_picture(app, tile, fz_animate_texture(app, item, FZ_FOR_WALL, texture), rect, alpha);
}

void fz_tile_draw_badges(struct fz_app *app, fz_item_id item, struct fz_rect box, struct fz_rect rect)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    if (!tile || !tile->renditions[FZ_FOR_WALL].texture)
        return;
    const int scale = badge_scale(box);
    const struct fz_rect at = badge_middles(box, rect);
    if (fz_list_is_stack(app->list, item))
        fz_badge_draw(app->head, FZ_BADGE_STACK, at.x + at.w, at.y + at.h, scale);
    /* With an error: what the file was before, or all that can be had of it. */
    enum fz_badge badge = tile->error ? FZ_BADGE_FAILED : FZ_BADGE_DAMAGED;
    if (tile->error || tile->damage)
        fz_badge_draw(app->head, badge, at.x + at.w, at.y, scale);
}
