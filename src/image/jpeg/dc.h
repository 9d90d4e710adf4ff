/* JPEG at 1/8 by the DC values of its blocks alone: what libjpeg makes of them, without decoding what it then throws
 * away (about 95 % of its time at this size). At 1/4, for what is then filtered, by the lowest frequencies. */
#ifndef FZ_IMAGE_JPEG_DC_H
#define FZ_IMAGE_JPEG_DC_H

#include "image/format.h"

#include <stdio.h>

#include <jpeglib.h>

/* The decoder's thread, after jpeg_read_header, with 1 or 2 as cinfo->scale_num. OK and *taken: the whole picture at so many
 * eighths went through d->reduce. OK and not *taken: not the kind of file that this is for, or a damaged one: nothing was begun
 * and libjpeg may go on. At 1/8, luma and whatever is not 4:2:0 equals libjpeg's pixels; chroma of 4:2:0 is within 2/255 of it
 * on average. Of a progressive file only the first scan is read: luma lacks its last bit, chroma of 4:2:0 is half as fine;
 * *damage says why rows are missing (static; NULL: none are), because libjpeg would need far more memory to do better.
 * At 1/4 (grey, 4:4:4 and 4:2:0, not progressive) each block is made of its lowest frequencies, where libjpeg takes means:
 * nearer to what a full decode and a filter give, in two thirds of the time. `cinfo` is left as it was. MEMORY, CANCELLED,
 * DAMAGED. */
enum fz_err fz_jpeg_dc_load(struct fz_decode *d, const struct jpeg_decompress_struct *cinfo, bool *taken,
                            const char **damage);

/* Any thread. Whether it takes three components, the first with this sampling and the others with 1 x 1. */
bool fz_jpeg_dc_takes(unsigned h, unsigned v);

/* The decoder's thread, after the header. Where memory is short libjpeg takes less by rows, but for the coefficients of a
 * progressive file, which are far more. */
static inline bool fz_jpeg_dc_pays(const struct fz_decode *d)
{
    return !d->frugal || fz_decode_is_coarse(d);
}

/* Any thread. Whether of a part that ends with the picture the last pixel at so many eighths hardly shows what the encoder filled
 * its last block with. */
static inline bool fz_jpeg_shows_end(int64_t from, int64_t length, unsigned eighths)
{
    enum { MOST_PERCENT = 5 };
    const int64_t filled = (8 - (from + length) * eighths % 8) % 8;
    return filled * 100 <= length * eighths * MOST_PERCENT;
}

/* Any thread. What it allocates at most for a picture of this size, at so many eighths. */
uint64_t fz_jpeg_dc_bytes(const struct fz_header *header, unsigned scale);

#endif
