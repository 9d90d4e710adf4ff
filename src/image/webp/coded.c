#include "image/webp/coded.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    WINDOW_MASK = FZ_VP8L_WINDOW_PX - 1,
    LITERALS = 256,
    LENGTHS = 24,
    DISTANCES = 40,
    GROUPS_MOST = 1 << 16,
    NEAR_CODES = 120, /* distances that are a place nearby */
};

/* The codes of a pixel, in the order of the file. */
enum { GREEN, RED, BLUE, ALPHA, DISTANCE };

int fz_vp8l_blocks(int length, int bits)
{
    return (length + (1 << bits) - 1) >> bits;
}

enum fz_err fz_vp8l_fail(const struct fz_vp8l *v)
{
    return fz_fail(v->err, FZ_E_DAMAGED, 0,
                   fz_vp8l_overrun(v->bits) ? "the file ends early" : "webp: its data is damaged");
}

void *fz_vp8l_allocate(struct fz_vp8l *v, size_t count, size_t bytes, enum fz_err *code)
{
    if (count > v->tables_left / bytes) {
        *code = fz_fail(v->err, FZ_E_LIMIT, 0, "webp: its tables take more than %llu KB",
                        (unsigned long long)v->tables_most >> 10);
        return NULL;
    }
    void *memory = fz_try_malloc(count * bytes);
    *code = memory ? FZ_OK : fz_fail(v->err, FZ_E_MEMORY, 0, "no memory for tables");
    v->tables_left -= memory ? count * bytes : 0;
    return memory;
}

/* --- pixels --------------------------------------------------------------------------------------- */

/* By the code of a distance: x and y of what is so near (3.6.2.2). */
static const int8_t nearby[NEAR_CODES][2] = {
    {0, 1},  {1, 0},  {1, 1},  {-1, 1}, {0, 2},  {2, 0},  {1, 2},  {-1, 2}, {2, 1},  {-2, 1}, {2, 2}, {-2, 2},
    {0, 3},  {3, 0},  {1, 3},  {-1, 3}, {3, 1},  {-3, 1}, {2, 3},  {-2, 3}, {3, 2},  {-3, 2}, {0, 4}, {4, 0},
    {1, 4},  {-1, 4}, {4, 1},  {-4, 1}, {3, 3},  {-3, 3}, {2, 4},  {-2, 4}, {4, 2},  {-4, 2}, {0, 5}, {3, 4},
    {-3, 4}, {4, 3},  {-4, 3}, {5, 0},  {1, 5},  {-1, 5}, {5, 1},  {-5, 1}, {2, 5},  {-2, 5}, {5, 2}, {-5, 2},
    {4, 4},  {-4, 4}, {3, 5},  {-3, 5}, {5, 3},  {-5, 3}, {0, 6},  {6, 0},  {1, 6},  {-1, 6}, {6, 1}, {-6, 1},
    {2, 6},  {-2, 6}, {6, 2},  {-6, 2}, {4, 5},  {-4, 5}, {5, 4},  {-5, 4}, {3, 6},  {-3, 6}, {6, 3}, {-6, 3},
    {0, 7},  {7, 0},  {1, 7},  {-1, 7}, {5, 5},  {-5, 5}, {7, 1},  {-7, 1}, {4, 6},  {-4, 6}, {6, 4}, {-6, 4},
    {2, 7},  {-2, 7}, {7, 2},  {-7, 2}, {3, 7},  {-3, 7}, {7, 3},  {-7, 3}, {5, 6},  {-5, 6}, {6, 5}, {-6, 5},
    {8, 0},  {4, 7},  {-4, 7}, {7, 4},  {-7, 4}, {8, 1},  {8, 2},  {6, 6},  {-6, 6}, {8, 3},  {5, 7}, {-5, 7},
    {7, 5},  {-7, 5}, {8, 4},  {6, 7},  {-6, 7}, {7, 6},  {-7, 6}, {8, 5},  {7, 7},  {-7, 7}, {8, 6}, {8, 7}};

static inline unsigned take(struct fz_vp8l *v, const struct fz_vp8l_group *group, int code)
{
    return fz_prefix_take(v->bits, v->tables.entries + group->codes[code].at, group->codes[code].bits);
}

static inline uint32_t *cached(struct fz_vp8l_image *image, uint32_t px)
{
    return &image->v->cache[px * UINT32_C(0x1e35a7bd) >> (32 - image->cache_bits)];
}

static inline void put(struct fz_vp8l_image *image, uint32_t px)
{
    image->v->window[image->at++ & WINDOW_MASK] = px;
    if (image->cache_bits > 0)
        *cached(image, px) = px;
}

