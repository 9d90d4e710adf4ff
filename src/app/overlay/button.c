#include "app/overlay/button.h"

#include "app/app.h"
#include "app/overlay/panel.h"

#include <math.h>

static const struct fz_color GROUND = {44, 46, 54, 255}, LIT = {78, 84, 98, 255}, EDGE = {168, 170, 180, 255};
static const double HEIGHT = 1.9, SIDE = 0.8; /* of the text's height */
static const double LEAST_HEIGHT = 1.4;       /* the same, where there is no room for more */

static double text_px(const struct fz_app *app)
{
    return FZ_PANEL_PX * fz_app_text_scale(app);
}

double fz_button_height(const struct fz_app *app)
{
    return ceil(text_px(app) * HEIGHT);
}

double fz_button_width(struct fz_app *app, const char *label)
{
    int w = 0, h;
    fz_text_size(app->head, label, &(struct fz_text_style){.px = FZ_PANEL_PX}, &w, &h);
    return ceil(w + 2 * SIDE * text_px(app));
}

/* Of a button that is smaller than its text asks for, the size that it has room for. */
static int fitting_px(struct fz_app *app, struct fz_rect box, const char *label)
{
    double px = fmin(FZ_PANEL_PX, box.h / LEAST_HEIGHT / fz_app_text_scale(app)), room = box.w - 4;
    int w = 0, h;
    fz_text_size(app->head, label, &(struct fz_text_style){.px = (int)px}, &w, &h);
    return (int)fmax(w > room ? px * room / w : px, 1);
}

void fz_button_draw(struct fz_app *app, struct fz_rect box, const char *label, bool lit)
{
    struct fz_text_style style = {.px = fitting_px(app, box, label), .max_w = (int)fmax(box.w - 4, 1)};
    struct fz_rect inner = {box.x + 1, box.y + 1, box.w - 2, box.h - 2};
    int w, h;
    fz_draw_fill(app->head, box, lit ? LIT : GROUND);
    fz_draw_ring(app->head, inner, lit ? 2 : 1, lit ? fz_panel_key : EDGE);
    if (fz_text_size(app->head, label, &style, &w, &h))
        fz_text_draw(app->head, label, &style, floor(box.x + (box.w - w) / 2), floor(box.y + (box.h - h) / 2),
                     fz_panel_text);
}

bool fz_button_is_at(struct fz_rect box, double x, double y)
{
    return x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
}
