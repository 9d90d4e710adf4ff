/* Between the parts of the layout: layout.c has what all of them share, layout_rows.c equal boxes in rows; of tiles
 * of shapes of their own, mosaic.c lays out the blocks, layout_mosaic.c finds tiles in them. */
#ifndef FZ_VIEW_LAYOUT_KINDS_H
#define FZ_VIEW_LAYOUT_KINDS_H

#include "view/layout.h"

/* How the tiles of a layout stand. Any thread, all of these. `along` and `across` the scroll: px of the content. */
struct fz_layout_stand {
    size_t (*section)(const struct fz_layout *layout, size_t index);
    size_t (*column)(const struct fz_layout *layout, size_t index);
    struct fz_rect (*cell)(const struct fz_layout *layout, size_t index);
    struct fz_rect (*box)(const struct fz_layout *layout, size_t index);
    /* Of a layout with tiles: those of which anything lies between `top` and `bottom`. */
    void (*visible)(const struct fz_layout *layout, double top, double bottom, size_t *first, size_t *last);
    bool (*ends_whole)(const struct fz_layout *layout, size_t index); /* no tile could follow it beside it */
    bool (*hit)(const struct fz_layout *layout, double along, double across, size_t *index);
    size_t (*move)(const struct fz_layout *layout, size_t at, long rows, size_t column);
    long (*page)(const struct fz_layout *layout, size_t index, long pages);
    bool (*is_under_heading)(const struct fz_layout *layout, size_t index); /* right below it */
};
extern const struct fz_layout_stand fz_layout_rows, fz_layout_mosaic;

/* The LAYOUT TABLE's functions: all of the layout, from the parameters. */
void fz_layout_set_grid(struct fz_layout *layout);
void fz_layout_set_strip(struct fz_layout *layout);
void fz_layout_set_justified(struct fz_layout *layout);
void fz_layout_set_masonry(struct fz_layout *layout);

/* The first tile after a block. */
size_t fz_mosaic_block_end(const struct fz_layout *layout, size_t block);

/* The section of a block; 0 without sections. O(log sections). */
size_t fz_mosaic_section(const struct fz_layout *layout, size_t block);

/* The first tile after a section. */
size_t fz_layout_section_end(const struct fz_layout *layout, size_t section);

/* Where the one at a place begins; the later the place the farther. */
typedef double fz_layout_begin(const struct fz_layout *layout, size_t at);

/* The last of `count` that begins at `value` or before, or the first. O(log count); near the place where it is thought to be, O(log) of
 * how far off that is: a binary search begins with places that lie all over memory. */
size_t fz_layout_find_last(const struct fz_layout *layout, size_t count, double value,
                           fz_layout_begin *begin);
size_t fz_layout_find_near(const struct fz_layout *layout, size_t count, size_t near, double value,
                           fz_layout_begin *begin);

#endif
