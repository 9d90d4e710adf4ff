#include "app/scale/tile_state.h"

#include "app/app.h"
#include "app/overlay/badge.h"

static const struct fz_color VEIL = {16, 16, 18, 170};

void fz_scale_draw_state(struct fz_app *app, fz_item_id item, struct fz_rect rect)
{
    static const enum fz_badge badges[] = {[FZ_SCALE_WORKS] = FZ_BADGE_LOADING,
                                           [FZ_SCALE_MADE] = FZ_BADGE_SCALED,
                                           [FZ_SCALE_COPIED] = FZ_BADGE_SCALED,
                                           [FZ_SCALE_SKIPPED] = FZ_BADGE_SKIPPED,
                                           [FZ_SCALE_FAILED] = FZ_BADGE_FAILED};
    enum fz_scale_state state = fz_scale_window_state_of(app, item);
    if (state == FZ_SCALE_LEFT_OUT)
        return;
    bool is_there = state == FZ_SCALE_MADE || state == FZ_SCALE_COPIED || state == FZ_SCALE_SKIPPED;
    if (!is_there)
        fz_draw_fill(app->head, rect, VEIL);
    int scale = rect.w < 150 ? 1 : 2;
    double middle = fz_badge_size(scale) / 2 + 4;
    if (state != FZ_SCALE_WAITS)
        fz_badge_draw(app->head, badges[state], rect.x + middle, rect.y + middle, scale);
}
