/* What stands over the pictures in boxes of its own: chips of one line, panels of keys and their meaning. */
#ifndef FZ_APP_OVERLAY_PANEL_H
#define FZ_APP_OVERLAY_PANEL_H

#include "gpu/draw.h"

#include <stddef.h>
#include <stdint.h>

struct fz_app;

enum fz_chip_place { FZ_CHIP_BOTTOM, FZ_CHIP_BOTTOM_RIGHT, FZ_CHIP_BOTTOM_LEFT, FZ_CHIP_TOP, FZ_CHIP_PLACES };

enum {
    FZ_PANEL_ROWS = 40, /* of one panel at most */
    FZ_CHIP_LINES = 3,  /* of a chip at most */
    FZ_PANEL_PX = 17,   /* size of its text */
    FZ_PANEL_MARGIN = 16,
    FZ_PANEL_GAP = 6, /* px from box to box */
    FZ_CHIP_TEXT = 512,
    FZ_BOXES = 12, /* that keep clear of each other in one frame */
};

/* Texts are made by another thread: what was shown last stays until one that was wanted since then is there. */
struct fz_chip {
    char shown[FZ_CHIP_TEXT], next[FZ_CHIP_TEXT];
    uint64_t frame; /* that it was last drawn in */
};

struct fz_panels {
    struct fz_chip chips[FZ_CHIP_PLACES];
    struct fz_rect boxes[FZ_BOXES]; /* drawn in this frame */
    int box_count;
    uint64_t frame;
};

struct fz_panel_row {
    char keys[64];
    char text[160];
};

/* Opaque enough that text on it keeps a contrast of 4.5:1 over a white picture. */
extern const struct fz_color fz_panel_fill, fz_panel_text, fz_panel_key, fz_panel_title;

/* Of what covers all that lies beneath: menus and forms; its edge, and lines between its parts. */
extern const struct fz_color fz_panel_ground, fz_panel_edge;

/* Render thread only, all of these; within a frame. */
/* Moves a box to where it is clear of those before it in this frame, down from there or up; false where the window has
 * no such place, the box left as it was. */
bool fz_panel_find(struct fz_app *app, struct fz_rect *rect, bool down);
/* Where a box that is drawn in any case stands then: those after it keep clear of it. */
struct fz_rect fz_panel_place(struct fz_app *app, struct fz_rect rect, bool down);
/* Down to where a box can reach from the top: the window's margin, or what stands at its foot already. */
double fz_panel_foot(const struct fz_app *app);
/* A line over the picture; several in one place stand above each other. */
void fz_chip_draw(struct fz_app *app, const char *text, enum fz_chip_place place);
/* The same for a text of lines, of which so many are drawn at most, each shortened to the window. */
void fz_chip_draw_lines(struct fz_app *app, const char *text, int most, enum fz_chip_place place);
/* A line of words; broken at spaces into so many lines at most where the window is narrower. */
void fz_chip_draw_words(struct fz_app *app, const char *text, int most, enum fz_chip_place place);

/* The text to draw in place of the one that is wanted, of the size that fz_text_size has; NULL: none is there. */
struct fz_text_style;
const char *fz_chip_steady_text(struct fz_app *app, struct fz_chip *chip, const char *text,
                                const struct fz_text_style *style);

/* A title and rows above the lower left corner; as many rows as the window has room for. */
void fz_panel_draw(struct fz_app *app, const char *title, const struct fz_panel_row *rows, size_t count);

#endif
