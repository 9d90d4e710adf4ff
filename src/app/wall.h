/* The wall: a scrolling grid of tiles with one of them selected. */
#ifndef FZ_APP_WALL_H
#define FZ_APP_WALL_H

#include "source/list.h"
#include "view/layout.h"
#include "view/priority.h"
#include "view/scroll.h"

struct fz_app;

struct fz_wall {
    struct fz_layout layout;
    struct fz_layout_section *sections; /* what the layout borrows; owned */
    size_t section_capacity;
    struct fz_scroll scroll;
    int tile_w, tile_h; /* wished box, px */
    fz_item_id selected;
    size_t selected_index; /* where it was last seen: what takes its place when it goes */
    size_t column;         /* that moves up and down keep to, over rows too short for it */
    bool touched;          /* the user moved: the selection sticks to its item */
    bool dragging;
    fz_item_id held;      /* kept its place when the layout changed last */
    double held_position; /* of the scroll, after that */
    double drag_y;
    int64_t drag_us;
    int64_t scrolled_us; /* the position bar shows for a while */
};

/* Render thread only, all of these. */
void fz_wall_init(struct fz_app *app);
void fz_wall_fini(struct fz_app *app);
void fz_wall_relayout(struct fz_app *app, int view_w, int view_h); /* window, tile size or list changed */
void fz_wall_resize(struct fz_app *app, int view_w, int view_h);   /* what is looked at keeps its place */
void fz_wall_list_changed(struct fz_app *app, fz_item_id anchor);
fz_item_id fz_wall_anchor(const struct fz_app *app); /* the first item in view: it keeps its place */
struct fz_focus fz_wall_focus(const struct fz_app *app);
void fz_wall_set_tile_size(struct fz_app *app, double factor); /* 0 = that of --tile */
/* A hand moves it by `dy` px in `dt_s`. */
void fz_wall_drag(struct fz_app *app, double dy, double dt_s);
/* Moves the selection, in order and by rows. */
void fz_wall_move(struct fz_app *app, long dx, long dy);
void fz_wall_reveal_selected(struct fz_app *app, bool at_once);
bool fz_wall_step(struct fz_app *app, double dt_s);
/* Position and scroll bar are shown for a while after each movement. */
enum { FZ_WALL_POSITION_US = 1500000 };
bool fz_wall_tells_position(const struct fz_app *app);
void fz_wall_draw(struct fz_app *app);
/* Where the picture of an item stands in the window; its box where its size is not known. */
struct fz_rect fz_wall_rect_of(const struct fz_app *app, size_t index);

#endif
