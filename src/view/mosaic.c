/* Justified and masonry: how blocks are laid out. */
#include "view/mosaic.h"

#include "base/mem.h"
#include "view/layout_kinds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    EDGE = FZ_MIN_GAP / 2, /* between a tile and the edge of the window, or of its cell */
    MOST_COLUMNS = 64,
    MOST_SIDE = (1 << FZ_MOSAIC_SIDE_BITS) - 1,
    MOST_Y = (1 << FZ_MOSAIC_Y_BITS) - 1,
    MOST_LENGTH = (1 << 28) - 1, /* of a block */
    TILES_A_COLUMN = 32,         /* in a block: what its columns lack in length is hidden in as many gaps */
};
static const double UNKNOWN = 4.0 / 3;
/* Beyond these a picture is shown in a part of its box: a hair, or a tile that fills the window, is of no use. */
static const double NARROWEST = 0.4, WIDEST = 4;
/* Justified rows are lower than a grid's tiles, which few pictures fill, and never higher than these by much. */
static const double ROW_PART = 0.9, ROW_MOST = 1.35;
/* A last row that is nearly full is filled. */
static const double NEARLY = 0.85;

/* ---- One block ------------------------------------------------------------------------------------------------- */

/* What a block is laid out from. */
struct tiles {
    double ratios[FZ_MOSAIC_MOST_TILES];
    size_t count;
    bool is_last; /* of its section: its end may be ragged */
};

static double inner_w(const struct fz_layout *layout)
{
    return fmax(layout->params.view_w - FZ_MIN_GAP, 1);
}

static double row_h(const struct fz_layout *layout)
{
    return layout->pitch_y - layout->params.caption_h - FZ_MIN_GAP;
}

static uint32_t whole(double px, uint32_t most)
{
    return (uint32_t)fmin(fmax(px, 0), most);
}

static struct fz_mosaic_spot spot_at(double x, double y, double w, double h)
{
    return (struct fz_mosaic_spot){.x = whole(x, MOST_SIDE) & MOST_SIDE,
                                   .y = whole(y, MOST_Y) & MOST_Y,
                                   .w = whole(fmax(w, 1), MOST_SIDE) & MOST_SIDE,
                                   .h = whole(fmax(h, 1), MOST_SIDE) & MOST_SIDE};
}

/* A row from one edge to the other, or, at the end of a section, as far as it reaches. Gives its height. */
static double set_row(const struct fz_layout *layout, const double *ratios, size_t count, bool is_end,
                      double y, struct fz_mosaic_spot *spots)
{
    double sum = 0, wanted = row_h(layout), gaps = (double)(count - 1) * FZ_MIN_GAP;
    for (size_t i = 0; i < count; i++)
        sum += ratios[i];
    double h = fmax((inner_w(layout) - gaps) / sum, 1), left = 0;
    h = fmin(h, is_end && wanted < NEARLY * h ? wanted : ROW_MOST * wanted);
    for (size_t i = 0; i < count; i++) {
        double right = left + ratios[i] * h, begin = round(left), gap = (double)i * FZ_MIN_GAP;
        spots[i] = spot_at(EDGE + begin + gap, y, round(right) - begin, round(h));
        left = right;
    }
    return fmax(round(h), 1);
}

/* Whether so many tiles, so long in all with their gaps, make a row that is not too high. */
static bool can_fill(const struct fz_layout *layout, double length, size_t tiles)
{
    double gaps = (double)tiles * FZ_MIN_GAP;
    return (length - gaps) * ROW_MOST >= inner_w(layout) + FZ_MIN_GAP - gaps;
}

