/* The one place where sizes that come from a file are judged. */
#ifndef FZ_IMAGE_LIMITS_H
#define FZ_IMAGE_LIMITS_H

#include "image/image.h"

/* Any thread. Judges a picture by its header, before anything is allocated for it: `by_rows` says that no
 * more than some rows of it are ever held at full size. LIMIT with the reason, or OK. */
enum fz_err fz_limits_check(const struct fz_image_limits *limits, uint32_t width, uint32_t height,
                            bool by_rows, struct fz_error *err);

/* Any thread. Of what is drawn, whose size says no more than what 100 % is, and which is none of 0: brought down to what a
 * picture may have, aspect kept. */
void fz_limits_fit(const struct fz_image_limits *limits, uint32_t *width, uint32_t *height);

/* Any thread. Judges the size of a result, px. */
enum fz_err fz_limits_check_output(const struct fz_image_limits *limits, int width, int height,
                                   struct fz_error *err);

#endif
