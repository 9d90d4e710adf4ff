#include "view/gesture.h"

#include "view/geometry.h"

#include <math.h>
#include <stddef.h>

/* Android's ViewConfiguration (touch slop 8 dp, double tap slop 100 dp and 300 ms, long press 500 ms; iOS waits 0.5 s
 * for a long press too): what the hands of most people have learned. */
static const double SLOP_PT = 8, DOUBLE_TAP_SLOP_PT = 100;
enum { DOUBLE_TAP_US = 300000, LONG_PRESS_US = 500000 };

/* A swipe goes an inch, or a third of that with a flick. */
static const double SWIPE_PT = 96, FLICK_PT = 32, FLICK_PT_S = 300;
static const double SWIPE_STRAIGHT = 1.5; /* times further along than across */
static const double SPEED_TAU_S = 0.03;
enum { RESTED_US = 100000 };

static const struct fz_gesture NOTHING = {.factor = 1};

void fz_gestures_init(struct fz_gestures *gestures, double px_per_point)
{
    *gestures = (struct fz_gestures){.px_per_point = px_per_point > 0 ? px_per_point : 1};
}

static struct fz_finger *find(struct fz_gestures *g, int64_t id)
{
    for (int i = 0; i < FZ_GESTURE_FINGERS; i++)
        if (g->fingers[i].down && g->fingers[i].id == id)
            return &g->fingers[i];
    return NULL;
}

static int count_down(const struct fz_gestures *g)
{
    int count = g->others;
    for (int i = 0; i < FZ_GESTURE_FINGERS; i++)
        count += g->fingers[i].down;
    return count;
}

static double span(const struct fz_gestures *g)
{
    const struct fz_finger *a = &g->fingers[0], *b = &g->fingers[1];
    return hypot(a->x - b->x, a->y - b->y);
}

static void middle(const struct fz_gestures *g, double *x, double *y)
{
    *x = (g->fingers[0].x + g->fingers[1].x) / 2;
    *y = (g->fingers[0].y + g->fingers[1].y) / 2;
}

static struct fz_gesture release(struct fz_gestures *g, double x, double y, enum fz_swipe swipe, double dt_s)
{
    struct fz_gesture gesture = NOTHING;
    gesture.kind = FZ_GESTURE_RELEASE;
    gesture.x = x;
    gesture.y = y;
    gesture.dt_s = dt_s;
    gesture.swipe = swipe;
    g->speed_x = g->speed_y = 0;
    return gesture;
}

struct fz_gesture fz_gesture_cancel(struct fz_gestures *g)
{
    bool dragged = g->state == FZ_GESTURES_DRAGGING;
    double x = g->fingers[0].x, y = g->fingers[0].y;
    fz_gestures_init(g, g->px_per_point);
    /* As long as if it had rested: nothing glides on. */
    return dragged ? release(g, x, y, FZ_SWIPE_NONE, RESTED_US / 1e6) : NOTHING;
}

struct fz_gesture fz_gesture_down(struct fz_gestures *g, int64_t id, double x, double y, int64_t now_us)
{
    int before = count_down(g);
    struct fz_finger *free = !g->fingers[0].down ? &g->fingers[0] : &g->fingers[1];
    if (find(g, id))
        return fz_gesture_move(g, id, x, y, now_us);
    if (free->down) {
        g->others++;
        return NOTHING;
    }
    *free = (struct fz_finger){id, true, x, y};
    if (before == 0) {
        g->state = FZ_GESTURES_TOUCHED;
        g->start_x = x;
        g->start_y = y;
        g->start_us = g->moved_us = now_us;
        g->speed_x = g->speed_y = 0;
        return NOTHING;
    }
    g->tap_us = 0;
    bool dragged = g->state == FZ_GESTURES_DRAGGING;
    if (g->state != FZ_GESTURES_SPENT)
        g->state = FZ_GESTURES_PAIR;
    middle(g, &g->start_x, &g->start_y);
    g->start_span = span(g);
    g->spreading = false;
    return dragged ? release(g, x, y, FZ_SWIPE_NONE, RESTED_US / 1e6) : NOTHING;
}

static struct fz_gesture drag(struct fz_gestures *g, struct fz_finger *finger, double x, double y,
                              int64_t now_us)
{
    double way = hypot(x - g->start_x, y - g->start_y), slop = SLOP_PT * g->px_per_point;
    struct fz_gesture gesture = NOTHING;
    if (g->state == FZ_GESTURES_TOUCHED && way <= slop)
        return gesture;
    gesture.kind = FZ_GESTURE_DRAG;
    gesture.x = x;
    gesture.y = y;
    gesture.dx = x - finger->x;
    gesture.dy = y - finger->y;
    if (g->state == FZ_GESTURES_TOUCHED) { /* what was needed to see that it is a drag is no part of it */
        gesture.dx = (x - g->start_x) * (1 - slop / way);
        gesture.dy = (y - g->start_y) * (1 - slop / way);
        g->state = FZ_GESTURES_DRAGGING;
        g->tap_us = 0;
    }
    gesture.dt_s = (double)(now_us - g->moved_us) / 1e6;
    if (gesture.dt_s > 0) {
        double part = fz_approach(gesture.dt_s, SPEED_TAU_S);
        g->speed_x += (gesture.dx / gesture.dt_s - g->speed_x) * part;
        g->speed_y += (gesture.dy / gesture.dt_s - g->speed_y) * part;
    }
    g->moved_us = now_us;
    finger->x = x;
    finger->y = y;
    return gesture;
}

