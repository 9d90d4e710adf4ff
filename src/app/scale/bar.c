#include "app/scale/bar.h"

#include "app/app.h"
#include "app/overlay/button.h"
#include "base/clock.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TELL_US = 250000, GAP = 8, LINE_PX = 4 };
static const struct fz_color TRACK = {70, 72, 80, 255};

static void tell_time(char *out, size_t size, double seconds)
{
    if (seconds < 0)
        snprintf(out, size, "%s", "");
    else if (seconds < 90)
        snprintf(out, size, " · %.0f s left", ceil(seconds));
    else
        snprintf(out, size, " · %.0f min left", ceil(seconds / 60));
}

static void tell_work(const struct fz_app *app, char *out, size_t size)
{
    const struct fz_task *task = &app->scale.batch.task;
    char left[40] = "", failed[40] = "";
    const char *doing = app->ending                        ? "Ending…"
                        : task->state == FZ_TASK_CANCELED  ? "Canceling…"
                        : task->state == FZ_TASK_SUSPENDED ? "Paused"
                                                           : "Scaling";
    if (!app->scale.batch.planned || app->scale.plan) { /* whose counts are not there yet */
        snprintf(out, size, "%s", fz_task_goes_on(task) ? "Looking at what there is…" : doing);
        return;
    }
    double rate = fz_task_rate(task, app->now_us);
    if (fz_task_goes_on(task))
        tell_time(left, sizeof left, fz_task_left_s(task, app->now_us));
    if (task->failed > 0)
        snprintf(failed, sizeof failed, " · %zu failed", task->failed);
    snprintf(out, size, "%s %zu of %zu · %.*f/s%s%s", doing, task->done, task->total, rate < 10, rate, left,
             failed);
}

static void tell_end(const struct fz_app *app, char *out, size_t size)
{
    const struct fz_scale_window *w = &app->scale;
    char counts[80];
    fz_scale_batch_format(&w->batch, counts, sizeof counts);
    char *where = w->batch.out ? fz_str_to_display(w->batch.out) : NULL;
    if (w->batch.task.failure.code != FZ_OK)
        snprintf(out, size, "%.190s", w->batch.task.failure.msg);
    else
        snprintf(out, size, "%s: %s, into %.100s", w->batch.task.was_canceled ? "Canceled" : "Done", counts,
                 where ? where : "?");
    free(where);
}

static void tell(struct fz_app *app)
{
    struct fz_scale_bar *bar = &app->scale_bar;
    bool works = fz_scale_window_works(app);
    if (works && app->now_us < bar->told_us + TELL_US && !app->scale.told_anew)
        return;
    app->scale.told_anew = false;
    bar->told_us = app->now_us;
    if (works)
        tell_work(app, bar->text, sizeof bar->text);
    else
        tell_end(app, bar->text, sizeof bar->text);
}

static double height(const struct fz_app *app)
{
    return fz_button_height(app) + 2 * GAP + LINE_PX;
}

void fz_scale_bar_reserve(struct fz_app *app)
{
    double h = height(app), view_w = fz_head_w(app->head), view_h = fz_head_h(app->head);
    app->scale_bar.box = (struct fz_rect){0};
    if (app->scale.stands)
        app->scale_bar.box = fz_panel_place(app, (struct fz_rect){0, view_h - h, view_w, h}, false);
}

static void draw_line(struct fz_app *app)
{
    const struct fz_task *task = &app->scale.batch.task;
    struct fz_rect line = {app->scale_bar.box.x, app->scale_bar.box.y, app->scale_bar.box.w, LINE_PX};
    fz_draw_fill(app->head, line, TRACK);
    line.w =
        task->total > 0 && !app->scale.plan ? floor(line.w * (double)task->done / (double)task->total) : 0;
    fz_draw_fill(app->head, line, fz_panel_key);
}

/* From the right; returns its left edge. */
static double draw_button(struct fz_app *app, struct fz_rect *button, double right, const char *label)
{
    double w = fz_button_width(app, label);
    *button = (struct fz_rect){right - w, app->scale_bar.box.y + LINE_PX + GAP, w, fz_button_height(app)};
    fz_button_draw(app, *button, label, false);
    return button->x - GAP;
}

static double draw_buttons(struct fz_app *app)
{
    struct fz_scale_bar *bar = &app->scale_bar;
    enum fz_task_state state = app->scale.batch.task.state;
    double right = bar->box.x + bar->box.w - FZ_PANEL_MARGIN;
    bar->pause = bar->stop = (struct fz_rect){0};
    if (state == FZ_TASK_CANCELED || app->ending)
        return draw_button(app, &bar->stop, right, "Canceling…");
    if (state == FZ_TASK_IDLE)
        return app->scale.shown ? right : draw_button(app, &bar->stop, right, "Close");
    right = draw_button(app, &bar->stop, right, "Cancel");
    return draw_button(app, &bar->pause, right, state == FZ_TASK_SUSPENDED ? "Go on" : "Pause");
}

void fz_scale_bar_draw(struct fz_app *app)
{
    struct fz_scale_bar *bar = &app->scale_bar;
    if (bar->box.w <= 0)
        return;
    tell(app);
    fz_draw_fill(app->head, bar->box, fz_panel_fill);
    draw_line(app);
    double right = draw_buttons(app);
    struct fz_text_style style = {.px = FZ_PANEL_PX, .max_w = (int)fmax(right - 2 * FZ_PANEL_MARGIN, 1)};
    const char *text = fz_chip_steady_text(app, &bar->shown, bar->text, &style);
    int w, h;
    if (text && fz_text_size(app->head, text, &style, &w, &h))
        fz_text_draw(app->head, text, &style, FZ_PANEL_MARGIN,
                     floor(bar->box.y + LINE_PX + (bar->box.h - LINE_PX - h) / 2), fz_panel_text);
}

bool fz_scale_bar_is_at(const struct fz_app *app, double x, double y)
{
    return app->scale.stands && fz_button_is_at(app->scale_bar.box, x, y);
}

void fz_scale_bar_click(struct fz_app *app, double x, double y)
{
    struct fz_task *task = &app->scale.batch.task;
    if (fz_button_is_at(app->scale_bar.stop, x, y))
        fz_scale_window_back(app);
    else if (fz_button_is_at(app->scale_bar.pause, x, y) && !fz_task_suspend(task, app->now_us))
        fz_task_resume(task, app->now_us);
}

int64_t fz_scale_bar_next_us(const struct fz_app *app)
{
    return fz_scale_window_works(app) ? app->scale_bar.told_us + TELL_US : FZ_NEVER;
}
