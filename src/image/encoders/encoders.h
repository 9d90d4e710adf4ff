/* One format each: what fz_image_encode chooses from. A worker's thread; *out is empty before, and is freed by the caller in every
 * case. */
#ifndef FZ_IMAGE_ENCODERS_ENCODERS_H
#define FZ_IMAGE_ENCODERS_ENCODERS_H

#include "image/encode.h"
#include "image/metadata/carry.h"

enum fz_err fz_encode_jpeg(const struct fz_pixels *pixels, const struct fz_encode *how,
                           struct fz_encoded *out, struct fz_error *err);
enum fz_err fz_encode_png(const struct fz_pixels *pixels, const struct fz_encode *how, struct fz_encoded *out,
                          struct fz_error *err);
enum fz_err fz_encode_webp(const struct fz_pixels *pixels, const struct fz_encode *how,
                           struct fz_encoded *out, struct fz_error *err);
/* In image/heavy/, reached by what that hands out; these two. UNSUPPORTED where this build has no library for it. */
enum fz_err fz_encode_avif(const struct fz_pixels *pixels, const struct fz_encode *how,
                           struct fz_encoded *out, struct fz_error *err);
enum fz_err fz_encode_jxl(const struct fz_pixels *pixels, const struct fz_encode *how, struct fz_encoded *out,
                          struct fz_error *err);
/* PPM and BMP, which hold nothing but pixels. */
enum fz_err fz_encode_plain(const struct fz_pixels *pixels, const struct fz_encode *how,
                            struct fz_encoded *out, struct fz_error *err);

/* A copy of what a library keeps in memory of its own; MEMORY. */
enum fz_err fz_encoded_take(struct fz_encoded *out, const void *bytes, size_t len, struct fz_error *err);

#endif
