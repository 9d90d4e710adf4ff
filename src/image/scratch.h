/* Buffers that live from picture to picture: their pages are already there. */
#ifndef FZ_IMAGE_SCRATCH_H
#define FZ_IMAGE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_profiles;
struct stat;

struct fz_buffer {
    uint8_t *data;
    size_t size;
};

/* Which file's first bytes stand in a buffer, in which state; len 0: none's. */
struct fz_held {
    uint64_t device, inode, bytes;
    int64_t mtime_ns; /* since 1970 */
    size_t len;
};

/* One thread at a time; the names say who uses which. */
struct fz_image_scratch {
    struct fz_buffer file;   /* the bytes of the file */
    struct fz_held held;     /* what they are, for who wants them once more: what is told beside the pixels */
    struct fz_buffer input;  /* one row of the decoder */
    struct fz_buffer sums;   /* reduce: column sums of some input rows, */
    struct fz_buffer rows;   /* the rows that the filter reads, */
    struct fz_buffer column; /* and what they are together */
    struct fz_buffer firsts; /* reduce: the first input column of each output column, */
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

/* Any thread. How fstat(2) knows a file, with no byte of it held. */
struct fz_held fz_held_of(const struct stat *st);

/* Owner's thread. How many of the first bytes of that file stand in `file`, as they are in it now. */
size_t fz_scratch_held(const struct fz_image_scratch *scratch, const struct stat *st);

/* Owner's thread. Gives back the largest buffers, and the oldest transforms, until the rest is no more than may be kept. Of a file
 * its head stays, where it can. Gives the bytes that it still holds. */
size_t fz_image_scratch_trim(struct fz_image_scratch *scratch);

/* Owner's thread. Gives all of it back. */
void fz_image_scratch_empty(struct fz_image_scratch *scratch);

#endif
