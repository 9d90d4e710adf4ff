/* What is wanted, and how urgently: a pure function of where the user looks. */
#ifndef FZ_VIEW_PRIORITY_H
#define FZ_VIEW_PRIORITY_H

#include "view/layout.h"

#include <stdint.h>

/* More urgent first. */
enum fz_priority_class {
    FZ_PRIORITY_PICTURE,   /* what the picture view shows */
    FZ_PRIORITY_FIRST,     /* first pictures of tiles in view: quickly made */
    FZ_PRIORITY_VISIBLE,   /* tiles in view, outward from the selection */
    FZ_PRIORITY_NEIGHBOUR, /* pictures that come next in the picture view */
    FZ_PRIORITY_AHEAD,     /* one window further in the direction of the scroll */
    FZ_PRIORITY_BEHIND,    /* one window in the other direction */
    FZ_PRIORITY_SCALE,     /* pictures that are made smaller */
    FZ_PRIORITY_FILL,      /* the rest of the list, while there is room */
    FZ_PRIORITY_SNIFF,     /* files of unknown kind */
    FZ_PRIORITY_KEEP,      /* tiles for the cache alone, while nobody is there */
    FZ_PRIORITY_CLASSES,
};

/* Any thread. The priority of the job heap: class first, then distance. */
uint64_t fz_priority(enum fz_priority_class class, uint32_t distance);

/* Where the user looks. */
struct fz_focus {
    size_t first, last; /* tiles in view */
    size_t selected;
    int direction; /* of the scroll: -1 or 1 */
};

/* Any thread. The priority of tile `index` on the wall. */
uint64_t fz_priority_of_tile(const struct fz_layout *layout, const struct fz_focus *focus, size_t index);

#endif
