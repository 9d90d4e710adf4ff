/* Where the tiles stand: plain geometry, the same cost for ten pictures and for a hundred thousand. */
#ifndef FZ_VIEW_LAYOUT_H
#define FZ_VIEW_LAYOUT_H

#include "view/geometry.h"

#include <stddef.h>
#include <stdint.h>

/* The LAYOUT TABLE: X(id, name, function that sets it). A grid is rows and columns of equal boxes, scrolled down. A strip is one
 * row of larger ones, scrolled to the right. */
#define FZ_LAYOUT_TABLE(X)    \
    X(GRID, "grid", set_grid) \
    X(STRIP, "strip", set_strip)

enum fz_layout_id {
#define X(id, ...) FZ_LAYOUT_##id,
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

/* Worked out from the parameters. In a grid spare room goes into the gaps, so that whole rows fill the window; with headings it
 * cannot be filled by whole rows: these then stand as close as they may.
 *
 * Rows follow each other along the scroll, columns lie across it: sideways each tile is a row, of one column. */
struct fz_layout {
    struct fz_layout_params params;
    bool sideways; /* the scroll leads to the right */
    size_t columns, rows;
    double pitch_x, pitch_y; /* from tile to tile, px */
    double box_w, box_h;     /* of a picture, no larger than the window, px */
    double scale;            /* how many times as large as a tile of the parameters the box is */
    double margin;           /* before the first column, px */
    double heading_length;   /* of a heading, along the scroll, px; 0: it stands beside its rows */
    double length;           /* of all rows and headings, along the scroll, px */
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

/* Any thread, as all of these: functions of their arguments alone. */
const char *fz_layout_name(enum fz_layout_id id);
/* The layout of that name; false where there is none. */
bool fz_layout_find(const char *name, enum fz_layout_id *id);

/* O(sections); all that follow O(log sections). */
void fz_layout_set(struct fz_layout *layout, const struct fz_layout_params *params);

struct fz_layout_place fz_layout_place(const struct fz_layout *layout, size_t index);

/* The box of tile `index` in content coordinates (0, 0 where the window begins with nothing scrolled), whole pixels. */
struct fz_rect fz_layout_box(const struct fz_layout *layout, size_t index);

/* The cell around it: box, caption and gaps; cells and headings cover the content, but for the ends of rows. */
struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index);

/* The line over a section, as wide as the window; sideways as wide as the section. */
struct fz_rect fz_layout_heading(const struct fz_layout *layout, size_t section);

/* What lies there in the content lies here in the window, to the pixel. */
struct fz_rect fz_layout_in_window(const struct fz_layout *layout, struct fz_rect rect, double scroll);

/* Along the scroll, px: the window, from row to row, and where the cell of a tile begins. */
double fz_layout_view(const struct fz_layout *layout);
double fz_layout_pitch(const struct fz_layout *layout);
double fz_layout_start(const struct fz_layout *layout, size_t index);

/* The same of a point or a way in the window. */
double fz_layout_along(const struct fz_layout *layout, double x, double y);

/* The tiles of which at least a pixel is in view at `scroll`, or those below the heading that alone is; false
 * when there is none. */
bool fz_layout_visible(const struct fz_layout *layout, double scroll, size_t *first, size_t *last);

/* Whether a tile that is added at the end would stand behind the window. */
bool fz_layout_is_filled(const struct fz_layout *layout, double scroll);

/* The tile whose cell holds the point of the window; false when there is none. */
bool fz_layout_hit(const struct fz_layout *layout, double scroll, double x, double y, size_t *index);

/* The tile reached from `index` by `dx` places in order, then `dy` rows, kept inside; in a row that is too short for
 * `column` (that of `index`, or the one that a move before left) the last. */
size_t fz_layout_move(const struct fz_layout *layout, size_t index, long dx, long dy, size_t column);

/* The rows from that of `index` to the one that is `pages` windows on, or back; one at least. */
long fz_layout_page(const struct fz_layout *layout, size_t index, long pages);

/* The largest scroll position. */
double fz_layout_scroll_max(const struct fz_layout *layout);

/* The scroll position nearest to `scroll` that shows the whole cell of `index`, and in the first row of a section its
 * heading, where the window has room for both. */
double fz_layout_reveal(const struct fz_layout *layout, size_t index, double scroll);

/* The one that has it in the middle, as far as there is anything before and behind it. */
double fz_layout_centre(const struct fz_layout *layout, size_t index);

#endif
