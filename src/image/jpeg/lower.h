/* The lower part of a JPEG by a second thread, while the first one makes the upper part: for a picture that somebody waits for.
 * Where it begins in the file is known from a decode of the same file beside this one (fz_image_host.index); else the scan has to be
 * passed over from its top (band.h), which takes a quarter of the time of decoding it. */
#ifndef FZ_IMAGE_JPEG_LOWER_H
#define FZ_IMAGE_JPEG_LOWER_H

#include "image/format.h"

#include <stdio.h>

#include <jpeglib.h>

struct fz_jpeg_lower; /* owned by the decoder's thread */

/* Any thread. The memory that it takes at most, for a picture so wide. */
uint64_t fz_jpeg_lower_bytes(uint64_t width);

/* The decoder's thread, after fz_decode_begin. Whether it would pay for such a picture. */
bool fz_jpeg_lower_pays(const struct fz_decode *d);

/* The same, between two rows. The row of the result that it should begin with now, by what is known of its rows (NULL: nothing); 0: it
 * would pay no more. */
int fz_jpeg_lower_row(const struct fz_decode *d, const struct jpeg_decompress_struct *cinfo,
                      const struct fz_image_index *index);

/* The decoder's thread. Begins to make the rows from there on, by a copy of the index; NULL: no memory, no thread. */
struct fz_jpeg_lower *fz_jpeg_lower_begin(const struct fz_decode *d, int out_y,
                                          const struct fz_image_index *index);

/* The decoder's thread. Waits until all of them are there, without any damage; false: they are to be made once more. */
bool fz_jpeg_lower_wait(struct fz_jpeg_lower *lower);

/* The decoder's thread. Ends it, whatever it does; NULL is fine. */
void fz_jpeg_lower_free(struct fz_jpeg_lower *lower);

#endif
