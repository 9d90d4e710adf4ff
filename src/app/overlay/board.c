#include "app/overlay/board.h"

#include "app/app.h"
#include "app/overlay/button.h"
#include "app/overlay/panel.h"
#include "base/str.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS = 10,
    SHORT_ROW = 8, /* the last of a page, beside the key that erases */
    LEAST_PT = 24, /* a key's side at least, WCAG 2.5.8 */
    SETTLE_US =
        400000 /* who presses earlier has not seen it yet: the second of two clicks on what opened it */
};
static const double KEY_H = 2.6, KEY_W = 3.4; /* of the text's height, at most */
static const double PART = 0.5; /* of the window's height, where keys of the least size allow it */

static const char digits[] = "1234567890";
static const char *const letters[] = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};
static const char signs[] = "-_./:~,;@#!?&+=%*'\"()[]{}<>|\\^`$";
static const uint32_t editing[] = {SDLK_LEFT, SDLK_RIGHT, SDLK_UP, SDLK_DOWN, SDLK_TAB};
enum { DIGITS = sizeof digits - 1, SIGNS = sizeof signs - 1, EDITING = sizeof editing / sizeof *editing };

/* ---- What is shown ------------------------------------------------------------------------------------------------ */

void fz_board_open(struct fz_app *app)
{
    struct fz_board *board = &app->board;
    fz_board_fini(app);
    *board = (struct fz_board){.open = true, .opened_us = app->now_us};
    board->found =
        fz_board_list_characters(app->list, app->prompt.kind != FZ_PROMPT_SEARCH, &board->found_count);
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
}

void fz_board_close(struct fz_app *app)
{
    if (fz_board_is_shown(app))
        fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty |= app->board.open;
    app->board.open = false;
}

void fz_board_fini(struct fz_app *app)
{
    free(app->board.found);
    app->board = (struct fz_board){0};
}

bool fz_board_is_shown(const struct fz_app *app)
{
    bool is_typed =
        app->scale_panel.open ? app->scale_panel.at == FZ_SCALE_FOLDER : app->prompt.kind != FZ_PROMPT_NONE;
    return app->board.open && is_typed;
}

bool fz_board_was_just_opened(const struct fz_app *app)
{
    return fz_board_is_shown(app) && app->now_us - app->board.opened_us < SETTLE_US;
}

/* ---- Where keys stand --------------------------------------------------------------------------------------------- */

/* Of one frame. */
struct grid {
    double key_w, key_h, x, y;
    int rows; /* with the one at the bottom */
    int page_keys;
    int sign_pages, name_pages;
};

/* A window with little room has the digits among the signs. */
static struct grid make_grid(const struct fz_app *app)
{
    double text_px = FZ_PANEL_PX * fz_app_text_scale(app), least = 1, unused = 1;
    double view_w = fz_head_w(app->head), view_h = fz_head_h(app->head);
    struct grid grid = {.rows = 5};
    fz_head_mouse_to_px(app->head, &least, &unused);
    least *= LEAST_PT;
    double room = view_h - 2 * text_px; /* beside the line itself */
    grid.key_h = fmax(fmin(ceil(text_px * KEY_H), floor(view_h * PART / grid.rows)), least);
    if (grid.key_h * grid.rows > room) {
        grid.rows = 4;
        grid.key_h = fmax(fmin(least, floor(room / grid.rows)), 1);
    }
    grid.key_w = fmax(fmin(ceil(text_px * KEY_W), floor(view_w / COLUMNS)), 1);
    grid.x = floor((view_w - COLUMNS * grid.key_w) / 2);
    grid.y = view_h - grid.rows * grid.key_h;
    grid.page_keys = (grid.rows - 2) * COLUMNS + SHORT_ROW;
    int sign_keys = SIGNS + EDITING + (grid.rows == 4 ? DIGITS : 0);
    grid.sign_pages = (sign_keys + grid.page_keys - 1) / grid.page_keys;
    grid.name_pages = ((int)app->board.found_count + grid.page_keys - 1) / grid.page_keys;
    return grid;
}

