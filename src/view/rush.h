/* How a wall goes far by a key. A way of three rows and more moves it too far in its first frames (view/veil.h): no eye follows
 * that, and each place goes to and fro between tiles that have nothing to do with each other. So that nothing flashes more than
 * three times a second (view/flash.h) there are no more than six such changes in a second. A glide takes four: three such frames
 * (view/scroll.h), and its end, which is slower. While there are too few left for one, such a way is one jump; while there is none, it
 * waits. */
#ifndef FZ_VIEW_RUSH_H
#define FZ_VIEW_RUSH_H

#include <stdbool.h>
#include <stdint.h>

enum { FZ_RUSH_MOST = 6, FZ_RUSH_GLIDE = 4 };

struct fz_rush {
    int64_t at_us[FZ_RUSH_MOST]; /* of a ring: the last changes, 0: none */
    int oldest;
};

/* One owner's thread, all of these. All zero is a start. */

/* Whether a far way may be a glide, which begins then. */
bool fz_rush_glides(struct fz_rush *rush, int64_t now_us);
/* A frame goes so many rows further. */
void fz_rush_note(struct fz_rush *rush, double rows, int64_t now_us);
/* When the next jump may be seen. */
int64_t fz_rush_jump_due_us(const struct fz_rush *rush);

#endif
