#include "app/overlay/help.h"

#include "app/app.h"
#include "app/overlay/help_sheet.h"
#include "app/overlay/panel.h"
#include "view/columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct fz_color BACKDROP = {10, 10, 12, 240};
static const struct fz_color CAP_FILL = {46, 46, 52, 255};
static const struct fz_color CAP_EDGE = {98, 98, 108, 255};
static const struct fz_color RULE = {255, 255, 255, 40};

enum {
    LARGEST_PX = 20,
    SMALLEST_PX = 13,
    LINE_TEXT = 160,
    MEASURED_PX = 17, /* widths of other sizes follow from this one's */
};
/* Of the text's size. */
static const double LINE = 1.62, CAP_H = 1.36, CAP_PAD = 0.36, CAP_GAP = 0.28, COMMAND_GAP = 0.9;
static const double KEYS_W = 7.4, TEXT_W = 14.5, MOST_KEYS_W = 14.5, KEYS_GAP = 0.8, COLUMN_GAP = 2.2,
                    GROUP_SPACE = 0.7;
static const double ROUNDING = 1.015;              /* of a text drawn in whole pixels at another size */
static const double SPACE = 0.28;                  /* about: between words, while lines are broken */
static const double BASIC = 1.25, BASIC_GAP = 1.5; /* of the rows' size; of its own */

