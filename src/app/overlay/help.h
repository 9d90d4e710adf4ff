/* The help: all keys, from the keymap as it is now, over whatever is shown. */
#ifndef FZ_APP_OVERLAY_HELP_H
#define FZ_APP_OVERLAY_HELP_H

#include "app/input/keys.h"

struct fz_app;

struct fz_help {
    bool open;
    int page, pages;
};

/* Render thread only, all of these. */
void fz_help_toggle(struct fz_app *app);
void fz_help_press(struct fz_app *app,
                   const struct fz_press *press); /* while it is open: every key is its own */
void fz_help_turn(struct fz_app *app, int pages);
void fz_help_draw(struct fz_app *app);

#endif