/* Red and the rest of a pixel whose green came. */
static inline uint32_t take_literal(struct fz_vp8l *v, const struct fz_vp8l_group *group, unsigned green)
{
    const unsigned red = take(v, group, RED);
    fz_vp8l_refill(v->bits);
    const unsigned blue = take(v, group, BLUE), alpha = take(v, group, ALPHA);
    return alpha << 24 | red << 16 | green << 8 | blue;
}

/* Pixels to column `end`, or to one from where others are repeated: then the symbol of how many; -1: to the end. */
static int read_pixels(struct fz_vp8l_image *image, const struct fz_vp8l_group *group, int end)
{
    struct fz_vp8l *v = image->v;
    for (; image->x < end; image->x++) {
        fz_vp8l_refill(v->bits);
        const unsigned symbol = take(v, group, GREEN);
        if (symbol < LITERALS)
            put(image, take_literal(v, group, symbol));
        else if (symbol < LITERALS + LENGTHS)
            return (int)(symbol - LITERALS);
        else
            put(image, v->cache[symbol - LITERALS - LENGTHS]);
    }
    return -1;
}

/* A length or a distance, from 1 on (3.6.2.2). */
static unsigned read_count(struct fz_vp8l_bits *bits, unsigned symbol)
{
    if (symbol < 4)
        return symbol + 1;
    const unsigned extra = (symbol - 2) >> 1;
    return ((2 + (symbol & 1)) << extra) + fz_vp8l_read(bits, extra) + 1;
}

/* In pixels. */
static unsigned read_distance(struct fz_vp8l_image *image, const struct fz_vp8l_group *group)
{
    fz_vp8l_refill(image->v->bits);
    const unsigned code = read_count(image->v->bits, take(image->v, group, DISTANCE));
    if (code > NEAR_CODES)
        return code - NEAR_CODES;
    const int distance = nearby[code - 1][1] * image->width + nearby[code - 1][0];
    return distance < 1 ? 1 : (unsigned)distance;
}

/* Gives a row that is whole. False: no more follow, or its end is not in the file. */
static bool end_row(struct fz_vp8l_image *image)
{
    struct fz_vp8l *v = image->v;
    if (fz_vp8l_overrun(v->bits))
        return false;
    const size_t width = (size_t)image->width, from = (image->at - width) & WINDOW_MASK;
    const size_t first = width < FZ_VP8L_WINDOW_PX - from ? width : FZ_VP8L_WINDOW_PX - from;
    memcpy(v->row, v->window + from, first * sizeof *v->row);
    memcpy(v->row + first, v->window, (width - first) * sizeof *v->row);
    image->is_enough = !image->take(image, v->row);
    image->x = 0;
    image->y++;
    return !image->is_enough;
}

/* Repeats what came before. False: there is not so much, or as of end_row. */
static bool repeat(struct fz_vp8l_image *image, const struct fz_vp8l_group *group, unsigned symbol)
{
    unsigned left = read_count(image->v->bits, symbol);
    const unsigned distance = read_distance(image, group);
    const uint32_t *window = image->v->window;
    if (distance > image->at || left > (uint32_t)image->width * (uint32_t)image->height - image->at)
        return false;
    while (left > 0) {
        const unsigned here =
            left < (unsigned)(image->width - image->x) ? left : (unsigned)(image->width - image->x);
        for (unsigned i = 0; i < here; i++)
            put(image, window[(image->at - distance) & WINDOW_MASK]);
        left -= here;
        image->x += (int)here;
        if (image->x == image->width && !end_row(image))
            return false;
    }
    return true;
}

static const struct fz_vp8l_group *group_at(const struct fz_vp8l_image *image)
{
    if (image->group_bits == 0)
        return image->v->groups;
    const size_t row = (size_t)(image->y >> image->group_bits) * (size_t)image->across;
    return &image->v->groups[image->group_of[row + (size_t)(image->x >> image->group_bits)]];
}

/* Where the pixels end that have the group of the next one. */
static int group_end(const struct fz_vp8l_image *image)
{
    const int end =
        image->group_bits > 0 ? ((image->x >> image->group_bits) + 1) << image->group_bits : image->width;
    return end < image->width ? end : image->width;
}

static enum fz_err read_rows(struct fz_vp8l_image *image)
{
    memset(image->v->cache, 0, sizeof image->v->cache);
    while (image->y < image->height) {
        const struct fz_vp8l_group *group = group_at(image);
        const int symbol = read_pixels(image, group, group_end(image));
        const bool goes_on =
            symbol >= 0 ? repeat(image, group, (unsigned)symbol) : image->x < image->width || end_row(image);
        if (!goes_on)
            return image->is_enough ? FZ_OK : fz_vp8l_fail(image->v);
    }
    return FZ_OK;
}

