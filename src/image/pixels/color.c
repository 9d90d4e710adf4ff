/* What becomes of a decoder's rows: the one place where colours become sRGB and what is clear becomes background. */
#include "image/format.h"

#include "image/pixels/alpha.h"
#include "image/pixels/deep.h"

/* Straight alpha to premultiplied, in place: only so may pixels be averaged. */
static void premultiply(uint8_t *row, int width)
{
    for (uint8_t *end = row + (size_t)width * 4; row < end; row += 4)
        for (int c = 0; c < 3 && row[3] < 255; c++)
            row[c] = fz_alpha_mix(row[c], row[3], 0);
}

static void unpremultiply(uint8_t *row, int width)
{
    for (uint8_t *end = row + (size_t)width * 4; row < end; row += 4)
        for (int c = 0; c < 3 && row[3] > 0 && row[3] < 255; c++) {
            unsigned v = (row[c] * 255u + row[3] / 2u) / row[3];
            row[c] = (uint8_t)(v < 255 ? v : 255);
        }
}

/* C M Y K to B G R 255, in place, by multiplying: what there is to do without a profile. */
static void multiply_cmyk(uint8_t *row, int width, bool inverted)
{
    const uint8_t flip = inverted ? 0 : 255;
    for (uint8_t *end = row + (size_t)width * 4; row < end; row += 4) {
        uint8_t c = row[0] ^ flip, m = row[1] ^ flip, y = row[2] ^ flip, k = row[3] ^ flip;
        row[0] = fz_alpha_mix(y, k, 0);
        row[1] = fz_alpha_mix(m, k, 0);
        row[2] = fz_alpha_mix(c, k, 0);
        row[3] = 255;
    }
}

/* A row of the result, still in the colours of the file; of ink. */
static void finish_cmyk(const void *ctx, uint8_t *row, int width)
{
    const struct fz_decode *d = ctx;
    if (d->transform)
        fz_profile_row(d->transform, row, width);
    else
        multiply_cmyk(row, width, d->color == FZ_COLOR_CMYK_INVERTED);
}

/* The same of light, premultiplied: without alpha that is as it is. */
static void finish_rgb(const void *ctx, uint8_t *row, int width)
{
    const struct fz_decode *d = ctx;
    unpremultiply(row, width);
    fz_profile_row(d->transform, row, width);
    d->out->shows_background |= fz_alpha_over(row, width, d->request->want.background);
}

static const struct fz_profile *find_transform(struct fz_decode *d)
{
    struct fz_profiles *profiles = d->scratch->profiles;
    if (d->profile.len > 0)
        return fz_profile_find(profiles, d->profile.at, d->profile.len, d->color);
    if (d->has_primaries)
        return fz_profile_of_primaries(profiles, &d->primaries, d->color);
    return NULL;
}

void fz_color_begin(struct fz_decode *d)
{
    d->transform = find_transform(d);
    if (fz_color_is_cmyk(d->color))
        d->reduce.finish = (struct fz_reduce_finish){.row = finish_cmyk, .ctx = d};
    else if (d->transform)
        d->reduce.finish = (struct fz_reduce_finish){.row = finish_rgb, .ctx = d};
}

void fz_decode_push(struct fz_decode *d, uint8_t *row, enum fz_alpha alpha)
{
    const int width = d->reduce.in_w - d->reduce.row_x;
    if (alpha == FZ_ALPHA_ON_WHITE) {
        fz_alpha_off_white(row, width);
        alpha = FZ_ALPHA_PREMULTIPLIED;
    } else if (alpha == FZ_ALPHA_PREMULTIPLIED) {
        fz_alpha_limit(row, width);
    }
    if (!d->reduce.finish.row && alpha == FZ_ALPHA_STRAIGHT)
        d->out->shows_background |= fz_alpha_over(row, width, d->request->want.background);
    else if (!d->reduce.finish.row && alpha == FZ_ALPHA_PREMULTIPLIED)
        d->out->shows_background |= fz_alpha_over_premultiplied(row, width, d->request->want.background);
    else if (alpha == FZ_ALPHA_STRAIGHT)
        premultiply(row, width);
    fz_reduce_push(&d->reduce, row);
}

void fz_decode_push_inks(struct fz_decode *d, uint8_t *row, const uint8_t *alpha, enum fz_alpha kind)
{
    const int width = d->reduce.in_w;
    finish_cmyk(d, row, width);
    d->reduce.finish.row = NULL;
    for (int x = 0; x < width; x++)
        row[(size_t)x * 4 + 3] = alpha[x];
    fz_decode_push(d, row, kind);
}

static void round_row(const uint16_t *rgba, uint8_t *row, int width)
{
    for (uint8_t *end = row + (size_t)width * 4; row < end; row += 4, rgba += 4) {
        row[0] = fz_deep_byte(rgba[2]);
        row[1] = fz_deep_byte(rgba[1]);
        row[2] = fz_deep_byte(rgba[0]);
        row[3] = fz_deep_byte(rgba[3]);
    }
}

void fz_decode_push_deep(struct fz_decode *d, const uint16_t *rgba)
{
    uint8_t *row = fz_reduce_input(&d->reduce);
    round_row(rgba, row, d->reduce.in_w);
    if (d->transform && fz_profile_is_steep(d->transform)) {
        fz_profile_row_16(d->transform, rgba, row, d->reduce.in_w);
        d->reduce.finish.row = NULL;
    }
    fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
}
