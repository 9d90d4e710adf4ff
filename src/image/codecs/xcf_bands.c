#include "image/codecs/xcf.h"

#include "base/mem.h"
#include "image/pixels/deep.h"
#include "image/pixels/light.h"

#include <stdlib.h>

struct area {
    uint32_t top, rows; /* of the picture */
};

static uint16_t *band_at(const struct fz_xcf *x, uint32_t depth, uint32_t column, uint32_t row)
{
    uint32_t index = depth < FZ_XCF_DEPTH ? depth : FZ_XCF_DEPTH - 1;
    return x->bands[index] + ((size_t)row * x->width + column) * 4;
}

/* A pixel of a layer onto its band; of a group, whose band is drawn already, its mask. */
static void draw_pixel(struct fz_xcf *x, const struct fz_xcf_layer *l, uint32_t i, uint16_t *at)
{
    const float shown = l->masked ? (float)fz_xcf_read_mask(&x->samples, x->mask, i) / 65535 : 1;
    uint16_t px[4];
    if (l->group) {
        at[3] = (uint16_t)((float)at[3] * shown + 0.5F);
        return;
    }
    fz_xcf_read_pixel(&x->samples, l->type, x->tile, i, px);
    fz_xcf_blend(&l->way, px, l->opacity * shown * (float)px[3] / 65535, at);
}

/* What of a tile lies in the band. */
static void draw_tile(struct fz_xcf *x, const struct fz_xcf_layer *l, const struct area *band,
                      uint32_t column, uint32_t row)
{
    uint32_t w, h;
    if ((!l->group && !fz_xcf_read_tile(x->file, &x->samples, &l->plane, column, row, x->tile, &w, &h)) ||
        (l->masked && !fz_xcf_read_tile(x->file, &x->samples, &l->mask, column, row, x->mask, &w, &h))) {
        x->incomplete = true;
        return;
    }
    for (uint32_t y = 0; y < h; y++) {
        int64_t to_y = (int64_t)l->y + (int64_t)row * FZ_XCF_TILE + y - band->top;
        if (to_y < 0 || to_y >= band->rows)
            continue;
        for (uint32_t i = 0; i < w; i++) {
            int64_t to_x = (int64_t)l->x + (int64_t)column * FZ_XCF_TILE + i;
            if (to_x >= 0 && to_x < x->width)
                draw_pixel(x, l, y * w + i, band_at(x, l->band + l->group, (uint32_t)to_x, (uint32_t)to_y));
        }
    }
}

static enum fz_err draw_tiles(struct fz_xcf *x, const struct fz_xcf_layer *l, const struct area *band)
{
    const struct fz_xcf_plane *plane = l->group ? &l->mask : &l->plane;
    const int64_t top = (int64_t)band->top - l->y, bottom = top + band->rows;
    const int64_t left = -(int64_t)l->x, right = left + x->width;
    for (int64_t row = top < 0 ? 0 : top / FZ_XCF_TILE;
         row * FZ_XCF_TILE < plane->height && row * FZ_XCF_TILE < bottom; row++) {
        if (fz_decode_cancelled(x->d))
            return fz_decode_fail_cancelled(x->d);
        for (int64_t column = left < 0 ? 0 : left / FZ_XCF_TILE;
             column * FZ_XCF_TILE < plane->width && column * FZ_XCF_TILE < right; column++)
            draw_tile(x, l, band, (uint32_t)column, (uint32_t)row);
    }
    return FZ_OK;
}

/* Its layers are drawn already: nothing lies outside of its mask. */
static enum fz_err draw_group(struct fz_xcf *x, const struct fz_xcf_layer *l, const struct area *band)
{
    if (l->through || l->band + 1 >= FZ_XCF_DEPTH) /* its layers stand on the same band */
        return FZ_OK;
    if (l->visible && l->masked && l->mask.tiles_at > 0) {
        enum fz_err code = draw_tiles(x, l, band);
        if (code != FZ_OK)
            return code;
    }
    uint16_t *from = band_at(x, l->band + 1, 0, 0), *to = band_at(x, l->band, 0, 0);
    for (size_t i = 0; i < (size_t)x->width * band->rows; i++, from += 4, to += 4)
        if (l->visible && from[3] > 0)
            fz_xcf_blend(&l->way, from, l->opacity * (float)from[3] / 65535, to);
    memset(x->bands[l->band + 1], 0, (size_t)x->width * band->rows * 8);
    return FZ_OK;
}

static enum fz_err draw_band(struct fz_xcf *x, const struct area *band)
{
    enum fz_err code = FZ_OK;
    memset(x->bands[0], 0, (size_t)x->width * band->rows * 8);
    for (uint32_t i = x->count; i > 0 && code == FZ_OK; i--) {
        const struct fz_xcf_layer *l = &x->layers[i - 1];
        if (l->group)
            code = draw_group(x, l, band);
        else if (l->visible)
            code = draw_tiles(x, l, band);
    }
    return code;
}

/* GIMP keeps a profile of linear light with samples that are linear. */
static bool make_table(struct fz_xcf *x)
{
    enum { VALUES = UINT16_MAX + 1 };
    if (!x->samples.linear || x->profile.len == 0)
        return true;
    x->to_light = fz_try_malloc(VALUES * sizeof *x->to_light);
    for (int i = 0; i < VALUES && x->to_light; i++)
        x->to_light[i] = fz_deep_float(fz_light_decode((float)i / UINT16_MAX));
    return x->to_light;
}

static void push_row(const struct fz_xcf *x, uint16_t *row)
{
    for (uint32_t i = 0; i < x->width * 4 && x->to_light; i++)
        if (i % 4 < 3)
            row[i] = x->to_light[row[i]];
    fz_decode_push_deep(x->d, row);
}

static bool make_room(struct fz_xcf *x)
{
    const size_t row_bytes = (size_t)x->width * 8;
    x->tile = fz_try_malloc(FZ_XCF_TILE_BYTES);
    x->mask = fz_try_malloc(FZ_XCF_TILE_BYTES);
    bool there = x->tile && x->mask && make_table(x);
    for (int i = 0; i < FZ_XCF_DEPTH; i++) {
        x->bands[i] = calloc(FZ_XCF_TILE, row_bytes); /* what no group needs is never touched */
        there = there && x->bands[i];
    }
    return there;
}

enum fz_err fz_xcf_push_bands(struct fz_xcf *x)
{
    struct fz_decode *d = x->d;
    const int width = (int)x->width, height = (int)x->height;
    if (!make_room(x))
        return fz_fail(d->err, FZ_E_MEMORY, 0, "no memory for %d rows", FZ_XCF_TILE);
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    for (struct area band = {0}; code == FZ_OK && band.top < x->height; band.top += band.rows) {
        band.rows = x->height - band.top < FZ_XCF_TILE ? x->height - band.top : FZ_XCF_TILE;
        if (fz_reduce_is_done(&d->reduce))
            break;
        if (fz_reduce_passes_over(&d->reduce, (int)band.rows))
            continue;
        code = draw_band(x, &band);
        for (uint32_t y = 0; code == FZ_OK && y < band.rows; y++)
            push_row(x, band_at(x, 0, 0, y));
    }
    return code;
}

void fz_xcf_bands_fini(struct fz_xcf *x)
{
    for (int i = 0; i < FZ_XCF_DEPTH; i++)
        free(x->bands[i]);
    free(x->tile);
    free(x->mask);
    free(x->to_light);
}
