/* What the files of the metadata share: the blocks, where a file has them, and what each of them says. */
#ifndef FZ_IMAGE_METADATA_PARTS_H
#define FZ_IMAGE_METADATA_PARTS_H

#include "image/metadata/excerpt.h"
#include "image/metadata/metadata.h"

enum {
    FZ_EXIF_MOST = 60 << 10, /* libexif takes less than 64 KB */
    FZ_XMP_MOST = 2 << 20,
    FZ_IPTC_MOST = 256 << 10,
};

struct fz_smaller_copy;

struct fz_block {
    uint8_t *data; /* owned; NULL: none */
    size_t len;
};

/* What was found in a file; the first of each kind counts. */
struct fz_blocks {
    /* borrowed, set before: EXIF is wanted for that (fz_exif_copy); NULL: see there */
    const struct fz_smaller_copy *copy;
    struct fz_block exif; /* a TIFF structure that holds only what is wanted */
    struct fz_block xmp;
    struct fz_block more_xmp; /* what a JPEG had no room for in one segment: a packet of its own */
    struct fz_block iptc;     /* datasets of the IIM */
    /* "Photoshop 3.0" and its resources, one of which may be the IIM; of a JPEG, those of all its segments */
    struct fz_block resources;
    struct fz_metadata text; /* what stands in the open: PNG */
};

/* The thread of fz_metadata_read, all of these. */
void fz_blocks_find(struct fz_excerpt *file, struct fz_blocks *blocks);
void fz_blocks_fini(struct fz_blocks *blocks);
/* Copies a block, if there is none yet. */
void fz_block_take(struct fz_block *block, struct fz_excerpt *file, uint64_t pos, uint64_t len, size_t most);

/* The same of Photoshop's resources, with their name or without. */
void fz_block_take_resources(struct fz_block *block, struct fz_excerpt *file, uint64_t pos, uint64_t len);

/* A JPEG that begins at `start`. */
void fz_blocks_find_in_jpeg(struct fz_excerpt *file, uint64_t start, struct fz_blocks *blocks);
/* GIF. */
void fz_blocks_find_in_gif(struct fz_excerpt *file, struct fz_blocks *blocks);
/* PNG. */
void fz_blocks_find_in_png(struct fz_excerpt *file, struct fz_blocks *blocks);
/* EXIF at `pos`, with the prefix that only JPEG has, or without: some writers keep it elsewhere. */
void fz_blocks_find_in_exif(struct fz_excerpt *file, uint64_t pos, struct fz_blocks *blocks);
/* A TIFF structure at `base` of the file: EXIF, TIFF itself, most RAW files. False where there is none. */
bool fz_blocks_find_in_tiff(struct fz_excerpt *file, uint64_t base, struct fz_blocks *blocks);
/* ISO base media files: HEIF, AVIF, JPEG XL, CR3. */
void fz_blocks_find_in_boxes(struct fz_excerpt *file, struct fz_blocks *blocks);
/* What is packed by Brotli at `at`, as an excerpt that the caller closes; false where it is damaged or unpacks to more
 * than FZ_XMP_MOST bytes, or this build cannot. */
bool fz_excerpt_unpack(struct fz_excerpt *out, struct fz_excerpt *file, uint64_t at, uint64_t len);
/* CR3 has its directories apart: one TIFF structure for the camera, the exposure, the position. */
struct fz_directories {
    uint64_t camera, exposure, position; /* 0: none */
};
void fz_blocks_join_tiff(struct fz_excerpt *file, const struct fz_directories *at, struct fz_blocks *blocks);

void fz_metadata_from_exif(const struct fz_block *exif, struct fz_metadata *out);
void fz_metadata_from_iptc(const struct fz_blocks *blocks, struct fz_metadata *out);

/* carry_xmp.c: a packet as it is to stand in a copy (image/metadata/carry.h); emptied where that cannot be told. */
void fz_xmp_settle(struct fz_block *xmp, const struct fz_smaller_copy *copy);
/* join_xmp.c: both as one packet; *out stays empty where they are none, or cannot be one. */
void fz_xmp_join(const struct fz_block *xmp, const struct fz_block *more, struct fz_block *out);

/* False where the packet is no XMP to its end, or deeper or larger than those that programs write; what stood before
 * that counts. */
bool fz_xmp_read(const void *bytes, size_t len, struct fz_metadata *out);

/* Bytes of a text as they stand in a file: UTF-8 where it is valid, else Windows-1252; without blanks around it. */
void fz_metadata_text(char *out, size_t size, const void *bytes, size_t len);
/* Appends with ", " between; nothing where `part` is "". */
void fz_metadata_join(char *out, size_t size, const char *part);
/* Out of Windows' 1 to 99; NAN of any other number but 0. */
double fz_metadata_stars(double percent);
/* By both, each shorter than half of FZ_METADATA_NAME; "" where it is not told. */
void fz_metadata_name_camera(struct fz_metadata *out, const char *make, const char *model);
/* Degrees, NAN where they are not known. */
void fz_metadata_place_at(struct fz_metadata *out, double latitude, double longitude);
/* "2024:05:01 12:30:00" or "2024-05-01T12:30:00.5+02:00", what is behind the year may be missing: the first day
 * of it then. A time that makes no sense is midnight. */
bool fz_metadata_date_parse(const char *text, struct fz_metadata_date *date);
/* Whether `date` is within what `other` tells, by their clocks, or by UTC where both know it. */
bool fz_metadata_date_is_within(const struct fz_metadata_date *date, const struct fz_metadata_date *other);
/* "Wed, 01 May 2024 12:30:45 +0200" (RFC 1123, 5.2.14), as PNG recommends. */
bool fz_metadata_mail_date_parse(const char *text, struct fz_metadata_date *date);
/* "5", "07" or "123": of a second. 0 where that makes no sense. */
int fz_metadata_fraction_ms(const char *digits);
/* "+02:00", "+0200" or "Z". */
bool fz_metadata_offset_parse(const char *text, int *minutes);

#endif
