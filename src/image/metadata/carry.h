/* What a picture's file tells beside its pixels, made ready to stand in a smaller copy of it: EXIF, XMP and IPTC. */
#ifndef FZ_IMAGE_METADATA_CARRY_H
#define FZ_IMAGE_METADATA_CARRY_H

#include <stdbool.h>
#include <stdint.h>

struct fz_image_scratch;

/* What the copy is: upright, and in sRGB. */
struct fz_smaller_copy {
    int width, height; /* px */
    bool turned;       /* what was right and below is elsewhere now */
};

enum {
    FZ_CARRIED_MOST = 65000, /* of one kind: what a segment of a JPEG has room for, and its name */
    FZ_CARRIED_KINDS = 3,
    FZ_IPTC_HEAD = 12, /* bytes, see fz_iptc_head */
};

enum fz_carried_kind {
    FZ_CARRIED_EXIF, /* a TIFF structure */
    FZ_CARRIED_XMP,  /* a packet */
    FZ_CARRIED_IPTC, /* datasets of the IIM */
};

/* Plain data, which may come from anywhere: fz_carried_get believes none of it. */
struct fz_carried {
    uint32_t len[FZ_CARRIED_KINDS]; /* 0: none */
    uint8_t bytes[FZ_CARRIED_KINDS][FZ_CARRIED_MOST];
};

/* Any thread but the render thread. Of a file open for reading, and what of it is held, as for fz_metadata_read; for that copy: its
 * tags say what it is. What would be wrong of it is left out (thumbnails, how the pixels lie in the file, places in a picture that
 * lay otherwise), and so is what is damaged or larger than FZ_CARRIED_MOST. */
void fz_metadata_carry(int fd, const struct fz_image_scratch *scratch, const struct fz_smaller_copy *copy,
                       struct fz_carried *out);

/* Any thread. One kind of it, *len bytes, borrowed; NULL: none, as where `carried` is NULL. */
const uint8_t *fz_carried_get(const struct fz_carried *carried, enum fz_carried_kind kind, uint32_t *len);

/* Any thread. What stands before `len` bytes of IPTC as a resource, which then has an even length (Adobe Photoshop File Formats
 * Specification, Image Resource Blocks: 1028, without a name). */
void fz_iptc_head(uint32_t len, uint8_t head[FZ_IPTC_HEAD]);

#endif
