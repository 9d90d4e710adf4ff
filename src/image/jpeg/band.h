/* A part of a large baseline JPEG without all that lies above it. On the way down to a part it is noted where some of the rows
 * begin (struct fz_image_index); from there on the file is handed to libjpeg as if it began with that row: the first DC
 * values of that row, which are differences to those before, are written anew, and what follows is shifted by some bits. */
#ifndef FZ_IMAGE_JPEG_BAND_H
#define FZ_IMAGE_JPEG_BAND_H

#include "image/format.h"
#include "image/jpeg/bits.h"
#include "image/jpeg/huffman.h"

enum { FZ_JPEG_COMPONENTS = 3 };

struct fz_jpeg_component {
    int blocks; /* of an MCU */
    const struct fz_huffman *dc, *ac;
    int last; /* DC value of the block before */
};

/* On the stack of a decode. */
struct fz_jpeg_band {
    struct fz_decode *d;
    struct fz_bits bits;
    struct fz_jpeg_component components[FZ_JPEG_COMPONENTS];
    int count; /* of them */
    unsigned mcus_across, mcus_down, mcu_h_px;
    unsigned step; /* rows of MCUs between two places of the index; 0: there can be none */
    unsigned restart_interval, restart_left, restart_number;
    uint64_t scan_at; /* in the file */
    /* what comes out */
    uint8_t *out, *out_end; /* in the scratch */
    uint64_t acc;
    unsigned acc_bits;
    bool begun; /* what stands in `out` was not handed over yet */
    bool done;
};

/* The decoder's thread, after jpeg_read_header, of a request with an index. Finds the last row from which rows from `top_px` on
 * can be decoded, *row_px, a multiple of the height of an MCU. False: from the start of the file, as ever, where all
 * that follows the head is to be read. CANCELLED or FZ_OK in *code. */
bool fz_jpeg_band_begin(struct fz_jpeg_band *band, struct fz_decode *d,
                        const struct jpeg_decompress_struct *cinfo, int top_px, int *row_px,
                        enum fz_err *code);

/* What a decode that goes through the whole scan finds out on its way; on its stack. */
struct fz_jpeg_notes {
    struct fz_image_index *index; /* borrowed */
    unsigned step; /* rows of MCUs between two places; 0: nobody wants to know, or there can be none */
};

/* The decoder's thread, after jpeg_read_header, all of these. For the index of the request, from its start; of a file that is no JPEG
 * itself, and of one whose first scan is not all, nothing is noted, and the index stays as it is. */
struct fz_jpeg_notes fz_jpeg_notes_begin(const struct fz_decode *d,
                                         const struct jpeg_decompress_struct *cinfo);

/* Whether the next place lies before this row of MCUs. */
static inline bool fz_jpeg_notes_want(const struct fz_jpeg_notes *notes, size_t mcu_row)
{
    return notes->step > 0 && mcu_row == (size_t)notes->step * (notes->index->count + 1) &&
           notes->index->count < FZ_INDEX_PLACES;
}

/* All of that place but the DC values before it, which are the caller's to write; NULL: it lies behind the file. */
struct fz_image_place *fz_jpeg_notes_add(struct fz_jpeg_notes *notes, const struct fz_bits *bits,
                                         unsigned restart_number);

/* The decoder's thread, after jpeg_read_header. The row, px, below which about half of what is left below done_px is left, soon after a
 * place; 0: it is not known. */
int fz_jpeg_band_half(const struct jpeg_decompress_struct *cinfo, const struct fz_image_index *index,
                      int done_px);

/* The decoder's thread. The next bytes of the scan that begins with that row, never empty; false: the file ends. */
bool fz_jpeg_band_more(struct fz_jpeg_band *band, struct fz_bytes *next);

/* The same. fz_decode_more of a struct fz_decode, for a struct fz_bits_source. */
bool fz_jpeg_more_pieces(void *decode, struct fz_bytes *next);

#endif
