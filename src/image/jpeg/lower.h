/* The lower part of a JPEG by a second thread, while the first one makes the upper part: for a picture that somebody waits for.
 * Its scan has to be passed over from the top (band.h), which takes a quarter of the time of decoding it. */
#ifndef FZ_IMAGE_JPEG_LOWER_H
#define FZ_IMAGE_JPEG_LOWER_H

#include "image/format.h"

struct fz_jpeg_lower; /* owned by the decoder's thread */

/* Any thread. The memory that it takes at most, for a picture so wide. */
uint64_t fz_jpeg_lower_bytes(uint64_t width);

/* The decoder's thread, after fz_decode_begin. The row of the result from which on it would pay; 0: it would not. */
int fz_jpeg_lower_row(const struct fz_decode *d);

/* The decoder's thread. Begins to make the rows from there on; NULL: no memory, no thread. */
struct fz_jpeg_lower *fz_jpeg_lower_begin(const struct fz_decode *d, int out_y);

/* The decoder's thread. Waits until all of them are there, without any damage; false: they are to be made once more. */
bool fz_jpeg_lower_wait(struct fz_jpeg_lower *lower);

/* The decoder's thread. Ends it, whatever it does; NULL is fine. */
void fz_jpeg_lower_free(struct fz_jpeg_lower *lower);

#endif
