#include "image/codecs/png_passes.h"

#include "image/pixels/alpha.h"
#include "image/pixels/deep.h"

#include <assert.h>
#include <stdlib.h>

enum {
    CANCEL_ROWS = 16,
    MOST_SIDE = 256, /* px of a cell */
    CHANNELS = 4,
    MEAN_BYTES = CHANNELS * sizeof(uint16_t),
    COLUMN_BYTES = CHANNELS * sizeof(uint32_t) + sizeof(int), /* of sums and edges */
    AROUND = 8, /* cells that the filter sees on both sides, for each of the result */
    BLOCK = 8,  /* px: one of the first pass stands for so many each way */
    LAST = FZ_PNG_PASSES - 1,
    ONE = 65535 /* of a mean */
};

/* Where the pixels of each pass lie (PNG, third edition, 8.1). */
static const struct pass {
    int x, y, across, down;
} passes[FZ_PNG_PASSES] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                           {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

/* How many of `first`, first + step ... are less than `end`; a step is a power of two. */
static int count_before(int end, int first, int step)
{
    return end > first ? (end - first + step - 1) >> __builtin_ctz((unsigned)step) : 0;
}

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

/* --- cells ---------------------------------------------------------------------------------------- */

/* Of a part powers of two alone, by which parts fit together (image/pixels/region.c). 1 where all of it may be held. */
static int side_of(const struct fz_decode *d)
{
    const struct fz_header *h = &d->header;
    const struct fz_part least = fz_decode_least_part(d, (int)h->width, (int)h->height);
    const int across = least.of.w / least.out_w, down = least.of.h / least.out_h,
              most = least_of(least_of(across, down), MOST_SIDE);
    int side = 1;
    if (!d->frugal && (uint64_t)h->width * h->height <= d->request->limits.max_whole_px)
        return side;
    if (d->request->want.region.w == 0)
        return most;
    while (side * 2 <= most)
        side *= 2;
    return side;
}

static struct fz_png_axis make_axis(const struct fz_decode *d, uint32_t length, int side)
{
    const int len = (int)length;
    if (d->request->want.region.w == 0)
        return (struct fz_png_axis){.len = len, .cells = len / side, .span = len};
    const int cells = (len + side - 1) / side;
    return (struct fz_png_axis){.len = len, .cells = cells, .span = cells * side};
}

/* The first pixel of a cell; that of the one behind the last is len. */
static int edge_of(const struct fz_png_axis *axis, int cell)
{
    return least_of((int)((int64_t)cell * axis->span / axis->cells), axis->len);
}

static int cell_at(const struct fz_png_axis *axis, int px)
{
    return (int)((((int64_t)px + 1) * axis->cells - 1) / axis->span);
}

/* From where the blocks begin that stand for the first ones, if no more comes. */
static void hold(struct fz_png_axis *axis, int from, int length)
{
    axis->from = cell_at(axis, edge_of(axis, from) / BLOCK * BLOCK);
    axis->held = from + length - axis->from;
}

/* At most, of those of `length` px that become `out`. */
static uint64_t count_held(const struct fz_png_axis *axis, int length, int out)
{
    const int part = (int)((int64_t)length * axis->cells / axis->span) + 2;
    return (uint64_t)(length == axis->len ? axis->cells
                                          : least_of(part + AROUND * (part / out + 1) + BLOCK, axis->cells));
}

static uint64_t bytes_when(const struct fz_decode *d, bool deep)
{
    const struct fz_header *h = &d->header;
    const int side = side_of(d);
    const struct fz_png_axis across = make_axis(d, h->width, side), down = make_axis(d, h->height, side);
    const struct fz_part part = fz_decode_part(d, (int)h->width, (int)h->height);
    const uint64_t held_w = count_held(&across, part.of.w, part.out_w),
                   held_h = count_held(&down, part.of.h, part.out_h);
    return side > 1 ? held_w * held_h * MEAN_BYTES + (held_w + 1) * COLUMN_BYTES
                    : held_w * held_h * (deep ? 8 : 4);
}

uint64_t fz_png_passes_bytes(const struct fz_decode *d, bool deep)
{
    struct fz_decode upright = *d, sideways = *d; /* which one is not known yet */
    upright.turn = 1;
    sideways.turn = 6;
    const uint64_t one = bytes_when(&upright, deep), other = bytes_when(&sideways, deep);
    return one > other ? one : other;
}

static bool is_deep(const struct fz_png_passes *p)
{
    return p->rows->kind == FZ_PNG_RGBA;
}

static size_t px_bytes(const struct fz_png_passes *p)
{
    return is_deep(p) ? 8 : 4;
}

static uint8_t *cell_of(const struct fz_png_passes *p, int x, int y)
{
    const size_t i = (size_t)(y - p->down.from) * (size_t)p->across.held + (size_t)(x - p->across.from);
    return p->cells + i * (p->are_means ? MEAN_BYTES : px_bytes(p));
}

/* --- begin and end -------------------------------------------------------------------------------- */

enum fz_err fz_png_passes_begin(struct fz_png_passes *p, struct fz_decode *d, const struct fz_png_rows *rows)
{
    const int width = (int)d->header.width, height = (int)d->header.height, side = side_of(d);
    *p = (struct fz_png_passes){.d = d, .rows = rows, .are_means = side > 1};
    p->across = make_axis(d, d->header.width, side);
    p->down = make_axis(d, d->header.height, side);
    enum fz_err code = fz_decode_begin(d, width, height, p->across.cells, p->down.cells);
    if (code != FZ_OK)
        return code;
    hold(&p->across, d->reduce.part.x, d->reduce.part.w);
    hold(&p->down, d->reduce.part.y, d->reduce.part.h);
    const size_t held_w = (size_t)p->across.held, count = held_w * (size_t)p->down.held;
    p->row = malloc(rows->bytes);
    p->cells = calloc(count, p->are_means ? MEAN_BYTES : px_bytes(p));
    p->edges = p->are_means ? malloc((held_w + 1) * sizeof *p->edges) : NULL;
    p->sums = p->are_means ? malloc(held_w * CHANNELS * sizeof *p->sums) : NULL;
    if (!p->row || !p->cells || (p->are_means && (!p->edges || !p->sums)))
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for an interlaced picture");
    for (int i = 0; p->are_means && i <= p->across.held; i++)
        p->edges[i] = edge_of(&p->across, p->across.from + i);
    return FZ_OK;
}

void fz_png_passes_fini(struct fz_png_passes *p)
{
    free(p->cells);
    free(p->edges);
    free(p->sums);
    free(p->row);
}

bool fz_png_passes_any(const struct fz_png_passes *p)
{
    return p->came[0] > 0;
}

/* --- rows of the file ----------------------------------------------------------------------------- */

/* Inlined with a constant kind, as what calls it. */
static inline void add_px(const uint8_t *px, bool deep, uint32_t *sums)
{
    const uint16_t *rgba = (const uint16_t *)(const void *)px;
    for (int c = 0; c < 3; c++)
        if (deep)
            sums[c] += rgba[3] == ONE ? rgba[c] : (uint32_t)rgba[c] * rgba[3] / ONE;
        else
            sums[c] += px[3] == 255 ? px[c] : fz_alpha_mix(px[c], px[3], 0);
    sums[3] += deep ? rgba[3] : px[3];
}

/* `count` pixels of a row, from column `x` on, each `step` after the other. */
static inline void sum_row(struct fz_png_passes *p, const uint8_t *px, int x, int step, int count, bool deep)
{
    int cell = cell_at(&p->across, x) - p->across.from;
    for (int i = 0; i < count; i++, x += step, px += deep ? 8 : 4) {
        while (x >= p->edges[cell + 1])
            cell++;
        add_px(px, deep, p->sums + (size_t)cell * CHANNELS);
    }
}

/* Adds what the sums of a row, at most `of` for a pixel, are of the means of cells `high` px high. */
static void add_to_means(const struct fz_png_passes *p, uint16_t *means, unsigned of, int high)
{
    uint64_t times = 0;
    assert(of > 0 && high > 0);
    for (int i = 0, wide = 0; i < p->across.held; i++) {
        if (p->edges[i + 1] - p->edges[i] != wide) {
            wide = p->edges[i + 1] - p->edges[i];
            times = ((uint64_t)ONE << 32) / ((uint64_t)of * (uint64_t)wide * (uint64_t)high);
        }
        for (int c = i * CHANNELS; c < (i + 1) * CHANNELS; c++) {
            const uint64_t sum = means[c] + ((p->sums[c] * times + (UINT64_C(1) << 31)) >> 32);
            means[c] = (uint16_t)(sum < ONE ? sum : ONE);
        }
    }
}

static void take_means(struct fz_png_passes *p, const uint8_t *px, int x, int step, int count, int y)
{
    uint16_t *means = (uint16_t *)(void *)cell_of(p, p->across.from, y);
    memset(p->sums, 0, (size_t)p->across.held * CHANNELS * sizeof *p->sums);
    if (is_deep(p))
        sum_row(p, px, x, step, count, true);
    else
        sum_row(p, px, x, step, count, false);
    add_to_means(p, means, is_deep(p) ? ONE : 255, edge_of(&p->down, y + 1) - edge_of(&p->down, y));
}

static void take_pixels(struct fz_png_passes *p, const uint8_t *px, int x, int step, int count, int y)
{
    const size_t bytes = px_bytes(p);
    uint8_t *to = cell_of(p, x, y);
    for (int i = 0; i < count; i++, px += bytes, to += (size_t)step * bytes)
        memcpy(to, px, bytes);
}

/* Row `px_y` of the picture, of which the pass has each `across`th pixel. */
static void take_row(struct fz_png_passes *p, const struct pass *pass, int px_y)
{
    const int left = edge_of(&p->across, p->across.from),
              right = edge_of(&p->across, p->across.from + p->across.held), y = cell_at(&p->down, px_y);
    const int skipped = count_before(left, pass->x, pass->across),
              count = count_before(right, pass->x, pass->across) - skipped,
              x = pass->x + skipped * pass->across;
    uint8_t *px = p->row + (size_t)skipped * px_bytes(p);
    if (count == 0 || y < p->down.from || y >= p->down.from + p->down.held)
        return;
    if (p->rows->hdr)
        fz_hdr_row(p->rows->hdr, (uint16_t *)(void *)px, count);
    if (p->are_means)
        take_means(p, px, x, pass->across, count, y);
    else
        take_pixels(p, px, x, pass->across, count, y);
}

/* A pass without pixels is left out by libpng too. */
enum fz_err fz_png_passes_read(struct fz_png_passes *p, png_structp png)
{
    const int below = edge_of(&p->down, p->down.from + p->down.held);
    for (int i = 0; i < FZ_PNG_PASSES; i++) {
        const struct pass *pass = &passes[i];
        const int rows = count_before(i == LAST ? below : p->down.len, pass->y, pass->down);
        for (int y = 0; y < rows && pass->x < p->across.len; y++) {
            if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(p->d))
                return fz_decode_fail_cancelled(p->d);
            png_read_row(png, p->row, NULL);
            take_row(p, pass, pass->y + y * pass->down);
            p->came[i]++;
        }
    }
    p->complete = true;
    return FZ_OK;
}

