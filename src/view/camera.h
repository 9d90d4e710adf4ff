/* The camera of the picture view: which part of the picture the window shows, and how it gets there. */
#ifndef FZ_VIEW_CAMERA_H
#define FZ_VIEW_CAMERA_H

#include "view/geometry.h"

enum fz_zoom_mode {
    FZ_ZOOM_FIT,  /* all of it; small pictures at 100 % */
    FZ_ZOOM_FILL, /* the window is filled, the rest is cut off */
    FZ_ZOOM_FREE, /* `zoom` as it is */
};

struct fz_camera {
    enum fz_zoom_mode mode;
    double zoom;                 /* window px per picture px, as last placed */
    double centre_x, centre_y;   /* the point of the (turned) picture at the window's centre, 0..1 */
    int quarter_turns;           /* clockwise, 0..3 */
    bool flip_h, flip_v;         /* applied after the turn */
    double picture_w, picture_h; /* the turned picture, px */
    bool is_guess;               /* they are, as long as nobody knows its size */
    bool is_step;                /* zoomed by steps meanwhile: what counts is how far from FIT that went */
    double view_w, view_h;       /* px */
    struct fz_rect target;       /* where the whole picture will stand */
    struct fz_rect shown;        /* where it stands now */
    double tau_s;
};

/* One owner's thread, all of these. */
void fz_camera_init(struct fz_camera *camera);

/* A picture of w x h (upright, unturned), or a guess, and the window's size; keeps mode, turn and centre. Moves `target`, and with
 * `at_once` `shown`. */
void fz_camera_place(struct fz_camera *camera, double w, double h, bool is_guess, double view_w,
                     double view_h, bool at_once);

/* Sets the mode (zoom is used by FREE), smoothly. */
void fz_camera_set_mode(struct fz_camera *camera, enum fz_zoom_mode mode, double zoom);

/* Zooms by `factor` so that the point of the picture under (x, y) stays there. */
void fz_camera_zoom_at(struct fz_camera *camera, double factor, double x, double y);

/* Moves the picture by (dx, dy) px, kept over the window; true when it moved. */
bool fz_camera_pan(struct fz_camera *camera, double dx, double dy, bool at_once);

/* Turns clockwise by quarters, or mirrors what is shown. */
void fz_camera_turn(struct fz_camera *camera, int quarters);
void fz_camera_flip(struct fz_camera *camera, bool horizontal);

/* Whether the picture is larger than the window (so that arrows pan). */
bool fz_camera_exceeds_view(const struct fz_camera *camera);

/* Moves the clock on (INFINITY: to the end of the movement); true while it moves. */
bool fz_camera_step(struct fz_camera *camera, double dt_s);

#endif
