/* The texts of a PNG (W3C, Portable Network Graphics, third edition, 11.3.3), and the profiles that ImageMagick and older tools
 * keep in them. */
#ifndef FZ_IMAGE_METADATA_PNG_TEXT_H
#define FZ_IMAGE_METADATA_PNG_TEXT_H

#include "image/bytes.h"

enum { FZ_PNG_PROFILE_TEXT_MOST = 768 << 10 }; /* bytes: of EXIF data of 256 KB, as digits */

enum { FZ_PNG_EXIF_TEXTS_MOST = 8 }; /* that are unpacked of a file: there is one, or two by two programs */

/* Any thread. What the data of a chunk of that name (tEXt, zTXt, iTXt) says behind its keyword, with which the data begins as a
 * string; unpacked, at most `most` bytes, as far as it goes where it is damaged. The caller frees; NULL: nothing. */
uint8_t *fz_png_text_read(const char *name, const struct fz_bytes *chunk, size_t most, size_t *len);

/* Any thread. The bytes that a text "Raw profile type ..." holds, in its place; gives how many. */
size_t fz_png_profile_read(uint8_t *text, size_t len);

/* Any thread. Whether the data of a chunk of that name, of which FZ_PNG_KEYWORD_MOST bytes are enough, is such a text of EXIF data. */
bool fz_png_text_is_exif(const char *name, const struct fz_bytes *chunk);

/* Any thread. The data of a chunk of that name: *orientation becomes that of the EXIF data which stands there as such a text, and
 * stays where there is none. */
void fz_png_text_orientation(const char *name, const struct fz_bytes *chunk, int *orientation);

#endif
