#include "app/overlay/panel.h"

#include "app/app.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct fz_color fz_panel_fill = {16, 16, 18, 225};
const struct fz_color fz_panel_ground = {16, 16, 18, 255};
const struct fz_color fz_panel_edge = {110, 110, 118, 255};
const struct fz_color fz_panel_text = {236, 236, 240, 255};
const struct fz_color fz_panel_key = {255, 200, 96, 255};
const struct fz_color fz_panel_title = {168, 190, 216, 255};

enum { PAD_X = 14, PAD_Y = 7, COLUMN_GAP = 18 };
static const double LINE = 1.5; /* of the text's size */

bool fz_panel_find(struct fz_app *app, struct fz_rect *rect, bool down)
{
    struct fz_panels *panels = &app->panels;
    uint64_t frame = app->stats.total.count;
    struct fz_rect at = *rect;
    if (panels->frame != frame)
        panels->box_count = 0;
    panels->frame = frame;
    for (int i = 0; i < panels->box_count;) {
        const struct fz_rect *box = &panels->boxes[i];
        bool apart = at.x >= box->x + box->w || box->x >= at.x + at.w || at.y >= box->y + box->h ||
                     box->y >= at.y + at.h;
        if (!apart)
            at.y = down ? box->y + box->h + FZ_PANEL_GAP : box->y - at.h - FZ_PANEL_GAP;
        i = apart ? i + 1 : 0;
    }
    if (at.y < 0 || at.y + at.h > fz_head_h(app->head))
        return false;
    *rect = at;
    return true;
}

struct fz_rect fz_panel_place(struct fz_app *app, struct fz_rect rect, bool down)
{
    struct fz_panels *panels = &app->panels;
    fz_panel_find(app, &rect, down);
    if (panels->box_count < FZ_BOXES)
        panels->boxes[panels->box_count++] = rect;
    return rect;
}

double fz_panel_foot(const struct fz_app *app)
{
    const struct fz_panels *panels = &app->panels;
    double view_h = fz_head_h(app->head), foot = view_h - FZ_PANEL_MARGIN;
    bool fresh = panels->frame == app->stats.total.count;
    for (int i = 0; fresh && i < panels->box_count; i++)
        if (panels->boxes[i].y > view_h / 2)
            foot = fmin(foot, panels->boxes[i].y - FZ_PANEL_GAP);
    return foot;
}

const char *fz_chip_steady_text(struct fz_app *app, struct fz_chip *chip, const char *text,
                                const struct fz_text_style *style)
{
    uint64_t frame = app->stats.total.count;
    int w, h;
    bool ready = fz_text_size(app->head, text, style, &w, &h);
    if (chip->frame == frame) /* another one in this place has been drawn */
        return ready ? text : NULL;
    if (chip->frame + 1 != frame)
        chip->shown[0] = chip->next[0] = '\0';
    chip->frame = frame;
    /* Where the text changes with each frame, it is the one before that has come. */
    bool next_ready = !ready && chip->next[0] && fz_text_size(app->head, chip->next, style, &w, &h);
    if (ready)
        snprintf(chip->shown, sizeof chip->shown, "%s", text);
    else if (next_ready)
        memcpy(chip->shown, chip->next, sizeof chip->shown);
    if (ready || next_ready || !chip->next[0])
        snprintf(chip->next, sizeof chip->next, "%s", ready ? "" : text);
    return chip->shown[0] ? chip->shown : NULL;
}

static struct fz_text_style chip_style(const struct fz_app *app)
{
    int pad_x = (int)round(PAD_X * fz_app_text_scale(app));
    return (struct fz_text_style){.px = FZ_PANEL_PX,
                                  .max_w = fz_head_w(app->head) - 2 * (FZ_PANEL_MARGIN + pad_x)};
}

static void draw_lines(struct fz_app *app, const char *const *lines, int count, enum fz_chip_place place)
{
    int view_w = fz_head_w(app->head), view_h = fz_head_h(app->head);
    double scale = fz_app_text_scale(app), pad_x = round(PAD_X * scale), pad_y = round(PAD_Y * scale);
    struct fz_text_style style = chip_style(app);
    int w = 0, h = 0;
    for (int i = 0; i < count; i++) {
        int line_w;
        if (!fz_text_size(app->head, lines[i], &style, &line_w, &h))
            return;
        w = line_w > w ? line_w : w;
    }
    double chip_w = w + 2 * pad_x, chip_h = h * count + 2 * pad_y;
    double x = (view_w - chip_w) / 2, y = view_h - chip_h - FZ_PANEL_MARGIN;
    if (place == FZ_CHIP_BOTTOM_RIGHT)
        x = view_w - chip_w - FZ_PANEL_MARGIN;
    else if (place == FZ_CHIP_BOTTOM_LEFT)
        x = FZ_PANEL_MARGIN;
    else if (place == FZ_CHIP_TOP)
        y = FZ_PANEL_MARGIN;
    struct fz_rect chip =
        fz_panel_place(app, (struct fz_rect){floor(x), floor(y), chip_w, chip_h}, place == FZ_CHIP_TOP);
    fz_draw_fill(app->head, chip, fz_panel_fill);
    for (int i = 0; i < count; i++)
        fz_text_draw(app->head, lines[i], &style, chip.x + pad_x, chip.y + pad_y + i * h, fz_panel_text);
}

