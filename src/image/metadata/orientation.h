/* The one thing that is wanted of EXIF data: which way is up. */
#ifndef FZ_IMAGE_METADATA_ORIENTATION_H
#define FZ_IMAGE_METADATA_ORIENTATION_H

#include <stddef.h>
#include <stdint.h>

/* Any thread. `data` is a TIFF structure ("II*\0" or "MM\0*" first), not trusted, borrowed. 1..8, 1 where it
 * says nothing valid. */
int fz_exif_orientation(const uint8_t *data, size_t len);

#endif
