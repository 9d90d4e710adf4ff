/* The board of letters: keys under the line that is typed, for the mouse and for fingers where there is no keyboard. What it
 * types goes the way of real keys. It stands there once a hand asked for it: the line was opened from the menu, or pressed. */
#ifndef FZ_APP_OVERLAY_BOARD_H
#define FZ_APP_OVERLAY_BOARD_H

#include "view/geometry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_app;
struct fz_list;

enum { FZ_BOARD_KEYS = 64 }; /* of one page at most */

struct fz_board_key {
    struct fz_rect box; /* px of the window */
    enum fz_board_what { FZ_BOARD_TYPES, FZ_BOARD_CAPITALS, FZ_BOARD_SIGNS, FZ_BOARD_NAMES } what;
    uint32_t code; /* of a key that types, as in struct fz_key */
};

struct fz_board {
    bool open, capitals;
    int page; /* 0: letters; then those of signs, then those of names */
    int64_t opened_us;
    uint32_t *found; /* characters of the names that the other pages lack; owned */
    size_t found_count;
    /* As laid out last. */
    struct fz_rect box;
    struct fz_board_key keys[FZ_BOARD_KEYS];
    int count;
    int pointed; /* the key under the mouse; -1: none */
};

/* Render thread only, all of these. */
void fz_board_open(struct fz_app *app);
void fz_board_close(struct fz_app *app);
/* Main thread. */
void fz_board_fini(struct fz_app *app);

/* Whether it was opened and something is typed that it can write in. */
bool fz_board_is_shown(const struct fz_app *app);
/* What is pressed so soon was not meant for it. */
bool fz_board_was_just_opened(const struct fz_app *app);
/* Within a frame: what it takes of the window from below, px; 0 where it is not shown. */
double fz_board_lay_out(struct fz_app *app);
void fz_board_draw(struct fz_app *app);

/* While it stands at x, y, px, with no menu over it, presses there are its own. */
bool fz_board_is_at(const struct fz_app *app, double x, double y);
void fz_board_press(struct fz_app *app, double x, double y);
/* The mouse moved. */
void fz_board_point(struct fz_app *app, double x, double y);

/* Any thread that may read the list. The characters beyond ASCII in what is shown, in the order of Unicode: of the names, as a search
 * folds them, or of the paths as they are; of many, in as many as can be looked at within a frame. Caller frees; NULL: none. */
uint32_t *fz_board_list_characters(const struct fz_list *list, bool of_paths, size_t *count);

#endif
