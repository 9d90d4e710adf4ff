#include "image/reduce.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

typedef float vec4f __attribute__((vector_size(16)));
typedef int32_t vec4i __attribute__((vector_size(16)));

/* A 16-bit sum holds 255 x this coverage. */
enum { MAX_COVER = 257, MIN_UNIT = 32, TAP_UNIT_BITS = 12 };

/* Where output pixel i begins, in 1 / unit of an input pixel. */
static int64_t edge(int i, int in, int out, int unit)
{
    return (int64_t)i * in * unit / out;
}

/* Input columns that an output column can touch. */
static int count_taps(int in, int out)
{
    if (in % out == 0)
        return in / out;
    int taps = in / out + 2;
    return taps < in ? taps : in;
}

/* For each output column the first of its `taps` input columns, and their weights, which add up to 1. The
 * number of taps is the same for all, some with weight 0: a loop of constant length beats one that skips
 * them. */
static void make_taps(struct fz_reduce *r)
{
    const int unit = 1 << TAP_UNIT_BITS;
    for (int i = 0; i < r->out_w; i++) {
        int64_t from = edge(i, r->part.w, r->out_w, unit), to = edge(i + 1, r->part.w, r->out_w, unit);
        int first = (int)(from / unit);
        first = first < r->part.w - r->taps ? first : r->part.w - r->taps;
        r->firsts[i] = first;
        for (int k = 0; k < r->taps; k++) {
            int64_t left = (int64_t)(first + k) * unit, right = left + unit;
            int64_t cover = (right < to ? right : to) - (left > from ? left : from);
            r->weights[(size_t)i * (size_t)r->taps + (size_t)k] =
                cover > 0 ? (float)cover / (float)(to - from) : 0;
        }
    }
}

uint64_t fz_reduce_bytes(uint64_t in_w, uint64_t part_w, uint64_t out_w)
{
    return in_w * 4 + part_w * (8 + 16 + 4) + out_w * (4 + 8 + 4 * FZ_REDUCE_BAND);
}

bool fz_reduce_init(struct fz_reduce *r, struct fz_image_scratch *scratch, int in_w, int in_h, int out_w,
                    int out_h, const struct fz_orient *orient)
{
    return fz_reduce_init_part(r, scratch, in_w, in_h, &(struct fz_image_region){0, 0, in_w, in_h}, out_w,
                               out_h, orient);
}

bool fz_reduce_init_part(struct fz_reduce *r, struct fz_image_scratch *scratch, int in_w, int in_h,
                         const struct fz_image_region *part, int out_w, int out_h,
                         const struct fz_orient *orient)
{
    assert(part->w >= out_w && out_w >= 1 && part->h >= out_h && out_h >= 1);
    assert(part->x >= 0 && part->x + part->w <= in_w && part->y >= 0 && part->y + part->h <= in_h);
    *r = (struct fz_reduce){
        .in_w = in_w, .in_h = in_h, .part = *part, .out_w = out_w, .out_h = out_h, .orient = *orient};
    r->copy = part->w == out_w && part->h == out_h;
    /* Up to 8 input rows for an output row, their sum fits 16 bits; above, it is carried over in between. */
    r->unit = (int)((int64_t)(MAX_COVER - 1) * out_h / part->h);
    r->unit = r->unit > MIN_UNIT ? r->unit : MIN_UNIT;
    size_t in_bytes = (size_t)part->w * 4;
    if (!fz_buffer_need(&scratch->input, (size_t)in_w * 4))
        return false;
    r->input = scratch->input.data;
    if (!fz_orient_row(orient, 0)) {
        if (!fz_buffer_need(&scratch->output, (size_t)out_w * 4 * FZ_REDUCE_BAND))
            return false;
        r->band = scratch->output.data;
    }
    if (r->copy)
        return true;
    r->taps = count_taps(part->w, out_w);
    if (!fz_buffer_need(&scratch->sums, in_bytes * sizeof *r->sums) ||
        !fz_buffer_need(&scratch->totals, in_bytes * sizeof *r->totals) ||
        !fz_buffer_need(&scratch->weights, (size_t)out_w * (size_t)r->taps * sizeof *r->weights) ||
        !fz_buffer_need(&scratch->firsts, (size_t)out_w * sizeof *r->firsts))
        return false;
    r->sums = (uint16_t *)(void *)scratch->sums.data;
    r->totals = (float *)(void *)scratch->totals.data;
    r->weights = (float *)(void *)scratch->weights.data;
    r->firsts = (int *)(void *)scratch->firsts.data;
    make_taps(r);
    return true;
}

/* The next output row: in the result, or in the band of rows that will be turned together. */
static uint8_t *output_row(struct fz_reduce *r)
{
    uint8_t *row = fz_orient_row(&r->orient, r->out_y);
    return row ? row : r->band + (size_t)r->band_rows * (size_t)r->out_w * 4;
}

static void output_done(struct fz_reduce *r, uint8_t *row)
{
    if (r->finish.row)
        r->finish.row(r->finish.ctx, row, r->out_w);
    r->out_y++;
    if (!r->band)
        return;
    r->band_rows++;
    if (r->band_rows < FZ_REDUCE_BAND && r->out_y < r->out_h)
        return;
    fz_orient_place(&r->orient, r->out_y - r->band_rows, r->band_rows, r->band, (ptrdiff_t)r->out_w * 4);
    r->band_rows = 0;
}

/* sums (+)= row * cover. Blocks of fixed length vectorise at -O2. */
static void sums_add(uint16_t *restrict sums, const uint8_t *restrict row, size_t count, uint16_t cover)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 16; k++)
            sums[i + k] = (uint16_t)(sums[i + k] + row[i + k] * cover);
    for (; i < count; i++)
        sums[i] = (uint16_t)(sums[i] + row[i] * cover);
}

