/* Fingers on a touch screen: what the gestures of view/gesture.h do in each view. */
#ifndef FZ_APP_INPUT_TOUCH_H
#define FZ_APP_INPUT_TOUCH_H

#include "view/gesture.h"

#include <SDL_events.h>

struct fz_app;

struct fz_touch {
    struct fz_gestures gestures;
    bool beside;    /* begun on what is typed into: no picture moves */
    double pinched; /* by how much tiles are to become larger, since their last step */
};

/* Render thread only, all of these. */
void fz_touch_handle(struct fz_app *app, const SDL_TouchFingerEvent *event);
/* The window lost its input: nobody will tell when the fingers go up. */
void fz_touch_cancel(struct fz_app *app);
/* A finger that rests long enough; returns the time of the next look, or FZ_NEVER. */
int64_t fz_touch_step(struct fz_app *app);

#endif
