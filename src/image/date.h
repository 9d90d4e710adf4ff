/* When a picture was taken, by its EXIF data. */
#ifndef FZ_IMAGE_DATE_H
#define FZ_IMAGE_DATE_H

#include <stddef.h>
#include <stdint.h>

enum { FZ_DATE_BYTES = 32 };

/* Any thread. `exif` is a TIFF structure, not trusted, borrowed. Writes DateTimeOriginal, else DateTimeDigitized, as
 * ISO 8601 in local time of the camera, with its offset where the data has one; "" where there is none that makes sense. */
void fz_exif_date(const uint8_t *exif, size_t len, char out[FZ_DATE_BYTES]);

#endif
