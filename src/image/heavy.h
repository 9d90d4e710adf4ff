/* Codecs whose libraries take 10 MB of every process that has them, and that few folders need: HEIC, AVIF, JPEG XL, RAW, SVG. They
 * lie in a shared object of their own, which is loaded with the first such picture. What lies there is image/heavy/; what
 * tests link has it built in. */
#ifndef FZ_IMAGE_HEAVY_H
#define FZ_IMAGE_HEAVY_H

#include "image/encode.h"

#include <stdbool.h>
#include <stddef.h>

struct fz_format;
struct fz_anim_format;

/* Whether two were built of the same: the version, and the sizes of what both know the inside of. What these hold goes with them. */
struct fz_heavy_build {
    char version[32];
    size_t sizes[15];
};
#define FZ_HEAVY_BUILD                        \
    {                                         \
        .version = FRIEZE_VERSION, .sizes = { \
            sizeof(struct fz_heavy),          \
            sizeof(struct fz_format),         \
            sizeof(struct fz_anim_format),    \
            sizeof(struct fz_image),          \
            sizeof(struct fz_image_request),  \
            sizeof(struct fz_encode),         \
            sizeof(struct fz_decode),         \
            sizeof(struct fz_anim),           \
            sizeof(struct fz_facts),          \
            sizeof(struct fz_pixels),         \
            sizeof(struct fz_encoded),        \
            sizeof(struct fz_rows),           \
            sizeof(struct fz_part),           \
            sizeof(struct fz_heif_part),      \
            sizeof(struct fz_svg_cost)        \
        }                                     \
    }

/* All that the program knows of it: the one symbol of the shared object. */
struct fz_heavy {
    struct fz_heavy_build build;     /* first, and read before anything else */
    const struct fz_format *formats; /* rows of the format table; the one behind the last has no name */
    const struct fz_anim_format *const *anims; /* those that play; ends with NULL */
    /* Of a library by its name (image/libraries.h): its version, FZ_LIBRARY_VERSION bytes. False: it is none of these. */
    bool (*library_version)(const char *library, char *to);
    /* As image/encoders/encoders.h has them. */
    enum fz_err (*encode_avif)(const struct fz_pixels *pixels, const struct fz_encode *how,
                               struct fz_encoded *out, struct fz_error *err);
    enum fz_err (*encode_jxl)(const struct fz_pixels *pixels, const struct fz_encode *how,
                              struct fz_encoded *out, struct fz_error *err);
    void (*load_svg_modules)(void); /* as fz_svg_modules_load */
    void (*init)(void), (*fini)(void);
};

/* Any thread but the render thread; the first call takes 20 ms and opens files. NULL: UNSUPPORTED, and why. */
const struct fz_heavy *fz_heavy_load(struct fz_error *err);

/* Any thread. The codec of a row of the format table: the row itself, or what stands for a heavy one once these are loaded; else NULL. */
const struct fz_format *fz_heavy_codec(const struct fz_format *format);

/* Any thread. The same of a format that plays. */
const struct fz_anim_format *fz_heavy_anim(const struct fz_anim_format *format);

/* As fz_image_fini. The next call begins anew. */
void fz_heavy_fini(void);

#endif
