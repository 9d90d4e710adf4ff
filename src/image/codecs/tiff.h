/* TIFF: what head_tiff.c knows of a file, and what tiff.c and tiff_samples.c share. */
#ifndef FZ_IMAGE_CODECS_TIFF_H
#define FZ_IMAGE_CODECS_TIFF_H

#include "image/codecs/tiff_cut.h"
#include "image/format.h"

#include <tiffio.h>

enum {
    FZ_TIFF_MAX_DIRECTORIES = 10000, /* that are looked at */
    FZ_TIFF_WINDOW_BYTES =
        64 << 10,             /* of a strip that is unpacked here, out of a file that is not in memory */
    FZ_TIFF_BAND_ROWS = 64,   /* that are decoded together where strips are smaller, or come row by row */
    FZ_TIFF_MAX_CHANNELS = 5, /* of those that are looked at: C M Y K and alpha */
};

struct fz_tiff_pages {
    int count;   /* at least 1 */
    bool circle; /* one directory leads back to another */
    bool cut;    /* something lies beyond the end of the file */
};

/* Any thread. *at is the place of the directory of that page, from 0. */
struct fz_tiff_pages fz_tiff_find_page(const struct fz_bytes *file, int page, uint64_t *at);

/* A smaller copy of a page, made beside it (TIFF 6.0, NewSubfileType; Adobe's SubIFDs): a level of a pyramid. */
struct fz_tiff_level {
    uint64_t at;
    uint32_t width, height;
};

/* Any thread. *level is the page itself; becomes the smallest copy of it that shows the part as well. */
void fz_tiff_find_level(const struct fz_bytes *file, int page, const struct fz_part *part,
                        struct fz_tiff_level *level);

/* Any thread. EXIF orientation of that page, 1..8. */
int fz_tiff_page_orientation(const struct fz_bytes *file, int page);

/* What a page is, as its tags say. */
struct fz_tiff_kind {
    unsigned compression, photometric, planar, fill_order, bits, samples, format;
};

/* Any thread. Whether strips of that kind come row by row, without any of them being held, and tiff_samples.c reads what comes. */
bool fz_tiff_is_by_rows(const struct fz_tiff_kind *kind);

/* Any thread. Whether such strips, where they come row by row, are read here and not by libtiff: packed by PackBits or not at all. */
bool fz_tiff_is_read_here(unsigned compression);

struct fz_tiff;

/* Decoder's thread. The largest window that a strip of the directory may have which is decoded, so that what was reserved suffices. */
uint64_t fz_tiff_window_most(const struct fz_tiff *t);

/* One decode under way, on the stack of fz_tiff_load. */
struct fz_tiff {
    struct fz_decode *d;
    TIFF *tif;              /* owned */
    void *tile;             /* owned: what it reads tiles into; NULL: memory of its own */
    uint64_t pos;           /* where libtiff reads */
    uint64_t directory;     /* the place of the one that is decoded */
    uint32_t width, height; /* px */
    uint32_t band_rows;     /* decoded together */
    uint32_t strip_rows;    /* of strips that come row by row: higher than a band, or cut; 0: of others */
    bool is_cut;            /* strips or tiles end beyond the file, */
    bool shows_tiles;       /* and tiles that are not there leave the others beside them */
    bool has_ended;         /* libtiff is where the strip ends, and makes up the rest */
    struct fz_tiff_lengths lengths; /* of what is cut and compressed */
    uint16_t bits, samples, format, compression, photometric,
        alpha;         /* as the tags say; alpha: EXTRASAMPLE_ or 0 */
    float white[2];    /* its chromaticity, as the tag says it; 0: nothing does */
    char message[160]; /* the first thing that libtiff disliked */
};

/* Decoder's thread. The file once more, for another place in it; to be closed. NULL: *t->message says why. */
TIFF *fz_tiff_open(struct fz_tiff *t);

/* Decoder's thread. True for what libtiff's own conversion to 8 bits does not take or not well: more than 8 bits a
 * channel, signed numbers, floating point, CMYK, samples beside the only channel; and for strips that come row by row. */
bool fz_tiff_wants_samples(const struct fz_tiff *t);

/* Decoder's thread, after fz_decode_begin. Rows of these to the reducer. False: *t->message says why no more came. */
enum fz_err fz_tiff_load_samples(struct fz_tiff *t, bool *complete);

#endif