/* All rows of a block are as long as each other, as near as whole tiles allow. Gives the block's length. */
static double set_rows(const struct fz_layout *layout, const struct tiles *tiles,
                       struct fz_mosaic_spot *spots)
{
    double full = inner_w(layout) + FZ_MIN_GAP, wanted = row_h(layout), total = 0, at = 0, end = 0, y = 0;
    for (size_t i = 0; i < tiles->count; i++)
        total += tiles->ratios[i] * wanted + FZ_MIN_GAP;
    double row_w = tiles->is_last ? full : total / fmax(round(total / full), 1);
    for (size_t i = 0, first; i < tiles->count;) {
        double begin = at, next;
        bool is_short, is_rest; /* what is left would be too short */
        first = i;
        end += row_w;
        do {
            at += tiles->ratios[i++] * wanted + FZ_MIN_GAP;
            next = i < tiles->count ? tiles->ratios[i] * wanted + FZ_MIN_GAP : 0;
            is_short = !can_fill(layout, at - begin, i - first);
            is_rest = !tiles->is_last && !can_fill(layout, total - at, tiles->count - i);
        } while (i < tiles->count && (at + next / 2 <= end || is_short || is_rest));
        bool is_end = tiles->is_last && i == tiles->count;
        y += set_row(layout, tiles->ratios + first, i - first, is_end, y, spots + first) +
             layout->params.caption_h + FZ_MIN_GAP;
    }
    return y;
}

/* Each tile stands in the column that is shortest. What columns lack at the end of a block is spread over their gaps. */
static double set_columns(const struct fz_layout *layout, const struct tiles *tiles,
                          struct fz_mosaic_spot *spots)
{
    double ends[MOST_COLUMNS] = {0}, most = 0, w = layout->box_w;
    size_t counts[MOST_COLUMNS] = {0}, seen[MOST_COLUMNS] = {0};
    uint8_t columns[FZ_MOSAIC_MOST_TILES];
    for (size_t i = 0; i < tiles->count; i++) {
        size_t to = 0;
        for (size_t c = 1; c < layout->columns; c++)
            to = ends[c] < ends[to] ? c : to;
        double h = fmin(fmax(round(w / tiles->ratios[i]), 1), MOST_SIDE);
        columns[i] = (uint8_t)to;
        counts[to]++;
        spots[i] = spot_at(round(EDGE + layout->pitch_x * (double)to), ends[to], w, h);
        ends[to] += h + layout->params.caption_h + FZ_MIN_GAP;
        most = fmax(most, ends[to]);
    }
    for (size_t i = 0; i < tiles->count && !tiles->is_last; i++) {
        size_t c = columns[i];
        double part = counts[c] > 1 ? (double)seen[c]++ / (double)(counts[c] - 1) : 0;
        spots[i].y = whole((double)spots[i].y + floor((most - ends[c]) * part), MOST_Y) & MOST_Y;
    }
    return most;
}

/* ---- All blocks ------------------------------------------------------------------------------------------------ */

static struct fz_mosaic *mosaic_of(const struct fz_layout *layout)
{
    return layout->params.mosaic;
}

static void set_block(const struct fz_layout *layout, size_t at)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    struct fz_mosaic_block *block = &mosaic->blocks[at];
    size_t end = fz_mosaic_block_end(layout, at);
    struct tiles tiles = {.count = end - block->start,
                          .is_last = end == layout->params.count || mosaic->blocks[at + 1].is_first};
    block->is_guessed = block->is_stale = false;
    for (size_t i = 0; i < tiles.count; i++) {
        double ratio = mosaic->ratio_of(mosaic->of, block->start + i);
        block->is_guessed |= ratio <= 0;
        tiles.ratios[i] = ratio <= 0 ? UNKNOWN : fmin(fmax(ratio, NARROWEST), WIDEST);
    }
    struct fz_mosaic_spot *spots = mosaic->spots + block->start;
    double length = layout->params.id == FZ_LAYOUT_JUSTIFIED ? set_rows(layout, &tiles, spots)
                                                             : set_columns(layout, &tiles, spots);
    block->length = (uint32_t)length & MOST_LENGTH;
}