void fz_help_toggle(struct fz_app *app)
{
    app->help.open = !app->help.open;
    app->help.page = 0;
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

void fz_help_turn(struct fz_app *app, int pages)
{
    struct fz_help *help = &app->help;
    int to = help->page + pages;
    help->page = to < 0 ? 0 : to >= help->pages ? (help->pages > 0 ? help->pages - 1 : 0) : to;
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

void fz_help_press(struct fz_app *app, const struct fz_press *press)
{
    uint32_t code = fz_press_latin(press).code;
    bool on = code == SDLK_SPACE || code == SDLK_PAGEDOWN || code == SDLK_RIGHT || code == SDLK_DOWN ||
              code == 'j' || code == 'l' || code == 'n';
    bool back = code == SDLK_PAGEUP || code == SDLK_BACKSPACE || code == SDLK_LEFT || code == SDLK_UP ||
                code == 'k' || code == 'h' || code == 'p';
    if (on || back)
        fz_help_turn(app, on ? 1 : -1);
    else if (!press->held)
        fz_help_toggle(app);
}

/* ---- What stands where ------------------------------------------------------------------------------------------- */

/* The help, laid out in a window. All in px but `px`, which is a size of text. */
struct layout {
    int px, columns, pages;
    int cuts; /* groups that go on in another column; more than all of them where the basics do not fit */
    double em, line, keys_w, most_keys_w, column_w, pitch, left, top;
    double basics_y;
    bool basics_alone; /* on a page of their own: the window is small */
    bool ready;        /* every text that was asked for is there */
    bool asks;         /* nothing is drawn: texts are only asked for */
    struct fz_column_row places[FZ_HELP_ROWS];
};

/* Where the pen is while keys and words are set in lines. */
struct pen {
    double x, y, left, right, line;
    double end; /* of the longest line */
    bool draws;
};

static double width_of(struct fz_app *app, struct layout *l, const char *text, bool bold, double em)
{
    struct fz_text_style style = {.px = MEASURED_PX, .bold = bold};
    int w = 0, h;
    l->ready &= fz_text_size(app->head, text, &style, &w, &h);
    return w * em * ROUNDING / (MEASURED_PX * fz_app_text_scale(app));
}

static void draw_text(struct fz_app *app, struct layout *l, const char *text, bool bold, int px, double x,
                      double y, double box_w, double box_h, struct fz_color color)
{
    struct fz_text_style style = {.px = px, .bold = bold};
    int w, h;
    bool is_there = fz_text_size(app->head, text, &style, &w, &h);
    l->ready &= is_there;
    if (!is_there || l->asks)
        return;
    x += box_w > 0 ? (box_w - w) / 2 : 0;
    fz_text_draw(app->head, text, &style, x, y + (box_h - h) / 2, color);
}

/* Sets the keys of a command as caps, in a new line where the rest of this one is too short. */
static void set_caps(struct fz_app *app, struct layout *l, struct pen *pen, const char *keys, int px)
{
    double em = px * fz_app_text_scale(app), h = round(CAP_H * em);
    for (const char *key = keys; *key; key += strspn(key, " ")) {
        size_t length = strcspn(key, " ");
        char cap[40];
        fz_help_cap(cap, sizeof cap, key, length);
        double w = ceil(fmax(width_of(app, l, cap, true, em) + 2 * CAP_PAD * em, h));
        if (pen->x > pen->left && pen->x + w > pen->right) {
            pen->x = pen->left;
            pen->y += pen->line;
        }
        if (pen->draws) {
            struct fz_rect box = {floor(pen->x), floor(pen->y + (pen->line - h) / 2), w, h};
            if (!l->asks) {
                fz_draw_fill(app->head, box, CAP_FILL);
                fz_draw_ring(app->head, box, 1, CAP_EDGE);
            }
            draw_text(app, l, cap, true, px, box.x, box.y, w, h, fz_panel_key);
        }
        pen->end = fmax(pen->end, pen->x + w);
        pen->x += w + CAP_GAP * em;
        key += length;
    }
}

static double caps_width(struct fz_app *app, struct layout *l, const char *keys, int px)
{
    struct pen pen = {.right = INFINITY};
    set_caps(app, l, &pen, keys, px);
    return pen.x;
}

/* The keys of a row; those of the second command stand beside those of the first, or below. Returns their height;
 * *text_x: where the text begins, the same for most rows. */
static double set_keys(struct fz_app *app, struct layout *l, const struct fz_help_row *row, double x,
                       double y, bool draws, double *text_x)
{
    struct pen pen = {x, y, x, x + l->most_keys_w, l->line, x, draws};
    set_caps(app, l, &pen, row->keys[0], l->px);
    if (row->keys[1][0]) {
        pen.x += (COMMAND_GAP - CAP_GAP) * l->em;
        if (pen.x + caps_width(app, l, row->keys[1], l->px) - CAP_GAP * l->em > pen.right) {
            pen.x = pen.left;
            pen.y += pen.line;
        }
        set_caps(app, l, &pen, row->keys[1], l->px);
    }
    *text_x = fmax(x + l->keys_w, pen.end) + KEYS_GAP * l->em;
    return pen.y + pen.line - y;
}

/* Sets a row's text in lines of at most this width; returns their height. */
static double set_words(struct fz_app *app, struct layout *l, const struct fz_help_row *row, double x,
                        double y, double most, bool draws)
{
    double top = y;
    for (const char *line = row->text; *line;) {
        size_t taken = 0;
        double w = 0;
        for (const char *word = line; *word; word += strspn(word, " ")) {
            char one[64];
            size_t length = strcspn(word, " ");
            snprintf(one, sizeof one, "%.*s", (int)length, word);
            w += width_of(app, l, one, row->heading, l->em) + SPACE * l->em;
            if (taken > 0 && w - SPACE * l->em > most)
                break;
            word += length;
            taken = (size_t)(word - line);
        }
        char text[LINE_TEXT];
        snprintf(text, sizeof text, "%.*s", (int)taken, line);
        if (draws)
            draw_text(app, l, text, row->heading, l->px, x, y, 0, l->line,
                      row->heading ? fz_panel_title : fz_panel_text);
        line += taken + strspn(line + taken, " ");
        y += l->line;
    }
    return y - top;
}

/* A heading, or keys and what they do; returns the height. */
static double set_row(struct fz_app *app, struct layout *l, const struct fz_help_row *row, double x, double y,
                      bool draws)
{
    double text_x = x;
    double keys_h = row->heading ? 0 : set_keys(app, l, row, x, y, draws, &text_x);
    return fmax(keys_h, set_words(app, l, row, text_x, y, x + l->column_w - text_x, draws));
}

/* "← → move   Return opens": returns where the line below it begins. */
static double set_basics(struct fz_app *app, struct layout *l, const struct fz_help_sheet *sheet, bool draws)
{
    int px = (int)lround(l->px * BASIC);
    double em = px * fz_app_text_scale(app), right = fz_head_w(app->head) - l->left;
    struct pen pen = {l->left, l->basics_y, l->left, right, ceil(em * LINE * 1.1), 0, draws};
    for (size_t i = 0; i < sheet->basic_count; i++) {
        const struct fz_help_basic *basic = &sheet->basics[i];
        double text_w = width_of(app, l, basic->text, false, em);
        double w = caps_width(app, l, basic->keys, px) + text_w;
        if (pen.x > pen.left && pen.x + w > pen.right) {
            pen.x = pen.left;
            pen.y += pen.line;
        }
        set_caps(app, l, &pen, basic->keys, px);
        pen.x += CAP_GAP * em;
        if (draws)
            draw_text(app, l, basic->text, false, px, pen.x, pen.y, 0, pen.line, fz_panel_text);
        pen.x += text_w + BASIC_GAP * em;
    }
    return pen.y + pen.line;
}

/* Lays out everything at one size of text. */
static void lay_out(struct fz_app *app, const struct fz_help_sheet *sheet, int px, struct layout *l)
{
    double scale = fz_app_text_scale(app), view_w = fz_head_w(app->head), view_h = fz_head_h(app->head);
    *l = (struct layout){.px = px, .em = px * scale, .ready = true};
    l->left = fmin(2 * FZ_PANEL_MARGIN, view_w / 24);
    l->basics_y = l->left / 2;
    l->line = ceil(l->em * LINE);
    double bottom = view_h - 2 * FZ_PANEL_PX * scale - FZ_PANEL_MARGIN - l->left / 2;
    double basics_end = set_basics(app, l, sheet, false);
    l->basics_alone = bottom - basics_end < view_h / 2;
    l->top = l->basics_alone ? l->basics_y : basics_end + l->line;
    double gap = COLUMN_GAP * l->em, room_w = view_w - 2 * l->left + gap;
    l->columns = (int)fmax(room_w / ((KEYS_W + KEYS_GAP + TEXT_W + COLUMN_GAP) * l->em), 1);
    l->pitch = room_w / l->columns;
    l->column_w = l->pitch - gap;
    l->keys_w = KEYS_W * l->em;
    l->most_keys_w = fmin(MOST_KEYS_W * l->em, l->column_w * 0.6);
    for (size_t i = 0; i < sheet->count; i++) {
        const struct fz_help_row *row = &sheet->rows[i];
        l->places[i] = (struct fz_column_row){.h = set_row(app, l, row, 0, 0, false),
                                              .space = row->heading ? GROUP_SPACE * l->line : 0,
                                              .heading = row->heading};
    }
    int used = fz_columns_place(l->places, sheet->count, l->columns, fmax(bottom - l->top, l->line));
    l->cuts = basics_end > bottom ? FZ_HELP_ROWS : 0;
    for (size_t i = 1; i < sheet->count; i++)
        l->cuts += l->places[i].column != l->places[i - 1].column && !l->places[i].heading;
    l->pages = (used > l->columns ? (used + l->columns - 1) / l->columns : 1) + l->basics_alone;
}

/* The fewest pages, then the fewest cuts, then the largest text. */
static void lay_out_best(struct fz_app *app, const struct fz_help_sheet *sheet, struct layout *best)
{
    lay_out(app, sheet, LARGEST_PX, best);
    for (int px = LARGEST_PX - 1; px >= SMALLEST_PX && (best->pages > 1 || best->cuts > 0); px--) {
        struct layout l;
        lay_out(app, sheet, px, &l);
        if (l.pages < best->pages || (l.pages == best->pages && l.cuts < best->cuts))
            *best = l;
    }
}

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

/* A row's own part of its column; false where it stands on another page. */
static bool place_of(const struct layout *l, size_t i, int page, double *x, double *y)
{
    const struct fz_column_row *place = &l->places[i];
    *x = l->left + place->column % l->columns * l->pitch;
    *y = l->top + place->y;
    return place->column / l->columns + l->basics_alone == page;
}

static void draw_page(struct fz_app *app, struct layout *l, const struct fz_help_sheet *sheet)
{
    if (app->help.page == 0 || !l->basics_alone)
        set_basics(app, l, sheet, true);
    for (size_t i = 0; i < sheet->count; i++) {
        double x, y;
        if (place_of(l, i, app->help.page, &x, &y))
            set_row(app, l, &sheet->rows[i], x, y, true);
    }
}

void fz_help_draw(struct fz_app *app)
{
    struct fz_help *help = &app->help;
    if (!help->open)
        return;
    double view_w = fz_head_w(app->head), view_h = fz_head_h(app->head);
    struct fz_help_sheet sheet;
    struct layout l;
    fz_help_fill(app, &sheet);
    lay_out_best(app, &sheet, &l);
    help->pages = l.pages;
    help->page = help->page < l.pages ? help->page : l.pages - 1;
    fz_draw_fill(app->head, (struct fz_rect){0, 0, view_w, view_h}, BACKDROP);
    if (!l.ready && fz_text_is_pending(app->head)) /* it would move about while its texts come */
        return;
    l.asks = true;
    draw_page(app, &l, &sheet);
    if (!l.ready && fz_text_is_pending(app->head))
        return;
    l.asks = false;
    draw_page(app, &l, &sheet);
    if (!l.basics_alone)
        fz_draw_fill(app->head, (struct fz_rect){l.left, l.top - l.line / 2, view_w - 2 * l.left, 1}, RULE);
    char text[96] = "Esc goes back";
    if (l.pages > 1)
        snprintf(text, sizeof text, "%d of %d · Space: next · Esc: back", help->page + 1, l.pages);
    app->panels.box_count = 0; /* what stands below the help need not be kept clear of */
    fz_chip_draw(app, text, FZ_CHIP_BOTTOM_RIGHT);
}
