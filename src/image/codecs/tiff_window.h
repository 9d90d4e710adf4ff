/* How far back a packed strip of a TIFF file refers: what who unpacks it row by row has to hold. */
#ifndef FZ_IMAGE_CODECS_TIFF_WINDOW_H
#define FZ_IMAGE_CODECS_TIFF_WINDOW_H

#include "image/bytes.h"

/* The decoder's thread. Whether strips of that compression bring a window of their own size: Zstandard and LZMA. */
bool fz_tiff_has_window(unsigned compression);

/* The decoder's thread. The window of such a strip, `len` bytes at `at` in the file, bytes: as it says in the beginning, or with `all`
 * the largest of all that follow each other in it, up to where it is damaged. UINT64_MAX: it is of another kind. */
uint64_t fz_tiff_find_window(const struct fz_bytes *file, uint64_t at, uint64_t len, unsigned compression,
                             bool all);

#endif
