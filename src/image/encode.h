/* Pixels -> bytes of a file. */
#ifndef FZ_IMAGE_ENCODE_H
#define FZ_IMAGE_ENCODE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* PPM is the binary PNM of three channels, BMP has 24 bits a pixel. */
enum fz_encoding {
    FZ_ENCODING_JPEG,
    FZ_ENCODING_PNG,
    FZ_ENCODING_WEBP,
    FZ_ENCODING_AVIF,
    FZ_ENCODING_JXL,
    FZ_ENCODING_PPM,
    FZ_ENCODING_BMP
};

/* Pixels as in struct fz_image; alpha is ignored. Borrowed. */
struct fz_pixels {
    const uint8_t *at;
    int width, height, pitch_bytes;
};

struct fz_carried;

/* What they are to become. */
struct fz_encode {
    enum fz_encoding encoding;
    int quality;      /* 1 to 100, of what has one: each library's own scale */
    bool in_one_pass; /* JPEG: some 3 % longer, and without coefficients of the whole picture in memory */
    /* borrowed: stands in the file too, where its format has a place for it; NULL: nothing */
    const struct fz_carried *carried;
};

struct fz_encoded {
    void *bytes; /* owned: free() */
    size_t len;
};

/* Any thread but the render thread. sRGB without a profile. What has a side that the format cannot say is UNSUPPORTED;
 * MEMORY. */
enum fz_err fz_image_encode(const struct fz_pixels *pixels, const struct fz_encode *how,
                            struct fz_encoded *out, struct fz_error *err);

/* Any thread. The memory that encoding takes at most, what comes out included and the pixels not. */
uint64_t fz_image_encode_bytes(enum fz_encoding encoding, int width, int height);

/* The same thread. Writes a PNG where `stream` stands; `level` is zlib's, `carried` may be NULL. False with the reason in `why` (if the encoder
 * knew it) or errno. */
bool fz_png_write(FILE *stream, const struct fz_pixels *pixels, int level, const struct fz_carried *carried,
                  char *why, size_t why_size);

#endif
