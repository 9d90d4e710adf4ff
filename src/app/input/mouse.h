/* The mouse: click, wheel, drag; alone it reaches everything, by the edges of the picture view and by the menu. */
#ifndef FZ_APP_INPUT_MOUSE_H
#define FZ_APP_INPUT_MOUSE_H

#include <SDL_events.h>
#include <stdbool.h>

struct fz_app;

struct fz_mouse {
    double x, y; /* where it was last, px */
    double down_x, down_y;
    bool inside;    /* it moved in the window and did not leave it */
    bool travelled; /* since its button went down: no click any more */
};

/* Render thread only, all of these. */
void fz_mouse_turn(struct fz_app *app, const SDL_MouseWheelEvent *event);
void fz_mouse_press(struct fz_app *app, const SDL_MouseButtonEvent *event);
/* A drag ends where it is. */
void fz_mouse_let_go(struct fz_app *app);
void fz_mouse_move(struct fz_app *app, const SDL_MouseMotionEvent *event);
/* The arrow of the edge that it stands on. */
void fz_mouse_draw(struct fz_app *app);

/* What a click does, of the mouse or of a finger; `times` is 2 for the second of a double click. */
void fz_app_click(struct fz_app *app, double x, double y, int times);
/* The menu, for what is there. */
void fz_app_ask_menu(struct fz_app *app, double x, double y);

#endif
