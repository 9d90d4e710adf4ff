#include "image/limits.h"

#include <math.h>

const struct fz_image_limits fz_image_default_limits = {
    .max_file_bytes = UINT64_C(512) << 20,
    .max_output_px = 100000000,
    .max_rows_px = 1000000000,
    .max_whole_px = 100000000,
    .max_side_px = 160000, /* the sums of reduce.c hold a group as long as a fifth of it, and of 257 rows */
    .max_whole_bytes = 1 << 20,
    .max_held_bytes = UINT64_C(32) << 20,
    .max_frames = 10000,
    .max_nesting = 200,
    .max_cpu_us = 30 * INT64_C(1000000),
};

static unsigned mega(uint64_t px)
{
    return (unsigned)((px + 999999) / 1000000);
}

enum fz_err fz_limits_check(const struct fz_image_limits *limits, uint32_t width, uint32_t height,
                            bool by_rows, struct fz_error *err)
{
    uint64_t max = by_rows ? limits->max_rows_px : limits->max_whole_px;
    if (width > (uint32_t)limits->max_side_px || height > (uint32_t)limits->max_side_px)
        return fz_fail(err, FZ_E_LIMIT, 0, "%ux%u: a side is over %d px", width, height, limits->max_side_px);
    if ((uint64_t)width * height > max)
        return fz_fail(err, FZ_E_LIMIT, 0, "%ux%u is over %u Mpx", width, height, mega(max));
    return FZ_OK;
}

void fz_limits_fit(const struct fz_image_limits *limits, uint32_t *width, uint32_t *height)
{
    const double w = *width, h = *height;
    const double times = fmin(limits->max_side_px / fmax(w, h), sqrt((double)limits->max_rows_px / (w * h)));
    if (times >= 1)
        return;
    *width = (uint32_t)fmax(w * times, 1);
    *height = (uint32_t)fmax(h * times, 1);
}

enum fz_err fz_limits_check_output(const struct fz_image_limits *limits, int width, int height,
                                   struct fz_error *err)
{
    if ((uint64_t)width * (uint64_t)height > limits->max_output_px)
        return fz_fail(err, FZ_E_LIMIT, 0, "a result of %dx%d is over %u Mpx", width, height,
                       mega(limits->max_output_px));
    return FZ_OK;
}
