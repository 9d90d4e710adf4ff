/* To any smaller size by a cubic filter or a finer one, rows in, rows out. Works on the values as they are, as most programs do: a picture
 * looks the same in all of them. */
#ifndef FZ_IMAGE_PIXELS_REDUCE_H
#define FZ_IMAGE_PIXELS_REDUCE_H

#include "image/image.h"
#include "image/pixels/orient.h"
#include "image/scratch.h"

#include <stdint.h>

/* What is done to each output row, out_w pixels, in place, before it is turned. */
struct fz_reduce_finish {
    void (*row)(const void *ctx, uint8_t *row, int width); /* NULL: nothing */
    const void *ctx;                                       /* borrowed until the last row */
};

enum fz_kernel {
    FZ_KERNEL_CUBIC,  /* Catmull-Rom: sharp enough, and fast */
    FZ_KERNEL_LANCZOS /* of three lobes */
};

enum { FZ_REDUCE_BAND = 64 }; /* output rows that are turned together: a cache line of the result and more */

/* Any thread. The memory that it takes at most: a row of in_w px; sums, kept rows, column and weights for the part of
 * it that is shown and what the filter sees around it; places and the band for each of out_w px. */
uint64_t fz_reduce_bytes(enum fz_kernel kernel, uint64_t in_w, uint64_t part_w, uint64_t out_w);

struct fz_filter;

struct fz_reduce_axis {
    enum fz_kernel kernel;
    int group;    /* pixels that are averaged before the filter; 1 = none */
    int len;      /* px that the filter reads, */
    double from;  /* where the result begins among them, */
    double ratio; /* how many of them for one of the result, */
    int taps;     /* and how many it reaches over, at most */
};

/* One thread. Private to reduce.c but for the sizes. */
struct fz_reduce {
    int in_w, in_h, out_w, out_h; /* px */
    int in_y, out_y;              /* rows taken, rows made */
    int first_y, end_y; /* the first row that is not dropped; the row of the result before which it is done */
    struct fz_image_region part; /* of the rows, what the result is made of */
    int row_x;                   /* the column that rows begin with */
    bool copy;                   /* same size: rows pass as they are */
    struct fz_orient orient;
    struct fz_reduce_finish finish; /* set by whoever wants it, before the first row */
    struct fz_reduce_axis across, down;
    const struct fz_filter *filter;
    uint8_t *input;
    uint16_t *sums; /* [part.w * 4] of the rows of a group; NULL: there are no groups */
    int summed;     /* rows in the sums */
    uint8_t *rows;  /* a ring of [down.taps], of what the filter reads */
    size_t pitch;   /* bytes of one of them */
    int kept;       /* how many have come */
    int16_t *column;
    int *firsts;      /* [out_w] the first column that the filter reads */
    int16_t *weights; /* [out_w][across.taps] */
    uint8_t *band;
    int band_rows;
};

/* How much of the last column, and of the last row, lies beyond the picture: 0 to 1 px. */
struct fz_reduce_beyond {
    double w, h;
};

/* Any thread. Borrows the scratch buffers and what `orient` points to until the last row. in_w >= out_w >= 1
 * and in_h >= out_h >= 1. False: out of memory. Of a part of the rows, px of these. r->part is then what is needed of them: the part, and what the
 * filter sees around it. The others are dropped. */
bool fz_reduce_init_part(struct fz_reduce *r, struct fz_image_scratch *scratch, enum fz_kernel kernel,
                         int in_w, int in_h, const struct fz_image_region *part,
                         const struct fz_reduce_beyond *beyond, int out_w, int out_h,
                         const struct fz_orient *orient);

/* Same thread. For decoders that leave out what is not of the part: the next `rows` rows, all above it, do not come; all
 * rows begin with column x. */
void fz_reduce_skip(struct fz_reduce *r, int rows);
/* Whether the next rows are all above it, so that they are left out. */
bool fz_reduce_passes_over(struct fz_reduce *r, int rows);
void fz_reduce_set_column(struct fz_reduce *r, int x);

/* Any thread, of one that is set up: the first row that row `out_y` of the result is made of. */
int fz_reduce_first_y(const struct fz_reduce *r, int out_y);
/* Same thread, before the first row: those of the result above out_y are made by somebody else. */
void fz_reduce_begin_at(struct fz_reduce *r, int out_y);
/* Same thread: so are those from out_y on, which is not made yet. */
void fz_reduce_end_at(struct fz_reduce *r, int out_y);

/* Same thread. Nothing of the rows that follow is shown. */
bool fz_reduce_is_done(const struct fz_reduce *r);

/* Same thread. Where the next input row is best written (in_w pixels of 4 bytes), to be handed to
 * fz_reduce_push: the result itself where nothing has to be done to it. */
uint8_t *fz_reduce_input(struct fz_reduce *r);

/* Same thread. Takes the next input row, in_w pixels, 4-byte aligned, borrowed for the call. All four bytes of a pixel are
 * channels alike. After in_h rows the result is complete; further rows are ignored. */
void fz_reduce_push(struct fz_reduce *r, const uint8_t *row);

/* Same thread. The same of `rows` rows of one colour, of these four channels: a group of them is made once. */
void fz_reduce_push_flat(struct fz_reduce *r, const uint8_t px[4], int rows);

/* Same thread. No further rows come: the output row under way is made of what has come of it, and those below it get
 * one colour, 0xRRGGBB, as it is. */
void fz_reduce_end(struct fz_reduce *r, uint32_t rgb);

#endif
