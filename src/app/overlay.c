/* What stands over the pictures: the hint of the start, the position, states that must be seen, notices. */
#include "app/app.h"
#include "app/panel.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "gpu/draw.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICE_US = 2000000 };

static void draw_empty(struct fz_app *app)
{
    if (fz_list_count(app->list) > 0 || app->mode != FZ_MODE_WALL)
        return;
    const char *text = fz_app_is_listed(app) ? "No pictures here yet" : "Looking for pictures";
    struct fz_text_style style = {.px = 26};
    int w, h;
    if (fz_text_size(app->head, text, &style, &w, &h))
        fz_text_draw(app->head, text, &style, (fz_head_w(app->head) - w) / 2.0,
                     (fz_head_h(app->head) - h) / 2.0, (struct fz_color){150, 150, 156, 255});
}

/* Where the selection is out of view, somebody looks elsewhere: what is looked at counts. */
static void draw_position(struct fz_app *app)
{
    size_t count = fz_list_count(app->list), selected = fz_app_selected_index(app);
    if (!fz_wall_tells_position(app) || app->show.running || count == 0)
        return;
    struct fz_focus focus = fz_wall_focus(app);
    char text[96];
    if (app->mode == FZ_MODE_PICTURE || (selected >= focus.first && selected <= focus.last))
        snprintf(text, sizeof text, "%zu / %zu", selected + 1, count);
    else
        snprintf(text, sizeof text, "%zu–%zu / %zu", focus.first + 1, focus.last + 1, count);
    fz_chip_draw(app, text, FZ_CHIP_BOTTOM_RIGHT);
}

void fz_app_draw_overlays(struct fz_app *app)
{
    if (app->now_us >= app->cursor_until_us && fz_head_is_fullscreen(app->head))
        fz_head_show_cursor(app->head, false);
    draw_empty(app);
    draw_position(app);
    if (app->loading_paused)
        fz_chip_draw(app, "Loading is paused · P resumes", FZ_CHIP_BOTTOM_LEFT);
    else if (app->show.running && app->show.paused)
        fz_chip_draw(app, "Paused · Space goes on", FZ_CHIP_BOTTOM_LEFT);
    if (app->notice && app->now_us < app->notice_until_us)
        fz_chip_draw(app, app->notice, FZ_CHIP_BOTTOM);
    else if (app->now_us < app->hint_until_us && app->mode == FZ_MODE_WALL)
        fz_chip_draw(app, "Return opens  ·  right click menu  ·  ? help  ·  q quit", FZ_CHIP_BOTTOM);
    fz_mouse_draw(app);
    fz_hints_draw(app);
    fz_keys_draw(app);
    fz_help_draw(app);
    fz_prompt_draw(app);
    fz_menu_draw(app);
}

void fz_app_notice(struct fz_app *app, const char *fmt, ...)
{
    va_list args;
    char text[512];
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    free(app->notice);
    app->notice = fz_strdup(text);
    app->notice_until_us = app->now_us + NOTICE_US;
    app->dirty = true;
}

int64_t fz_app_next_overlay_us(const struct fz_app *app)
{
    int64_t next = FZ_NEVER;
    int64_t ends[] = {app->hint_until_us, app->cursor_until_us, app->notice ? app->notice_until_us : 0,
                      app->wall.scrolled_us > 0 ? app->wall.scrolled_us + FZ_WALL_POSITION_US : 0};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends[i] > app->last_step_us && ends[i] < next)
            next = ends[i];
    return next;
}
