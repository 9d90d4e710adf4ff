/* What head_tiff.c, tiff_pages.c and tiff_levels.c know of a TIFF file by its directories, without libtiff. All on the decoder's
 * thread. */
#ifndef FZ_IMAGE_CODECS_TIFF_PAGES_H
#define FZ_IMAGE_CODECS_TIFF_PAGES_H

#include "image/codecs/tiff.h"
#include "image/codecs/tiff_directory.h"

/* The directory of page number `page`; where there is no such page, the first directory and false. */
bool fz_tiff_find_directory(const struct fz_bytes *file, int page, struct fz_ifd *out,
                            struct fz_tiff_pages *pages);

/* A page is neither a smaller copy of another one nor a mask. */
bool fz_tiff_is_page(const struct fz_bytes *file, const struct fz_ifd *dir);
bool fz_tiff_is_copy(const struct fz_bytes *file, const struct fz_ifd *dir);

/* What a page takes. */
struct fz_tiff_band {
    uint64_t rows;         /* decoded together, */
    uint64_t bytes;        /* with what is gathered of smaller ones, and windows */
    uint64_t window_bytes; /* of each strip or tile that is being decoded, */
    uint64_t window_most;  /* which says that it has none larger than that */
    uint64_t stored_bytes; /* of strips or tiles as they are in a file that is not held */
    uint64_t blocks;       /* strips or tiles that the file has a length of */
};
struct fz_tiff_band fz_tiff_read_band(const struct fz_bytes *file, const struct fz_ifd *dir, uint32_t width,
                                      uint32_t height);

#endif
