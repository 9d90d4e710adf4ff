/* TIFF files that end early: libtiff refuses a strip or tile of which the last byte is missing, and with it all that is there. */
#ifndef FZ_IMAGE_CODECS_TIFF_CUT_H
#define FZ_IMAGE_CODECS_TIFF_CUT_H

#include "image/codecs/tiff_directory.h"

/* Where a directory says where its strips or tiles lie, and how long they are; of counts 0: it does not. */
struct fz_tiff_lengths {
    struct fz_ifd_values offsets, lengths;
};

/* All on the decoder's thread. */

struct fz_tiff_lengths fz_tiff_find_lengths(const struct fz_bytes *file, const struct fz_ifd *dir);

/* A strip or tile ends beyond the file. */
bool fz_tiff_is_cut(const struct fz_bytes *file, const struct fz_ifd *dir);

/* `count` bytes were read from `pos` on: lengths among them become as long as the file goes. */
void fz_tiff_shorten(const struct fz_bytes *file, const struct fz_tiff_lengths *of, uint64_t pos,
                     uint64_t count, uint8_t *bytes);

#endif
