/* What stands over the pictures in boxes of its own: chips of one line, panels of keys and their meaning. */
#ifndef FZ_APP_PANEL_H
#define FZ_APP_PANEL_H

#include "gpu/draw.h"

#include <stddef.h>

struct fz_app;

enum fz_chip_place { FZ_CHIP_BOTTOM, FZ_CHIP_BOTTOM_RIGHT, FZ_CHIP_BOTTOM_LEFT, FZ_CHIP_TOP };

enum {
    FZ_PANEL_ROWS = 40, /* of one panel at most */
    FZ_CHIP_LINES = 3,  /* of a chip at most */
    FZ_PANEL_PX = 17,   /* size of its text */
    FZ_PANEL_MARGIN = 16,
};

struct fz_panel_row {
    char keys[64];
    char text[160];
};

/* Opaque enough that text on it keeps a contrast of 4.5:1 over a white picture. */
extern const struct fz_color fz_panel_fill, fz_panel_text, fz_panel_key, fz_panel_title;

/* Render thread only, all of these; within a frame. */
void fz_chip_draw(struct fz_app *app, const char *text, enum fz_chip_place place);
/* The same for a text of lines, of which so many are drawn at most, each shortened to the window. */
void fz_chip_draw_lines(struct fz_app *app, const char *text, int most, enum fz_chip_place place);

/* A title and rows above the lower left corner; as many rows as the window has room for. */
void fz_panel_draw(struct fz_app *app, const char *title, const struct fz_panel_row *rows, size_t count);

#endif
