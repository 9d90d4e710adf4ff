/* The menu: what can be done here and now, for the mouse and for fingers; from the command table and the keymap. */
#ifndef FZ_APP_MENU_H
#define FZ_APP_MENU_H

#include "app/keys.h"
#include "view/geometry.h"

struct fz_app;

enum { FZ_MENU_ROWS = FZ_COMMANDS + 32 }; /* every command, and programs of [run] */

struct fz_menu_row {
    enum fz_command_id command;
    const char *argument; /* of the command; borrowed from the keymap; NULL: none */
    const char *text;     /* what it does */
    bool begins_topic;
    char keys[64];
};

struct fz_menu {
    bool open;
    double x, y; /* where it was asked for, px */
    struct fz_menu_row rows[FZ_MENU_ROWS];
    size_t count;
    size_t at;          /* the row that Return runs; `count`: none */
    size_t first;       /* the row at its top */
    size_t slots;       /* rows that the window has room for, as last drawn */
    struct fz_rect box; /* as last drawn */
    double row_h, dragged;
};

/* Render thread only, all of these. */
void fz_menu_open(struct fz_app *app, double x, double y);
void fz_menu_close(struct fz_app *app);
/* While it is open: every key, click and wheel is its own. */
void fz_menu_press(struct fz_app *app, const struct fz_press *press);
void fz_menu_click(struct fz_app *app, double x, double y);
void fz_menu_point(struct fz_app *app, double x, double y);
void fz_menu_scroll(struct fz_app *app, long rows);
void fz_menu_drag(struct fz_app *app, double dy);
void fz_menu_draw(struct fz_app *app);

#endif
