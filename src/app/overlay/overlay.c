/* What stands over the pictures: the hint of the start, the position, states that must be seen, notices. */
#include "app/app.h"
#include "app/overlay/help_sheet.h"
#include "app/overlay/panel.h"
#include "app/wall/search.h"
#include "base/mem.h"
#include "gpu/color.h"
#include "source/drop.h"
#include "source/marks.h"
#include "source/told.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NOTICE_US = 2000000, /* for each line */
    NOTICE_LINES = 3,
    EMPTY_PX = 26,
    LEAST_PX = 8,
};

double fz_app_text_scale(const struct fz_app *app)
{
    return app->head ? fz_head_text_scale(app->head) : app->options.values[FZ_OPTION_TEXT_SCALE].factor;
}

struct fz_color fz_app_text_color(const struct fz_app *app, struct fz_color wish)
{
    uint32_t rgb = (uint32_t)app->options.values[FZ_OPTION_BACKGROUND].number;
    struct fz_color background = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb, 255};
    return fz_color_readable(wish, background);
}

static void draw_empty(struct fz_app *app)
{
    if (fz_list_count(app->list) > 0 || app->mode != FZ_MODE_WALL || app->searched ||
        fz_list_shows_rated(app->list))
        return;
    char text[128];
    const bool is_dropped = fz_list_dropped_count(app->list) > 0;
    snprintf(text, sizeof text, "%s",
             is_dropped              ? "All pictures are dropped"
             : fz_app_is_listed(app) ? "No pictures here yet"
                                     : "Looking for pictures");
    if (is_dropped)
        fz_help_hint(app, FZ_COMMAND_UNDROP, " · ", "brings them back", text, sizeof text);
    struct fz_text_style style = {.px = EMPTY_PX};
    int w, h;
    if (fz_text_size(app->head, text, &style, &w, &h) && w > fz_head_w(app->head))
        style.px = (int)fmax(LEAST_PX, (double)EMPTY_PX * fz_head_w(app->head) / (w + 1));
    if (fz_text_size(app->head, text, &style, &w, &h))
        fz_text_draw(app->head, text, &style, (fz_head_w(app->head) - w) / 2.0,
                     (fz_head_h(app->head) - h) / 2.0,
                     fz_app_text_color(app, (struct fz_color){150, 150, 156, 255}));
}

/* Where the selection is out of view, somebody looks elsewhere: what is looked at counts. */
static void draw_position(struct fz_app *app)
{
    size_t count = fz_list_count(app->list), selected = fz_app_selected_index(app);
    if (!fz_wall_tells_position(app) || app->show.running || count == 0 || app->searched ||
        fz_list_shows_rated(app->list))
        return;
    struct fz_focus focus = fz_wall_focus(app);
    char text[96];
    bool selected_in_view =
        app->mode == FZ_MODE_PICTURE || (selected >= focus.first && selected <= focus.last);
    if (selected_in_view && app->info.level != FZ_INFO_OFF) /* which tells it */
        return;
    if (selected_in_view)
        snprintf(text, sizeof text, "%zu / %zu", selected + 1, count);
    else
        snprintf(text, sizeof text, "%zu–%zu / %zu", focus.first + 1, focus.last + 1, count);
    fz_chip_draw(app, text, FZ_CHIP_BOTTOM_RIGHT);
}

static void say_paused(const struct fz_app *app, const char *what, enum fz_command_id id, const char *does,
                       char *text, size_t size)
{
    snprintf(text, size, "%s", what);
    fz_help_hint(app, id, " · ", does, text, size);
}

/* What holds until it is changed: somebody who comes back must see why nothing moves, or what is marked. */
static void draw_state(struct fz_app *app)
{
    char text[128] = "";
    size_t marked = fz_list_marked_count(app->list);
    if (app->loading_paused)
        say_paused(app, "Loading is paused", FZ_COMMAND_LOADING, "resumes", text, sizeof text);
    else if (app->show.running && app->show.paused)
        say_paused(app, "Paused", FZ_COMMAND_PAUSE_SHOW, "goes on", text, sizeof text);
    else
        fz_telling_progress(app, text, sizeof text);
    if (!text[0])
        fz_rate_text(app, text, sizeof text);
    bool is_marked = app->mode == FZ_MODE_PICTURE && fz_list_is_marked(app->list, fz_app_current(app));
    const char *this_one = is_marked ? "✓ this of " : "";
    size_t used = strlen(text);
    if (marked > 0)
        snprintf(text + used, sizeof text - used, "%s%s%zu marked", used > 0 ? "   " : "", this_one, marked);
    if (text[0])
        fz_chip_draw(app, text, FZ_CHIP_BOTTOM_LEFT);
}

