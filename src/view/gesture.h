/* Fingers become gestures: a state machine without a clock or a screen of its own. */
#ifndef FZ_VIEW_GESTURE_H
#define FZ_VIEW_GESTURE_H

#include <stdbool.h>
#include <stdint.h>

enum fz_gesture_kind {
    FZ_GESTURE_NONE,
    FZ_GESTURE_TAP,        /* also the first of two */
    FZ_GESTURE_DOUBLE_TAP, /* the second of two */
    FZ_GESTURE_LONG_PRESS,
    FZ_GESTURE_DRAG,    /* by dx, dy */
    FZ_GESTURE_RELEASE, /* the end of a drag, with its speed; a swipe where it was one */
    FZ_GESTURE_PINCH,   /* two fingers: by `factor` around x, y, and by dx, dy */
};

enum fz_swipe { FZ_SWIPE_NONE, FZ_SWIPE_LEFT, FZ_SWIPE_RIGHT, FZ_SWIPE_UP, FZ_SWIPE_DOWN };

struct fz_gesture {
    enum fz_gesture_kind kind;
    double x, y;   /* px: where it is; of a PINCH the middle between the fingers, before it moved by dx, dy */
    double dx, dy; /* px, since the last one */
    double dt_s;
    double factor;
    enum fz_swipe swipe;
};

struct fz_finger {
    int64_t id;
    bool down;
    double x, y;
};

enum { FZ_GESTURE_FINGERS = 2 };

struct fz_gestures {
    double px_per_point; /* of the display; 1 where a point is a pixel */
    enum fz_gesture_state {
        FZ_GESTURES_REST,
        FZ_GESTURES_TOUCHED,  /* one finger, which has not moved yet */
        FZ_GESTURES_DRAGGING, /* one finger that has */
        FZ_GESTURES_PAIR,     /* two fingers, which have not moved yet */
        FZ_GESTURES_PINCHING, /* two that have */
        FZ_GESTURES_SPENT,    /* nothing more until all fingers are up */
    } state;
    struct fz_finger fingers[FZ_GESTURE_FINGERS];
    int others; /* fingers beyond those that count */
    double start_x, start_y, start_span;
    bool spreading;          /* the distance of the two counts: it is more than two that do not move alike */
    double speed_x, speed_y; /* px/s, smoothed */
    int64_t start_us, moved_us;
    double tap_x, tap_y; /* the last tap */
    int64_t tap_us;      /* 0: none that a second one could follow */
};

/* One owner's thread, all of these. */
void fz_gestures_init(struct fz_gestures *gestures, double px_per_point);

/* A finger goes down, moves, goes up at x, y px: returns what that is. */
struct fz_gesture fz_gesture_down(struct fz_gestures *gestures, int64_t id, double x, double y,
                                  int64_t now_us);
struct fz_gesture fz_gesture_move(struct fz_gestures *gestures, int64_t id, double x, double y,
                                  int64_t now_us);
struct fz_gesture fz_gesture_up(struct fz_gestures *gestures, int64_t id, double x, double y, int64_t now_us);
/* All fingers are gone without having been lifted. */
struct fz_gesture fz_gesture_cancel(struct fz_gestures *gestures);

/* Time passes: a LONG_PRESS when it is due. */
struct fz_gesture fz_gesture_wait(struct fz_gestures *gestures, int64_t now_us);
/* When that will be; INT64_MAX: never. */
int64_t fz_gesture_due_us(const struct fz_gestures *gestures);

#endif
