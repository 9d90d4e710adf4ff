/* The picture view: one picture in the window, opened from its tile and closed to it. */
#ifndef FZ_APP_PICTURE_PICTURE_H
#define FZ_APP_PICTURE_PICTURE_H

#include "app/picture/history.h"
#include "view/camera.h"
#include "view/scroll.h"

struct fz_app;
struct fz_texture;

struct fz_picture {
    fz_item_id item;   /* what is to be shown */
    fz_item_id shown;  /* what is: the old picture stays until the new one is there */
    fz_item_id fading; /* what the crossfade of a show goes out from */
    struct fz_camera camera;
    struct fz_rect fading_rect;
    int64_t fade_start_us, fade_us;
    int64_t behind_us;      /* since when `shown` is not `item`; 0: it is */
    int64_t alone_until_us; /* so long nothing is loaded beside what was opened */
    int64_t ready_from_us;  /* then memory is made ready for it, which takes longer than a first picture */
    int64_t empty_from_us;  /* and then it is drawn though nothing of it is there yet */
    char *shown_path;       /* its path, for --shown; owned */
    int64_t shown_us;       /* when `shown` came: for --shown */
    double openness;        /* 0 on the wall .. 1 open; the background's opacity */
    bool closing;
    bool keep_zoom; /* from picture to picture */
    int direction;  /* of travel: -1 or 1 */
    bool panning;
    double pan_x, pan_y;
    struct fz_wheel wheel; /* goes from picture to picture */
    struct fz_history history;
};

/* Render thread only, all of these. */
void fz_picture_init(struct fz_app *app);
void fz_picture_open(struct fz_app *app, size_t index, bool at_once);
void fz_picture_close(struct fz_app *app);
/* An item is gone: whatever shows it lets go. */
void fz_picture_forget(struct fz_app *app, fz_item_id item);
/* Goes `step` pictures on; false at the end of the list. */
bool fz_picture_go(struct fz_app *app, long step);
void fz_picture_go_to(struct fz_app *app, size_t index);
/* A key concerns the picture that was asked for: it is shown now, with whatever there is of it. */
void fz_picture_catch_up(struct fz_app *app);
/* What concerns the show is meant for the picture in view while that waits for the next one: it stays. */
void fz_picture_stay(struct fz_app *app);
/* The camera as it looks at the picture that is meant by what is done: the one that was asked for, also while the one before is still
 * in view. */
struct fz_camera fz_picture_meant(const struct fz_app *app);
/* Moves the picture that is meant by dx, dy px. False: all of it is in view, and nothing was done. */
bool fz_picture_pan(struct fz_app *app, double dx, double dy, bool at_once);
/* What is drawn of an item: a frame of it, the sharp rendition, or the tile's until that is there; NULL: nothing. */
const struct fz_texture *fz_picture_texture(const struct fz_app *app, fz_item_id item);
/* The camera as it would look at an item that is shown now. */
struct fz_camera fz_picture_aim(const struct fz_app *app, fz_item_id item);
/* The box to decode an item for, as the camera sees it. Returns how many times as large as it says it may be drawn for that (struct
 * fz_image_want): more than 1 where the result is to be the very box. */
int fz_picture_box(const struct fz_app *app, fz_item_id item, int *box_w, int *box_h);
/* Whether the zoom asks for more pixels than --memory lets it have, and how many of how many it has. */
bool fz_picture_is_reduced(const struct fz_app *app, double *px, double *of_px);
void fz_picture_resized(struct fz_app *app);
void fz_picture_changed(struct fz_app *app); /* list or textures changed: look whether the picture is there */
/* Looks whether what was asked for can be shown; returns the time of the next look, or FZ_NEVER. */
int64_t fz_picture_look(struct fz_app *app);
bool fz_picture_step(struct fz_app *app, double dt_s);
/* Before this no frame is to be drawn: the wall stays for a moment rather than that the window becomes empty. */
int64_t fz_picture_due_us(const struct fz_app *app);
void fz_picture_draw(struct fz_app *app);
/* Whether the wall is seen behind it. */
bool fz_picture_covers_wall(const struct fz_app *app);

#endif
