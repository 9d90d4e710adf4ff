/* How large a picture is decoded for the picture view, and how much of it is there. */
#include "app/app.h"
#include "app/picture/picture.h"

#include <math.h>

static const double SAME_SCALE = 1.02; /* is not worth a word */

/* Of one texture. What is drawn is as large as the window, if not larger: it costs no more than that, and more of it comes in
 * squares. */
static double largest_scale(const struct fz_app *app, const struct fz_tile *tile)
{
    const struct fz_layout_params *window = &app->wall.layout.params;
    int limit = app->head ? fz_texture_max_side(app->head) : 8192;
    int times = fz_detail_serves(app, tile) ? fz_detail_times(tile) : 1;
    double pixels = (double)tile->picture_w * tile->picture_h, most = (double)app->loader.picture_limit_px;
    double at_once =
        fmax((double)window->view_w * window->view_h, pixels <= FZ_DETAIL_AT_ONCE_PX ? pixels : 0);
    most = times > 1 ? fmin(most, at_once) : most;
    double largest = fmin(times, (double)limit / fmax(tile->picture_w, tile->picture_h));
    return fmin(largest, sqrt(most / pixels));
}

/* In a large window what a picture takes of it may be more than one may have. */
static void bound_box(const struct fz_app *app, const struct fz_tile *tile, int *box_w, int *box_h)
{
    int w = *box_w, h = *box_h;
    if (tile && tile->picture_w > 0)
        fz_image_fit(tile->picture_w, tile->picture_h, *box_w, *box_h, &w, &h);
    double pixels = (double)w * h, most = (double)app->loader.picture_limit_px;
    if (pixels <= most)
        return;
    *box_w = (int)fmax(*box_w * sqrt(most / pixels), 1);
    *box_h = (int)fmax(*box_h * sqrt(most / pixels), 1);
}

int fz_picture_box(const struct fz_app *app, fz_item_id item, int *box_w, int *box_h)
{
    const struct fz_picture *picture = &app->picture;
    const struct fz_camera *camera = &picture->camera;
    const struct fz_tile *tile = fz_loader_tile(app, item);
    bool sideways = tile && fz_tile_is_sideways(tile);
    int view_w = app->wall.layout.params.view_w, view_h = app->wall.layout.params.view_h;
    *box_w = sideways ? view_h : view_w;
    *box_h = sideways ? view_w : view_h;
    bool fits = (item != picture->shown && !picture->keep_zoom) || camera->mode == FZ_ZOOM_FIT;
    bool is_known = tile && tile->picture_w > 0, drawn = is_known && fz_detail_times(tile) > 1;
    double x = is_known ? (double)*box_w / tile->picture_w : 0,
           y = is_known ? (double)*box_h / tile->picture_h : 0;
    if (!is_known || (drawn ? fits && fmin(x, y) < 1 : fits || fz_detail_serves(app, tile))) {
        bound_box(app, tile, box_w, box_h);
        return 1;
    }
    double zoom = fits ? 1 : camera->mode == FZ_ZOOM_FILL ? fmax(x, y) : camera->zoom;
    double scale = fmin(zoom, largest_scale(app, tile));
    double w = tile->picture_w * scale, h = tile->picture_h * scale;
    *box_w = (int)fmax(drawn ? round(w) : ceil(w), 1);
    *box_h = (int)fmax(drawn ? round(h) : ceil(h), 1);
    return fz_detail_times(tile);
}

/* What was made of it for what is asked for now: less where the memory held no more. Nothing: it has yet to come. */
static double made_px(const struct fz_app *app, const struct fz_tile *tile)
{
    const struct fz_rendition *r = &tile->renditions[FZ_FOR_PICTURE];
    int box_w, box_h;
    fz_picture_box(app, tile->item, &box_w, &box_h);
    bool made = r->texture && !r->first && r->box_w == box_w && r->box_h == box_h;
    return made ? (double)fz_texture_w(r->texture) * fz_texture_h(r->texture) : 0;
}

bool fz_picture_is_reduced(const struct fz_app *app, double *px, double *of_px)
{
    const struct fz_tile *tile = fz_loader_tile(app, app->picture.item);
    double zoom = fmin(app->picture.camera.zoom, 1);
    *of_px = tile ? (double)tile->picture_w * tile->picture_h * zoom * zoom : 0;
    *px = fmin(*of_px, (double)app->loader.picture_limit_px);
    const double made = tile ? made_px(app, tile) : 0;
    if (made > 0 && made * SAME_SCALE * SAME_SCALE < *px)
        *px = made;
    if (tile && fz_detail_serves(app, tile)) {
        double scale = fz_detail_scale(app) * SAME_SCALE;
        *px = scale > 0 ? fmin(*of_px, (double)tile->picture_w * tile->picture_h * scale * scale) : *of_px;
    }
    return *px < *of_px;
}