/* --- codes ---------------------------------------------------------------------------------------- */

static enum fz_err read_group(struct fz_vp8l_image *image, struct fz_vp8l_group *group)
{
    struct fz_vp8l *v = image->v;
    const unsigned cache_size = image->cache_bits > 0 ? 1U << image->cache_bits : 0;
    const unsigned symbols[FZ_VP8L_CODES] = {LITERALS + LENGTHS + cache_size, LITERALS, LITERALS, LITERALS,
                                             DISTANCES};
    for (int i = 0; i < FZ_VP8L_CODES; i++) {
        enum fz_err code = fz_prefix_read(&v->tables, v->bits, symbols[i], &group->codes[i], v->err);
        if (code != FZ_OK || fz_vp8l_overrun(v->bits))
            return fz_vp8l_overrun(v->bits) ? fz_vp8l_fail(v) : code;
    }
    return FZ_OK;
}

/* What no block uses is read and not kept. */
static enum fz_err read_groups(struct fz_vp8l_image *image, const bool *used, size_t count)
{
    struct fz_vp8l *v = image->v;
    enum fz_err code;
    struct fz_vp8l_group unused;
    free(v->groups);
    v->groups = fz_vp8l_allocate(v, count, sizeof *v->groups, &code);
    v->tables.count = 0;
    v->tables.most = (size_t)(v->tables_left / sizeof *v->tables.entries);
    for (size_t i = 0; i < count && code == FZ_OK; i++) {
        const size_t before = v->tables.count;
        code = read_group(image, used[i] ? &v->groups[i] : &unused);
        v->tables.count = used[i] ? v->tables.count : before;
    }
    return code;
}

static bool take_groups(struct fz_vp8l_image *image, uint32_t *row)
{
    uint16_t *to = (uint16_t *)image->to + (size_t)image->y * (size_t)image->width;
    for (int x = 0; x < image->width; x++)
        to[x] = (uint16_t)(row[x] >> 8);
    return true;
}

/* Which group each block has (3.7.2.2). */
static enum fz_err read_group_image(struct fz_vp8l_image *image)
{
    enum fz_err code;
    image->group_bits = (int)fz_vp8l_read(image->v->bits, 3) + 2;
    image->across = fz_vp8l_blocks(image->width, image->group_bits);
    struct fz_vp8l_image blocks = {.v = image->v,
                                   .width = image->across,
                                   .height = fz_vp8l_blocks(image->height, image->group_bits),
                                   .take = take_groups};
    const size_t count = (size_t)blocks.width * (size_t)blocks.height;
    image->group_of = blocks.to = fz_vp8l_allocate(image->v, count, sizeof *image->group_of, &code);
    return code == FZ_OK ? fz_vp8l_read_image(&blocks, false) : code;
}

static enum fz_err read_codes(struct fz_vp8l_image *image)
{
    bool *used = calloc(GROUPS_MOST, sizeof *used);
    size_t count = 1, blocks = 0;
    if (!used)
        return fz_fail(image->v->err, FZ_E_MEMORY, 0, "no memory for tables");
    if (image->group_bits > 0)
        blocks = (size_t)image->across * (size_t)fz_vp8l_blocks(image->height, image->group_bits);
    used[0] = blocks == 0;
    for (size_t i = 0; i < blocks; i++) {
        used[image->group_of[i]] = true;
        count = image->group_of[i] >= count ? (size_t)image->group_of[i] + 1 : count;
    }
    const enum fz_err code = read_groups(image, used, count);
    free(used);
    return code;
}

/* Cache, codes, pixels. */
enum fz_err fz_vp8l_read_image(struct fz_vp8l_image *image, bool of_pixels)
{
    struct fz_vp8l *v = image->v;
    enum fz_err code = FZ_OK;
    if (fz_vp8l_read(v->bits, 1)) {
        image->cache_bits = (int)fz_vp8l_take(v->bits, 4);
        if (image->cache_bits < 1 || image->cache_bits > FZ_VP8L_CACHE_BITS_MOST)
            return fz_vp8l_fail(v);
    }
    if (of_pixels && fz_vp8l_read(v->bits, 1))
        code = read_group_image(image);
    if (code == FZ_OK)
        code = read_codes(image);
    if (code == FZ_OK)
        code = read_rows(image);
    free(image->group_of);
    return code;
}