/* --- rows of the result --------------------------------------------------------------------------- */

/* A cell, of which `came` of `all` pixels have come; NULL: nothing that could stand for it. */
struct cell {
    const uint8_t *at;
    unsigned all, came;
};

static struct cell get_cell(const struct fz_png_passes *p, int x, int y)
{
    const int left = edge_of(&p->across, x), right = edge_of(&p->across, x + 1), top = edge_of(&p->down, y),
              below = edge_of(&p->down, y + 1);
    struct cell cell = {cell_of(p, x, y), (unsigned)((right - left) * (below - top)), 0};
    if (p->complete) {
        cell.came = cell.all;
        return cell;
    }
    for (int i = 0; i < FZ_PNG_PASSES; i++) {
        const struct pass *pass = &passes[i];
        const int across =
            count_before(right, pass->x, pass->across) - count_before(left, pass->x, pass->across);
        const int down = least_of(count_before(below, pass->y, pass->down), p->came[i]) -
                         least_of(count_before(top, pass->y, pass->down), p->came[i]);
        cell.came += (unsigned)(across * down);
    }
    return cell;
}

/* The pixel of a pass before, whose block it lies in. False: it is of the first. */
static bool go_to_coarser(int *x, int *y)
{
    for (int bit = 1; bit < BLOCK; bit *= 2) {
        int *odd = *y & bit ? y : *x & bit ? x : NULL;
        if (odd) {
            *odd -= bit;
            return true;
        }
    }
    return false;
}

