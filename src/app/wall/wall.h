/* The wall: tiles in one of the layouts, scrolled, with one of them selected. */
#ifndef FZ_APP_WALL_WALL_H
#define FZ_APP_WALL_WALL_H

#include "app/wall/dissolve.h"
#include "app/wall/scrollbar.h"
#include "app/wall/shapes.h"
#include "source/list.h"
#include "view/layout.h"
#include "view/priority.h"
#include "view/rush.h"
#include "view/scroll.h"
#include "view/veil.h"

struct fz_app;

struct fz_wall {
    struct fz_layout layout;
    struct fz_layout_section *sections; /* what the layout borrows; owned */
    size_t section_capacity;
    struct fz_shapes shapes;
    struct fz_dissolve dissolve;
    struct fz_scroll scroll;
    struct fz_rush rush; /* by keys; what a hand does has a veil: */
    struct fz_veil veil;
    int tile_w, tile_h; /* wished box, px */
    int laid_w, laid_h; /* the one it is laid out for: it follows as often as it may without flashing */
    fz_item_id selected;
    size_t selected_index; /* where it was last seen: what takes its place when it goes */
    size_t column;         /* that moves up and down keep to, over rows too short for it */
    bool touched;          /* the user moved: the selection sticks to its item */
    bool dragging;
    fz_item_id held;      /* kept its place when the layout changed last */
    double held_position; /* of the scroll, after that */
    double drag_x, drag_y;
    struct fz_scrollbar bar;
    int64_t drag_us;
    int64_t scrolled_us; /* the position bar shows for a while */
    int64_t jumped_us;   /* by a row or more at once */
    double revealed;     /* where the scroll was to show the selection; NAN: it went elsewhere */
    double aimed;        /* where the scroll is to come to rest, */
    int64_t aimed_us;    /* and since when */
    bool jumps;          /* it goes there without what lies between */
    bool leapt;          /* it did so last, over many pages */
    int64_t sized_us;    /* when tiles last changed their size */
    fz_item_id gripped;  /* stays at `grip` px of the window when they do next; NONE: the usual one stays */
    double grip;         /* along the scroll */
};

/* An item, or NONE, and the place in the list that it had. */
struct fz_wall_held {
    fz_item_id item;
    size_t index;
};

/* Render thread only, all of these. */
void fz_wall_init(struct fz_app *app);
void fz_wall_fini(struct fz_app *app);
void fz_wall_relayout(struct fz_app *app, int view_w, int view_h); /* window, laid size or list changed */
void fz_wall_resize(struct fz_app *app, int view_w, int view_h);   /* what is looked at keeps its place */
/* The anchor (or FZ_ITEM_NONE, at the start) keeps its place; what is selected and wholly in view stays in view,
 * and, if it is selected by hand, comes into it where the wall was empty. */
void fz_wall_list_changed(struct fz_app *app, fz_item_id anchor);
fz_item_id fz_wall_anchor(const struct fz_app *app); /* the first item in view */
/* The same where the order or a filter changes, once what is looked at has been noted before: the selection where it is in view, else the
 * first item that is; nothing at the start. */
struct fz_wall_held fz_wall_hold(const struct fz_app *app);
void fz_wall_rearranged(struct fz_app *app, const struct fz_wall_held *held);
/* Before the list loses items, and after it, which gives the anchor: it and the selection outlast that (source/follow.h), but a search may
 * hide them. */
void fz_wall_follow(struct fz_app *app, fz_item_id anchor);
fz_item_id fz_wall_followed(struct fz_app *app);
struct fz_focus fz_wall_focus(const struct fz_app *app);

/* How the wall moves, and what is worth loading then. */
enum fz_wall_pace {
    FZ_WALL_RESTS,  /* what is in view, what is around, all else */
    FZ_WALL_GLIDES, /* what will be in view where it comes to rest, and around */
    FZ_WALL_JUMPS,  /* far: what will be in view there */
    FZ_WALL_RUSHES, /* farther and farther: nothing */
};

/* Where the user looks, or is about to look; `pace` may be NULL. */
struct fz_focus fz_wall_aim(const struct fz_app *app, enum fz_wall_pace *pace);
void fz_wall_set_tile_size(struct fz_app *app, double factor); /* 0 = that of --tile */
/* Lays out for the size that was asked for, six times a second at most: each is another picture of the whole window. True while
 * one waits. */
bool fz_wall_take_size(struct fz_app *app);
/* The tile at this point stays there when the tiles next take another size. */
void fz_wall_grip(struct fz_app *app, double x, double y);
/* A hand moves it by `dx`, `dy` px in `dt_s`. */
void fz_wall_drag(struct fz_app *app, double dx, double dy, double dt_s);
/* The tile at a point of the window; false when there is none. */
bool fz_wall_hit(const struct fz_app *app, double x, double y, size_t *index);
/* Moves the selection, in order and by rows. */
void fz_wall_move(struct fz_app *app, long dx, long dy);
void fz_wall_reveal_selected(struct fz_app *app, bool at_once);
/* It is on its way to do so: where that is changes with what the wall is laid out by. */
bool fz_wall_reveals(const struct fz_app *app);
bool fz_wall_step(struct fz_app *app, double dt_s);
/* Position and scroll bar are shown for a while after each movement. */
enum { FZ_WALL_POSITION_US = 1500000 };
bool fz_wall_tells_position(const struct fz_app *app);
void fz_wall_draw(struct fz_app *app);
/* Whether its tiles have the shapes of their pictures. */
bool fz_wall_has_shapes(const struct fz_app *app);
/* --layout says another one: soon, when the shapes that it goes by are known, the wall is laid out so. */
void fz_wall_switch_layout(struct fz_app *app);
/* At once. The selection, or else the first tile in view, comes to the middle. */
void fz_wall_take_layout(struct fz_app *app);
enum fz_layout_id fz_wall_wanted_layout(const struct fz_app *app);
/* Sets --layout to the next of the table. */
enum fz_err fz_wall_next_layout(struct fz_app *app, struct fz_error *err);
/* (wall/tile.c) Where the box of a tile stands in the window; the picture in that, or all of the box where its size is not known. */
struct fz_rect fz_wall_box_of(const struct fz_app *app, size_t index);
struct fz_rect fz_wall_rect_of(const struct fz_app *app, size_t index);

/* The same of all of the picture, where the tile shows but its middle. */
struct fz_rect fz_wall_whole_rect_of(const struct fz_app *app, size_t index);

/* Whether tiles fill their boxes, cut where they would stand over. */
bool fz_wall_covers(const struct fz_app *app);

#endif
