/* JPEG at 1/8 by the DC values of its blocks alone: what libjpeg makes of them, without decoding what it then throws
 * away (about 95 % of its time at this size). */
#ifndef FZ_IMAGE_JPEG_DC_H
#define FZ_IMAGE_JPEG_DC_H

#include "image/format.h"

#include <stdio.h>

#include <jpeglib.h>

/* The decoder's thread, after jpeg_read_header. OK and *taken: the whole picture at 1/8 went through d->reduce. OK and not
 * *taken: not the kind of file that this is for, or a damaged one: nothing was begun and libjpeg may go on. Luma and whatever is
 * not 4:2:0 equals libjpeg's pixels; chroma of 4:2:0 is within 2/255 of it on average. Of a progressive file only the first
 * scan is read: luma lacks its last bit, chroma of 4:2:0 is half as fine; *damage says why rows are missing (static; NULL: none are),
 * because libjpeg would need far more memory to do better. `cinfo` is left as it was. MEMORY, CANCELLED, DAMAGED. */
enum fz_err fz_jpeg_dc_load(struct fz_decode *d, const struct jpeg_decompress_struct *cinfo, bool *taken,
                            const char **damage);

/* Any thread. Whether it takes three components, the first with this sampling and the others with 1 x 1. */
bool fz_jpeg_dc_takes(unsigned h, unsigned v);

/* Any thread. What it allocates at most for a picture of this size. */
uint64_t fz_jpeg_dc_bytes(const struct fz_header *header);

#endif
