#include "image/pixels/reduce.h"

#include "image/pixels/filter.h"

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <string.h>

typedef float vec4f __attribute__((vector_size(16)));
typedef int32_t vec4i __attribute__((vector_size(16)));
typedef uint16_t vec4h __attribute__((vector_size(8)));

/* The filter reaches over 2 or 3 output pixels to each side. From a ratio of 10 on, pixels of the input are averaged in groups
 * first, down to a ratio from 5 on: what is too fine for a group to hold back comes through it weakly, and so far above what
 * the result can show that hardly anything is seen of it. It is faster, and fewer rows have to be kept. */
enum { MOST_REACH = 3, GROUPED_RATIO = 5, SUM_ROWS = 257 };
static_assert(2 * MOST_REACH * 2 * GROUPED_RATIO <= FZ_FILTER_MAX_TAPS, "every window has room");

/* --- the filter ----------------------------------------------------------------------------------- */

/* Keys, Cubic Convolution Interpolation for Digital Image Processing (1981), a = -1/2; also known as Catmull-Rom. It is
 * stretched by the ratio, so that it cuts off what the result cannot show. */
static double cubic(double x)
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/* Duchon, Lanczos Filtering in One and Two Dimensions (1979): sinc, windowed by the main lobe of another one. */
static double lanczos(double x)
{
    double angle = fabs(x) * 3.14159265358979323846, window = angle / MOST_REACH;
    if (angle < 1e-9)
        return 1;
    return window < 3.14159265358979323846 ? sin(angle) / angle * sin(window) / window : 0;
}

static const struct {
    double (*weigh)(double x);
    int reach; /* px of the result */
} kernels[] = {
    [FZ_KERNEL_CUBIC] = {cubic, 2},
    [FZ_KERNEL_LANCZOS] = {lanczos, MOST_REACH},
};

/* The pixels of a row (or column) of `len` that output pixel i is made of. */
struct window {
    double center, ratio;
    double (*weigh)(double x);
    int first, end;
};

static struct window make_window(const struct fz_reduce_axis *axis, int i, int len)
{
    double center = axis->from + (i + 0.5) * axis->ratio;
    double reach = kernels[axis->kernel].reach * axis->ratio;
    int first = (int)floor(center - reach - 0.5) + 1, end = (int)ceil(center + reach - 0.5);
    return (struct window){center, axis->ratio, kernels[axis->kernel].weigh, first > 0 ? first : 0,
                           end < len ? end : len};
}

/* Their weights, which add up to FZ_FILTER_ONE; zeros to either side make them `taps`. The place of the first. */
static int make_weights(const struct window *w, int len, int16_t *weights, int taps)
{
    double values[FZ_FILTER_MAX_TAPS], sum = 0;
    int first = w->first + taps > len ? len - taps : w->first;
    first = first > 0 ? first : 0;
    for (int k = w->first; k < w->end; k++)
        sum += values[k - w->first] = w->weigh((k + 0.5 - w->center) / w->ratio);
    int rest = FZ_FILTER_ONE, largest = w->first - first;
    memset(weights, 0, (size_t)taps * sizeof *weights);
    for (int k = w->first; k < w->end; k++) {
        int16_t *weight = &weights[k - first];
        *weight = (int16_t)lround(values[k - w->first] / sum * FZ_FILTER_ONE);
        rest -= *weight;
        if (*weight > weights[largest])
            largest = k - first;
    }
    weights[largest] = (int16_t)(weights[largest] + rest);
    return first;
}

/* Even, and no window has more. */
static int count_taps(int reach, double ratio)
{
    return ((int)ceil(2 * reach * ratio) + 1) / 2 * 2;
}

/* --- set up --------------------------------------------------------------------------------------- */

/* Of a part, *from and *length of `whole`, the filter sees what lies around it too, so that parts fit together. Groups begin
 * where those of the whole do. */
