#include "app/help.h"

#include "app/app.h"
#include "app/panel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct fz_color BACKDROP = {10, 10, 12, 235};

enum { ROWS = 160, TITLE_PX = 26, COLUMN_GAP = 48, KEYS_GAP = 16 };
static const double LINE = 1.55, SMALLEST_PX = 12;

/* A row of the help: a heading, or keys and what they do. */
struct row {
    bool heading;
    struct fz_panel_row row;
};

struct sheet {
    struct row rows[ROWS];
    size_t count;
};

static struct row *add(struct sheet *sheet)
{
    struct row *row = &sheet->rows[sheet->count < ROWS - 1 ? sheet->count++ : ROWS - 1];
    *row = (struct row){0};
    return row;
}

static void add_commands(const struct fz_app *app, struct sheet *sheet, enum fz_command_view view,
                         enum fz_command_view unless, enum fz_topic group, const char *title)
{
    bool titled = false;
    for (int id = 0; id < FZ_COMMANDS; id++) {
        enum fz_command_id command = (enum fz_command_id)id;
        char keys[64], other[64];
        if ((group != FZ_TOPICS && fz_command_topic(command) != group) ||
            fz_keymap_format_keys(&app->keys.map, command, view, keys, sizeof keys) == 0)
            continue;
        if (unless != view && fz_keymap_format_keys(&app->keys.map, command, unless, other, sizeof other) > 0)
            continue;
        if (!titled) {
            struct row *heading = add(sheet);
            heading->heading = titled = true;
            snprintf(heading->row.text, sizeof heading->row.text, "%s", title);
        }
        struct row *row = add(sheet);
        memcpy(row->row.keys, keys, sizeof row->row.keys);
        snprintf(row->row.text, sizeof row->row.text, "%s", fz_command_help(command));
    }
}

/* The keys of [run]. */
static void add_programs(const struct fz_app *app, struct sheet *sheet, enum fz_command_view view)
{
    bool titled = false;
    for (size_t i = 0; i < app->keys.map.count; i++) {
        const struct fz_binding *b = &app->keys.map.bindings[i];
        if (b->view != view || b->command != FZ_COMMAND_RUN || !b->argument)
            continue;
        if (!titled) {
            struct row *heading = add(sheet);
            heading->heading = titled = true;
            snprintf(heading->row.text, sizeof heading->row.text, "Your programs");
        }
        struct row *row = add(sheet);
        size_t used = 0;
        for (int k = 0; k < b->keys.length; k++)
            used += fz_key_format(b->keys.keys[k], row->row.keys + used, sizeof row->row.keys - used);
        snprintf(row->row.text, sizeof row->row.text, "%.60s", fz_run_line(app, b->argument));
    }
}

/* What can be done here, by groups; then what only the other view has. */
static void fill(const struct fz_app *app, struct sheet *sheet)
{
    bool wall = app->mode == FZ_MODE_WALL;
    enum fz_command_view here = wall ? FZ_VIEW_WALL : FZ_VIEW_PICTURE;
    enum fz_command_view there = wall ? FZ_VIEW_PICTURE : FZ_VIEW_WALL;
    sheet->count = 0;
    for (int group = 0; group < FZ_TOPICS; group++)
        add_commands(app, sheet, here, here, (enum fz_topic)group, fz_topic_title((enum fz_topic)group));
    add_programs(app, sheet, here);
    add_commands(app, sheet, there, here, FZ_TOPICS, wall ? "In a picture" : "On the wall");
}

void fz_help_toggle(struct fz_app *app)
{
    app->help.open = !app->help.open;
    app->help.page = 0;
    app->dirty = true;
}

void fz_help_turn(struct fz_app *app, int pages)
{
    struct fz_help *help = &app->help;
    int to = help->page + pages;
    help->page = to < 0 ? 0 : to >= help->pages ? (help->pages > 0 ? help->pages - 1 : 0) : to;
    app->dirty = true;
}

void fz_help_press(struct fz_app *app, const struct fz_press *press)
{
    uint32_t code = press->key.code;
    bool on = code == SDLK_SPACE || code == SDLK_PAGEDOWN || code == SDLK_RIGHT || code == SDLK_DOWN ||
              code == 'j' || code == 'l' || code == 'n';
    bool back = code == SDLK_PAGEUP || code == SDLK_BACKSPACE || code == SDLK_LEFT || code == SDLK_UP ||
                code == 'k' || code == 'h' || code == 'p';
    if (on || back)
        fz_help_turn(app, on ? 1 : -1);
    else if (!press->held)
        fz_help_toggle(app);
}

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

