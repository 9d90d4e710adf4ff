/* The directories of a TIFF structure (TIFF 6.0, section 2, and BigTIFF), wherever it stands in a file. */
#ifndef FZ_IMAGE_METADATA_DIRECTORY_H
#define FZ_IMAGE_METADATA_DIRECTORY_H

#include "image/metadata/excerpt.h"

enum {
    FZ_TIFF_HEAD = 8, /* of what is written, as are these entries */
    FZ_TIFF_ENTRY = 12,
    FZ_TAG_XMP = 700,
    FZ_TAG_IPTC = 33723,
    FZ_TAG_RESOURCES = 34377,
    FZ_TAG_EXPOSURE = 0x8769, /* the offset of the EXIF directory, */
    FZ_TAG_POSITION = 0x8825, /* of that of GPS, */
    FZ_TAG_EXCHANGE = 0xa005, /* and, in the former, of interoperability */
};
enum fz_tiff_type {
    FZ_TIFF_BYTE = 1,
    FZ_TIFF_ASCII = 2,
    FZ_TIFF_SHORT = 3,
    FZ_TIFF_LONG = 4,
    FZ_TIFF_UTF8 = 129 /* Exif 3.0 */
};

/* A structure to be read: where its offsets count from, and in which order its bytes stand. */
struct fz_tiff_structure {
    struct fz_excerpt *file;
    uint64_t base;
    bool little;
    bool is_big; /* BigTIFF: its offsets and counts take 8 bytes */
};

struct fz_tiff_entry {
    uint16_t tag, type;
    uint32_t count;
    uint64_t at;  /* of the value, in the file */
    size_t bytes; /* 0: of no known type */
};

/* The excerpt's thread, all of these. The entries of a directory as they stand; their number, 0 where there are none. The caller frees. */
uint8_t *fz_tiff_entries_read(const struct fz_tiff_structure *tiff, uint64_t at, size_t *count);

/* Entry `i` of those, which were read at `at`. */
struct fz_tiff_entry fz_tiff_entry_of(const struct fz_tiff_structure *tiff, const uint8_t *entries,
                                      uint64_t at, size_t i);

/* Where the directory is that such an entry leads to, 0: nowhere. */
uint64_t fz_tiff_lead(const struct fz_tiff_structure *tiff, const struct fz_tiff_entry *entry);

/* Where directories begin, and in which structures; 0: there is none. */
struct fz_exif_directory {
    const struct fz_tiff_structure *tiff;
    uint64_t at;
};
struct fz_exif_source {
    struct fz_exif_directory camera, exposure, position;
};

struct fz_block;
struct fz_smaller_copy;

/* carry_exif.c: EXIF as it is to stand in a copy (image/metadata/carry.h); `out` stays empty where there is none. */
void fz_exif_copy(const struct fz_exif_source *from, const struct fz_smaller_copy *copy,
                  struct fz_block *out);

/* A number in the structure's order of bytes, to memory. */
void fz_tiff_put(bool little, uint8_t *at, uint64_t value, unsigned count);

#endif
