/* Kinetic scrolling: the shown position follows a target exponentially, so that keys, wheel and fling are one motion
 * that can change its mind at any moment; a drag moves it directly. */
#ifndef FZ_VIEW_SCROLL_H
#define FZ_VIEW_SCROLL_H

#include <stdbool.h>
#include <stdint.h>

struct fz_scroll {
    double position, target; /* px from the top of the content */
    double wish;             /* the target before it was rounded: small steps of a wheel add up */
    double max;              /* px: the largest target */
    /* px: what lies farther from the target is skipped, but by a fling; INFINITY at the start */
    double most_way;
    /* of some of them an eye can follow in one go, what is farther is gone in fewer frames; the same */
    double row_px;
    double tau_s;    /* how fast the position follows */
    bool flung;      /* it glides by itself */
    bool far;        /* it goes by more rows at once than an eye can follow: see view/rush.h */
    double velocity; /* px/s while dragged, smoothed */
    /* px since its owner set this to 0, by a hand and in small steps; jumps and content that shifts do not count */
    double gone;
    bool dragging;
    int direction; /* the last movement: -1 up, 1 down (and at the start) */
};

/* One owner's thread, all of these. */
void fz_scroll_init(struct fz_scroll *scroll);

/* The content or the window changed; the position is kept inside at once. */
void fz_scroll_set_max(struct fz_scroll *scroll, double max);

/* Go there: smoothly, or at once. */
void fz_scroll_to(struct fz_scroll *scroll, double target, bool at_once);

/* The content grew or shrank above what is in view by `px`: what is seen stays where it is. */
void fz_scroll_shift(struct fz_scroll *scroll, double px);

/* A hand moves it: there, smoothly. */
void fz_scroll_follow(struct fz_scroll *scroll, double target);

/* The wheel: `px` further than where it is going. */
void fz_scroll_by(struct fz_scroll *scroll, double px);

/* A drag by `px` during `dt_s`; then let go: with `glide` it goes on with the speed that it had. */
void fz_scroll_drag(struct fz_scroll *scroll, double px, double dt_s);
void fz_scroll_release(struct fz_scroll *scroll, bool glide);

/* Moves the clock on (INFINITY: to the end of the movement); true while it moves. At rest the position is a whole pixel. */
bool fz_scroll_step(struct fz_scroll *scroll, double dt_s);

/* A wheel that goes in whole steps: touchpads and fine wheels send small parts of a notch, which add up. */
struct fz_wheel {
    double notches; /* turned and not yet gone for, less than one */
    int64_t at_us;  /* when it last turned */
};

/* Turns it; returns the whole notches that are due. A part is forgotten when it rests or turns back. */
long fz_wheel_turn(struct fz_wheel *wheel, double notches, int64_t now_us);

#endif
