/* Rectangles and easing, in pixels of the window with y downwards. */
#ifndef FZ_VIEW_GEOMETRY_H
#define FZ_VIEW_GEOMETRY_H

#include <stdbool.h>

struct fz_rect {
    double x, y, w, h; /* px */
};

/* Any thread. The largest rectangle of the aspect w:h inside `box`, centred; never larger than w x h unless
 * `enlarge`, and never thinner than a pixel: what is less is not drawn. */
struct fz_rect fz_rect_fit(struct fz_rect box, double w, double h, bool enlarge);

/* Any thread. The share of the remaining way that an exponential approach with time constant `tau_s` covers in
 * `dt_s`: the same motion whatever the frame rate. */
double fz_approach(double dt_s, double tau_s);

#endif
