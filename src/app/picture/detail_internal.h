/* Between the parts of detail: detail.c knows what is wanted and sends jobs, detail_squares.c makes textures of their results
 * and draws them. */
#ifndef FZ_APP_PICTURE_DETAIL_INTERNAL_H
#define FZ_APP_PICTURE_DETAIL_INTERNAL_H

#include "app/picture/detail.h"
#include "view/camera.h"

enum {
    FZ_DETAIL_AROUND = 2, /* squares beyond the window */
    FZ_DETAIL_CELL = FZ_DETAIL_SIDE + 2 * FZ_DETAIL_BORDER,
};

/* Render thread. How the window would show a picture with all of it in `rect`, by that camera. */
struct fz_detail_view fz_detail_view_at(const struct fz_camera *camera, const struct fz_tile *tile,
                                        struct fz_rect rect);

/* Render thread. The squares in view, once the camera has arrived, that would show more than the coarse picture does: at
 * the window's scale, or as near to it as there is room for; of an item that is not shown, as if it were. False: none. */
bool fz_detail_find_wanted(const struct fz_app *app, fz_item_id item, struct fz_detail_view *view,
                           struct fz_detail_grid *grid);

/* Render thread. The squares of an item; NULL: there are none. */
struct fz_detail *fz_detail_find(const struct fz_app *app, fz_item_id item);

/* The same, made where there are none: those that were of no use for longest go. */
struct fz_detail *fz_detail_claim(struct fz_app *app, fz_item_id item);

/* Render thread. Whether any of a grid, of FZ_DETAIL_MOST squares at most, is not there. */
bool fz_detail_lacks(const struct fz_detail *detail, const struct fz_detail_grid *grid);

#endif
