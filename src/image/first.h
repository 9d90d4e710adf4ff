/* First pictures: what a file carries of itself in small, shown until it is decoded. */
#ifndef FZ_IMAGE_FIRST_H
#define FZ_IMAGE_FIRST_H

#include "image/bytes.h"
#include "image/image.h"

/* Any thread. The JPEG in the thumbnail directory (IFD1) of EXIF data, a TIFF structure, not trusted; empty where there is
 * none, or one that lies otherwise than the picture. Inside `exif`. */
struct fz_bytes fz_exif_thumbnail(const struct fz_bytes *exif);

#endif
