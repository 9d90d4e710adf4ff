#include "image/pixels/bilinear.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

struct fz_bilinear fz_bilinear_at(double place, int least, int most, int stride)
{
    enum { WEIGHTS = 256 };
    double u = fmin(fmax(place, least), most);
    int first = (int)u, second = first < most ? first + 1 : first;
    return (struct fz_bilinear){first * stride, second * stride, (uint32_t)lround((u - first) * WEIGHTS)};
}

static inline uint8_t between(uint8_t one, uint8_t other, uint16_t weight)
{
    return (uint8_t)((uint16_t)(one * (256 - weight) + other * weight + 128) >> 8);
}

/* Blocks of fixed length vectorise at -O2. */
static void blend_bytes(const uint8_t *restrict upper, const uint8_t *restrict lower, uint16_t weight,
                        size_t count, uint8_t *restrict to)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 16; k++)
            to[i + k] = between(upper[i + k], lower[i + k], weight);
    for (; i < count; i++)
        to[i] = between(upper[i], lower[i], weight);
}

void fz_bilinear_rows(const uint32_t *upper, const uint32_t *lower, uint32_t weight, size_t count,
                      uint32_t *to)
{
    blend_bytes((const uint8_t *)upper, (const uint8_t *)lower, (uint16_t)weight, count * sizeof *to,
                (uint8_t *)to);
}

void fz_bilinear_row(const uint32_t *row, int begin, const struct fz_bilinear *places, int count,
                     uint32_t *to)
{
    for (int x = 0; x < count; x++)
        to[x] =
            fz_bilinear_blend(row[places[x].first - begin], row[places[x].second - begin], places[x].weight);
}

static struct fz_bilinear place_of(int i, int from, int to)
{
    return fz_bilinear_at((i + 0.5) * from / to - 0.5, 0, from - 1, 1);
}

bool fz_bilinear_enlarge(const uint32_t *from, int pitch, int w, int h, uint32_t *to, int to_pitch, int to_w,
                         int to_h)
{
    struct fz_bilinear *places = fz_try_malloc((size_t)to_w * sizeof *places);
    uint32_t *row = fz_try_malloc((size_t)w * sizeof *row);
    bool done = places && row;
    for (int x = 0; done && x < to_w; x++)
        places[x] = place_of(x, w, to_w);
    for (int y = 0; done && y < to_h; y++) {
        struct fz_bilinear at = place_of(y, h, to_h);
        fz_bilinear_rows(from + (ptrdiff_t)at.first * pitch, from + (ptrdiff_t)at.second * pitch, at.weight,
                         (size_t)w, row);
        fz_bilinear_row(row, 0, places, to_w, to + (ptrdiff_t)y * to_pitch);
    }
    free(places);
    free(row);
    return done;
}
