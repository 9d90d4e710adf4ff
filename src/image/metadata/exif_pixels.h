/* What EXIF data says of the pixels: which way is up, and their colours where no profile does. */
#ifndef FZ_IMAGE_METADATA_EXIF_PIXELS_H
#define FZ_IMAGE_METADATA_EXIF_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looked at. JPEG holds no more; in PNG and WebP previews and notes may follow, and what counts stands before them. */
enum { FZ_EXIF_PIXELS_BYTES = 64 << 10 };

/* Any thread, all of these. `data` is a TIFF structure ("II*\0" or "MM\0*" first), not trusted, borrowed; before it the prefix "Exif\0\0",
 * which JPEG wants and some writers put into other files. */

/* 1..8, 1 where it says nothing valid. */
int fz_exif_orientation(const uint8_t *data, size_t len);

/* Whether they are said to be of sRGB. */
bool fz_exif_is_srgb(const uint8_t *data, size_t len);
/* Whether they are of Adobe RGB (1998), as cameras tell it: by the interoperability index "R03" (DCF 2.0, option files). */
bool fz_exif_is_adobe_rgb(const uint8_t *data, size_t len);

#endif
