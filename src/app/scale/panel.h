/* The panel that asks how large, and into which folder; Return begins. */
#ifndef FZ_APP_SCALE_PANEL_H
#define FZ_APP_SCALE_PANEL_H

#include "app/input/keys.h"
#include "ctl/edit.h"
#include "source/list.h"
#include "view/geometry.h"

#include <stdbool.h>

struct fz_app;

enum fz_scale_field { FZ_SCALE_SIZE, FZ_SCALE_FOLDER, FZ_SCALE_START, FZ_SCALE_FIELDS };

/* Render thread only. */
struct fz_scale_panel {
    bool open;
    int64_t closed_us;      /* when a click closed it */
    fz_item_id item;        /* that was the current one as it was opened */
    enum fz_scale_field at; /* whose keys they are */
    int side;               /* px; 0: full size */
    bool typed;             /* the next digit goes on with it */
    struct fz_edit folder;
    bool folder_is_ours; /* nobody has changed it: it follows the size */
    char error[200];     /* why it did not begin */
    struct fz_rect box, fields[FZ_SCALE_FIELDS], less, more, close; /* as last drawn */
};

/* Render thread only, all of these. */
void fz_scale_panel_open(struct fz_app *app);
/* Whether a click has done that a moment ago. */
bool fz_scale_panel_was_just_closed(const struct fz_app *app);
/* While it is open: every key, click and text is its own. */
void fz_scale_panel_press(struct fz_app *app, const struct fz_press *press);
void fz_scale_panel_insert(struct fz_app *app, const char *text);
void fz_scale_panel_click(struct fz_app *app, double x, double y);
void fz_scale_panel_draw(struct fz_app *app);

#endif