static struct fz_gesture pinch(struct fz_gestures *g, struct fz_finger *finger, double x, double y)
{
    struct fz_gesture gesture = NOTHING;
    double slop = SLOP_PT * g->px_per_point, from_x, from_y, to_x, to_y, before = span(g);
    middle(g, &from_x, &from_y);
    finger->x = x;
    finger->y = y;
    middle(g, &to_x, &to_y);
    bool was_spreading = g->spreading, was_pinching = g->state == FZ_GESTURES_PINCHING;
    g->spreading |= fabs(span(g) - g->start_span) > slop;
    if (g->spreading || hypot(to_x - g->start_x, to_y - g->start_y) > slop)
        g->state = FZ_GESTURES_PINCHING;
    if (!was_pinching) /* what was needed to see that is no part of it */
        return gesture;
    gesture.kind = FZ_GESTURE_PINCH;
    gesture.x = from_x;
    gesture.y = from_y;
    gesture.dx = to_x - from_x;
    gesture.dy = to_y - from_y;
    /* Fingers that touch each other are no pixels apart: no factor can be told from that. */
    if (was_spreading && before >= slop && span(g) >= slop)
        gesture.factor = span(g) / before;
    return gesture;
}

struct fz_gesture fz_gesture_move(struct fz_gestures *g, int64_t id, double x, double y, int64_t now_us)
{
    struct fz_finger *finger = find(g, id);
    if (!finger || !isfinite(x) || !isfinite(y))
        return NOTHING;
    switch (g->state) {
    case FZ_GESTURES_TOUCHED:
    case FZ_GESTURES_DRAGGING:
        return drag(g, finger, x, y, now_us);
    case FZ_GESTURES_PAIR:
    case FZ_GESTURES_PINCHING:
        return pinch(g, finger, x, y);
    default:
        return NOTHING;
    }
}

static struct fz_gesture tap(struct fz_gestures *g, int64_t now_us)
{
    struct fz_gesture gesture = NOTHING;
    bool near = hypot(g->start_x - g->tap_x, g->start_y - g->tap_y) <= DOUBLE_TAP_SLOP_PT * g->px_per_point;
    bool second = g->tap_us > 0 && g->start_us - g->tap_us <= DOUBLE_TAP_US && near;
    gesture.kind = second ? FZ_GESTURE_DOUBLE_TAP : FZ_GESTURE_TAP;
    gesture.x = g->start_x;
    gesture.y = g->start_y;
    g->tap_x = g->start_x;
    g->tap_y = g->start_y;
    g->tap_us = second ? 0 : now_us;
    return gesture;
}

/* Straight, far enough or fast enough, and not turned back at the end. */
static enum fz_swipe swipe(const struct fz_gestures *g, double x, double y, bool rested)
{
    double dx = (x - g->start_x) / g->px_per_point, dy = (y - g->start_y) / g->px_per_point;
    bool across = fabs(dx) > fabs(dy);
    double along = across ? dx : dy, aside = across ? dy : dx;
    double speed = rested ? 0 : (across ? g->speed_x : g->speed_y) / g->px_per_point;
    double forward = along < 0 ? -speed : speed;
    bool far = fabs(along) >= SWIPE_PT && forward > -FLICK_PT_S;
    bool flicked = fabs(along) >= FLICK_PT && forward >= FLICK_PT_S;
    if (fabs(along) < SWIPE_STRAIGHT * fabs(aside) || !(far || flicked))
        return FZ_SWIPE_NONE;
    if (across)
        return along < 0 ? FZ_SWIPE_LEFT : FZ_SWIPE_RIGHT;
    return along < 0 ? FZ_SWIPE_UP : FZ_SWIPE_DOWN;
}

struct fz_gesture fz_gesture_up(struct fz_gestures *g, int64_t id, double x, double y, int64_t now_us)
{
    struct fz_gesture gesture = fz_gesture_wait(g, now_us);
    struct fz_finger *finger = find(g, id);
    if (!finger && g->others == 0) /* it went down elsewhere, on a key */
        return gesture;
    if (!finger) {
        g->others--;
    } else {
        finger->down = false;
        if (g->state == FZ_GESTURES_TOUCHED) {
            gesture = tap(g, now_us);
        } else if (g->state == FZ_GESTURES_DRAGGING) {
            bool rested = now_us - g->moved_us >= RESTED_US;
            gesture = release(g, x, y, swipe(g, x, y, rested), (double)(now_us - g->moved_us) / 1e6);
        }
    }
    g->state = count_down(g) > 0 ? FZ_GESTURES_SPENT : FZ_GESTURES_REST;
    return gesture;
}

int64_t fz_gesture_due_us(const struct fz_gestures *g)
{
    return g->state == FZ_GESTURES_TOUCHED ? g->start_us + LONG_PRESS_US : INT64_MAX;
}

struct fz_gesture fz_gesture_wait(struct fz_gestures *g, int64_t now_us)
{
    struct fz_gesture gesture = NOTHING;
    if (now_us < fz_gesture_due_us(g))
        return gesture;
    gesture.kind = FZ_GESTURE_LONG_PRESS;
    gesture.x = g->start_x;
    gesture.y = g->start_y;
    g->state = FZ_GESTURES_SPENT;
    g->tap_us = 0;
    return gesture;
}
