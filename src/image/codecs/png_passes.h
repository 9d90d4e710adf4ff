/* An interlaced PNG: its rows come in the seven passes of Adam7, each of them finer than those before. They are put together in
 * memory, but no more of them than is shown: of a part of the picture that part, and of one that is too large to be held
 * the means of rectangles, cells, as large as the result allows. */
#ifndef FZ_IMAGE_CODECS_PNG_PASSES_H
#define FZ_IMAGE_CODECS_PNG_PASSES_H

#include "image/codecs/png_rows.h"

enum { FZ_PNG_PASSES = 7 };

/* Cells along one side of the picture. */
struct fz_png_axis {
    int len; /* px of the picture */
    int cells,
        span; /* so many cells for so many px: for len, or for more where all cells but the last are to be equal */
    int from, held; /* the first one that is held, and how many */
};

/* One decode, one thread. */
struct fz_png_passes {
    struct fz_decode *d;            /* borrowed */
    const struct fz_png_rows *rows; /* borrowed */
    struct fz_png_axis across, down;
    /* Owned, [down.held][across.held], zeroed first. Of one pixel: as the rows have it. Of more: four means of 16 bits,
     * premultiplied, to which each row adds; what has not come counts as clear. */
    uint8_t *cells;
    bool are_means;
    int *edges;     /* owned: the column that each held cell begins with, and the one behind the last */
    uint32_t *sums; /* owned, both of means only: of one row of the file, four channels of each held cell */
    uint8_t *row;   /* owned: one of the file, or of the result */
    int came[FZ_PNG_PASSES]; /* rows of each pass */
    bool complete;           /* all that is held has come */
};

/* Any thread, after the header. What it will allocate; `deep`: rows have 16 bits a channel. */
uint64_t fz_png_passes_bytes(const struct fz_decode *d, bool deep);

/* The decoder's thread, after png_read_update_info, without libpng's own handling of passes. Begins the result. LIMIT, MEMORY. In
 * every case fz_png_passes_fini follows. */
enum fz_err fz_png_passes_begin(struct fz_png_passes *p, struct fz_decode *d, const struct fz_png_rows *rows);

/* The decoder's thread. All passes; may leave by libpng's errors. CANCELLED; TIMEOUT, after which what has come can be shown. */
enum fz_err fz_png_passes_read(struct fz_png_passes *p, png_structp png);

/* Any thread. Whether there is something to be shown. */
bool fz_png_passes_any(const struct fz_png_passes *p);

/* The decoder's thread. All goes to the result; what has not come is as the passes before tell it. */
void fz_png_passes_push(struct fz_png_passes *p);

void fz_png_passes_fini(struct fz_png_passes *p);

#endif
