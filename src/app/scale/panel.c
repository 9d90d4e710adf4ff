#include "app/scale/panel.h"

#include "app/app.h"
#include "app/overlay/button.h"
#include "base/mem.h"
#include "base/path.h"
#include "source/marks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const int sides[] = {200, 400, 800, 1200, 1600, 1920, 2560, 3840, 0}; /* px; 0: as large as they are */
enum { SIDES = sizeof sides / sizeof *sides, SIDE_MOST = 100000, USUAL_SIDE = 1600 };
enum { PAD = 18, GAP = 10, EDGE_PX = 4, WIDTH = 640, DOUBLE_CLICK_US = 600000 };
static const struct fz_color FIELD = {32, 33, 38, 255};
static const double WIDE_EM = 0.62; /* of a letter that is rather wide */
static const struct fz_color WRONG = {250, 150, 140, 255};

/* --- what it proposes ----------------------------------------------------------------------------------------------- */

/* Beside what the wall shows, never in it: "/home/u/Pictures-1600". */
static void propose_folder(struct fz_app *app)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    fz_item_id item = panel->item;
    const char *root = fz_sources_path(app->sources, fz_list_root(app->list, item));
    const char *folder = fz_list_folder(app->list, item);
    bool is_within = root && fz_path_is_within(folder, root);
    char *text = panel->side > 0 ? fz_asprintf("%s-%d", is_within ? root : folder, panel->side)
                                 : fz_asprintf("%s-scaled", is_within ? root : folder);
    if (panel->folder_is_ours)
        fz_edit_set(&panel->folder, text);
    free(text);
}

/* The one selected; where the wall shows none, the first that is marked. */
static fz_item_id pick_item(struct fz_app *app)
{
    fz_item_id item = fz_app_act_on_current(app);
    if (item != FZ_ITEM_NONE || fz_list_marked_count(app->list) == 0)
        return item;
    struct fz_marked *marked = fz_list_marked_begin(app->list);
    item = fz_marked_id(marked, 0);
    fz_list_marked_end(app->list, marked);
    return item;
}

void fz_scale_panel_open(struct fz_app *app)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    if (panel->side == 0 && !panel->folder_is_ours) /* for the first time */
        panel->side = USUAL_SIDE;
    panel->open = panel->folder_is_ours = true;
    panel->item = pick_item(app);
    panel->at = FZ_SCALE_SIZE;
    panel->typed = false;
    panel->error[0] = '\0';
    fz_board_close(app); /* until the folder is pressed */
    propose_folder(app);
    app->dirty = true;
}

static void close_panel(struct fz_app *app)
{
    app->scale_panel.open = false;
    app->dirty = true;
}

/* --- keys ----------------------------------------------------------------------------------------------------------- */

static void start(struct fz_app *app)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    struct fz_error err = {0};
    char *out = fz_path_typed(panel->folder.text);
    if (panel->folder.length == 0) {
        free(out);
        fz_fail(&err, FZ_E_USAGE, 0, "into which folder?");
    } else {
        fz_scale_window_begin(app, panel->item, panel->side, panel->side, out, &err);
    }
    panel->open = err.code != FZ_OK;
    snprintf(panel->error, sizeof panel->error, "%.190s", err.msg);
    app->dirty = true;
}

static void set_side(struct fz_app *app, int side)
{
    app->scale_panel.side = side;
    propose_folder(app);
}

/* The next size in the list, in the direction; full size is the largest. */
static void step_side(struct fz_app *app, int step)
{
    int now = app->scale_panel.side, at = SIDES - 1;
    if (now > 0)
        for (at = 0; at < SIDES - 1 && sides[at] < now;)
            at++;
    bool is_between = now > 0 && sides[at] != now;
    at += step > 0 ? !is_between : -1;
    at = at < 0 ? 0 : at >= SIDES ? SIDES - 1 : at;
    app->scale_panel.typed = false;
    set_side(app, sides[at]);
}

static void press_size(struct fz_app *app, struct fz_key key)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    if (key.code == SDLK_LEFT || key.code == SDLK_RIGHT) {
        step_side(app, key.code == SDLK_LEFT ? -1 : 1);
    } else if (key.code == SDLK_BACKSPACE) {
        panel->typed = true;
        set_side(app, panel->side / 10);
    } else if (key.mods == 0 && key.code >= '0' && key.code <= '9') {
        int digit = (int)key.code - '0', side = panel->typed ? panel->side * 10 + digit : digit;
        panel->typed = true;
        if (side <= SIDE_MOST)
            set_side(app, side);
    }
}

