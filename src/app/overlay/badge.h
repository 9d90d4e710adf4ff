/* States and directions as shapes, for those who see no colours: drawn from small patterns, without textures. */
#ifndef FZ_APP_OVERLAY_BADGE_H
#define FZ_APP_OVERLAY_BADGE_H

#include "gpu/draw.h"

enum fz_badge {
    FZ_BADGE_LOADING,
    FZ_BADGE_FAILED,
    FZ_BADGE_DAMAGED,
    FZ_BADGE_MARKED,
    FZ_BADGE_STACK,
    FZ_BADGE_SCALED,  /* its result was written */
    FZ_BADGE_SKIPPED, /* it was there already */
    FZ_BADGE_PREVIOUS,
    FZ_BADGE_NEXT,
    FZ_BADGES
};

/* Render thread only, all of these; within a frame. `scale` is the px of a field of the pattern. */

/* The shape alone, its middle at x, y. */
void fz_badge_draw_shape(struct fz_head *head, enum fz_badge badge, double x, double y, int scale,
                         struct fz_color color);
/* White on a black ground with a white edge: there is no picture on which neither stands out. */
void fz_badge_draw(struct fz_head *head, enum fz_badge badge, double x, double y, int scale);
/* The side of the ground and its edge, px. */
double fz_badge_size(int scale);

/* Around `rect`: black inside, white outside. On any colour one of the two has a contrast of 4.58:1 or more, which no
 * pair but these reaches: their own contrast of 21:1 has to be at least the square of 4.5. */
void fz_badge_draw_selection(struct fz_head *head, struct fz_rect rect);

#endif
