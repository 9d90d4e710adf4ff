/* Rows of a PSD: from planes of samples to pixels. */
#ifndef FZ_IMAGE_CODECS_PSD_ROWS_H
#define FZ_IMAGE_CODECS_PSD_ROWS_H

#include "image/codecs/psd.h"
#include "image/pixels/light.h"

enum { FZ_PSD_MAX_PLANES = 5 }; /* of those that are looked at: C M Y K, or three colours and alpha */

struct fz_psd_rows {
    uint8_t *planes[FZ_PSD_MAX_PLANES]; /* the caller's: a row of each, as it is stored */
    size_t row_bytes;
    uint16_t *deep; /* the caller's: room for R G B A */
    unsigned count, colors;
    bool alpha;    /* set before: there is one behind the colours */
    bool straight; /* the caller's, of the whole picture: nothing was laid on white */
    enum fz_psd_mode mode;
    struct fz_light_white white; /* of L*a*b* alone */
    uint32_t width, depth;
    bool light; /* linear, of no profile */
    struct fz_bytes palette;
    uint32_t clear_index; /* 256 and more: none */
};

/* The decoder's thread, all of these. Tells d what the rows are, before it begins. The palette is borrowed from the file. */
void fz_psd_rows_init(struct fz_psd_rows *rows, const struct fz_psd_head *head, struct fz_decode *d);

/* Whether `deep` is needed. */
bool fz_psd_rows_are_deep(const struct fz_psd_rows *rows);

/* A plane that is missing is made such that the others still show something. */
void fz_psd_rows_lack(struct fz_psd_rows *rows, unsigned plane);

/* Whether the row, which has alpha, shows what was not laid on white. */
bool fz_psd_rows_are_off_white(const struct fz_psd_rows *rows);

/* The row goes into the reducer; what stands in its planes is used up. */
void fz_psd_rows_push(struct fz_psd_rows *rows, struct fz_decode *d);

#endif