static void set_up_axis(struct fz_reduce_axis *axis, enum fz_kernel kernel, int whole, double beyond,
                        int *from, int *length, int out)
{
    int group = *length / out / GROUPED_RATIO, reach_px = kernels[kernel].reach;
    double shown = *from + *length == whole ? *length - beyond : *length;
    axis->kernel = kernel;
    axis->group = group = group > 1 ? group : 1;
    axis->ratio = fmax(shown / out, 1) / group;
    axis->taps = count_taps(reach_px, axis->ratio);
    int64_t reach = (int64_t)ceil(reach_px * axis->ratio) * group, end = *from + *length + reach;
    int start = *from > reach ? (int)(*from - reach) / group * group : 0;
    axis->from = (double)(*from - start) / group;
    axis->len = (int)((end - start + group - 1) / group);
    end = start + (int64_t)axis->len * group;
    *from = start;
    *length = (int)(end < whole ? end : whole) - start;
    axis->len = (*length + group - 1) / group;
}

static size_t whole_blocks(size_t count)
{
    return (count + FZ_FILTER_BLOCK - 1) / FZ_FILTER_BLOCK * FZ_FILTER_BLOCK;
}

static bool set_up_filter(struct fz_reduce *r, struct fz_image_scratch *scratch, enum fz_kernel kernel,
                          const struct fz_reduce_beyond *beyond)
{
    struct fz_image_region *part = &r->part;
    int ways;
    r->filter = fz_filter_ways(&ways);
    set_up_axis(&r->across, kernel, r->in_w, beyond->w, &part->x, &part->w, r->out_w);
    set_up_axis(&r->down, kernel, r->in_h, beyond->h, &part->y, &part->h, r->out_h);
    assert(r->across.taps <= FZ_FILTER_MAX_TAPS && r->down.taps <= FZ_FILTER_MAX_TAPS);
    const size_t in_values = (size_t)r->part.w * 4, out_w = (size_t)r->out_w, taps = (size_t)r->across.taps;
    const size_t px = (size_t)(r->across.len > r->across.taps ? r->across.len : r->across.taps);
    r->pitch = whole_blocks(px * 4);
    bool grouped = r->across.group > 1 || r->down.group > 1;
    if ((grouped && !fz_buffer_need(&scratch->sums, in_values * sizeof *r->sums)) ||
        !fz_buffer_need(&scratch->rows, r->pitch * (size_t)r->down.taps) ||
        !fz_buffer_need(&scratch->column, r->pitch * sizeof *r->column) ||
        !fz_buffer_need(&scratch->weights, out_w * taps * sizeof *r->weights) ||
        !fz_buffer_need(&scratch->firsts, out_w * sizeof *r->firsts))
        return false;
    r->sums = grouped ? (uint16_t *)(void *)scratch->sums.data : NULL;
    r->rows = scratch->rows.data;
    r->column = (int16_t *)(void *)scratch->column.data;
    r->weights = (int16_t *)(void *)scratch->weights.data;
    r->firsts = (int *)(void *)scratch->firsts.data;
    for (int i = 0; i < r->out_w; i++) {
        struct window w = make_window(&r->across, i, r->across.len);
        r->firsts[i] = make_weights(&w, r->across.len, r->weights + (size_t)i * taps, r->across.taps);
    }
    return true;
}

uint64_t fz_reduce_bytes(enum fz_kernel kernel, uint64_t in_w, uint64_t part_w, uint64_t out_w)
{
    const uint64_t reach = (uint64_t)kernels[kernel].reach, taps = 2 * reach * 2 * GROUPED_RATIO;
    uint64_t around = part_w < in_w ? part_w * 3 * reach / out_w + FZ_FILTER_BLOCK : FZ_FILTER_BLOCK;
    return in_w * 4 + (part_w + around) * (8 + taps * 4 + 8 + 4 * reach) +
           out_w * (4 + 4 + 4 * FZ_REDUCE_BAND);
}

bool fz_reduce_init_part(struct fz_reduce *r, struct fz_image_scratch *scratch, enum fz_kernel kernel,
                         int in_w, int in_h, const struct fz_image_region *part,
                         const struct fz_reduce_beyond *beyond, int out_w, int out_h,
                         const struct fz_orient *orient)
{
    assert(part->w >= out_w && out_w >= 1 && part->h >= out_h && out_h >= 1);
    assert(part->x >= 0 && part->x + part->w <= in_w && part->y >= 0 && part->y + part->h <= in_h);
    *r = (struct fz_reduce){.in_w = in_w,
                            .in_h = in_h,
                            .part = *part,
                            .out_w = out_w,
                            .out_h = out_h,
                            .end_y = out_h,
                            .orient = *orient};
    r->copy = part->w == out_w && part->h == out_h;
    if (!fz_buffer_need(&scratch->input, (size_t)in_w * 4))
        return false;
    r->input = scratch->input.data;
    if (!fz_orient_row(orient, 0)) {
        if (!fz_buffer_need(&scratch->output, (size_t)out_w * 4 * FZ_REDUCE_BAND))
            return false;
        r->band = scratch->output.data;
    }
    bool ready = r->copy || set_up_filter(r, scratch, kernel, beyond);
    r->first_y = r->part.y;
    return ready;
}

