/* The bar of what is being scaled: how many of how many, how fast, how long yet, and buttons to pause it and to end it. */
#ifndef FZ_APP_SCALE_BAR_H
#define FZ_APP_SCALE_BAR_H

#include "app/overlay/panel.h"
#include "view/geometry.h"

struct fz_app;

enum { FZ_SCALE_BAR_TEXT = 200 };

/* Render thread only. */
struct fz_scale_bar {
    struct fz_rect box, pause, stop; /* as last drawn; pause has no width where it means nothing */
    char text[FZ_SCALE_BAR_TEXT];
    struct fz_chip shown; /* the text that is there to draw */
    int64_t told_us;
};

/* Render thread only, all of these. */
/* Early in a frame: what else is drawn stays clear of it. */
void fz_scale_bar_reserve(struct fz_app *app);
void fz_scale_bar_draw(struct fz_app *app);
/* Whether it stands there; then the click is its own. */
bool fz_scale_bar_is_at(const struct fz_app *app, double x, double y);
void fz_scale_bar_click(struct fz_app *app, double x, double y);
int64_t fz_scale_bar_next_us(const struct fz_app *app); /* when it says something new, or FZ_NEVER */

#endif
