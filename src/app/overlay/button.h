/* A button: a word in a frame, for the mouse and for fingers. */
#ifndef FZ_APP_OVERLAY_BUTTON_H
#define FZ_APP_OVERLAY_BUTTON_H

#include "view/geometry.h"

#include <stdbool.h>

struct fz_app;

/* Render thread only, all of these; within a frame. px. */
double fz_button_height(const struct fz_app *app);
double fz_button_width(struct fz_app *app, const char *label);
/* `lit`: a key would press it. */
void fz_button_draw(struct fz_app *app, struct fz_rect box, const char *label, bool lit);

/* Whether it is hit. Any time. */
bool fz_button_is_at(struct fz_rect box, double x, double y);

#endif