/* The cell, or where nothing of it has come that of a pass before, as far as it is held. */
static struct cell find_cell(const struct fz_png_passes *p, int x, int y)
{
    struct cell cell = get_cell(p, x, y);
    int px_x = edge_of(&p->across, x), px_y = edge_of(&p->down, y);
    while (cell.came == 0) {
        const bool is_coarser = go_to_coarser(&px_x, &px_y);
        x = cell_at(&p->across, px_x);
        y = cell_at(&p->down, px_y);
        if (!is_coarser || x < p->across.from || y < p->down.from)
            return (struct cell){0};
        cell = get_cell(p, x, y);
    }
    return cell;
}

/* From a mean that counts what has not come as 0. */
static unsigned mean_of_came(unsigned mean, const struct cell *cell)
{
    const uint64_t value = ((uint64_t)mean * cell->all + cell->came / 2) / cell->came;
    return value < ONE ? (unsigned)value : ONE;
}

static void put_mean(const struct fz_png_passes *p, const struct cell *cell, uint8_t *to)
{
    const uint16_t *means = (const uint16_t *)(const void *)cell->at;
    const unsigned alpha = mean_of_came(means[3], cell);
    uint16_t *deep = (uint16_t *)(void *)to;
    for (int c = 0; c < CHANNELS; c++) {
        const unsigned mean = mean_of_came(means[c], cell);
        if (!is_deep(p))
            to[c] = fz_deep_byte(mean);
        else
            deep[c] = c == 3 || alpha == ONE ? (uint16_t)mean : fz_deep_scale(mean, alpha ? alpha : 1);
    }
}