static void draw_notice(struct fz_app *app)
{
    if (app->notice_has_lines)
        fz_chip_draw_lines(app, app->notice, NOTICE_LINES, FZ_CHIP_BOTTOM);
    else
        fz_chip_draw_words(app, app->notice, NOTICE_LINES, FZ_CHIP_BOTTOM);
}

static void draw_start_hint(struct fz_app *app)
{
    static const char gap[] = "  ·  ";
    char text[256] = "";
    fz_help_hint(app, FZ_COMMAND_OPEN, "", "opens", text, sizeof text);
    fz_help_hint(app, FZ_COMMAND_SEARCH, text[0] ? gap : "", "finds", text, sizeof text);
    const size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%sright click menu", used > 0 ? gap : "");
    fz_help_hint(app, FZ_COMMAND_HELP, gap, "help", text, sizeof text);
    fz_help_hint(app, FZ_COMMAND_QUIT, gap, "quit", text, sizeof text);
    fz_chip_draw(app, text, FZ_CHIP_BOTTOM);
}

void fz_app_draw_overlays(struct fz_app *app)
{
    if (app->now_us >= app->cursor_until_us && fz_head_is_fullscreen(app->head))
        fz_head_show_cursor(app->head, false);
    draw_empty(app);
    fz_prompt_reserve(app);
    fz_scale_bar_reserve(app);
    draw_position(app);
    draw_state(app);
    if (fz_app_notice_now(app))
        draw_notice(app);
    else if (app->now_us < app->hint_until_us && app->mode == FZ_MODE_WALL)
        draw_start_hint(app);
    fz_perf_draw(app);
    fz_info_draw(app);
    fz_mouse_draw(app);
    fz_search_draw(app);
    fz_rate_draw(app);
    fz_hints_draw(app);
    fz_keys_draw(app);
    fz_help_draw(app);
    fz_scale_bar_draw(app);
    fz_prompt_draw(app);
    fz_scale_panel_draw(app);
    fz_board_draw(app);
    fz_menu_draw(app);
}

static void notice(struct fz_app *app, fz_item_id about, const char *text, int lines)
{
    free(app->notice);
    app->notice = fz_strdup(text);
    app->notice_about = about;
    app->notice_has_lines = lines > 1;
    app->notice_until_us = app->now_us + (int64_t)NOTICE_US * lines;
    app->dirty = true;
}

void fz_app_notice_lines(struct fz_app *app, const char *text)
{
    int lines = 1;
    for (const char *p = text; lines < NOTICE_LINES && (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    notice(app, FZ_ITEM_NONE, text, lines);
}

__attribute__((format(printf, 3, 0))) static void notice_args(struct fz_app *app, fz_item_id about,
                                                              const char *fmt, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, fmt, args);
    notice(app, about, text, 1);
}

void fz_app_notice(struct fz_app *app, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    notice_args(app, FZ_ITEM_NONE, fmt, args);
    va_end(args);
}

void fz_app_notice_about(struct fz_app *app, fz_item_id item, const char *fmt, ...)
{
    va_list args;
    if (item != FZ_ITEM_NONE && item != fz_app_current(app))
        return;
    va_start(args, fmt);
    notice_args(app, item, fmt, args);
    va_end(args);
}

/* What is not found while a picture is looked at, such as its animation, is not found of that; in a show it could be gone at once. */
void fz_app_notice_error(struct fz_app *app, const struct fz_error *err)
{
    bool of_picture = err->code == FZ_E_NOT_FOUND && app->mode == FZ_MODE_PICTURE && !app->show.running;
    notice(app, of_picture ? app->picture.item : FZ_ITEM_NONE, err->msg, 1);
}

const char *fz_app_notice_now(const struct fz_app *app)
{
    bool is_over = !app->notice || app->now_us >= app->notice_until_us;
    if (is_over || (app->notice_about != FZ_ITEM_NONE && app->notice_about != fz_app_current(app)))
        return NULL;
    return app->notice;
}

int64_t fz_app_next_overlay_us(const struct fz_app *app)
{
    int64_t next = fz_perf_next_us(app), bar = fz_scale_bar_next_us(app);
    next = bar < next ? bar : next;
    int64_t ends[] = {app->hint_until_us, app->cursor_until_us, app->notice ? app->notice_until_us : 0,
                      app->wall.scrolled_us > 0 ? app->wall.scrolled_us + FZ_WALL_POSITION_US : 0,
                      app->wall.shapes.due_us};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends[i] > app->last_step_us && ends[i] < next)
            next = ends[i];
    return next;
}
