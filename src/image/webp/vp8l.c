#include "image/webp/vp8l.h"

#include "image/webp/coded.h"
#include "image/webp/transforms.h"

#include "base/mem.h"

#include <stdlib.h>

enum { SIGNATURE = 0x2f, PALETTE_MOST = 256, FIXED_BYTES = 256 << 10, ROWS = 2 };

/* One decode. */
struct decode {
    struct fz_vp8l v;
    const struct fz_vp8l_rows *rows;
    struct fz_vp8l_transform transforms[FZ_VP8L_KINDS];
    int transform_count;
    uint32_t *above; /* owned: see fz_vp8l_undo */
};

/* --- transforms ----------------------------------------------------------------------------------- */

static bool take_modes(struct fz_vp8l_image *image, uint32_t *row)
{
    const struct fz_vp8l_transform *t = image->to;
    for (int x = 0; x < image->width; x++)
        t->modes[(size_t)image->y * (size_t)image->width + (size_t)x] = row[x] >> 8 & 15;
    return true;
}

static bool take_values(struct fz_vp8l_image *image, uint32_t *row)
{
    const struct fz_vp8l_transform *t = image->to;
    memcpy(t->values + (size_t)image->y * (size_t)image->width, row, (size_t)image->width * sizeof *row);
    return true;
}

/* Modes or multipliers, one for each block. */
static enum fz_err read_blocks(struct decode *d, struct fz_vp8l_transform *t)
{
    struct fz_vp8l *v = &d->v;
    enum fz_err code;
    t->bits = (int)fz_vp8l_read(v->bits, 3) + 2;
    t->across = fz_vp8l_blocks(t->width, t->bits);
    struct fz_vp8l_image image = {
        .v = v, .width = t->across, .height = fz_vp8l_blocks(d->rows->height, t->bits), .to = t};
    const size_t count = (size_t)image.width * (size_t)image.height;
    if (t->kind == FZ_VP8L_PREDICTOR) {
        image.take = take_modes;
        t->modes = fz_vp8l_allocate(v, count, sizeof *t->modes, &code);
    } else {
        image.take = take_values;
        t->values = fz_vp8l_allocate(v, count, sizeof *t->values, &code);
    }
    return code == FZ_OK ? fz_vp8l_read_image(&image, false) : code;
}

/* Each colour is told by what it has more than the one before. */
static enum fz_err read_palette(struct decode *d, struct fz_vp8l_transform *t)
{
    enum fz_err code;
    const int size = (int)fz_vp8l_read(d->v.bits, 8) + 1;
    t->bits = size <= 2 ? 3 : size <= 4 ? 2 : size <= 16 ? 1 : 0;
    t->across = size;
    t->values = fz_vp8l_allocate(&d->v, (size_t)size, sizeof *t->values, &code);
    struct fz_vp8l_image image = {.v = &d->v, .width = size, .height = 1, .take = take_values, .to = t};
    if (code == FZ_OK)
        code = fz_vp8l_read_image(&image, false);
    for (int i = 1; i < size && code == FZ_OK; i++)
        t->values[i] = fz_vp8l_add(t->values[i], t->values[i - 1]);
    return code;
}

/* *width becomes that of the pixels as they are coded. */
static enum fz_err read_transforms(struct decode *d, int *width)
{
    struct fz_vp8l_bits *bits = d->v.bits;
    unsigned seen = 0;
    enum fz_err code = FZ_OK;
    while (code == FZ_OK && fz_vp8l_read(bits, 1)) {
        const unsigned kind = fz_vp8l_take(bits, 2);
        if (seen & 1U << kind)
            return fz_vp8l_fail(&d->v);
        seen |= 1U << kind;
        struct fz_vp8l_transform *t = &d->transforms[d->transform_count++];
        *t = (struct fz_vp8l_transform){.kind = (enum fz_vp8l_kind)kind, .width = *width};
        if (kind == FZ_VP8L_INDEXING) {
            code = read_palette(d, t);
            *width = fz_vp8l_blocks(*width, t->bits);
        } else if (kind != FZ_VP8L_SUBTRACT_GREEN) {
            code = read_blocks(d, t);
        }
    }
    return code;
}

/* --- a decode ------------------------------------------------------------------------------------- */

uint64_t fz_vp8l_bytes(int width, uint64_t tables_most)
{
    return FZ_VP8L_WINDOW_PX * sizeof(uint32_t) + (uint64_t)width * ROWS * sizeof(uint32_t) + tables_most +
           FIXED_BYTES;
}

bool fz_vp8l_read_head(struct fz_vp8l_bits *bits, struct fz_vp8l_head *head)
{
    const unsigned signature = fz_vp8l_read(bits, 8);
    head->width = (int)fz_vp8l_take(bits, 14) + 1;
    head->height = (int)fz_vp8l_take(bits, 14) + 1;
    head->has_alpha = fz_vp8l_take(bits, 1);
    return fz_vp8l_take(bits, 3) == 0 && signature == SIGNATURE && !fz_vp8l_overrun(bits);
}

static bool take_pixels(struct fz_vp8l_image *image, uint32_t *row)
{
    const struct decode *d = image->to;
    fz_vp8l_undo(d->transforms, d->transform_count, row, d->above, image->y);
    return d->rows->take(d->rows->ctx, row);
}

static enum fz_err decode(struct decode *d)
{
    struct fz_vp8l *v = &d->v;
    const struct fz_vp8l_rows *rows = d->rows;
    /* A small image is no wider than that of the pixels, or has a palette in a row. */
    const size_t width = (size_t)(rows->width < PALETTE_MOST ? PALETTE_MOST : rows->width);
    v->window = fz_try_malloc(FZ_VP8L_WINDOW_PX * sizeof *v->window);
    v->row = fz_try_malloc(width * sizeof *v->row);
    d->above = fz_try_malloc((width + 1) * sizeof *d->above);
    if (!v->window || !v->row || !d->above)
        return fz_fail(v->err, FZ_E_MEMORY, 0, "no memory for a row of %d pixels", rows->width);
    struct fz_vp8l_image image = {
        .v = v, .width = rows->width, .height = rows->height, .take = take_pixels, .to = d};
    const enum fz_err code = read_transforms(d, &image.width);
    return code == FZ_OK ? fz_vp8l_read_image(&image, true) : code;
}

enum fz_err fz_vp8l_decode(struct fz_vp8l_bits *bits, const struct fz_vp8l_rows *rows, struct fz_error *err)
{
    struct decode *d = fz_try_malloc(sizeof *d);
    if (!d)
        return fz_fail(err, FZ_E_MEMORY, 0, "no memory for tables");
    *d = (struct decode){.rows = rows};
    d->v.bits = bits;
    d->v.err = err;
    d->v.tables_most = d->v.tables_left = rows->tables_most;
    const enum fz_err code = decode(d);
    for (int i = 0; i < d->transform_count; i++) {
        free(d->transforms[i].modes);
        free(d->transforms[i].values);
    }
    free(d->v.tables.entries);
    free(d->v.groups);
    free(d->v.window);
    free(d->v.row);
    free(d->above);
    free(d);
    return code;
}
