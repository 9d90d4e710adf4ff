/* Pixels that a library decoded, on their way into the reducer. */
#ifndef FZ_IMAGE_PIXELS_ROWS_H
#define FZ_IMAGE_PIXELS_ROWS_H

#include "image/format.h"

/* Borrowed; 4 bytes a pixel, 4-byte aligned. */
struct fz_rows {
    uint8_t *at; /* the first row; what is there is used up */
    ptrdiff_t pitch_bytes;
    int width;           /* px, those that lie beside the picture left out */
    int x;               /* where they stand in the reducer's rows; background around them */
    bool red_first;      /* R G B A in memory, else B G R A */
    enum fz_alpha alpha; /* of opaque ones the fourth byte is 255 */
};

/* The decoder's thread, after fz_decode_begin. Rows `from` (included) to `to` (not) go into the reducer, over the
 * background. CANCELLED. */
enum fz_err fz_rows_push(struct fz_decode *d, const struct fz_rows *rows, int from, int to);

/* The decoder's thread. The next `count` rows are background. CANCELLED. */
enum fz_err fz_rows_push_background(struct fz_decode *d, int count);

#endif