/* At a place in columns and rows. */
static void add(struct fz_board *board, const struct grid *grid, struct fz_board_key key, double column,
                int row, double columns)
{
    double left = grid->x + round(column * grid->key_w),
           right = grid->x + round((column + columns) * grid->key_w);
    key.box = (struct fz_rect){left, grid->y + row * grid->key_h, right - left, grid->key_h};
    if (board->count < FZ_BOARD_KEYS)
        board->keys[board->count++] = key;
}

static void add_code(struct fz_board *board, const struct grid *grid, uint32_t code, double column, int row,
                     double columns)
{
    add(board, grid, (struct fz_board_key){.code = code}, column, row, columns);
}

static void add_letters(struct fz_board *board, const struct grid *grid)
{
    int row = 0;
    for (int i = 0; i < DIGITS && grid->rows == 5; i++)
        add_code(board, grid, (uint32_t)digits[i], i, 0, 1);
    row += grid->rows == 5;
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++, row++) {
        size_t length = strlen(letters[i]);
        for (size_t k = 0; k < length; k++) {
            int letter = (unsigned char)letters[i][k];
            add_code(board, grid, (uint32_t)(board->capitals ? toupper(letter) : letter),
                     (double)(COLUMNS - length) / 2 + (double)k, row, 1);
        }
    }
    add(board, grid, (struct fz_board_key){.what = FZ_BOARD_CAPITALS}, 0, row - 1, 1.5);
}

static uint32_t sign_at(const struct grid *grid, int index)
{
    int own = index - (grid->rows == 4 ? DIGITS : 0);
    if (own < 0)
        return (uint32_t)digits[index];
    if (own < SIGNS)
        return (uint32_t)signs[own];
    return own - SIGNS < EDITING ? editing[own - SIGNS] : 0;
}

/* Of all signs, or of all characters of names, those of this page. */
static void add_others(struct fz_board *board, const struct grid *grid)
{
    bool of_names = board->page > grid->sign_pages;
    int page = board->page - 1 - (of_names ? grid->sign_pages : 0);
    for (int i = 0; i < grid->page_keys; i++) {
        int index = page * grid->page_keys + i;
        uint32_t code = !of_names                         ? sign_at(grid, index)
                        : index < (int)board->found_count ? board->found[index]
                                                          : 0;
        if (code != 0)
            add_code(board, grid, code, i % COLUMNS, i / COLUMNS, 1);
    }
}

static void add_common(struct fz_board *board, const struct grid *grid)
{
    int last = grid->rows - 1;
    double at = 2;
    add_code(board, grid, SDLK_BACKSPACE, COLUMNS - 1.5, last - 1, 1.5);
    add_code(board, grid, SDLK_ESCAPE, 0, last, 2);
    add(board, grid, (struct fz_board_key){.what = FZ_BOARD_SIGNS}, at, last, 1.5);
    at += 1.5;
    if (grid->name_pages > 0) {
        add(board, grid, (struct fz_board_key){.what = FZ_BOARD_NAMES}, at, last, 1.5);
        at += 1.5;
    }
    add_code(board, grid, SDLK_SPACE, at, last, COLUMNS - 2 - at);
    add_code(board, grid, SDLK_RETURN, COLUMNS - 2, last, 2);
}

static int find(const struct fz_board *board, double x, double y)
{
    for (int i = 0; i < board->count; i++)
        if (fz_button_is_at(board->keys[i].box, x, y))
            return i;
    return -1;
}

double fz_board_lay_out(struct fz_app *app)
{
    struct fz_board *board = &app->board;
    board->count = 0;
    board->box = (struct fz_rect){0};
    if (!fz_board_is_shown(app))
        return 0;
    struct grid grid = make_grid(app);
    if (board->page > grid.sign_pages + grid.name_pages) /* the window became larger */
        board->page = 0;
    if (board->page == 0)
        add_letters(board, &grid);
    else
        add_others(board, &grid);
    add_common(board, &grid);
    board->box = (struct fz_rect){0, grid.y, fz_head_w(app->head), grid.rows * grid.key_h};
    board->pointed = app->mouse.inside ? find(board, app->mouse.x, app->mouse.y) : -1;
    return board->box.h;
}

