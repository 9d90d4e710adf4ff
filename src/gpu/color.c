#include "gpu/color.h"

#include <math.h>

/* sRGB, 0 to 255, to linear light, 0 to 1. */
static double linear(uint8_t value)
{
    double v = value / 255.0;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct fz_color c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double fz_color_contrast(struct fz_color a, struct fz_color b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

struct fz_color fz_color_readable(struct fz_color wish, struct fz_color background)
{
    static const struct fz_color black = {0, 0, 0, 255}, white = {255, 255, 255, 255};
    if (fz_color_contrast(wish, background) >= FZ_READABLE_CONTRAST)
        return wish;
    return fz_color_contrast(white, background) > fz_color_contrast(black, background) ? white : black;
}
