/* Buffers that live from picture to picture: their pages are already there. */
#ifndef FZ_IMAGE_SCRATCH_H
#define FZ_IMAGE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_profiles;

struct fz_buffer {
    uint8_t *data;
    size_t size;
};

/* One thread at a time; the names say who uses which. */
struct fz_image_scratch {
    struct fz_buffer file;        /* the bytes of the file */
    struct fz_buffer input;       /* one row of the decoder */
    struct fz_buffer sums;        /* reduce: column sums of some input rows, */
    struct fz_buffer rows;        /* the rows that the filter reads, */
    struct fz_buffer column;      /* and what they are together */
    struct fz_buffer firsts;      /* reduce: the first input column of each output column, */
    struct fz_buffer weights;     /* and the weights of those that follow */
    struct fz_buffer output;      /* reduce: output rows that must be turned */
    struct fz_buffer planes;      /* jpeg/dc: its samples, */
    struct fz_buffer huffman;     /* and its tables, which the next file may share */
    struct fz_buffer profile;     /* the colour profile of the picture */
    struct fz_profiles *profiles; /* owned: the transforms used last */
    size_t keep_bytes;            /* that all of them may hold between two pictures */
};

/* Owner's thread. Makes room for `bytes`; the old content is lost (need) or kept (grow). False: out of
 * memory, the buffer is as it was (grow) or empty (need). */
bool fz_buffer_need(struct fz_buffer *buffer, size_t bytes);
bool fz_buffer_grow(struct fz_buffer *buffer, size_t bytes);

struct fz_image_scratch;

/* Owner's thread. Gives back the largest buffers, and the oldest transforms, until the rest is no more than may be kept. */
void fz_image_scratch_trim(struct fz_image_scratch *scratch);

/* Owner's thread. Gives all of it back. */
void fz_image_scratch_empty(struct fz_image_scratch *scratch);

#endif