/* ---- Pressing ----------------------------------------------------------------------------------------------------- */

bool fz_board_is_at(const struct fz_app *app, double x, double y)
{
    return fz_board_is_shown(app) && !app->menu.open && fz_button_is_at(app->board.box, x, y);
}

void fz_board_point(struct fz_app *app, double x, double y)
{
    app->dirty |= fz_board_is_shown(app) && find(&app->board, x, y) != app->board.pointed;
}

/* To the first of these pages, or on from one of them; after the last one come the letters. */
static int next_page(int page, int first, int pages)
{
    if (page < first || page >= first + pages)
        return first;
    return page + 1 < first + pages ? page + 1 : 0;
}

static int page_after(const struct fz_app *app, enum fz_board_what what)
{
    struct grid grid = make_grid(app);
    return what == FZ_BOARD_SIGNS ? next_page(app->board.page, 1, grid.sign_pages)
                                  : next_page(app->board.page, 1 + grid.sign_pages, grid.name_pages);
}

void fz_board_press(struct fz_app *app, double x, double y)
{
    struct fz_board *board = &app->board;
    int at = find(board, x, y);
    app->dirty = true;
    if (at < 0)
        return;
    const struct fz_board_key *key = &board->keys[at];
    if (key->what == FZ_BOARD_TYPES) {
        fz_app_press(app, &(struct fz_press){.key = {.code = key->code}});
        return;
    }
    if (key->what == FZ_BOARD_CAPITALS)
        board->capitals = !board->capitals;
    else
        board->page = page_after(app, key->what);
    fz_steady_cut(app, FZ_STEADY_CUT);
}

/* ---- Drawing ------------------------------------------------------------------------------------------------------ */

static const char *name_of(uint32_t code)
{
    switch (code) {
    case SDLK_BACKSPACE:
        return "Erase";
    case SDLK_ESCAPE:
        return "Cancel";
    case SDLK_RETURN:
        return "Enter";
    case SDLK_SPACE:
        return "Space";
    case SDLK_LEFT:
        return "Left";
    case SDLK_RIGHT:
        return "Right";
    case SDLK_UP:
        return "Up";
    case SDLK_DOWN:
        return "Down";
    case SDLK_TAB:
        return "Tab";
    default:
        return NULL;
    }
}

enum { LABEL = 16 }; /* bytes */

/* A key that leads to other pages shows the first of what is there. */
static const char *label_of(const struct fz_app *app, const struct fz_board_key *key, char room[LABEL])
{
    const struct fz_board *board = &app->board;
    const char *name = key->what == FZ_BOARD_TYPES ? name_of(key->code) : NULL;
    size_t used = 0;
    if (name)
        return name;
    if (key->what == FZ_BOARD_CAPITALS)
        return board->capitals ? "abc" : "ABC";
    if (key->what != FZ_BOARD_TYPES && page_after(app, key->what) == 0)
        return "abc";
    if (key->what == FZ_BOARD_SIGNS)
        return "-_./";
    if (key->what == FZ_BOARD_TYPES)
        used = fz_utf8_encode(key->code, room);
    for (size_t i = 0; key->what == FZ_BOARD_NAMES && i < board->found_count && i < 3; i++)
        used += fz_utf8_encode(board->found[i], room + used);
    room[used] = '\0';
    return room;
}

static void draw_key(struct fz_app *app, int index)
{
    const struct fz_board_key *key = &app->board.keys[index];
    struct fz_rect box = {key->box.x + 1, key->box.y + 1, key->box.w - 2, key->box.h - 2};
    char room[LABEL];
    fz_button_draw(app, box, label_of(app, key, room), index == app->board.pointed);
}

void fz_board_draw(struct fz_app *app)
{
    if (!fz_board_is_shown(app) || app->board.count == 0)
        return;
    fz_draw_fill(app->head, app->board.box, fz_panel_ground);
    for (int i = 0; i < app->board.count; i++)
        draw_key(app, i);
}
