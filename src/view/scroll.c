#include "view/scroll.h"

#include "view/geometry.h"

#include <math.h>

/* Keys and wheel arrive within about a fifth of a second; a fling glides for about one. */
static const double KEY_TAU_S = 0.065;
/* A way of so many rows takes three frames that no eye follows (veil.h), which do not flicker yet (rush.h); longer ones too, with a time
 * that shrinks as they grow. */
static const double FOLLOWED_ROWS = 2.8;
static const double FAR_ROWS = 2.6; /* of less, the first frame is slow enough too */
static const double FLING_TAU_S = 0.325;
static const double FLING_MIN_PX_S = 120;
static const double REST_PX = 0.4;
enum { WHEEL_REST_US = 400000 };

void fz_scroll_init(struct fz_scroll *scroll)
{
    *scroll =
        (struct fz_scroll){.most_way = INFINITY, .row_px = INFINITY, .tau_s = KEY_TAU_S, .direction = 1};
}

static double clamp(const struct fz_scroll *scroll, double position)
{
    return fmin(fmax(position, 0), scroll->max);
}

static void aim(struct fz_scroll *scroll, double target)
{
    scroll->wish = clamp(scroll, target);
    scroll->target = round(scroll->wish);
    if (scroll->target != scroll->position)
        scroll->direction = scroll->target < scroll->position ? -1 : 1;
}

void fz_scroll_set_max(struct fz_scroll *scroll, double max)
{
    scroll->max = floor(max);
    scroll->position = clamp(scroll, scroll->position);
    scroll->wish = clamp(scroll, scroll->wish);
    scroll->target = clamp(scroll, scroll->target);
}

void fz_scroll_shift(struct fz_scroll *scroll, double px)
{
    bool resting = scroll->position == scroll->target;
    scroll->wish = clamp(scroll, scroll->wish + px);
    scroll->target = round(scroll->wish);
    scroll->position = resting ? scroll->target : clamp(scroll, scroll->position + px);
}

void fz_scroll_to(struct fz_scroll *scroll, double target, bool at_once)
{
    double before = scroll->target, least = FAR_ROWS * scroll->row_px;
    aim(scroll, target);
    if (at_once)
        scroll->position = scroll->target;
    double way = fabs(scroll->target - scroll->position);
    scroll->far = fabs(scroll->target - before) >= least || (scroll->far && way >= least);
    scroll->tau_s = KEY_TAU_S;
    if (scroll->far)
        scroll->tau_s *= fmin(1, FOLLOWED_ROWS * scroll->row_px / fmin(way, scroll->most_way));
    scroll->flung = false;
}

void fz_scroll_follow(struct fz_scroll *scroll, double target)
{
    aim(scroll, target);
    scroll->tau_s = KEY_TAU_S;
    scroll->far = scroll->flung = false;
}

void fz_scroll_by(struct fz_scroll *scroll, double px)
{
    fz_scroll_follow(scroll, scroll->wish + px);
}

void fz_scroll_drag(struct fz_scroll *scroll, double px, double dt_s)
{
    scroll->dragging = true;
    scroll->far = false;
    if (px != 0)
        scroll->direction = px < 0 ? -1 : 1;
    double from = scroll->position;
    scroll->position = scroll->target = scroll->wish = clamp(scroll, scroll->position + px);
    scroll->gone += scroll->position - from;
    if (dt_s > 0)
        scroll->velocity += (px / dt_s - scroll->velocity) * fz_approach(dt_s, 0.03);
}

void fz_scroll_release(struct fz_scroll *scroll, bool glide)
{
    scroll->dragging = false;
    if (glide && fabs(scroll->velocity) > FLING_MIN_PX_S) {
        scroll->tau_s = FLING_TAU_S;
        scroll->flung = true;
        scroll->far = false;
        aim(scroll, scroll->position + scroll->velocity * FLING_TAU_S);
    } else {
        aim(scroll, scroll->position);
    }
    scroll->velocity = 0;
}

bool fz_scroll_step(struct fz_scroll *scroll, double dt_s)
{
    if (scroll->dragging || scroll->position == scroll->target)
        return false;
    double from = scroll->position, way = scroll->target - from;
    if (!scroll->flung && fabs(way) > scroll->most_way)
        scroll->position = scroll->target - copysign(scroll->most_way, way);
    scroll->position += (scroll->target - scroll->position) * fz_approach(dt_s, scroll->tau_s);
    if (fabs(scroll->target - scroll->position) < REST_PX)
        scroll->position = scroll->target;
    if (isfinite(dt_s) && !scroll->far)
        scroll->gone += scroll->position - from;
    return true;
}

long fz_wheel_turn(struct fz_wheel *wheel, double notches, int64_t now_us)
{
    if (now_us - wheel->at_us > WHEEL_REST_US || notches * wheel->notches < 0)
        wheel->notches = 0;
    wheel->at_us = now_us;
    double whole = trunc(wheel->notches + notches);
    wheel->notches += notches - whole;
    return (long)whole;
}
