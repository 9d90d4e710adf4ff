/* What the name of a file promises, and what can be written under it. */
#ifndef FZ_IMAGE_KIND_H
#define FZ_IMAGE_KIND_H

#include "image/encode.h"

struct fz_file_kind {
    const char *suffix, *format; /* ".jpg", and as the format table calls it */
    bool is_written;
    enum fz_encoding encoding;
};

/* Any thread, both. NULL: none that is known. */
const struct fz_file_kind *fz_file_kind_of(const char *name);
/* Of those that are written, or would be by another build; "jpg", "jpeg", "png", ... */
const struct fz_file_kind *fz_file_kind_named(const char *format);

/* Any thread. The library that this build lacks to write it; NULL: none. */
const char *fz_file_kind_needs(const struct fz_file_kind *kind);

/* Any thread. What a picture with that name is written as where it cannot stay what it is: photographs as JPEG, all else as
 * PNG. */
const struct fz_file_kind *fz_file_kind_instead(const char *name);

#define FZ_WRITTEN_SUFFIXES ".jpg, .png, .webp, .avif, .jxl, .ppm or .bmp"

#endif
