#include "view/geometry.h"

#include <math.h>

struct fz_rect fz_rect_fit(struct fz_rect box, double w, double h, bool enlarge)
{
    double scale = fmin(box.w / w, box.h / h);
    if (scale > 1 && !enlarge)
        scale = 1;
    struct fz_rect r = {.w = fmax(w * scale, 1), .h = fmax(h * scale, 1)};
    r.x = box.x + (box.w - r.w) / 2;
    r.y = box.y + (box.h - r.h) / 2;
    return r;
}

double fz_approach(double dt_s, double tau_s)
{
    return 1 - exp(-dt_s / tau_s);
}
