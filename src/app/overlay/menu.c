#include "app/overlay/menu.h"

#include "app/app.h"
#include "app/overlay/help_sheet.h"
#include "app/overlay/panel.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static const struct fz_color POINTED = {58, 62, 72, 255};

enum { PAD = 12, KEYS_GAP = 28, EDGE_PX = 4 };
static const double ROW = 1.6; /* of the text's height: a finger's width needs no more on a touch screen */

static void add(struct fz_app *app, const struct fz_binding *what, const char *keys)
{
    struct fz_menu_row *row = &app->menu.rows[app->menu.count++];
    row->what = *what;
    fz_help_caps(row->keys, sizeof row->keys, keys);
    row->text = fz_keys_tell(app, what, row->own);
}

/* What a command does here by itself, then with each argument that is bound to keys. */
static void add_command(struct fz_app *app, enum fz_command_id command)
{
    const struct fz_keymap *map = &app->keys.map;
    char keys[FZ_MENU_KEYS];
    if (fz_keymap_format_keys(map, command, fz_app_view(app), keys, sizeof keys) > 0)
        add(app, &(struct fz_binding){.command = command}, keys);
    for (size_t i = 0; i < map->count; i++) {
        const struct fz_binding *b = &map->bindings[i];
        if (b->command != command || !b->argument || !fz_keys_are_here(app, b))
            continue;
        fz_key_sequence_format(&b->keys, keys, sizeof keys);
        add(app, b, keys);
    }
}

/* By topics. Moving comes last: that much a mouse does by itself. */
static void fill(struct fz_app *app)
{
    for (int i = 1; i <= FZ_TOPICS; i++)
        for (int id = 0; id < FZ_COMMANDS; id++) {
            enum fz_command_id command = (enum fz_command_id)id;
            if (fz_command_topic(command) == (enum fz_topic)((FZ_TOPIC_MOVE + i) % FZ_TOPICS) &&
                command != FZ_COMMAND_MENU)
                add_command(app, command);
        }
}