/* One below the other, from one on. */
static void stack(struct fz_layout *layout, size_t from)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    const struct fz_layout_params *p = &layout->params;
    memset(mosaic->views, 0, sizeof mosaic->views);
    layout->length = from > 0 ? mosaic->blocks[from - 1].top + mosaic->blocks[from - 1].length : 0;
    size_t section = fz_mosaic_section(layout, from);
    for (size_t i = from; i < mosaic->count; i++) {
        struct fz_mosaic_block *block = &mosaic->blocks[i];
        section += i > from && block->is_first;
        if (p->section_count > 0 && block->is_first) {
            p->sections[section].row = (uint32_t)i;
            p->sections[section].top = layout->length;
            layout->length += layout->heading_length;
        }
        block->top = layout->length;
        layout->length += block->length;
    }
}

static double columns_of(const struct fz_layout *layout)
{
    double columns = floor((inner_w(layout) + FZ_MIN_GAP) / (layout->params.tile_w + FZ_MIN_GAP));
    return fmin(fmax(columns, 1), MOST_COLUMNS);
}

size_t fz_mosaic_block_tiles(const struct fz_layout *layout, enum fz_layout_id id)
{
    size_t columns = id == FZ_LAYOUT_MASONRY ? (size_t)columns_of(layout) : 1,
           tiles = columns * TILES_A_COLUMN;
    return tiles < FZ_MOSAIC_TILES        ? FZ_MOSAIC_TILES
           : tiles > FZ_MOSAIC_MOST_TILES ? FZ_MOSAIC_MOST_TILES
                                          : tiles;
}

static void add_block(struct fz_mosaic *mosaic, size_t start, bool is_first)
{
    mosaic->blocks = fz_grow(mosaic->blocks, &mosaic->capacity, mosaic->count + 1, sizeof *mosaic->blocks);
    mosaic->blocks[mosaic->count++] =
        (struct fz_mosaic_block){.start = (uint32_t)start, .is_first = is_first};
}

/* Blocks that are about as long as each other. */
static void cut_evenly(struct fz_mosaic *mosaic, size_t start, size_t end, size_t tiles, bool is_first)
{
    size_t count = end - start, blocks = (count + tiles / 2) / tiles;
    if (count > blocks * FZ_MOSAIC_MOST_TILES)
        blocks++;
    for (size_t i = 0; i < blocks; i++)
        add_block(mosaic, start + count * i / blocks, is_first && i == 0);
}

static void cut_section(const struct fz_layout *layout, size_t first, size_t end)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    size_t tiles = fz_mosaic_block_tiles(layout, layout->params.id), start = first;
    for (size_t i = 0; i < mosaic->pin_count; i++) {
        size_t pin = mosaic->pins[i];
        if (pin < start + tiles / 2 || pin >= end)
            continue;
        cut_evenly(mosaic, start, pin, tiles, start == first);
        start = pin;
    }
    for (; start < end; start += tiles)
        add_block(mosaic, start, start == first);
}

static void set_all(struct fz_layout *layout)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    const struct fz_layout_params *p = &layout->params;
    mosaic->count = 0;
    mosaic->stale = mosaic->shown = (struct fz_mosaic_range){0};
    mosaic->spots = fz_grow(mosaic->spots, &mosaic->spot_capacity, p->count, sizeof *mosaic->spots);
    for (size_t i = 0; i < p->section_count; i++)
        cut_section(layout, p->sections[i].start, fz_layout_section_end(layout, i));
    if (p->section_count == 0)
        cut_section(layout, 0, p->count);
    for (size_t i = 0; i < mosaic->count; i++)
        set_block(layout, i);
    stack(layout, 0);
}

