/* EXIF data as ImageMagick and older tools keep it in a PNG. */
#ifndef FZ_IMAGE_CODECS_PNG_TEXT_H
#define FZ_IMAGE_CODECS_PNG_TEXT_H

#include "image/bytes.h"

/* Any thread. The data of a chunk tEXt, or zTXt where it is `packed`: *orientation becomes that of the EXIF data in it, and
 * stays where there is none. */
void fz_png_text_orientation(const struct fz_bytes *chunk, bool packed, int *orientation);

#endif
