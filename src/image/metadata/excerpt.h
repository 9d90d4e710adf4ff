/* Small reads here and there in a file that nobody vouches for: out of its first bytes where they lie there, else by one
 * more read, of which there is a bounded number. */
#ifndef FZ_IMAGE_METADATA_EXCERPT_H
#define FZ_IMAGE_METADATA_EXCERPT_H

#include "image/bytes.h"
#include "image/scratch.h"

#include <stdlib.h>

struct fz_excerpt {
    int fd;         /* borrowed; its offset stays where it is; -1: bytes in memory */
    uint64_t bytes; /* of the file */
    const uint8_t *head;
    size_t head_len;
    uint8_t *own; /* owned: the head, where it was read for this; NULL: it is borrowed */
    unsigned reads_left;
    uint64_t bytes_left; /* that may still be read */
    bool failed;         /* something that lies there could not be read */
};

/* One owner's thread, never the render thread; like all functions on it. Its first bytes are borrowed of `scratch` (NULL: none) where
 * they stand there since its pixels were made of them, else `head_bytes` are read; false where nothing can be read. */
bool fz_excerpt_open(struct fz_excerpt *excerpt, int fd, const struct fz_image_scratch *scratch,
                     size_t head_bytes);
/* The same of bytes in memory, which it takes. */
void fz_excerpt_own(struct fz_excerpt *excerpt, uint8_t *bytes, size_t len);
void fz_excerpt_close(struct fz_excerpt *excerpt);

/* Copies `len` bytes at `pos`; false, and zeros, where they are not all there or too much was read already. */
bool fz_excerpt_get(struct fz_excerpt *excerpt, uint64_t pos, void *to, size_t len);

/* The same of a few bytes, which do not count: whoever skips through a file says how often. */
bool fz_excerpt_skim(struct fz_excerpt *excerpt, uint64_t pos, void *to, size_t len);

/* As fz_excerpt_get, into fresh memory that the caller frees, at most `most` bytes; NULL where that is not to be had. */
uint8_t *fz_excerpt_copy(struct fz_excerpt *excerpt, uint64_t pos, uint64_t len, size_t most);

/* A number of at most 8 bytes; 0 where it is not there. */
uint64_t fz_excerpt_be(struct fz_excerpt *excerpt, uint64_t pos, unsigned count);
uint64_t fz_excerpt_le(struct fz_excerpt *excerpt, uint64_t pos, unsigned count);

/* Whether these bytes stand there. */
bool fz_excerpt_match(struct fz_excerpt *excerpt, uint64_t pos, const char *what, size_t count);

#endif
