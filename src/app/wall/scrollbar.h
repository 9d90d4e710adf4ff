/* The bar at the edge of a wall that is longer than the window: it shows while the wall moves or the pointer is near, and can
 * be dragged, or pressed where one wants to be. */
#ifndef FZ_APP_WALL_SCROLLBAR_H
#define FZ_APP_WALL_SCROLLBAR_H

#include <stdbool.h>

struct fz_app;

struct fz_scrollbar {
    bool held;
    double grip; /* px from the thumb's beginning to the hand */
};

/* Render thread only, all of these. `x`, `y`: px of the window. */

/* A button goes down: true where that is at the bar, which is held then. */
bool fz_scrollbar_press(struct fz_app *app, double x, double y);
void fz_scrollbar_drag(struct fz_app *app, double x, double y);
/* The pointer is where the bar is, or would be. */
bool fz_scrollbar_is_near(const struct fz_app *app, double x, double y);
void fz_scrollbar_draw(struct fz_app *app);

#endif
