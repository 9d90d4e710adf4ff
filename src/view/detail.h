/* Detail of a huge picture: which squares of it, at which scale, the window needs, and where they stand. Squares lie in
 * the upright picture; the window may show it turned. */
#ifndef FZ_VIEW_DETAIL_H
#define FZ_VIEW_DETAIL_H

#include "view/geometry.h"

/* A side of a square, px of its level. Its pixels have one more all around, for filters that look at neighbours. */
enum { FZ_DETAIL_SIDE = 256, FZ_DETAIL_BORDER = 1 };

/* How the window shows the picture. */
struct fz_detail_view {
    int w, h;            /* the upright picture, px */
    int quarters;        /* clockwise, then mirrored */
    bool flip_h, flip_v; /* what is shown */
    struct fz_rect rect; /* where all of it stands in the window, px */
    double view_w, view_h;
};

/* Squares of one level, of which a pixel is 2^level pixels of the picture, both ways. */
struct fz_detail_grid {
    int level;
    int column, row, columns, rows;
};

/* What to decode for them: a part of the picture, px, and the size that it comes out in. */
struct fz_detail_source {
    int x, y, w, h;
    int out_w, out_h;
    int first_x, first_y; /* where the first square begins in that */
};

/* Any thread, all of these. The coarsest level with at least a pixel for each of the window, at `zoom` of these for one of
 * the picture; 0 is the picture's own. */
int fz_detail_level(double zoom);

/* The squares that the window shows some of; false where there are none. */
bool fz_detail_in_view(const struct fz_detail_view *view, int level, struct fz_detail_grid *grid);

/* The same with `by` more on each side, as far as the picture goes. */
struct fz_detail_grid fz_detail_around(const struct fz_detail_view *view, const struct fz_detail_grid *grid,
                                       int by);

int fz_detail_count(const struct fz_detail_grid *grid);

bool fz_detail_contains(const struct fz_detail_grid *grid, int level, int column, int row);

/* A rectangle of what is missing, from its first square on, of `most` squares at most; false where nothing is. `missing`
 * goes row by row through the grid. */
bool fz_detail_block(const struct fz_detail_grid *grid, const bool *missing, int most,
                     struct fz_detail_grid *block);

struct fz_detail_source fz_detail_source(const struct fz_detail_view *view,
                                         const struct fz_detail_grid *block);

/* The size of a square without its border, px of its level: less than a side at the picture's far edges. */
void fz_detail_size(const struct fz_detail_view *view, int level, int column, int row, int *w, int *h);

/* Where it stands in the window, in whole pixels: what has a common edge has it there too. */
struct fz_rect fz_detail_place(const struct fz_detail_view *view, int level, int column, int row);

#endif
