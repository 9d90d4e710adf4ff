#include "image/pixels/luma.h"

#include "image/pixels/light.h"

#include <math.h>
#include <stddef.h>

enum { PATCH_MOST = 4, PATCH_PART = 4 }; /* px, and of the way from one patch to the next */
static const double SATURATED = 0.8;

static double linear_of(int value)
{
    return (double)fz_light_decode((float)value / 255);
}

static struct fz_shade shade(double r, double g, double b)
{
    double sum = r + g + b, red = sum > 0 && r >= SATURATED * sum ? r - g - b : 0;
    return (struct fz_shade){.light = (uint8_t)lround(255 * (0.2126 * r + 0.7152 * g + 0.0722 * b)),
                             .red = (uint8_t)lround(255 * red)};
}

struct fz_shade fz_shade_of(uint32_t rgb)
{
    return shade(linear_of(rgb >> 16 & 255), linear_of(rgb >> 8 & 255), linear_of(rgb & 255));
}

/* Where the patch of a place begins, and its side. */
static int patch_start(int place, int length, int *side)
{
    int pitch = length / FZ_LUMA_SIDE;
    *side = pitch < PATCH_PART ? 1 : pitch / PATCH_PART < PATCH_MOST ? pitch / PATCH_PART : PATCH_MOST;
    int middle = (int)(((int64_t)place * 2 + 1) * length / ((int64_t)2 * FZ_LUMA_SIDE));
    int start = middle - *side / 2;
    return start < 0 ? 0 : start;
}

void fz_luma_measure(struct fz_luma *luma, const uint8_t *pixels, int width, int height, int pitch_bytes)
{
    float linear[256];
    for (int i = 0; i < 256; i++)
        linear[i] = (float)linear_of(i);
    for (int place = 0; place < FZ_LUMA_CELLS; place++) {
        int w, h;
        int x = patch_start(place % FZ_LUMA_SIDE, width, &w),
            y = patch_start(place / FZ_LUMA_SIDE, height, &h);
        float r = 0, g = 0, b = 0;
        for (int row = 0; row < h; row++) {
            const uint8_t *p = pixels + (ptrdiff_t)(y + row) * pitch_bytes + (ptrdiff_t)x * 4;
            for (int column = 0; column < w; column++, p += 4) {
                b += linear[p[0]];
                g += linear[p[1]];
                r += linear[p[2]];
            }
        }
        double count = (double)w * h;
        luma->places[place] = shade((double)r / count, (double)g / count, (double)b / count);
    }
}