static void go_to(struct fz_scale_panel *panel, int step)
{
    panel->at = (enum fz_scale_field)(((int)panel->at + step + FZ_SCALE_FIELDS) % FZ_SCALE_FIELDS);
    panel->typed = false;
}

void fz_scale_panel_press(struct fz_app *app, const struct fz_press *press)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    struct fz_key key = press->key;
    app->dirty = true;
    if (key.code == SDLK_ESCAPE)
        close_panel(app);
    else if (key.code == SDLK_RETURN && !press->held)
        start(app);
    else if (key.code == SDLK_UP || (key.code == SDLK_TAB && key.mods != 0))
        go_to(panel, -1);
    else if (key.code == SDLK_DOWN || key.code == SDLK_TAB)
        go_to(panel, 1);
    else if (panel->at == FZ_SCALE_SIZE)
        press_size(app, key);
    else if (panel->at == FZ_SCALE_FOLDER && fz_edit_press(&panel->folder, key))
        panel->folder_is_ours = false;
}

void fz_scale_panel_insert(struct fz_app *app, const char *text)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    if (panel->at != FZ_SCALE_FOLDER)
        return;
    fz_edit_insert(&panel->folder, text);
    panel->folder_is_ours = false;
    app->dirty = true;
}

void fz_scale_panel_click(struct fz_app *app, double x, double y)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    app->dirty = true;
    if (fz_button_is_at(panel->close, x, y) || !fz_button_is_at(panel->box, x, y))
        close_panel(app);
    else if (fz_button_is_at(panel->fields[FZ_SCALE_START], x, y))
        start(app);
    else if (fz_button_is_at(panel->less, x, y))
        step_side(app, -1);
    else if (fz_button_is_at(panel->more, x, y))
        step_side(app, 1);
    for (int i = 0; i < FZ_SCALE_START; i++)
        if (fz_button_is_at(panel->fields[i], x, y))
            panel->at = (enum fz_scale_field)i;
    if (panel->open && fz_button_is_at(panel->fields[FZ_SCALE_FOLDER], x, y) && !fz_board_is_shown(app))
        fz_board_open(app);
    panel->closed_us = panel->open ? 0 : app->now_us;
}

bool fz_scale_panel_was_just_closed(const struct fz_app *app)
{
    const struct fz_scale_panel *panel = &app->scale_panel;
    return !panel->open && panel->closed_us > 0 && app->now_us - panel->closed_us < DOUBLE_CLICK_US;
}

/* --- drawing -------------------------------------------------------------------------------------------------------- */

static void draw_text(struct fz_app *app, const char *text, bool bold, double x, double y, double most_w,
                      struct fz_color color)
{
    struct fz_text_style style = {.px = FZ_PANEL_PX, .bold = bold, .max_w = (int)fmax(most_w, 1)};
    int w, h;
    if (fz_text_size(app->head, text, &style, &w, &h))
        fz_text_draw(app->head, text, &style, x, floor(y + (fz_button_height(app) - h) / 2), color);
}

static double width_of(struct fz_app *app, const char *text)
{
    int w = 0, h;
    fz_text_size(app->head, text, &(struct fz_text_style){.px = FZ_PANEL_PX}, &w, &h);
    return w;
}

static void draw_field(struct fz_app *app, enum fz_scale_field field, struct fz_rect box)
{
    bool lit = app->scale_panel.at == field;
    app->scale_panel.fields[field] = box;
    fz_draw_fill(app->head, box, FIELD);
    fz_draw_ring(app->head, (struct fz_rect){box.x + 1, box.y + 1, box.w - 2, box.h - 2}, lit ? 2 : 1,
                 lit ? fz_panel_key : fz_panel_edge);
}

static void draw_size(struct fz_app *app, struct fz_rect box)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    char text[60];
    double h = box.h;
    panel->less = (struct fz_rect){box.x, box.y, h, h};
    panel->more = (struct fz_rect){box.x + box.w - h, box.y, h, h};
    fz_button_draw(app, panel->less, "‹", false);
    fz_button_draw(app, panel->more, "›", false);
    draw_field(app, FZ_SCALE_SIZE, (struct fz_rect){box.x + h + GAP, box.y, box.w - 2 * (h + GAP), h});
    if (panel->side > 0)
        snprintf(text, sizeof text, "fit %d x %d px", panel->side, panel->side);
    else
        snprintf(text, sizeof text, "as large as they are");
    draw_text(app, text, false, box.x + h + 2 * GAP, box.y, box.w - 2 * h - 4 * GAP, fz_panel_text);
}

