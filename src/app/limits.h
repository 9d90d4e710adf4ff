/* The options --limit-* as what the decoders are given. */
#ifndef FZ_APP_LIMITS_H
#define FZ_APP_LIMITS_H

#include "ctl/option.h"
#include "image/image.h"

/* Owner's thread of the options. */
struct fz_image_limits fz_limits_from_options(const struct fz_options *options);

#endif