static void sums_set(uint16_t *restrict sums, const uint8_t *restrict row, size_t count, uint16_t cover)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 16; k++)
            sums[i + k] = (uint16_t)(row[i + k] * cover);
    for (; i < count; i++)
        sums[i] = (uint16_t)(row[i] * cover);
}

/* totals (+)= sums, which start again. */
static void totals_set(float *restrict totals, const uint16_t *restrict sums, size_t count)
{
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t k = 0; k < 8; k++)
            totals[i + k] = (float)(int)sums[i + k];
    for (; i < count; i++)
        totals[i] = (float)(int)sums[i];
}

static void totals_add(float *restrict totals, const uint16_t *restrict sums, size_t count)
{
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t k = 0; k < 8; k++)
            totals[i + k] += (float)(int)sums[i + k];
    for (; i < count; i++)
        totals[i] += (float)(int)sums[i];
}

static void carry_over(struct fz_reduce *r)
{
    (r->carried ? totals_add : totals_set)(r->totals, r->sums, (size_t)r->part.w * 4);
    r->carried = true;
    r->cover = 0;
}

static vec4f pixel_of(const float *totals, int x)
{
    vec4f v;
    memcpy(&v, totals + (size_t)x * 4, sizeof v);
    return v;
}

/* Inlined with a constant number of taps, the inner loop disappears. */
static inline void make_pixels(const struct fz_reduce *r, uint8_t *restrict to, float scale, int taps)
{
    const float *restrict totals = r->totals, *restrict weight = r->weights;
    const int *restrict firsts = r->firsts;
    const int count = r->out_w;
    for (int i = 0; i < count; i++, weight += taps) {
        vec4f sum = {0, 0, 0, 0};
        for (int k = 0; k < taps; k++)
            sum += pixel_of(totals, firsts[i] + k) * weight[k];
        vec4i v = __builtin_convertvector(sum * scale + 0.5f, vec4i);
        uint32_t px = (uint32_t)v[0] | (uint32_t)v[1] << 8 | (uint32_t)v[2] << 16 | (uint32_t)v[3] << 24;
        px = htole32(px);
        memcpy(to + (size_t)i * 4, &px, 4);
    }
}

static void make_row(const struct fz_reduce *r, uint8_t *to, int cover)
{
    const float scale = 1 / (float)cover;
    switch (r->taps) {
    case 2:
        make_pixels(r, to, scale, 2);
        break;
    case 3:
        make_pixels(r, to, scale, 3);
        break;
    default:
        make_pixels(r, to, scale, r->taps);
        break;
    }
}

void fz_reduce_skip(struct fz_reduce *r, int rows)
{
    assert(r->in_y + rows <= r->part.y);
    r->in_y += rows;
}

bool fz_reduce_passes_over(struct fz_reduce *r, int rows)
{
    if (r->in_y + rows > r->part.y)
        return false;
    fz_reduce_skip(r, rows);
    return true;
}

void fz_reduce_set_column(struct fz_reduce *r, int x)
{
    assert(x >= 0 && x <= r->part.x);
    r->row_x = x;
}

bool fz_reduce_is_done(const struct fz_reduce *r)
{
    return r->out_y >= r->out_h;
}

uint8_t *fz_reduce_input(struct fz_reduce *r)
{
    bool all_of_it = r->part.w == r->in_w && r->in_y >= r->part.y;
    if (r->copy && all_of_it && r->out_y < r->out_h)
        return output_row(r);
    return r->input;
}

static void push_copy(struct fz_reduce *r, const uint8_t *row)
{
    uint8_t *to = output_row(r);
    if (to != row)
        memcpy(to, row, (size_t)r->out_w * 4);
    output_done(r, to);
}

void fz_reduce_push(struct fz_reduce *r, const uint8_t *row)
{
    if (r->in_y >= r->in_h)
        return;
    int y = r->in_y++ - r->part.y;
    if (y < 0 || y >= r->part.h)
        return;
    row += (size_t)(r->part.x - r->row_x) * 4;
    if (r->copy) {
        push_copy(r, row);
        return;
    }
    int64_t top = (int64_t)y * r->unit, bottom = top + r->unit;
    while (top < bottom) {
        int64_t end = edge(r->out_y + 1, r->part.h, r->out_h, r->unit);
        int cover = (int)((end < bottom ? end : bottom) - top);
        if (r->cover + cover > MAX_COVER)
            carry_over(r);
        (r->cover ? sums_add : sums_set)(r->sums, row, (size_t)r->part.w * 4, (uint16_t)cover);
        r->cover += cover;
        top += cover;
        if (top < end)
            break;
        carry_over(r);
        uint8_t *to = output_row(r);
        make_row(r, to, (int)(end - edge(r->out_y, r->part.h, r->out_h, r->unit)));
        output_done(r, to);
        r->carried = false;
    }
}

void fz_reduce_end(struct fz_reduce *r, uint32_t rgb)
{
    int64_t begun = (int64_t)(r->in_y - r->part.y) * r->unit - edge(r->out_y, r->part.h, r->out_h, r->unit);
    if (!r->copy && r->out_y < r->out_h && begun > 0) {
        uint8_t *to = output_row(r);
        carry_over(r);
        make_row(r, to, (int)begun);
        output_done(r, to);
    }
    r->in_y = r->in_h;
    r->finish.row = NULL;
    const uint32_t px = htole32(rgb | UINT32_C(0xff000000));
    while (r->out_y < r->out_h) {
        uint8_t *to = output_row(r);
        for (int x = 0; x < r->out_w; x++)
            memcpy(to + (size_t)x * 4, &px, 4);
        output_done(r, to);
    }
}
