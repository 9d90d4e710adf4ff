/* The menu: what can be done here and now, for the mouse and for fingers; from the command table and the keymap. */
#ifndef FZ_APP_OVERLAY_MENU_H
#define FZ_APP_OVERLAY_MENU_H

#include "app/input/keys.h"
#include "view/geometry.h"

struct fz_app;

enum { FZ_MENU_KEYS = 128 }; /* bytes of the keys of one row */

struct fz_menu_row {
    struct fz_binding what;  /* a command; its argument is the keymap's */
    const char *text;        /* what it does: static, the config's, or: */
    char own[FZ_KEYS_TEXT];  /* a command with what it is given */
    char keys[FZ_MENU_KEYS]; /* as on their caps */
};

struct fz_menu {
    bool open;
    double x, y;              /* where it was asked for, px */
    struct fz_menu_row *rows; /* owned; as it was opened last; NULL: never */
    size_t count;
    size_t at;          /* the row that Return runs; `count`: none */
    size_t first;       /* the row at its top */
    size_t slots;       /* rows that the window has room for, as last drawn */
    struct fz_rect box; /* as last drawn */
    double row_h, dragged;
};

/* Render thread only, all of these. */
void fz_menu_open(struct fz_app *app, double x, double y);
/* Main thread. */
void fz_menu_fini(struct fz_app *app);
/* While it is open: every key, click and wheel is its own. */
void fz_menu_press(struct fz_app *app, const struct fz_press *press);
void fz_menu_click(struct fz_app *app, double x, double y);
void fz_menu_point(struct fz_app *app, double x, double y);
void fz_menu_scroll(struct fz_app *app, long rows);
void fz_menu_drag(struct fz_app *app, double dy);
void fz_menu_draw(struct fz_app *app);

#endif