/* --- rows out ------------------------------------------------------------------------------------- */

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
    if (r->band_rows < FZ_REDUCE_BAND && r->out_y < r->end_y)
        return;
    fz_orient_place(&r->orient, r->out_y - r->band_rows, r->band_rows, r->band, (ptrdiff_t)r->out_w * 4);
    r->band_rows = 0;
}

static uint8_t *kept_row(const struct fz_reduce *r, int y)
{
    return r->rows + (size_t)(y % r->down.taps) * r->pitch;
}

/* Of `len` rows; those that have not come weigh nothing. */
static void make_row(struct fz_reduce *r, const struct window *w, int len)
{
    const uint8_t *rows[FZ_FILTER_MAX_TAPS];
    int16_t weights[FZ_FILTER_MAX_TAPS];
    int first = make_weights(w, len, weights, r->down.taps);
    for (int k = 0; k < r->down.taps; k++)
        rows[k] = kept_row(r, first + k < len ? first + k : len - 1);
    uint8_t *to = output_row(r);
    r->filter->down(r->column, rows, weights, r->down.taps, r->pitch);
    r->filter->across(to, r->column, r->firsts, r->weights, r->across.taps, r->out_w);
    output_done(r, to);
}

/* A row has come to those that are kept. */
static void row_done(struct fz_reduce *r)
{
    r->kept++;
    while (r->out_y < r->end_y) {
        struct window w = make_window(&r->down, r->out_y, r->down.len);
        if (w.end > r->kept)
            return;
        make_row(r, &w, r->down.len);
    }
}

/* --- groups --------------------------------------------------------------------------------------- */

/* sums (+)= row. Blocks of fixed length vectorise at -O2. */
static void sums_add(uint16_t *restrict sums, const uint8_t *restrict row, size_t count)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 16; k++)
            sums[i + k] = (uint16_t)(sums[i + k] + row[i + k]);
    for (; i < count; i++)
        sums[i] = (uint16_t)(sums[i] + row[i]);
}

static void sums_set(uint16_t *restrict sums, const uint8_t *restrict row, size_t count)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 16; k++)
            sums[i + k] = row[i + k];
    for (; i < count; i++)
        sums[i] = row[i];
}

static vec4i pixel_of(const uint16_t *sums)
{
    vec4h v;
    memcpy(&v, sums, sizeof v);
    return __builtin_convertvector(v, vec4i);
}

/* The mean of `count` pixels side by side. */
static inline void make_group(uint8_t *to, const uint16_t *sums, int count, float scale)
{
    vec4i sum = pixel_of(sums);
    for (int k = 1; k < count; k++)
        sum += pixel_of(sums + (size_t)k * 4);
    vec4i v = __builtin_convertvector(__builtin_convertvector(sum, vec4f) * scale + 0.5f, vec4i);
    uint32_t px = (uint32_t)v[0] | (uint32_t)v[1] << 8 | (uint32_t)v[2] << 16 | (uint32_t)v[3] << 24;
    px = htole32(px);
    memcpy(to, &px, 4);
}

static void make_groups(const struct fz_reduce *r, uint8_t *to)
{
    const int group = r->across.group, last = r->across.len - 1, rest = r->part.w - last * group;
    const float scale = 1 / (float)(group * r->summed);
    const uint16_t *sums = r->sums;
    for (int x = 0; x < last; x++, to += 4, sums += (size_t)group * 4)
        make_group(to, sums, group, scale);
    make_group(to, sums, rest, 1 / (float)(rest * r->summed));
}

/* Row y of the part into the sums, and these into the kept rows once they are complete. Of a group of more rows than a sum
 * can hold, some are left out. */
