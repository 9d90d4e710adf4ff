/* The chunks of a PNG, one after the other. */
#ifndef FZ_IMAGE_METADATA_PNG_CHUNKS_H
#define FZ_IMAGE_METADATA_PNG_CHUNKS_H

#include "image/metadata/excerpt.h"

enum {
    FZ_PNG_CHUNKS_MOST = 1 << 17, /* pixels of 1 GB, in pieces of 8 KB */
    FZ_PNG_KEYWORD_MOST = 32,     /* bytes, and its end, of those that are looked for */
};

struct fz_png_chunk {
    char name[4];
    uint64_t at, len; /* of its data, in the file */
    uint64_t next;    /* 0: it is the first that is asked for */
};

/* The excerpt's thread, both. Makes *chunk, zeros at first, the next one; false: there is none before IEND. Does not count as a
 * read: whoever asks says how often. */
bool fz_png_next_chunk(struct fz_excerpt *file, struct fz_png_chunk *chunk);

/* What the data of a text (tEXt, zTXt, iTXt) begins with, in `begin`; empty where it is none. Does not count as a read. */
struct fz_bytes fz_png_keyword(struct fz_excerpt *file, const struct fz_png_chunk *chunk,
                               uint8_t begin[FZ_PNG_KEYWORD_MOST]);

#endif
