/* Deflated data inside of pictures, by zlib, within bounds. */
#ifndef FZ_IMAGE_INFLATE_H
#define FZ_IMAGE_INFLATE_H

#include "image/bytes.h"

/* Any thread. Unpacks a stream of zlib or gzip (RFC 1950, 1952) into `to`, at most `room` bytes, as far as it goes where it
 * is damaged or cut short; gives how many. With `to` NULL they are only counted. *whole (may be NULL) is true where the
 * stream ends within the room. zlib itself takes some 40 KB. */
size_t fz_inflate(const struct fz_bytes *from, uint8_t *to, size_t room, bool *whole);

#endif