void fz_menu_open(struct fz_app *app, double x, double y)
{
    struct fz_menu *menu = &app->menu;
    free(menu->rows);
    *menu = (struct fz_menu){.open = true, .x = x, .y = y};
    menu->rows = fz_calloc(FZ_COMMANDS + app->keys.map.count, sizeof *menu->rows);
    fill(app);
    menu->at = menu->count;
    app->help.open = app->hints.active = false;
    app->hint_until_us = 0;
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

static void close_menu(struct fz_app *app)
{
    app->menu.open = false;
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

void fz_menu_fini(struct fz_app *app)
{
    free(app->menu.rows);
    app->menu = (struct fz_menu){0};
}

static void run(struct fz_app *app, size_t index)
{
    struct fz_binding what = app->menu.rows[index].what;
    close_menu(app);
    fz_keys_run(app, &what, 0);
}

/* ---- Rows and where they stand ----------------------------------------------------------------------------------- */

enum place { OUTSIDE, ON_ROW, ON_MORE_ABOVE, ON_MORE_BELOW };

static bool more_above(const struct fz_menu *menu)
{
    return menu->first > 0;
}

static bool more_below(const struct fz_menu *menu)
{
    return menu->first + menu->slots < menu->count;
}

/* Where rows are left out, the first or the last place says so, and leads on. */
static enum place place_of_slot(const struct fz_menu *menu, size_t slot)
{
    if (slot == 0 && more_above(menu))
        return ON_MORE_ABOVE;
    return slot + 1 == menu->slots && more_below(menu) ? ON_MORE_BELOW : ON_ROW;
}

static enum place find(const struct fz_menu *menu, double x, double y, size_t *index)
{
    const struct fz_rect *box = &menu->box;
    if (x < box->x || x >= box->x + box->w || y < box->y || y >= box->y + box->h || menu->row_h <= 0)
        return OUTSIDE;
    size_t slot = (size_t)((y - box->y) / menu->row_h);
    slot = slot < menu->slots ? slot : menu->slots - 1;
    *index = menu->first + slot;
    return place_of_slot(menu, slot);
}

static void scroll_by(struct fz_menu *menu, long rows)
{
    long last = menu->count > menu->slots ? (long)(menu->count - menu->slots) : 0;
    long to = (long)menu->first + rows;
    menu->first = (size_t)(to < 0 ? 0 : to > last ? last : to);
}

void fz_menu_scroll(struct fz_app *app, long rows)
{
    scroll_by(&app->menu, rows);
    app->dirty = true;
}

/* Brings the row of the keyboard into view, beside what says that there is more. */
static void move(struct fz_app *app, long rows)
{
    struct fz_menu *menu = &app->menu;
    long count = (long)menu->count, slots = (long)menu->slots;
    long from = menu->at < menu->count ? (long)menu->at : rows > 0 ? -1 : count;
    long to = from + rows;
    to = to < 0 ? 0 : to >= count ? count - 1 : to;
    menu->at = (size_t)to;
    if (to <= (long)menu->first)
        scroll_by(menu, to - 1 - (long)menu->first);
    else if (slots > 0 && to >= (long)menu->first + slots - 1)
        scroll_by(menu, to + 2 - slots - (long)menu->first);
    app->dirty = true;
}

void fz_menu_press(struct fz_app *app, const struct fz_press *press)
{
    struct fz_menu *menu = &app->menu;
    long page = menu->slots > 2 ? (long)menu->slots - 2 : 1;
    switch (fz_press_latin(press).code) {
    case SDLK_DOWN:
    case 'j':
        move(app, 1);
        break;
    case SDLK_UP:
    case 'k':
        move(app, -1);
        break;
    case SDLK_PAGEDOWN:
        move(app, page);
        break;
    case SDLK_PAGEUP:
        move(app, -page);
        break;
    case SDLK_HOME:
        move(app, -(long)menu->count);
        break;
    case SDLK_END:
        move(app, (long)menu->count);
        break;
    case SDLK_RETURN:
    case SDLK_SPACE:
        if (menu->at < menu->count && !press->held)
            run(app, menu->at);
        break;
    default:
        if (!press->held)
            close_menu(app);
        break;
    }
}

void fz_menu_click(struct fz_app *app, double x, double y)
{
    struct fz_menu *menu = &app->menu;
    size_t index;
    long page = menu->slots > 2 ? (long)menu->slots - 2 : 1;
    bool was_typed = app->prompt.kind != FZ_PROMPT_NONE;
    switch (find(menu, x, y, &index)) {
    case OUTSIDE:
        close_menu(app);
        break;
    case ON_ROW:
        if (index < menu->count)
            run(app, index);
        if (!was_typed && app->prompt.kind != FZ_PROMPT_NONE) /* whoever opened it so may have no keyboard */
            fz_board_open(app);
        break;
    case ON_MORE_ABOVE:
        fz_menu_scroll(app, -page);
        break;
    case ON_MORE_BELOW:
        fz_menu_scroll(app, page);
        break;
    }
}

void fz_menu_point(struct fz_app *app, double x, double y)
{
    struct fz_menu *menu = &app->menu;
    size_t index = 0, at = find(menu, x, y, &index) == ON_ROW ? index : menu->count;
    app->dirty |= at != menu->at;
    menu->at = at;
}

void fz_menu_drag(struct fz_app *app, double dy)
{
    struct fz_menu *menu = &app->menu;
    if (menu->row_h <= 0)
        return;
    menu->dragged -= dy;
    long rows = (long)(menu->dragged / menu->row_h);
    menu->dragged -= (double)rows * menu->row_h;
    fz_menu_scroll(app, rows);
}

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

static double place(double wish, double size, double room)
{
    return floor(fmax(fmin(wish, room - size - EDGE_PX), EDGE_PX));
}

/* As wide as its widest row, as high as there are rows and room for them. The keys stand in a column of `*keys_w`; where
 * there is no room for that it is 0, and the keys of each row leave the rest of it to the text. */
static void lay_out(struct fz_app *app, double *keys_w)
{
    struct fz_menu *menu = &app->menu;
    double view_w = fz_head_w(app->head), view_h = fz_head_h(app->head), text_w = 0,
           text_h = FZ_PANEL_PX * 1.2;
    struct fz_text_style style = {.px = FZ_PANEL_PX}, bold = {.px = FZ_PANEL_PX, .bold = true};
    *keys_w = 0;
    for (size_t i = 0; i < menu->count; i++) {
        int w, h;
        if (fz_text_size(app->head, menu->rows[i].text, &style, &w, &h)) {
            text_w = fmax(text_w, w);
            text_h = fmax(text_h, h);
        }
        if (fz_text_size(app->head, menu->rows[i].keys, &bold, &w, &h))
            *keys_w = fmax(*keys_w, w);
    }
    menu->row_h = ceil(text_h * ROW);
    menu->slots = (size_t)fmax((view_h - 2 * EDGE_PX) / menu->row_h, 3);
    menu->slots = menu->slots < menu->count ? menu->slots : menu->count;
    scroll_by(menu, 0);
    double wish = text_w + KEYS_GAP + *keys_w + 2 * PAD, most = view_w - 2 * EDGE_PX;
    menu->box.w = fmin(wish, most);
    *keys_w = wish > most ? 0 : *keys_w;
    menu->box.h = menu->row_h * (double)menu->slots;
    menu->box.x = place(menu->x, menu->box.w, view_w);
    menu->box.y = place(menu->y, menu->box.h, view_h);
}

static void draw_row(struct fz_app *app, size_t index, double y, double keys_w)
{
    const struct fz_menu *menu = &app->menu;
    const struct fz_menu_row *row = &menu->rows[index];
    struct fz_rect box = {menu->box.x, y, menu->box.w, menu->row_h};
    struct fz_text_style bold = {.px = FZ_PANEL_PX, .bold = true};
    int own_w, h;
    if (keys_w <= 0 && fz_text_size(app->head, row->keys, &bold, &own_w, &h))
        keys_w = own_w;
    double text_y = y + (menu->row_h - menu->row_h / ROW) / 2, text_w = box.w - 2 * PAD - KEYS_GAP - keys_w;
    struct fz_text_style style = {.px = FZ_PANEL_PX, .max_w = (int)fmax(text_w, 1)};
    if (index == menu->at) { /* lighter, and with a bar at its side */
        fz_draw_fill(app->head, box, POINTED);
        fz_draw_fill(app->head, (struct fz_rect){box.x, y, 4, box.h}, fz_panel_key);
    }
    if (index > menu->first && fz_command_topic(row->what.command) != fz_command_topic(row[-1].what.command))
        fz_draw_fill(app->head, (struct fz_rect){box.x, y, box.w, 1}, fz_panel_edge);
    fz_text_draw(app->head, row->text, &style, box.x + PAD, text_y, fz_panel_text);
    fz_text_draw(app->head, row->keys, &bold, box.x + box.w - PAD - keys_w, text_y, fz_panel_key);
}

void fz_menu_draw(struct fz_app *app)
{
    struct fz_menu *menu = &app->menu;
    if (!menu->open)
        return;
    double keys_w;
    lay_out(app, &keys_w);
    fz_draw_fill(app->head, menu->box, fz_panel_ground);
    fz_draw_ring(app->head, menu->box, 1, fz_panel_edge);
    for (size_t slot = 0; slot < menu->slots; slot++) {
        double y = menu->box.y + (double)slot * menu->row_h;
        enum place what = place_of_slot(menu, slot);
        if (what == ON_ROW)
            draw_row(app, menu->first + slot, y, keys_w);
        else
            fz_text_draw(app->head, what == ON_MORE_ABOVE ? "… more above" : "… more below",
                         &(struct fz_text_style){.px = FZ_PANEL_PX, .bold = true}, menu->box.x + PAD,
                         y + (menu->row_h - menu->row_h / ROW) / 2, fz_panel_title);
    }
}
