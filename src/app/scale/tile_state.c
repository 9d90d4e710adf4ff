#include "app/scale/tile_state.h"

#include "app/app.h"
#include "app/overlay/badge.h"

#include <math.h>

enum { FILL_US = 240000 };
static const struct fz_color VEIL = {16, 16, 18, 170};

/* How much of it is clear, from below: 0 to 1. With less motion all of it is at once. */
static double filled(const struct fz_app *app, fz_item_id item, enum fz_scale_state state, bool *filling)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    const struct fz_rendition *r = tile ? &tile->renditions[FZ_FOR_WALL] : NULL;
    bool was_made = state == FZ_SCALE_MADE || state == FZ_SCALE_SKIPPED;
    bool is_shown = r && r->filled_of == app->scale.number;
    if (state != FZ_SCALE_COPIED && !(was_made && is_shown))
        return 0;
    if (!r || fz_app_motion(app) != FZ_MOTION_FULL)
        return 1;
    double part = (double)(app->now_us - r->filled_us) / FILL_US;
    *filling |= part < 1;
    return fmin(part, 1);
}

void fz_scale_draw_state(struct fz_app *app, fz_item_id item, struct fz_rect rect, bool *filling)
{
    static const enum fz_badge badges[] = {[FZ_SCALE_WORKS] = FZ_BADGE_LOADING,
                                           [FZ_SCALE_MADE] = FZ_BADGE_SCALED,
                                           [FZ_SCALE_COPIED] = FZ_BADGE_SCALED,
                                           [FZ_SCALE_SKIPPED] = FZ_BADGE_SKIPPED,
                                           [FZ_SCALE_FAILED] = FZ_BADGE_FAILED};
    enum fz_scale_state state = fz_scale_window_state_of(app, item);
    if (state == FZ_SCALE_LEFT_OUT)
        return;
    double part = filled(app, item, state, filling);
    struct fz_rect veil = {rect.x, rect.y, rect.w, floor(rect.h * (1 - part))};
    if (veil.h > 0)
        fz_draw_fill(app->head, veil, VEIL);
    int scale = rect.w < 150 ? 1 : 2;
    double middle = fz_badge_size(scale) / 2 + 4;
    if (state != FZ_SCALE_WAITS)
        fz_badge_draw(app->head, badges[state], rect.x + middle, rect.y + middle, scale);
}
