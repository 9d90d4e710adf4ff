/* Where the tiles stand: plain geometry. On a frame it costs the same for ten pictures and for a hundred thousand. */
#ifndef FZ_VIEW_LAYOUT_H
#define FZ_VIEW_LAYOUT_H

#include "view/geometry.h"

#include <stddef.h>
#include <stdint.h>

/* The LAYOUT TABLE: X(id, name, how its tiles stand (layout_kinds.h), function that sets it). A grid is rows and columns of equal
 * boxes. Justified rows have one height each and fill the window's width with whole pictures; in masonry whole pictures of one
 * width stand in columns. These are scrolled down. A strip is one row of larger boxes, scrolled to the right. */
#define FZ_LAYOUT_TABLE(X)                           \
    X(GRID, "grid", rows, set_grid)                  \
    X(JUSTIFIED, "justified", mosaic, set_justified) \
    X(MASONRY, "masonry", mosaic, set_masonry)       \
    X(STRIP, "strip", rows, set_strip)

enum fz_layout_id {
#define X(id, ...) FZ_LAYOUT_##id,
    FZ_LAYOUT_TABLE(X) FZ_LAYOUTS
#undef X
};

/* A run of tiles that begins a row of its own, under a heading. 16 bytes: of a tree there are as many as folders. */
struct fz_layout_section {
    uint32_t start; /* its first tile */
    /* fz_layout_set fills these in: */
    uint32_t row; /* its first row, or block */
    double top;   /* where its heading begins, along the scroll, px */
};

struct fz_mosaic;

/* What a layout depends on. */
struct fz_layout_params {
    enum fz_layout_id id;
    int view_w, view_h; /* the window, px */
    int tile_w, tile_h; /* the box of a picture, px */
    int caption_h;      /* kept free under each tile whether or not names are shown, px */
    size_t count;       /* tiles */
    int heading_h;      /* of a section, px */
    /* from tile 0 on, none empty; borrowed as long as the layout is used */
    struct fz_layout_section *sections;
    size_t section_count; /* 0: no headings */
    /* mosaic.h; borrowed, the same: where tiles of shapes of their own stand; rows need none */
    struct fz_mosaic *mosaic;
};

/* Worked out from the parameters. In a grid spare room goes into the gaps, so that whole rows fill the window; with headings it
 * cannot be filled by whole rows: these then stand as close as they may.
 *
 * Rows follow each other along the scroll, columns lie across it: sideways each tile is a row, of one column. */
struct fz_layout {
    struct fz_layout_params params;
    bool sideways;           /* the scroll leads to the right */
    size_t columns, rows;    /* of rows alone */
    double pitch_x, pitch_y; /* from tile to tile, px; where they differ, about */
    double box_w,
        box_h;     /* of a picture, px, no larger than the window; of a mosaic what pictures are loaded for */
    double scale;  /* how many times as large as a tile of the parameters the box is */
    double most_w; /* of a tile of the parameters that is of any use, px */
    double margin; /* before the first column, px */
    double heading_length; /* of a heading, along the scroll, px; 0: it stands beside its rows */
    double length;         /* of all rows and headings, along the scroll, px */
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

/* O(sections), of a mosaic O(tiles). All that follow O(log sections), of a mosaic O(log tiles). */
void fz_layout_set(struct fz_layout *layout, const struct fz_layout_params *params);

/* Whether tiles have shapes of their own. */
bool fz_layout_has_shapes(enum fz_layout_id id);

/* The section of a tile; 0 where there are none. */
size_t fz_layout_section(const struct fz_layout *layout, size_t index);

/* What fz_layout_move takes for its column. */
size_t fz_layout_column(const struct fz_layout *layout, size_t index);

/* The box of tile `index` in content coordinates (0, 0 where the window begins with nothing scrolled), whole pixels. */
struct fz_rect fz_layout_box(const struct fz_layout *layout, size_t index);

/* The cell around it: box, caption and gaps; of rows, cells and headings cover the content, but for their ends. */
struct fz_rect fz_layout_cell(const struct fz_layout *layout, size_t index);

/* The line over a section, as wide as the window; sideways as wide as the section. */
struct fz_rect fz_layout_heading(const struct fz_layout *layout, size_t section);

/* What lies there in the content lies here in the window, to the pixel. */
struct fz_rect fz_layout_in_window(const struct fz_layout *layout, struct fz_rect rect, double scroll);

/* Along the scroll, px: the window, from row to row (where these differ, about), where the cell of a tile begins, how long it is. */
double fz_layout_view(const struct fz_layout *layout);
double fz_layout_pitch(const struct fz_layout *layout);
double fz_layout_start(const struct fz_layout *layout, size_t index);
double fz_layout_cell_length(const struct fz_layout *layout, size_t index);

/* The same of a point or a way in the window. */
double fz_layout_along(const struct fz_layout *layout, double x, double y);

/* From the first to the last of the tiles of which at least a pixel is in view at `scroll`, or those below the heading that alone
 * is; false when there is none. Of a mosaic a few between them may not be in view. */
bool fz_layout_visible(const struct fz_layout *layout, double scroll, size_t *first, size_t *last);

/* Whether a tile that is added at the end would stand behind the window. */
bool fz_layout_is_filled(const struct fz_layout *layout, double scroll);

/* The tile whose cell holds the point of the window; false when there is none. */
bool fz_layout_hit(const struct fz_layout *layout, double scroll, double x, double y, size_t *index);

/* The tile reached from `index` by `dx` places in order, then `dy` rows, kept inside; in a row that is too short for `column` (that
 * of `index`, or the one that a move before left) the last. Of tiles with shapes, one row is the next below or above. */
size_t fz_layout_move(const struct fz_layout *layout, size_t index, long dx, long dy, size_t column);

/* The rows from that of `index` to the one that is `pages` windows on, or back; one at least. */
long fz_layout_page(const struct fz_layout *layout, size_t index, long pages);

/* The largest scroll position. */
double fz_layout_scroll_max(const struct fz_layout *layout);

/* The scroll position nearest to `scroll` that shows the whole cell of `index`, or nothing else where that is longer than the window,
 * and in the first row of a section its heading, where the window has room for both. */
double fz_layout_reveal(const struct fz_layout *layout, size_t index, double scroll);

/* The one that has it in the middle, as far as there is anything before and behind it. */
double fz_layout_centre(const struct fz_layout *layout, size_t index);

#endif
