/* Justified and masonry: where the tiles of blocks are, and what is beside them. */
#include "view/mosaic.h"
#include "view/layout_kinds.h"

#include <math.h>
#include <string.h>

enum { EDGE = FZ_MIN_GAP / 2 }; /* of a cell, around its box */

static struct fz_mosaic *mosaic_of(const struct fz_layout *layout)
{
    return layout->params.mosaic;
}

size_t fz_mosaic_block_end(const struct fz_layout *layout, size_t block)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    return block + 1 < mosaic->count ? mosaic->blocks[block + 1].start : layout->params.count;
}

/* ---- Where things stand ---------------------------------------------------------------------------------------- */

static double block_start(const struct fz_layout *layout, size_t block)
{
    return (double)mosaic_of(layout)->blocks[block].start;
}

static double block_top(const struct fz_layout *layout, size_t block)
{
    return mosaic_of(layout)->blocks[block].top;
}

/* Nearly always the one of the last: a frame asks for the tiles in view, one after the other. */
static size_t block_of(const struct fz_layout *layout, size_t index)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    size_t last = mosaic->found;
    if (last < mosaic->count && mosaic->blocks[last].start <= index &&
        index < fz_mosaic_block_end(layout, last))
        return last;
    return mosaic->found = fz_layout_find_near(layout, mosaic->count, last, (double)index, block_start);
}

/* The one that `along` lies in, or the last that begins above it. */
static size_t block_at(const struct fz_layout *layout, double along)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    return fz_layout_find_near(layout, mosaic->count, mosaic->found, along, block_top);
}

struct fz_mosaic_block *fz_mosaic_at(const struct fz_layout *layout, size_t index)
{
    return &mosaic_of(layout)->blocks[block_of(layout, index)];
}

static struct fz_rect box_in(const struct fz_layout *layout, size_t block, size_t index)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    const struct fz_mosaic_spot *spot = &mosaic->spots[index];
    double y = mosaic->blocks[block].top + EDGE + (double)spot->y;
    return (struct fz_rect){(double)spot->x, y, (double)spot->w, (double)spot->h};
}

static struct fz_rect box(const struct fz_layout *layout, size_t index)
{
    return box_in(layout, block_of(layout, index), index);
}

static struct fz_rect cell_around(const struct fz_layout *layout, struct fz_rect box)
{
    return (struct fz_rect){box.x - EDGE, box.y - EDGE, box.w + FZ_MIN_GAP,
                            box.h + layout->params.caption_h + FZ_MIN_GAP};
}

static struct fz_rect cell(const struct fz_layout *layout, size_t index)
{
    return cell_around(layout, box(layout, index));
}

static double section_start(const struct fz_layout *layout, size_t section)
{
    return (double)layout->params.sections[section].start;
}

size_t fz_mosaic_section(const struct fz_layout *layout, size_t block)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    if (layout->params.section_count == 0 || block >= mosaic->count)
        return 0;
    return fz_layout_find_last(layout, layout->params.section_count, (double)mosaic->blocks[block].start,
                               section_start);
}

static size_t section(const struct fz_layout *layout, size_t index)
{
    return fz_mosaic_section(layout, block_of(layout, index));
}

/* The middle of the tile. */
static size_t column(const struct fz_layout *layout, size_t index)
{
    const struct fz_mosaic_spot *spot = &mosaic_of(layout)->spots[index];
    size_t left = spot->x, w = spot->w;
    return left + w / 2;
}

static bool is_under_heading(const struct fz_layout *layout, size_t index)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    return mosaic->blocks[block_of(layout, index)].is_first && mosaic->spots[index].y == 0;
}

/* ---- What is in view ------------------------------------------------------------------------------------------- */

static bool ends_whole(const struct fz_layout *layout, size_t index)
{
    (void)layout;
    (void)index;
    return true;
}

/* Tiles from the first to the last that is seen, and the first that begins below the view; SIZE_MAX: there is none. */
struct seen {
    size_t first, last, below;
};

/* In whole pixels from the block's top on, as tiles stand: this is asked many times a frame. */
static void look_at_block(const struct fz_layout *layout, size_t block, double top, double bottom,
                          struct seen *seen)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    const struct fz_mosaic_block *at = &mosaic->blocks[block];
    const int64_t below = (int64_t)ceil(bottom - at->top);
    const int64_t above = (int64_t)floor(top - at->top) - layout->params.caption_h - FZ_MIN_GAP;
    const size_t end = fz_mosaic_block_end(layout, block);
    for (size_t i = at->start; i < end; i++) {
        const int64_t y = mosaic->spots[i].y, h = mosaic->spots[i].h;
        if (y >= below) {
            seen->below = i < seen->below ? i : seen->below;
        } else if (y + h > above) {
            seen->first = i < seen->first ? i : seen->first;
            seen->last = i;
        }
    }
}

