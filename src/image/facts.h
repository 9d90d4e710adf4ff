/* What the bytes of a file say beyond its header, without decoding: frames, colour profile, where its EXIF data lies. */
#ifndef FZ_IMAGE_FACTS_H
#define FZ_IMAGE_FACTS_H

#include "image/bytes.h"

#include <stdbool.h>

enum fz_head_status { FZ_HEAD_OK, FZ_HEAD_MORE, FZ_HEAD_BAD };

struct fz_facts {
    int max_frames; /* given: no more are counted */
    int frames;     /* 1 or more */
    bool has_profile;
    struct fz_bytes exif;      /* a TIFF structure inside the bytes that were given; empty: none */
    struct fz_bytes thumbnail; /* a JPEG inside them that is not among the EXIF data; the same */
};

/* Any thread. Bytes of a file of that format, from its start, not trusted. MORE asks for more of them; what was found
 * stands in *facts in every case, and is all there is where the bytes are whole. Nothing is allocated, but for JPEG XL. */
enum fz_head_status fz_jpeg_facts(const struct fz_bytes *bytes, struct fz_facts *facts);
enum fz_head_status fz_png_facts(const struct fz_bytes *bytes, struct fz_facts *facts);
enum fz_head_status fz_webp_facts(const struct fz_bytes *bytes, struct fz_facts *facts);
enum fz_head_status fz_gif_facts(const struct fz_bytes *bytes, struct fz_facts *facts);
enum fz_head_status fz_tiff_facts(const struct fz_bytes *bytes, struct fz_facts *facts);

#endif