static void make_row(const struct fz_png_passes *p, int y, uint8_t *to)
{
    const size_t bytes = px_bytes(p);
    if (p->complete && !p->are_means) {
        memcpy(to, cell_of(p, p->across.from, y), (size_t)p->across.held * bytes);
        return;
    }
    for (int i = 0; i < p->across.held; i++, to += bytes) {
        const struct cell cell = find_cell(p, p->across.from + i, y);
        if (!cell.at)
            memset(to, 0, bytes);
        else if (p->are_means)
            put_mean(p, &cell, to);
        else
            memcpy(to, cell.at, bytes);
    }
}

void fz_png_passes_push(struct fz_png_passes *p)
{
    struct fz_decode *d = p->d;
    uint8_t *held = p->row + (size_t)p->across.from * px_bytes(p);
    memset(p->row, 0xff, (size_t)d->reduce.in_w * px_bytes(p)); /* what is not held lets nothing through */
    fz_reduce_skip(&d->reduce, p->down.from);
    for (int y = p->down.from; y < p->down.from + p->down.held && !fz_reduce_is_done(&d->reduce); y++) {
        make_row(p, y, held);
        if (is_deep(p))
            fz_decode_push_deep(d, (const uint16_t *)(const void *)p->row);
        else
            fz_decode_push(d, p->row, p->are_means ? FZ_ALPHA_PREMULTIPLIED : FZ_ALPHA_STRAIGHT);
    }
}
