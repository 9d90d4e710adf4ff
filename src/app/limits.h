/* Options on limits as what the decoders, the memory and the tile cache are given. */
#ifndef FZ_APP_LIMITS_H
#define FZ_APP_LIMITS_H

#include "ctl/option.h"
#include "image/image.h"

/* Owner's thread of the options. */
struct fz_image_limits fz_limits_from_options(const struct fz_options *options);

/* Main thread. The bound on pictures in memory: --memory, or what suits the machine. */
uint64_t fz_memory_bound(const struct fz_options *options);

struct fz_cache;

/* Main thread. Starts the tile cache as --cache-size asks for; NULL where it is 0 or nowhere to be kept. `patient`: see
 * decode/cache.h. */
struct fz_cache *fz_cache_by_options(const struct fz_options *options, bool patient, struct fz_error *err);

#endif
