#include "app/limits.h"

struct fz_image_limits fz_limits_from_options(const struct fz_options *options)
{
    const struct fz_option_value *values = options->values;
    struct fz_image_limits limits = fz_image_default_limits;
    limits.max_rows_px = (uint64_t)values[FZ_OPTION_LIMIT_PIXELS].number * 1000000;
    limits.max_whole_px = limits.max_rows_px / 10;
    if (limits.max_output_px < limits.max_whole_px)
        limits.max_output_px = limits.max_whole_px;
    limits.max_file_bytes = (uint64_t)values[FZ_OPTION_LIMIT_BYTES].number;
    limits.max_frames = (int)values[FZ_OPTION_LIMIT_FRAMES].number;
    limits.max_nesting = (int)values[FZ_OPTION_LIMIT_NESTING].number;
    limits.max_cpu_us = (int64_t)(values[FZ_OPTION_LIMIT_SECONDS].seconds * 1e6);
    return limits;
}
