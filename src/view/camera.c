#include "view/camera.h"

#include <math.h>

static const double TAU_S = 0.055;
static const double REST_PX = 0.5;
static const double MIN_ZOOM = 0.01, MAX_ZOOM = 64;

void fz_camera_init(struct fz_camera *camera)
{
    *camera = (struct fz_camera){.zoom = 1,
                                 .centre_x = 0.5,
                                 .centre_y = 0.5,
                                 .tau_s = TAU_S,
                                 .picture_w = 1,
                                 .picture_h = 1,
                                 .view_w = 1,
                                 .view_h = 1};
}

static double fit_zoom(const struct fz_camera *camera)
{
    return fmin(fmin(camera->view_w / camera->picture_w, camera->view_h / camera->picture_h), 1);
}

static double mode_zoom(const struct fz_camera *camera)
{
    double x = camera->view_w / camera->picture_w, y = camera->view_h / camera->picture_h;
    switch (camera->mode) {
    case FZ_ZOOM_FIT:
        return fit_zoom(camera);
    case FZ_ZOOM_FILL:
        return fmax(x, y);
    case FZ_ZOOM_FREE:
        break;
    }
    return camera->zoom;
}

/* The centre that leaves no gap where the picture is longer than the view, and centres it where it is shorter. */
static double keep_over(double centre, double size, double view)
{
    double half = size > 0 ? view / size / 2 : 0.5;
    return half >= 0.5 ? 0.5 : fmin(fmax(centre, half), 1 - half);
}

static void aim(struct fz_camera *camera)
{
    camera->zoom = mode_zoom(camera);
    double w = camera->picture_w * camera->zoom, h = camera->picture_h * camera->zoom;
    camera->centre_x = keep_over(camera->centre_x, w, camera->view_w);
    camera->centre_y = keep_over(camera->centre_y, h, camera->view_h);
    camera->target = (struct fz_rect){
        .x = round(camera->view_w / 2 - camera->centre_x * w),
        .y = round(camera->view_h / 2 - camera->centre_y * h),
        .w = fmax(round(w), 1),
        .h = fmax(round(h), 1),
    };
}

void fz_camera_place(struct fz_camera *camera, double w, double h, bool is_guess, double view_w,
                     double view_h, bool at_once)
{
    bool sideways = camera->quarter_turns % 2 != 0;
    const double guessed_fit = fit_zoom(camera);
    camera->picture_w = fmax(sideways ? h : w, 1);
    camera->picture_h = fmax(sideways ? w : h, 1);
    camera->view_w = view_w;
    camera->view_h = view_h;
    if (camera->is_step)
        camera->zoom *= fit_zoom(camera) / guessed_fit;
    camera->is_guess = is_guess;
    camera->is_step = camera->is_step && is_guess;
    aim(camera);
    if (at_once)
        camera->shown = camera->target;
}

void fz_camera_set_mode(struct fz_camera *camera, enum fz_zoom_mode mode, double zoom)
{
    camera->mode = mode;
    camera->zoom = zoom;
    camera->is_step = false;
    aim(camera);
}

void fz_camera_zoom_at(struct fz_camera *camera, double factor, double x, double y)
{
    /* A tiny or endless picture may be shown beyond the bounds already, or be so as a whole: then it goes no further out of them. */
    double least = fmin(MIN_ZOOM, fmin(camera->zoom, fit_zoom(camera))), most = fmax(MAX_ZOOM, camera->zoom);
    double zoom = fmin(fmax(camera->zoom * factor, least), most);
    /* Steps snap to 100 % when they would jump over it: that is where pixels are exact. */
    if ((camera->zoom < 1 && zoom > 1) || (camera->zoom > 1 && zoom < 1))
        zoom = 1;
    /* Not from the target: that is of whole pixels, and what they are off by would grow with each step. */
    double nearer = 1 / camera->zoom - 1 / zoom;
    camera->centre_x += (x - camera->view_w / 2) / camera->picture_w * nearer;
    camera->centre_y += (y - camera->view_h / 2) / camera->picture_h * nearer;
    camera->mode = FZ_ZOOM_FREE;
    camera->zoom = zoom;
    camera->is_step = camera->is_guess;
    aim(camera);
}

bool fz_camera_pan(struct fz_camera *camera, double dx, double dy, bool at_once)
{
    struct fz_rect before = camera->target;
    camera->centre_x -= dx / camera->target.w;
    camera->centre_y -= dy / camera->target.h;
    aim(camera);
    if (at_once)
        camera->shown = camera->target;
    return camera->target.x != before.x || camera->target.y != before.y;
}

void fz_camera_turn(struct fz_camera *camera, int quarters)
{
    quarters = ((quarters % 4) + 4) % 4;
    camera->quarter_turns = (camera->quarter_turns + quarters) % 4;
    if (quarters % 2 != 0) {
        double w = camera->picture_w;
        camera->picture_w = camera->picture_h;
        camera->picture_h = w;
        bool flip = camera->flip_h;
        camera->flip_h = camera->flip_v;
        camera->flip_v = flip;
    }
    camera->centre_x = camera->centre_y = 0.5;
    aim(camera);
    camera->shown = camera->target;
}

void fz_camera_flip(struct fz_camera *camera, bool horizontal)
{
    if (horizontal) {
        camera->flip_h = !camera->flip_h;
        camera->centre_x = 1 - camera->centre_x;
    } else {
        camera->flip_v = !camera->flip_v;
        camera->centre_y = 1 - camera->centre_y;
    }
    aim(camera);
    camera->shown = camera->target;
}

bool fz_camera_exceeds_view(const struct fz_camera *camera)
{
    return camera->target.w > camera->view_w + REST_PX || camera->target.h > camera->view_h + REST_PX;
}

bool fz_camera_step(struct fz_camera *camera, double dt_s)
{
    struct fz_rect *s = &camera->shown;
    const struct fz_rect *t = &camera->target;
    if (s->x == t->x && s->y == t->y && s->w == t->w && s->h == t->h)
        return false;
    double part = fz_approach(dt_s, camera->tau_s);
    s->x += (t->x - s->x) * part;
    s->y += (t->y - s->y) * part;
    s->w += (t->w - s->w) * part;
    s->h += (t->h - s->h) * part;
    if (fabs(t->x - s->x) < REST_PX && fabs(t->y - s->y) < REST_PX && fabs(t->w - s->w) < REST_PX &&
        fabs(t->h - s->h) < REST_PX)
        *s = *t;
    return true;
}
