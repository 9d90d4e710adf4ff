#include "app/overlay/prompt.h"

#include "app/app.h"
#include "app/overlay/button.h"
#include "app/overlay/panel.h"
#include "app/wall/search.h"
#include "base/mem.h"
#include "ctl/complete.h"
#include "ctl/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fz_prompt_open(struct fz_app *app, enum fz_prompt_kind kind, const char *text)
{
    struct fz_prompt *prompt = &app->prompt;
    prompt->kind = kind;
    fz_edit_set(&prompt->line, text);
    prompt->at = prompt->history[kind].count;
    prompt->hint[0] = prompt->drawn[0] = '\0';
    fz_board_close(app); /* unless a hand asks for it */
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

void fz_prompt_close(struct fz_app *app)
{
    app->prompt.kind = FZ_PROMPT_NONE;
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

void fz_prompt_fini(struct fz_app *app)
{
    for (int kind = 0; kind < FZ_PROMPTS; kind++)
        for (int i = 0; i < app->prompt.history[kind].count; i++)
            free(app->prompt.history[kind].lines[i]);
    app->prompt = (struct fz_prompt){0};
}

/* ---- History ----------------------------------------------------------------------------------------------------- */

/* The newest stands last, and only once. */
static void remember(struct fz_line_history *history, const char *text)
{
    if (!*text)
        return;
    int out = 0;
    for (int i = 0; i < history->count; i++) {
        bool goes = strcmp(history->lines[i], text) == 0 || (i == 0 && history->count == FZ_HISTORY_LINES);
        if (goes)
            free(history->lines[i]);
        else
            history->lines[out++] = history->lines[i];
    }
    history->lines[out++] = fz_strdup(text);
    history->count = out;
}

static void recall(struct fz_prompt *prompt, int step)
{
    const struct fz_line_history *history = &prompt->history[prompt->kind];
    int to = prompt->at + step;
    if (to < 0 || to > history->count)
        return;
    if (prompt->at == history->count)
        prompt->unsent = prompt->line;
    prompt->at = to;
    if (to == history->count)
        prompt->line = prompt->unsent;
    else
        fz_edit_set(&prompt->line, history->lines[to]);
}

/* ---- Entering ---------------------------------------------------------------------------------------------------- */

/* An option's value is told as one writes it, anything else as JSON. */
static void say_result(struct fz_app *app, const struct fz_words *words, json_t *result)
{
    json_t *value = json_object_get(result, "value");
    char *text = result ? json_dumps(value ? value : result, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    const char *who = json_string_value(json_object_get(result, "set_by"));
    if (text && value && words->count > 1)
        fz_app_notice(app, "%s = %s (%s)", words->list[1], text, who ? who : "?");
    else if (text)
        fz_app_notice(app, "%s", text);
    free(text);
}

static enum fz_err run_words(struct fz_app *app, const struct fz_words *words, struct fz_error *err)
{
    struct fz_command_call call = {.argc = words->count - 1, .argv = (const char *const *)words->list + 1};
    char *end;
    const char first = words->list[0][0];
    unsigned long nth = strtoul(words->list[0], &end, 10);
    if (!*end && first >= '0' && first <= '9' && words->count == 1) {
        call.id = FZ_COMMAND_LAST;
        call.count = nth == 0 ? 1 : nth < UINT32_MAX ? (unsigned)nth : UINT32_MAX;
        call.argc = 0;
    } else if (!fz_command_find(words->list[0], &call.id)) {
        return fz_fail(err, FZ_E_USAGE, 0, "unknown command %s", words->list[0]);
    }
    enum fz_err code = fz_app_command(app, &call, err);
    if (code == FZ_OK)
        say_result(app, words, call.result);
    json_decref(call.result);
    return code;
}

static void enter_command(struct fz_app *app, const char *text)
{
    struct fz_words words;
    struct fz_error err = {0};
    if (fz_words_split(&words, text, &err) == FZ_OK && words.count > 0)
        run_words(app, &words, &err);
    if (err.code != FZ_OK)
        fz_app_notice_error(app, &err);
    fz_words_fini(&words);
}

static void enter(struct fz_app *app)
{
    struct fz_prompt *prompt = &app->prompt;
    enum fz_prompt_kind kind = prompt->kind;
    char text[FZ_EDIT_BYTES];
    memcpy(text, prompt->line.text, sizeof text);
    remember(&prompt->history[kind], text);
    fz_prompt_close(app);
    if (kind == FZ_PROMPT_SEARCH) {
        fz_search_set(app, text);
        fz_arrange_show_found(app);
    }
    if (kind == FZ_PROMPT_COMMAND)
        enter_command(app, text);
}

/* ---- Typing ------------------------------------------------------------------------------------------------------ */

/* Adds what all candidates have in common; tells which there are where that is not one. */
static void complete(struct fz_prompt *prompt)
{
    struct fz_completion done;
    char before[FZ_EDIT_BYTES];
    memcpy(before, prompt->line.text, prompt->line.cursor);
    before[prompt->line.cursor] = '\0';
    fz_complete(before, &done);
    fz_edit_insert(&prompt->line, done.added);
    if (done.count != 1)
        snprintf(prompt->hint, sizeof prompt->hint, "%s", done.count > 0 ? done.list : "nothing begins so");
}

/* A search is answered as it is typed. */
static void follow(struct fz_app *app)
{
    if (app->prompt.kind == FZ_PROMPT_SEARCH &&
        strcmp(app->prompt.line.text, app->searched ? app->searched : "") != 0)
        fz_search_set(app, app->prompt.line.text);
}

static void give_up(struct fz_app *app)
{
    if (app->prompt.kind == FZ_PROMPT_SEARCH)
        fz_search_end(app);
    fz_prompt_close(app);
}

void fz_prompt_press(struct fz_app *app, const struct fz_press *press)
{
    struct fz_prompt *prompt = &app->prompt;
    struct fz_key key = press->key.mods != 0 ? fz_press_latin(press) : press->key;
    bool emptied = key.code == SDLK_BACKSPACE && prompt->line.length == 0;
    prompt->hint[0] = '\0';
    app->dirty = true;
    if (key.code == SDLK_RETURN && !press->held) {
        enter(app); /* which may open another line: nothing has been typed in that */
        return;
    }
    if (key.code == SDLK_ESCAPE || emptied)
        give_up(app);
    else if (key.code == SDLK_UP || key.code == SDLK_DOWN)
        recall(prompt, key.code == SDLK_UP ? -1 : 1);
    else if (key.code == SDLK_TAB && prompt->kind == FZ_PROMPT_COMMAND)
        complete(prompt);
    else
        fz_edit_press(&prompt->line, key);
    follow(app);
}

void fz_prompt_insert(struct fz_app *app, const char *text)
{
    fz_edit_insert(&app->prompt.line, text);
    app->prompt.hint[0] = '\0';
    app->dirty = true;
    follow(app);
}

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

/* The width of the text up to the cursor; of the whole where it is not known yet. */
static double cursor_x(struct fz_app *app, const struct fz_text_style *style, double width)
{
    const struct fz_edit *line = &app->prompt.line;
    char text[FZ_EDIT_BYTES + 1];
    int n = snprintf(text, sizeof text, "%c%.*s", app->prompt.kind == FZ_PROMPT_COMMAND ? ':' : '/',
                     (int)line->cursor, line->text);
    int w, h;
    bool at_end = line->cursor == line->length || n < 0;
    return at_end || !fz_text_size(app->head, text, style, &w, &h) ? width : w;
}

static double bar_height(const struct fz_app *app)
{
    return ceil(FZ_PANEL_PX * fz_app_text_scale(app) * 2);
}

void fz_prompt_reserve(struct fz_app *app)
{
    struct fz_prompt *prompt = &app->prompt;
    double bar_h = bar_height(app), w = fz_head_w(app->head);
    double below = fz_head_h(app->head) - fz_board_lay_out(app), h = bar_h * (prompt->hint[0] ? 2 : 1);
    prompt->bar = (struct fz_rect){0, below - bar_h, w, bar_h};
    if (prompt->kind != FZ_PROMPT_NONE)
        fz_panel_place(app, (struct fz_rect){0, below - h, w, fz_head_h(app->head) - below + h}, false);
}

bool fz_prompt_is_at(const struct fz_app *app, double x, double y)
{
    return app->prompt.kind != FZ_PROMPT_NONE && fz_button_is_at(app->prompt.bar, x, y);
}

/* Three rows of keys, the last one with the space bar, at the end of the line: it can be had by a press. */
static void draw_sign_of_board(struct fz_app *app, struct fz_rect box)
{
    static const double keys[][4] = {{0, 0, 1, 1}, {2, 0, 1, 1}, {4, 0, 1, 1}, {6, 0, 1, 1}, {8, 0, 1, 1},
                                     {1, 2, 1, 1}, {3, 2, 1, 1}, {5, 2, 1, 1}, {7, 2, 1, 1}, {2, 4, 5, 1}};
    enum { KEYS = sizeof keys / sizeof *keys };
    struct fz_rect fills[KEYS];
    double unit = fmax(floor(box.h / 14), 1);
    double x = floor(box.x + (box.w - 9 * unit) / 2), y = floor(box.y + (box.h - 5 * unit) / 2);
    for (int i = 0; i < KEYS; i++)
        fills[i] = (struct fz_rect){x + keys[i][0] * unit, y + keys[i][1] * unit, keys[i][2] * unit, unit};
    fz_draw_ring(app->head, (struct fz_rect){x - 2 * unit, y - 2 * unit, 13 * unit, 9 * unit}, unit,
                 fz_panel_text);
    fz_draw_fills(app->head, fills, KEYS, fz_panel_text);
}

void fz_prompt_draw(struct fz_app *app)
{
    struct fz_prompt *prompt = &app->prompt;
    if (prompt->kind == FZ_PROMPT_NONE)
        return;
    struct fz_text_style style = {.px = FZ_PANEL_PX};
    double view_w = fz_head_w(app->head), px = FZ_PANEL_PX * fz_app_text_scale(app);
    double bar_h = prompt->bar.h, y = prompt->bar.y, text_y = y + floor(px * 0.4);
    double sign_w = ceil(bar_h * 1.5);
    fz_draw_fill(app->head, prompt->bar, fz_panel_fill);
    char text[FZ_EDIT_BYTES + 1];
    int w = 0, h;
    snprintf(text, sizeof text, "%c%s", prompt->kind == FZ_PROMPT_COMMAND ? ':' : '/', prompt->line.text);
    if (fz_text_size(app->head, text, &style, &w, &h))
        snprintf(prompt->drawn, sizeof prompt->drawn, "%s", text);
    else
        fz_text_size(app->head, prompt->drawn, &style, &w, &h);
    double x = FZ_PANEL_MARGIN, over = x + w + FZ_PANEL_MARGIN - (view_w - sign_w);
    const double cursor = cursor_x(app, &style, w);
    /* Of a long line the end stays in view, unless the cursor is further back. */
    x -= fmin(fmax(over, 0), cursor);
    fz_text_draw(app->head, prompt->drawn, &style, x, text_y, fz_panel_text);
    fz_draw_fill(app->head, (struct fz_rect){x + cursor, text_y, 2, px * 1.3}, fz_panel_key);
    const struct fz_rect sign = {view_w - sign_w, y, sign_w, bar_h};
    if (over > 0)
        fz_draw_fill(app->head, sign,
                     (struct fz_color){fz_panel_fill.r, fz_panel_fill.g, fz_panel_fill.b, 255});
    draw_sign_of_board(app, sign);
    struct fz_text_style hint_style = {.px = FZ_PANEL_PX, .max_w = (int)view_w - 2 * FZ_PANEL_MARGIN};
    if (prompt->hint[0] && fz_text_size(app->head, prompt->hint, &hint_style, &w, &h)) {
        fz_draw_fill(app->head, (struct fz_rect){0, y - bar_h, fmin(w + 2 * FZ_PANEL_MARGIN, view_w), bar_h},
                     fz_panel_fill);
        fz_text_draw(app->head, prompt->hint, &hint_style, FZ_PANEL_MARGIN, text_y - bar_h, fz_panel_title);
    }
}
