/* The pictures in small that the directories of a RAW file's TIFF structure tell of, without LibRaw. */
#ifndef FZ_IMAGE_CODECS_RAW_PREVIEWS_H
#define FZ_IMAGE_CODECS_RAW_PREVIEWS_H

#include "image/bytes.h"

enum { FZ_RAW_SUBDIRECTORIES = 8, FZ_RAW_PREVIEWS = 1 + FZ_RAW_SUBDIRECTORIES };

/* Coded as JPEG or JPEG XL, in one piece: so the directory says, nobody has looked at these bytes. */
struct fz_raw_preview {
    uint64_t at, len;  /* inside the file */
    bool in_adobe_rgb; /* PreviewColorSpace, DNG 1.6 */
};

/* Any thread. Those of the first directory and of the ones below it, in their order: how many. */
unsigned fz_raw_previews(const struct fz_bytes *file, struct fz_raw_preview out[FZ_RAW_PREVIEWS]);

#endif
