#include "view/detail.h"

#include <math.h>
#include <stdint.h>

enum { MAX_LEVEL = 16 };

static int at_least(int a, int b)
{
    return a > b ? a : b;
}

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

int fz_detail_level(double zoom)
{
    int level = 0;
    while (level < MAX_LEVEL && zoom * (2 << level) <= 1)
        level++;
    return level;
}

/* A side of a square, px of the picture. */
static int side_of(int level)
{
    return FZ_DETAIL_SIDE << level;
}

static int count(int length, int level)
{
    return (int)(((int64_t)length + side_of(level) - 1) / side_of(level));
}

/* ---- To the window and back: parts of the picture, 0..1 ------------------------------------------------------------ */

static void turn(double u, double v, int quarters, double *turned_u, double *turned_v)
{
    const double by_quarters[4][2] = {{u, v}, {1 - v, u}, {1 - u, 1 - v}, {v, 1 - u}};
    *turned_u = by_quarters[quarters & 3][0];
    *turned_v = by_quarters[quarters & 3][1];
}

static void to_window(const struct fz_detail_view *view, double u, double v, double *x, double *y)
{
    turn(u, v, view->quarters, &u, &v);
    *x = view->rect.x + view->rect.w * (view->flip_h ? 1 - u : u);
    *y = view->rect.y + view->rect.h * (view->flip_v ? 1 - v : v);
}

static void from_window(const struct fz_detail_view *view, double x, double y, double *u, double *v)
{
    double turned_u = (x - view->rect.x) / view->rect.w, turned_v = (y - view->rect.y) / view->rect.h;
    turned_u = view->flip_h ? 1 - turned_u : turned_u;
    turned_v = view->flip_v ? 1 - turned_v : turned_v;
    turn(turned_u, turned_v, 4 - view->quarters, u, v);
}

/* ---- Squares ------------------------------------------------------------------------------------------------------- */

/* Those that a stretch of the picture from `a` to `b` (or back), 0..1, touches. */
static bool touched(double a, double b, int length, int level, int *first, int *number)
{
    double from = fmax(fmin(a, b), 0) * length, to = fmin(fmax(a, b), 1) * length;
    if (to <= from)
        return false;
    *first = at_most((int)(from / side_of(level)), count(length, level) - 1);
    *number = at_least((int)ceil(to / side_of(level)), *first + 1) - *first;
    return true;
}

bool fz_detail_in_view(const struct fz_detail_view *view, int level, struct fz_detail_grid *grid)
{
    double u0, v0, u1, v1;
    from_window(view, 0, 0, &u0, &v0);
    from_window(view, view->view_w, view->view_h, &u1, &v1);
    grid->level = level;
    return touched(u0, u1, view->w, level, &grid->column, &grid->columns) &&
           touched(v0, v1, view->h, level, &grid->row, &grid->rows);
}

struct fz_detail_grid fz_detail_around(const struct fz_detail_view *view, const struct fz_detail_grid *grid,
                                       int by)
{
    int left = at_least(grid->column - by, 0), top = at_least(grid->row - by, 0);
    int right = at_most(grid->column + grid->columns + by, count(view->w, grid->level));
    int bottom = at_most(grid->row + grid->rows + by, count(view->h, grid->level));
    return (struct fz_detail_grid){grid->level, left, top, right - left, bottom - top};
}

int fz_detail_count(const struct fz_detail_grid *grid)
{
    return grid->columns * grid->rows;
}

bool fz_detail_contains(const struct fz_detail_grid *grid, int level, int column, int row)
{
    return level == grid->level && column >= grid->column && column < grid->column + grid->columns &&
           row >= grid->row && row < grid->row + grid->rows;
}

static bool all_missing(const bool *missing, int number)
{
    for (int i = 0; i < number; i++)
        if (!missing[i])
            return false;
    return true;
}

bool fz_detail_block(const struct fz_detail_grid *grid, const bool *missing, int most,
                     struct fz_detail_grid *block)
{
    int all = grid->columns * grid->rows, first = 0;
    while (first < all && !missing[first])
        first++;
    if (first == all)
        return false;
    int column = first % grid->columns, row = first / grid->columns, columns = 1, rows = 1;
    while (column + columns < grid->columns && columns < most && missing[first + columns])
        columns++;
    while (row + rows < grid->rows && columns * (rows + 1) <= most &&
           all_missing(&missing[first + rows * grid->columns], columns))
        rows++;
    *block = (struct fz_detail_grid){grid->level, grid->column + column, grid->row + row, columns, rows};
    return true;
}

/* A stretch of squares with its border, as far as the picture goes. */
static void stretch(int first, int number, int length, int level, int *from, int *px, int *out, int *first_at)
{
    int border = FZ_DETAIL_BORDER << level;
    int begin = first * side_of(level);
    int64_t end = (int64_t)(first + number) * side_of(level) + border;
    *from = at_least(begin - border, 0);
    *px = (int)(end < length ? end : length) - *from;
    *out = (*px + (1 << level) - 1) >> level;
    *first_at = (begin - *from) >> level;
}

struct fz_detail_source fz_detail_source(const struct fz_detail_view *view,
                                         const struct fz_detail_grid *block)
{
    struct fz_detail_source s;
    stretch(block->column, block->columns, view->w, block->level, &s.x, &s.w, &s.out_w, &s.first_x);
    stretch(block->row, block->rows, view->h, block->level, &s.y, &s.h, &s.out_h, &s.first_y);
    return s;
}

static int size_of(int at, int length, int level)
{
    int left = length - at * side_of(level);
    return (at_most(left, side_of(level)) + (1 << level) - 1) >> level;
}

void fz_detail_size(const struct fz_detail_view *view, int level, int column, int row, int *w, int *h)
{
    *w = size_of(column, view->w, level);
    *h = size_of(row, view->h, level);
}

/* Rounded, so that neighbours meet whatever the renderer does with parts of pixels. */
struct fz_rect fz_detail_place(const struct fz_detail_view *view, int level, int column, int row)
{
    double side = side_of(level), x0, y0, x1, y1;
    to_window(view, fmin(column * side / view->w, 1), fmin(row * side / view->h, 1), &x0, &y0);
    to_window(view, fmin((column + 1) * side / view->w, 1), fmin((row + 1) * side / view->h, 1), &x1, &y1);
    double left = round(fmin(x0, x1)), top = round(fmin(y0, y1));
    return (struct fz_rect){left, top, round(fmax(x0, x1)) - left, round(fmax(y0, y1)) - top};
}