struct columns {
    double keys_w, text_w, w; /* of one, px */
    size_t rows, per_page;
};

static struct columns measure(struct fz_app *app, const struct sheet *sheet, int px, double line,
                              double room_h)
{
    struct fz_text_style style = {.px = px}, bold = {.px = px, .bold = true};
    struct columns c = {0};
    for (size_t i = 0; i < sheet->count; i++) {
        int w = 0, h;
        fz_text_size(app->head, sheet->rows[i].row.keys, &bold, &w, &h);
        c.keys_w = fmax(c.keys_w, w);
        w = 0;
        fz_text_size(app->head, sheet->rows[i].row.text, sheet->rows[i].heading ? &bold : &style, &w, &h);
        c.text_w = fmax(c.text_w, w);
    }
    c.w = c.keys_w + KEYS_GAP + c.text_w + COLUMN_GAP;
    c.rows = (size_t)fmax(room_h / line, 2);
    double fit = (fz_head_w(app->head) - 2 * FZ_PANEL_MARGIN + COLUMN_GAP) / c.w;
    c.per_page = (size_t)fmax(fit, 1);
    return c;
}

/* Draws the column that begins with row `first`; returns the first row of the next one. A heading never stands last, and
 * a group that would be cut near its end begins a column. */
static size_t draw_column(struct fz_app *app, const struct sheet *sheet, const struct columns *c,
                          size_t first, int px, double line, double x, double y, bool visible)
{
    struct fz_text_style style = {.px = px}, bold = {.px = px, .bold = true};
    size_t end = first + c->rows < sheet->count ? first + c->rows : sheet->count;
    if (end < sheet->count && sheet->rows[end - 1].heading)
        end--;
    for (size_t i = first; visible && i < end; i++) {
        const struct row *row = &sheet->rows[i];
        double at = y + (double)(i - first) * line;
        if (row->heading) {
            fz_text_draw(app->head, row->row.text, &bold, x, at, fz_panel_title);
            continue;
        }
        fz_text_draw(app->head, row->row.keys, &bold, x, at, fz_panel_key);
        fz_text_draw(app->head, row->row.text, &style, x + c->keys_w + KEYS_GAP, at, fz_panel_text);
    }
    return end;
}

void fz_help_draw(struct fz_app *app)
{
    struct fz_help *help = &app->help;
    if (!help->open)
        return;
    double view_w = fz_head_w(app->head), view_h = fz_head_h(app->head);
    double scale = fz_app_text_scale(app);
    int px = (int)fmax(fmin(FZ_PANEL_PX, view_w / scale / 36), SMALLEST_PX);
    double line = ceil(px * LINE * scale), top = TITLE_PX * 2.4 * scale,
           room_h = view_h - top - 3 * FZ_PANEL_MARGIN;
    struct sheet sheet;
    fill(app, &sheet);
    struct columns c = measure(app, &sheet, px, line, room_h);
    fz_draw_fill(app->head, (struct fz_rect){0, 0, view_w, view_h}, BACKDROP);
    size_t next = 0;
    int column = 0;
    for (; next < sheet.count; column++) {
        double x = FZ_PANEL_MARGIN * 2 + (double)(column % (int)c.per_page) * c.w;
        next = draw_column(app, &sheet, &c, next, px, line, x, top, column / (int)c.per_page == help->page);
    }
    help->pages = (column + (int)c.per_page - 1) / (int)c.per_page;
    char title[96];
    if (help->pages > 1)
        snprintf(title, sizeof title, "Keys  %d / %d", help->page + 1, help->pages);
    else
        snprintf(title, sizeof title, "Keys");
    fz_text_draw(app->head, title, &(struct fz_text_style){.px = TITLE_PX, .bold = true}, FZ_PANEL_MARGIN * 2,
                 TITLE_PX * 0.7 * scale, fz_panel_text);
    fz_chip_draw(app, help->pages > 1 ? "Space turns the page · Esc goes back" : "Esc goes back",
                 FZ_CHIP_BOTTOM_RIGHT);
}
