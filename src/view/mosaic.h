/* Where tiles of shapes of their own stand. The list is cut into blocks of about a hundred tiles, each of which fills the window's
 * width: what is learned of a shape moves the tiles of its block, and all others only as a whole. */
#ifndef FZ_VIEW_MOSAIC_H
#define FZ_VIEW_MOSAIC_H

#include "view/layout.h"

#include <stdbool.h>

enum {
    FZ_MOSAIC_TILES = 128,       /* at least, but for the last of a section */
    FZ_MOSAIC_MOST_TILES = 1024, /* columns want a number of tiles each, or their ends lie far apart */
    FZ_MOSAIC_PINS = 16,
};

/* Width over height of tile `index`; 0 where it is not known. */
typedef double fz_ratio_of(const void *of, size_t index);

/* A tile's box in its block, px; 8 bytes, for each picture has one. As wide as a window can be, and a block of the highest tiles. */
enum { FZ_MOSAIC_SIDE_BITS = 14, FZ_MOSAIC_Y_BITS = 22 };
struct fz_mosaic_spot {
    uint64_t y : FZ_MOSAIC_Y_BITS, x : FZ_MOSAIC_SIDE_BITS, w : FZ_MOSAIC_SIDE_BITS, h : FZ_MOSAIC_SIDE_BITS;
};

/* 16 bytes: each section has one, or more. */
struct fz_mosaic_block {
    double top;           /* px */
    uint32_t start;       /* its first tile */
    uint32_t length : 28; /* px */
    bool is_first : 1;    /* of its section */
    bool is_guessed : 1;  /* a shape in it was not known when it was laid out */
    bool is_stale : 1;    /* more is known by now */
    bool is_shown : 1;    /* its tiles are seen, and stay where they are */
};

/* Blocks from `first` on, before `end`; the same: none. */
struct fz_mosaic_range {
    size_t first, end;
};

/* What was in view from `top` to `bottom`, px; bottom 0: nothing is known. */
struct fz_mosaic_view {
    double top, bottom;
    size_t first, last;
};
enum { FZ_MOSAIC_VIEWS = 2 }; /* where the wall is, and where it goes to */

/* Zeroed but for the shapes at the start, and for the pins, which are set before a layout is. */
struct fz_mosaic {
    fz_ratio_of *ratio_of;
    const void *of;
    struct fz_mosaic_spot *spots; /* owned, as the blocks; of each tile of the layout */
    struct fz_mosaic_block *blocks;
    size_t spot_capacity, count, capacity;
    /* Tiles where a block is to begin, in their order, unless the one before would be less than half of one: what changes in others
     * moves no tile of that block to another row. */
    uint32_t pins[FZ_MOSAIC_PINS];
    size_t pin_count;
    size_t found; /* the block that was looked for last */
    /* that were asked for last, the latest first: many times a frame */
    struct fz_mosaic_view views[FZ_MOSAIC_VIEWS];
    struct fz_mosaic_range stale, shown; /* all that are, and what lies between them */
};

/* Any thread, one at a time, all of these. */
void fz_mosaic_fini(struct fz_mosaic *mosaic);

/* How many tiles a block has, as a rule, in a mosaic of that window and tiles of that size. */
size_t fz_mosaic_block_tiles(const struct fz_layout *layout, enum fz_layout_id id);

/* The block of a tile, of a layout that is a mosaic. O(log blocks); in the block of the one before, O(1). */
struct fz_mosaic_block *fz_mosaic_at(const struct fz_layout *layout, size_t index);

/* The shape of a tile is known now, or is another one. O(log blocks). */
void fz_mosaic_renew(struct fz_layout *layout, size_t index);

/* The same, and its block is laid out anew, shown or not. O(blocks). */
void fz_mosaic_set_again(struct fz_layout *layout, size_t index);

/* The blocks of these tiles are seen. O(what is). */
void fz_mosaic_show(struct fz_layout *layout, size_t first, size_t last);

/* Lays out anew what is stale, but for blocks that are shown and hold one of the tiles from `first` to `last`; no other is shown from
 * then on. True when any was: tiles stand elsewhere then, which takes O(blocks). */
bool fz_mosaic_refresh(struct fz_layout *layout, size_t first, size_t last);

#endif
