#include "app/limits.h"

#include "base/memory_use.h"
#include "decode/cache.h"

#include <stdlib.h>

enum { CACHE_QUEUE_PART = 64 }; /* of the memory: tiles that wait to be written */

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

uint64_t fz_memory_bound(const struct fz_options *options)
{
    /* With 32 bits 1.5 GB: libraries and stacks need the rest. */
    const uint64_t addressable = SIZE_MAX / 8 * 3;
    if (fz_option_is_set(options, FZ_OPTION_MEMORY)) {
        const uint64_t asked = (uint64_t)options->values[FZ_OPTION_MEMORY].number;
        return asked < addressable ? asked : addressable;
    }
    uint64_t quarter = fz_memory_available_bytes() / 4, least = 64u << 20, most = 1u << 30;
    return quarter < least ? least : quarter > most ? most : quarter;
}

/* Everything works without it. */
struct fz_cache *fz_cache_by_options(const struct fz_options *options, bool patient, struct fz_error *err)
{
    uint64_t limit_bytes = (uint64_t)options->values[FZ_OPTION_CACHE_SIZE].number;
    char *folder = limit_bytes > 0 ? fz_cache_folder() : NULL;
    struct fz_cache_options how = {.folder = folder,
                                   .limit_bytes = limit_bytes,
                                   .queue_bytes = fz_memory_bound(options) / CACHE_QUEUE_PART,
                                   .patient = patient};
    struct fz_cache *cache = NULL;
    if (folder)
        fz_cache_start(&cache, &how, err);
    free(folder);
    return cache;
}
