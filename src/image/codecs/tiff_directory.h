/* The directories of TIFF 6.0 and BigTIFF, wherever in the file they lie: tags, and the numbers that belong to them. */
#ifndef FZ_IMAGE_CODECS_TIFF_DIRECTORY_H
#define FZ_IMAGE_CODECS_TIFF_DIRECTORY_H

#include "image/bytes.h"

enum fz_ifd_tag {
    FZ_IFD_SUBFILE = 254,
    FZ_IFD_WIDTH = 256,
    FZ_IFD_HEIGHT = 257,
    FZ_IFD_BITS = 258,
    FZ_IFD_COMPRESSION = 259,
    FZ_IFD_PHOTOMETRIC = 262,
    FZ_IFD_FILL_ORDER = 266,
    FZ_IFD_STRIP_OFFSETS = 273,
    FZ_IFD_ORIENTATION = 274,
    FZ_IFD_SAMPLES = 277,
    FZ_IFD_STRIP_ROWS = 278,
    FZ_IFD_STRIP_BYTES = 279,
    FZ_IFD_PLANAR = 284,
    FZ_IFD_TILE_WIDTH = 322,
    FZ_IFD_TILE_HEIGHT = 323,
    FZ_IFD_TILE_OFFSETS = 324,
    FZ_IFD_TILE_BYTES = 325,
    FZ_IFD_SUBDIRECTORIES = 330,
    FZ_IFD_SAMPLE_FORMAT = 339,
    FZ_IFD_PROFILE = 34675,
};

/* `count` entries from `entries` on, then the offset of the next one. */
struct fz_ifd {
    uint64_t at, entries, count, entry_bytes, next;
};

/* A tag's numbers: where they lie. */
struct fz_ifd_values {
    uint64_t pos, count;
    unsigned bytes; /* of each: 2, 4 or 8 */
};

/* All of these: the decoder's thread, on bytes that begin as a TIFF file does. */

bool fz_ifd_is_big(const struct fz_bytes *file);

/* A number of at most 8 bytes in the file's own order; 0 where it is not there. */
uint64_t fz_ifd_number(const struct fz_bytes *file, uint64_t pos, unsigned bytes);

/* Where the first directory lies. */
uint64_t fz_ifd_first(const struct fz_bytes *file);

/* False, and no entries, where not all of it is there. */
bool fz_ifd_read(const struct fz_bytes *file, uint64_t at, struct fz_ifd *out);

/* False where the tag is not there, or holds no whole numbers. */
bool fz_ifd_find_values(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t tag,
                        struct fz_ifd_values *values);

/* The first of its numbers, or `missing`. */
uint64_t fz_ifd_find(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t tag, uint64_t missing);

/* How long a value is that is no number; 0 where the tag is not there. */
uint64_t fz_ifd_count_bytes(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t tag);

/* A tag's numbers from number `first` on, as many as are there: at most that many. Side by side, because a file that is not in memory is
 * read from place to place. */
enum { FZ_IFD_AT_ONCE = 256 };
unsigned fz_ifd_get(const struct fz_bytes *file, const struct fz_ifd_values *values, uint64_t first,
                    uint64_t to[FZ_IFD_AT_ONCE]);

#endif
