/* Where the tiles stand: plain geometry, the same cost for ten pictures and for a hundred thousand. */
#ifndef FZ_VIEW_LAYOUT_H
#define FZ_VIEW_LAYOUT_H

#include "view/geometry.h"

#include <stddef.h>
#include <stdint.h>

/* The LAYOUT TABLE: X(id, name, help) */
#define FZ_LAYOUT_TABLE(X) X(GRID, "grid", "rows and columns of equal boxes")

enum fz_layout_id {
#define X(id, name, help) FZ_LAYOUT_##id,
    FZ_LAYOUT_TABLE(X) FZ_LAYOUTS
#undef X
};

/* A run of tiles that begins a row of its own, under a heading. */
struct fz_layout_section {
    size_t start; /* its first tile */
    size_t row;   /* its first row: fz_layout_set fills it in */
};

/* What a layout depends on. */
struct fz_layout_params {
    enum fz_layout_id id;
    int view_w, view_h; /* the window, px */
    int tile_w, tile_h; /* the box of a picture, px */
    int caption_h;      /* kept free under each tile whether or not names are shown, px */
    size_t count;       /* tiles */
    int heading_h;      /* of a section, px */
    struct fz_layout_section
        *sections;        /* from tile 0 on, none empty; borrowed as long as the layout is used */
    size_t section_count; /* 0: no headings */
};

/* Worked out from the parameters; spare room goes into the gaps, so that whole rows fill the window. With headings it
 * cannot be filled by whole rows: these then stand as close as they may. */
struct fz_layout {
    struct fz_layout_params params;
    size_t columns, rows;
    double pitch_x, pitch_y; /* from tile to tile, px */
    double box_w, box_h;     /* of a picture, no larger than the window, px */
    double content_h;        /* of all rows and headings, px */
};

/* Where a tile stands. */
struct fz_layout_place {
    size_t section; /* 0 where there are none */
    size_t row;     /* over all sections */
    size_t column;
};

enum {
    FZ_CAPTION_H = 18, /* px at a text scale of 1 */
    FZ_HEADING_H = 40, /* the same */
    FZ_MIN_GAP = 6,
};
#define FZ_LAYOUT_OWN_COLUMN SIZE_MAX

/* Any thread, as all of these: functions of their arguments alone. O(sections); all that follow O(log sections). */
void fz_layout_set(struct fz_layout *layout, const struct fz_layout_params *params);

struct fz_layout_place fz_layout_place(const struct fz_layout *layout, size_t index);

/* The box of tile `index` in content coordinates (y = 0 at the top of the content), whole pixels. */
struct fz_rect fz_layout_box(const struct fz_layout *layout, size_t index);

/* The cell around it: box, caption and gaps; cells and headings cover the content, but for the ends of rows. */
struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index);

/* The line over a section, as wide as the window. */
struct fz_rect fz_layout_heading(const struct fz_layout *layout, size_t section);

/* The tiles of which at least a pixel's height is in view at `scroll`, or those below the heading that alone is; false
 * when there is none. */
bool fz_layout_visible(const struct fz_layout *layout, double scroll, size_t *first, size_t *last);

/* Whether a tile that is added at the end would stand below the window. */
bool fz_layout_is_filled(const struct fz_layout *layout, double scroll);

/* The tile whose cell holds the point of the content; false when there is none. */
bool fz_layout_hit(const struct fz_layout *layout, double x, double y, size_t *index);

/* The tile reached from `index` by `dx` places in order, then `dy` rows, kept inside; in a row that is too short for
 * `column` (that of `index`, or the one that a move before left) the last. */
size_t fz_layout_move(const struct fz_layout *layout, size_t index, long dx, long dy, size_t column);

/* The rows from that of `index` to the one that is `pages` windows below, or above; one at least. */
long fz_layout_page(const struct fz_layout *layout, size_t index, long pages);

/* The largest scroll position. */
double fz_layout_scroll_max(const struct fz_layout *layout);

/* The scroll position nearest to `scroll` that shows the whole cell of `index`, and in the first row of a section its
 * heading, where the window has room for both. */
double fz_layout_reveal(const struct fz_layout *layout, size_t index, double scroll);

#endif