/* Cuts `text` into lines, in place; returns their number. */
static int cut_lines(char *text, int most, const char *lines[FZ_CHIP_LINES])
{
    int count = 0;
    most = most < FZ_CHIP_LINES ? most : FZ_CHIP_LINES;
    lines[count++] = text;
    for (char *p; most > 1 && (p = strchr(lines[count - 1], '\n')) != NULL; lines[count++] = p + 1) {
        *p = '\0';
        if (count == most)
            break;
    }
    return count;
}

void fz_chip_draw(struct fz_app *app, const char *text, enum fz_chip_place place)
{
    struct fz_text_style style = chip_style(app);
    const char *shown = fz_chip_steady_text(app, &app->panels.chips[place], text, &style);
    if (shown)
        draw_lines(app, &shown, 1, place);
}

void fz_chip_draw_lines(struct fz_app *app, const char *text, int most, enum fz_chip_place place)
{
    const char *lines[FZ_CHIP_LINES];
    char *copy = fz_strdup(text);
    draw_lines(app, lines, cut_lines(copy, most, lines), place);
    free(copy);
}

/* Ends lines at spaces, each of `per_line` bytes at most where it has one; the last of them takes what is left. */
static void break_words(char *text, size_t per_line, int most)
{
    for (int line = 1; line < most && strlen(text) > per_line; line++) {
        char *space = text + per_line;
        while (space > text && *space != ' ')
            space--;
        if (space == text)
            return;
        *space = '\n';
        text = space + 1;
    }
}

void fz_chip_draw_words(struct fz_app *app, const char *text, int most, enum fz_chip_place place)
{
    struct fz_text_style style = chip_style(app), whole = {.px = style.px};
    int w, h;
    if (!fz_text_size(app->head, text, &whole, &w, &h))
        return;
    if (w <= style.max_w) {
        fz_chip_draw(app, text, place);
        return;
    }
    const double UNEVEN = 0.9; /* letters of a line may be wider than those of all the text */
    char *copy = fz_strdup(text);
    break_words(copy, (size_t)((double)strlen(text) * style.max_w / w * UNEVEN), most);
    fz_chip_draw_lines(app, copy, most, place);
    free(copy);
}

static double widest(struct fz_app *app, const struct fz_panel_row *rows, size_t count, bool keys,
                     const struct fz_text_style *style)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        int w = 0, h;
        fz_text_size(app->head, keys ? rows[i].keys : rows[i].text, style, &w, &h);
        most = fmax(most, w);
    }
    return most;
}

void fz_panel_draw(struct fz_app *app, const char *title, const struct fz_panel_row *rows, size_t count)
{
    struct fz_text_style style = {.px = FZ_PANEL_PX}, bold = {.px = FZ_PANEL_PX, .bold = true};
    double line = ceil(FZ_PANEL_PX * LINE * fz_app_text_scale(app)), view_h = fz_head_h(app->head);
    size_t room = (size_t)fmax((view_h - 2 * FZ_PANEL_MARGIN - 2 * PAD_Y) / line - 1, 1);
    count = count < room ? count : room;
    double keys_w = widest(app, rows, count, true, &bold);
    style.max_w = (int)fmax(fz_head_w(app->head) - 2 * FZ_PANEL_MARGIN - 2 * PAD_X - keys_w - COLUMN_GAP, 1);
    double w = keys_w + COLUMN_GAP + widest(app, rows, count, false, &style) + 2 * PAD_X;
    double h = line * (double)(count + 1) + 2 * PAD_Y;
    double x = FZ_PANEL_MARGIN, y = view_h - h - FZ_PANEL_MARGIN;
    fz_draw_fill(app->head, (struct fz_rect){x, y, w, h}, fz_panel_fill);
    x += PAD_X;
    y += PAD_Y;
    fz_text_draw(app->head, title, &bold, x, y, fz_panel_title);
    for (size_t i = 0; i < count; i++) {
        y += line;
        fz_text_draw(app->head, rows[i].keys, &bold, x, y, fz_panel_key);
        fz_text_draw(app->head, rows[i].text, &style, x + keys_w + COLUMN_GAP, y, fz_panel_text);
    }
}
