/* Where the tiles stand: plain geometry, the same cost for ten pictures and for a hundred thousand. */
#ifndef FZ_VIEW_LAYOUT_H
#define FZ_VIEW_LAYOUT_H

#include "view/geometry.h"

#include <stddef.h>

/* The LAYOUT TABLE: X(id, name, help) */
#define FZ_LAYOUT_TABLE(X) X(GRID, "grid", "rows and columns of equal boxes")

enum fz_layout_id {
#define X(id, name, help) FZ_LAYOUT_##id,
    FZ_LAYOUT_TABLE(X) FZ_LAYOUTS
#undef X
};

/* What a layout depends on. */
struct fz_layout_params {
    enum fz_layout_id id;
    int view_w, view_h; /* the window, px */
    int tile_w, tile_h; /* the box of a picture, px */
    int caption_h;      /* kept free under each tile whether or not names are shown, px */
    size_t count;       /* tiles */
};

/* Worked out from the parameters; spare room goes into the gaps, so that whole rows fill the window. */
struct fz_layout {
    struct fz_layout_params params;
    size_t columns, rows;
    double pitch_x, pitch_y; /* from tile to tile, px */
    double box_w, box_h;     /* of a picture, no larger than the window, px */
    double content_h;        /* of all rows, px */
};

enum {
    FZ_CAPTION_H = 18, /* px at a text scale of 1 */
    FZ_MIN_GAP = 6,
};

/* Any thread, as all of these: pure functions of their arguments. */
void fz_layout_set(struct fz_layout *layout, const struct fz_layout_params *params);

/* The box of tile `index` in content coordinates (y = 0 at the top of the first row), whole pixels. */
struct fz_rect fz_layout_box(const struct fz_layout *layout, size_t index);

/* The cell around it: box, caption and gaps; cells cover the content without holes. */
struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index);

/* The tiles of which at least a pixel's height is in view at `scroll`; false when there is none. */
bool fz_layout_visible(const struct fz_layout *layout, double scroll, size_t *first, size_t *last);

/* The tile whose cell holds the point of the content; false when there is none. */
bool fz_layout_hit(const struct fz_layout *layout, double x, double y, size_t *index);

/* The tile reached from `index` by `dx` columns (over row ends) and `dy` rows, kept inside. */
size_t fz_layout_move(const struct fz_layout *layout, size_t index, long dx, long dy);

/* The largest scroll position. */
double fz_layout_scroll_max(const struct fz_layout *layout);

/* The scroll position nearest to `scroll` that shows the whole cell of `index`. */
double fz_layout_reveal(const struct fz_layout *layout, size_t index, double scroll);

#endif