/* What does not fit is not drawn: of a long path its end, or what stands around the cursor. */
static const char *visible_part(const struct fz_app *app, double room)
{
    const struct fz_edit *folder = &app->scale_panel.folder;
    size_t most = (size_t)fmax(room / (FZ_PANEL_PX * fz_app_text_scale(app) * WIDE_EM), 4), from = 0;
    if (folder->length > most)
        from = folder->cursor > most ? folder->cursor - most : 0;
    while (((unsigned char)folder->text[from] & 0xc0) == 0x80)
        from++;
    return folder->text + from;
}

static void draw_folder(struct fz_app *app, struct fz_rect box)
{
    const struct fz_scale_panel *panel = &app->scale_panel;
    char before[FZ_EDIT_BYTES];
    double room = box.w - 2 * GAP, h = box.h;
    const char *shown = visible_part(app, room), *cursor = panel->folder.text + panel->folder.cursor;
    draw_field(app, FZ_SCALE_FOLDER, box);
    draw_text(app, shown, false, box.x + GAP, box.y, room, fz_panel_text);
    if (panel->at != FZ_SCALE_FOLDER)
        return;
    snprintf(before, sizeof before, "%.*s", (int)(cursor - shown), shown);
    double x = cursor == shown ? 0 : fmin(width_of(app, before), room);
    fz_draw_fill(app->head, (struct fz_rect){box.x + GAP + floor(x), box.y + h / 5, 2, h * 3 / 5},
                 fz_panel_key);
}

static void draw_title(struct fz_app *app, double x, double y, double w)
{
    char text[200];
    const struct fz_scale_panel *panel = &app->scale_panel;
    size_t marked = fz_list_marked_count(app->list);
    if (marked > 0)
        snprintf(text, sizeof text, "Scale %zu marked picture%s", marked, marked == 1 ? "" : "s");
    else
        snprintf(text, sizeof text, "Scale %.150s", fz_list_name(app->list, panel->item));
    draw_text(app, text, true, x, y, w, fz_panel_title);
}

static void draw_buttons(struct fz_app *app, double right, double y)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    double h = fz_button_height(app), w = fz_button_width(app, "Scale");
    panel->fields[FZ_SCALE_START] = (struct fz_rect){right - w, y, w, h};
    fz_button_draw(app, panel->fields[FZ_SCALE_START], "Scale", panel->at == FZ_SCALE_START);
    double close_w = fz_button_width(app, "Close");
    panel->close = (struct fz_rect){right - w - GAP - close_w, y, close_w, h};
    fz_button_draw(app, panel->close, "Close", false);
}

void fz_scale_panel_draw(struct fz_app *app)
{
    struct fz_scale_panel *panel = &app->scale_panel;
    if (!panel->open)
        return;
    double row = fz_button_height(app), view_w = fz_head_w(app->head), view_h = fz_head_h(app->head);
    double w = fmin(WIDTH * fmax(fz_app_text_scale(app), 1), view_w - 2 * EDGE_PX);
    double h = 4 * row + 3 * GAP + 2 * PAD;
    double label_w = fmax(width_of(app, "Size"), width_of(app, "Folder")) + GAP;
    double x = floor((view_w - w) / 2), y = floor(fmax((view_h - h) / 2, EDGE_PX));
    double over_board = view_h - app->board.box.h;
    if (fz_board_is_shown(app)) /* where there is no room for all, down to the folder */
        y = floor(fmin(fmax((over_board - h) / 2, EDGE_PX), over_board - (PAD + 3 * (row + GAP))));
    panel->box = (struct fz_rect){x, y, w, h};
    fz_draw_fill(app->head, panel->box, fz_panel_ground);
    fz_draw_ring(app->head, panel->box, 1, fz_panel_edge);
    x += PAD;
    y += PAD;
    w -= 2 * PAD;
    draw_title(app, x, y, w);
    y += row + GAP;
    draw_text(app, "Size", false, x, y, label_w, fz_panel_text);
    draw_size(app, (struct fz_rect){x + label_w, y, w - label_w, row});
    y += row + GAP;
    draw_text(app, "Folder", false, x, y, label_w, fz_panel_text);
    draw_folder(app, (struct fz_rect){x + label_w, y, w - label_w, row});
    y += row + GAP;
    draw_buttons(app, x + w, y);
    if (panel->error[0])
        draw_text(app, panel->error, false, x, y, panel->close.x - GAP - x, WRONG);
}