void fz_layout_set_justified(struct fz_layout *layout)
{
    const struct fz_layout_params *p = &layout->params;
    double room_h = fmax(p->view_h - p->caption_h - FZ_MIN_GAP, 1);
    double h = fmax(round(fmin(p->tile_h * ROW_PART, room_h / ROW_MOST)), 1);
    layout->columns = 1;
    layout->pitch_y = h + p->caption_h + FZ_MIN_GAP;
    layout->pitch_x = h * UNKNOWN + FZ_MIN_GAP;
    layout->box_h = fmax(floor(h * ROW_MOST), 1);
    layout->box_w = fmin(WIDEST * h, inner_w(layout)); /* the widest are not enlarged in most rows */
    layout->heading_length = p->heading_h;
    set_all(layout);
}

void fz_layout_set_masonry(struct fz_layout *layout)
{
    const struct fz_layout_params *p = &layout->params;
    double w = inner_w(layout) + FZ_MIN_GAP, columns = columns_of(layout);
    layout->columns = (size_t)columns;
    layout->pitch_x = w / columns;
    layout->box_w = fmax(floor(layout->pitch_x) - FZ_MIN_GAP, 1);
    layout->box_h = floor(fmin(layout->box_w / NARROWEST, fmax(layout->box_w, p->view_h)));
    layout->pitch_y = round(layout->box_w / UNKNOWN) + p->caption_h + FZ_MIN_GAP;
    layout->heading_length = p->heading_h;
    set_all(layout);
}

void fz_mosaic_fini(struct fz_mosaic *mosaic)
{
    free(mosaic->spots);
    free(mosaic->blocks);
    *mosaic = (struct fz_mosaic){0};
}

static void add(struct fz_mosaic_range *range, size_t block)
{
    bool is_empty = range->first == range->end;
    range->first = is_empty || block < range->first ? block : range->first;
    range->end = is_empty || block >= range->end ? block + 1 : range->end;
}

void fz_mosaic_renew(struct fz_layout *layout, size_t index)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    struct fz_mosaic_block *block = fz_mosaic_at(layout, index);
    block->is_stale = true;
    add(&mosaic->stale, (size_t)(block - mosaic->blocks));
}

void fz_mosaic_set_again(struct fz_layout *layout, size_t index)
{
    size_t at = (size_t)(fz_mosaic_at(layout, index) - mosaic_of(layout)->blocks);
    set_block(layout, at);
    stack(layout, at);
}

void fz_mosaic_show(struct fz_layout *layout, size_t first, size_t last)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    size_t at = (size_t)(fz_mosaic_at(layout, first) - mosaic->blocks);
    for (; at < mosaic->count && mosaic->blocks[at].start <= last; at++) {
        mosaic->blocks[at].is_shown = true;
        add(&mosaic->shown, at);
    }
}

static void hide_others(struct fz_layout *layout, size_t first, size_t last)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    const struct fz_mosaic_range were = mosaic->shown;
    mosaic->shown = (struct fz_mosaic_range){0};
    for (size_t i = were.first; i < were.end; i++) {
        struct fz_mosaic_block *block = &mosaic->blocks[i];
        block->is_shown &= block->start <= last && fz_mosaic_block_end(layout, i) > first;
        if (block->is_shown)
            add(&mosaic->shown, i);
    }
}

bool fz_mosaic_refresh(struct fz_layout *layout, size_t first, size_t last)
{
    struct fz_mosaic *mosaic = mosaic_of(layout);
    const struct fz_mosaic_range were = mosaic->stale;
    size_t from = mosaic->count;
    hide_others(layout, first, last);
    mosaic->stale = (struct fz_mosaic_range){0};
    for (size_t i = were.first; i < were.end; i++) {
        const struct fz_mosaic_block *block = &mosaic->blocks[i];
        if (block->is_stale && block->is_shown) {
            add(&mosaic->stale, i);
        } else if (block->is_stale) {
            set_block(layout, i);
            from = i < from ? i : from;
        }
    }
    if (from < mosaic->count)
        stack(layout, from);
    return from < mosaic->count;
}
