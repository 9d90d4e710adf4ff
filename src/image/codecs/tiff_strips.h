/* TIFF strips that are too high to be decoded at once: row by row, each plane by a reading of its own. */
#ifndef FZ_IMAGE_CODECS_TIFF_STRIPS_H
#define FZ_IMAGE_CODECS_TIFF_STRIPS_H

#include "image/codecs/tiff.h"

/* What of a strip is not read yet, and what of it stands in memory: in the file, or in a window of it. */
struct fz_tiff_stored {
    uint64_t pos, rest; /* place in the file, bytes */
    const uint8_t *at, *end;
    uint8_t *window; /* owned; NULL until it is needed */
    /* PackBits: */
    unsigned left; /* bytes of the run that was begun */
    bool repeats;  /* they are all `value`; else they stand there */
    uint8_t value;
};

/* One decode, one thread. */
struct fz_tiff_strips {
    struct fz_tiff *t; /* borrowed */
    unsigned planes;
    TIFF *tifs[FZ_TIFF_MAX_CHANNELS]; /* owned, one for each plane; but for the first, which is t's */
    struct fz_tiff_stored stored[FZ_TIFF_MAX_CHANNELS];
    bool has_window;      /* Zstandard, LZMA */
    uint64_t window_most; /* that was reserved for it */
    bool turns_bits;      /* `bits` changes something */
    const uint8_t *bits;  /* libtiff's: each byte, with its bits in the right order */
};

/* The decoder's thread. Of the first `planes` planes; 1 where samples lie beside each other. False: t->message says why. In every
 * case fz_tiff_strips_close follows. */
bool fz_tiff_strips_open(struct fz_tiff_strips *s, struct fz_tiff *t, unsigned planes);
void fz_tiff_strips_close(struct fz_tiff_strips *s);

/* The decoder's thread. Rows from y on, none of another strip, to each plane's `to`: how many of them came. All rows of a strip are
 * asked for in order, but of those that are not compressed. */
uint32_t fz_tiff_strips_read(struct fz_tiff_strips *s, uint8_t *to, size_t plane_bytes, size_t row_bytes,
                             uint32_t y, uint32_t rows);

#endif