static void push_grouped(struct fz_reduce *r, const uint8_t *row, int y)
{
    int at = y % r->down.group, step = (r->down.group + SUM_ROWS - 1) / SUM_ROWS;
    if (at % step == 0)
        (r->summed++ ? sums_add : sums_set)(r->sums, row, (size_t)r->part.w * 4);
    if (at + 1 < r->down.group && y + 1 < r->part.h)
        return;
    make_groups(r, kept_row(r, r->kept));
    r->summed = 0;
    row_done(r);
}

/* --- rows in -------------------------------------------------------------------------------------- */

int fz_reduce_first_y(const struct fz_reduce *r, int out_y)
{
    int first = r->copy ? out_y : make_window(&r->down, out_y, r->down.len).first * r->down.group;
    return r->part.y + first;
}

void fz_reduce_begin_at(struct fz_reduce *r, int out_y)
{
    if (out_y == 0)
        return;
    r->first_y = fz_reduce_first_y(r, out_y);
    r->out_y = out_y;
    r->kept = r->copy ? 0 : (r->first_y - r->part.y) / r->down.group;
}

void fz_reduce_end_at(struct fz_reduce *r, int out_y)
{
    assert(out_y >= r->out_y);
    r->end_y = out_y;
}

void fz_reduce_skip(struct fz_reduce *r, int rows)
{
    assert(r->in_y + rows <= r->first_y);
    r->in_y += rows;
}

bool fz_reduce_passes_over(struct fz_reduce *r, int rows)
{
    if (r->in_y + rows > r->first_y)
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
    return r->out_y >= r->end_y;
}

uint8_t *fz_reduce_input(struct fz_reduce *r)
{
    bool all_of_it = r->part.w == r->in_w && r->in_y >= r->first_y;
    if (!all_of_it || r->out_y >= r->end_y)
        return r->input;
    if (r->copy)
        return output_row(r);
    return r->sums ? r->input : kept_row(r, r->kept);
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
    if (r->in_y >= r->in_h || r->in_y++ < r->first_y)
        return;
    int y = r->in_y - 1 - r->part.y;
    if (y >= r->part.h)
        return;
    row += (size_t)(r->part.x - r->row_x) * 4;
    if (r->copy) {
        push_copy(r, row);
        return;
    }
    if (r->sums) {
        push_grouped(r, row, y);
        return;
    }
    uint8_t *to = kept_row(r, r->kept);
    if (to != row)
        memcpy(to, row, (size_t)r->part.w * 4);
    row_done(r);
}

/* Whether a whole group comes next, of `rows` rows at least. */
static bool begins_group(const struct fz_reduce *r, int rows)
{
    int y = r->in_y - r->part.y, group = r->down.group;
    return r->sums && y >= 0 && y % group == 0 && group <= rows && y + group <= r->part.h;
}

void fz_reduce_push_flat(struct fz_reduce *r, const uint8_t px[4], int rows)
{
    const int end_y = rows < r->in_h - r->in_y ? r->in_y + rows : r->in_h;
    int whole_y = -1; /* where the last group ended that is of these rows alone */
    for (int x = 0; x < r->in_w; x++)
        memcpy(r->input + (size_t)x * 4, px, 4);
    while (r->in_y < end_y && !fz_reduce_is_done(r)) {
        bool whole = r->in_y >= r->first_y && begins_group(r, end_y - r->in_y);
        if (whole && whole_y == r->in_y) {
            memcpy(kept_row(r, r->kept), kept_row(r, r->kept - 1), r->pitch);
            r->in_y += r->down.group;
            row_done(r);
        } else {
            for (int left = whole ? r->down.group : 1; left > 0; left--)
                fz_reduce_push(r, r->input);
        }
        whole_y = whole ? r->in_y : -1;
    }
}

void fz_reduce_end(struct fz_reduce *r, uint32_t rgb)
{
    while (!r->copy && r->out_y < r->end_y && r->kept > 0) {
        struct window w = make_window(&r->down, r->out_y, r->kept);
        if (w.center > r->kept)
            break;
        make_row(r, &w, r->kept);
    }
    r->in_y = r->in_h;
    r->finish.row = NULL;
    const uint32_t px = htole32(rgb | UINT32_C(0xff000000));
    while (r->out_y < r->end_y) {
        uint8_t *to = output_row(r);
        for (int x = 0; x < r->out_w; x++)
            memcpy(to + (size_t)x * 4, &px, 4);
        output_done(r, to);
    }
}