static struct fz_mosaic_view look(const struct fz_layout *layout, double top, double bottom)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    const size_t from = block_at(layout, top);
    struct seen seen = {SIZE_MAX, SIZE_MAX, SIZE_MAX};
    for (size_t b = from; b < mosaic->count && (b == from || block_top(layout, b) < bottom); b++)
        look_at_block(layout, b, top, bottom, &seen);
    if (seen.first != SIZE_MAX)
        return (struct fz_mosaic_view){top, bottom, seen.first, seen.last};
    if (seen.below == SIZE_MAX) /* below the tiles of `from`: what follows, or else the last */
        seen.below = from + 1 < mosaic->count ? mosaic->blocks[from + 1].start : layout->params.count - 1;
    return (struct fz_mosaic_view){top, bottom, seen.below, seen.below};
}

static void visible(const struct fz_layout *layout, double top, double bottom, size_t *first, size_t *last)
{
    struct fz_mosaic_view *views = mosaic_of(layout)->views;
    size_t at = 0;
    while (at < FZ_MOSAIC_VIEWS && (views[at].top != top || views[at].bottom != bottom))
        at++;
    struct fz_mosaic_view view = at < FZ_MOSAIC_VIEWS ? views[at] : look(layout, top, bottom);
    at = at < FZ_MOSAIC_VIEWS ? at : FZ_MOSAIC_VIEWS - 1;
    memmove(views + 1, views, at * sizeof *views);
    views[0] = view;
    *first = view.first;
    *last = view.last;
}

static bool hit(const struct fz_layout *layout, double along, double across, size_t *index)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    size_t b = block_at(layout, along);
    for (size_t i = mosaic->blocks[b].start; i < fz_mosaic_block_end(layout, b); i++) {
        struct fz_rect c = cell_around(layout, box_in(layout, b, i));
        if (across >= c.x && across < c.x + c.w && along >= c.y && along < c.y + c.h) {
            *index = i;
            return true;
        }
    }
    return false;
}

/* ---- Going ----------------------------------------------------------------------------------------------------- */

/* px from a column to a tile; 0 within it. */
static double off(struct fz_rect box, double column)
{
    return fmax(fmax(box.x - column, column - (box.x + box.w + FZ_MIN_GAP)), 0);
}

/* A walk over tiles, one by one, that knows the block of each. */
struct walk {
    size_t index, block;
};

/* False at the end of the block that follows the one that it began in, which is as far as the next row can reach. */
static bool go_on(const struct fz_layout *layout, struct walk *at, bool down, size_t began_in)
{
    const struct fz_mosaic *mosaic = mosaic_of(layout);
    if (down ? at->index + 1 == layout->params.count : at->index == 0)
        return false;
    at->index = down ? at->index + 1 : at->index - 1;
    if (at->index < mosaic->blocks[at->block].start)
        at->block--;
    else if (at->index >= fz_mosaic_block_end(layout, at->block))
        at->block++;
    return (down ? at->block - began_in : began_in - at->block) <= 1;
}

/* The tile below, or above, that the column leads through: in rows of one height that of the next row, else the next that is there.
 * The same tile where there is none. */
static size_t next_row(const struct fz_layout *layout, size_t index, bool down, double column)
{
    size_t block = block_of(layout, index), best = index;
    struct fz_rect from = box_in(layout, block, index);
    double best_off = INFINITY, best_way = INFINITY;
    bool rows = layout->params.id == FZ_LAYOUT_JUSTIFIED;
    struct walk at = {index, block};
    while (go_on(layout, &at, down, block)) {
        struct fz_rect to = box_in(layout, at.block, at.index);
        double way = down ? to.y - (from.y + from.h) : from.y - (to.y + to.h), beside = off(to, column);
        if (way < 0)
            continue;
        if (rows ? way > best_way : best_off <= 0) /* beyond that row; none is nearer in that column */
            break;
        bool nearer = rows ? way < best_way || beside < best_off
                           : beside < best_off || (beside == best_off && way < best_way);
        if (!nearer)
            continue;
        best = at.index;
        best_way = way;
        best_off = beside;
    }
    return best;
}

static size_t move(const struct fz_layout *layout, size_t at, long rows, size_t own)
{
    double middle = (double)(own == FZ_LAYOUT_OWN_COLUMN ? column(layout, at) : own);
    for (; rows != 0; rows -= rows < 0 ? -1 : 1) {
        size_t next = next_row(layout, at, rows > 0, middle);
        if (next == at)
            return at;
        at = next;
    }
    return at;
}

static long page(const struct fz_layout *layout, size_t index, long pages)
{
    double start = fz_layout_start(layout, index), way = fz_layout_view(layout) * fabs((double)pages);
    double middle = (double)column(layout, index);
    long rows = 0, step = pages < 0 ? -1 : 1;
    for (size_t at = index;; rows += step) {
        size_t next = next_row(layout, at, pages > 0, middle);
        if (next == at || fabs(fz_layout_start(layout, next) - start) > way)
            return rows;
        at = next;
    }
}

const struct fz_layout_stand fz_layout_mosaic = {
    .section = section,
    .column = column,
    .cell = cell,
    .box = box,
    .visible = visible,
    .ends_whole = ends_whole,
    .hit = hit,
    .move = move,
    .page = page,
    .is_under_heading = is_under_heading,
};
