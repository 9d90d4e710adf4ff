/* A file's bytes into a buffer, sequentially, without ever blocking on what is no regular file. */
#ifndef FZ_IMAGE_READER_H
#define FZ_IMAGE_READER_H

#include "image/bytes.h"
#include "image/image.h"
#include "image/scratch.h"

enum {
    FZ_READER_PIECE_BYTES = 256 << 10,
    FZ_READER_LOOK_BYTES = 4 << 10,    /* read at least, of what is asked for in small, */
    FZ_READER_AHEAD_BYTES = 128 << 10, /* and where that goes on where it ended */
};

struct fz_reader {
    const struct fz_image_request *request;
    struct fz_buffer *buffer; /* borrowed */
    uint64_t file_bytes;      /* by fstat; what is really read may differ */
    struct fz_held of;        /* the same, before a byte is read */
    size_t len;
    bool whole;
    uint64_t piece_bytes;  /* read in pieces, which do not stay */
    size_t last_bytes;     /* of the piece that is there */
    bool scattered;        /* fz_reader_bytes gives bytes with a `beyond` */
    struct fz_error error; /* why fz_reader_copy_of gave less than there is; it gives nothing more then */
    /* What was read last for it in small: */
    uint8_t *look;    /* borrowed of first_look, or behind `len` in the buffer */
    size_t look_most; /* that it has room for */
    size_t look_bytes;
    uint64_t look_at;
    uint64_t next_at; /* where the last asking ended */
    uint8_t first_look[FZ_READER_LOOK_BYTES];
};

/* Worker. Refuses what is no regular file (NOT_PICTURE) or over the limit (LIMIT) before a byte is read. Begins with the
 * head that the request holds. */
enum fz_err fz_reader_open(struct fz_reader *reader, const struct fz_image_request *request,
                           struct fz_buffer *buffer, struct fz_error *err);

/* Worker. Reads on until `bytes` stand in the buffer or the file ends. IO, LIMIT, MEMORY, CANCELLED. */
enum fz_err fz_reader_fill(struct fz_reader *reader, uint64_t bytes, struct fz_error *err);

/* Worker. Reads the rest of the file. */
enum fz_err fz_reader_finish(struct fz_reader *reader, struct fz_error *err);

/* Worker. Instead of finishing: makes room for pieces behind what has been read so far. MEMORY. */
enum fz_err fz_reader_begin_pieces(struct fz_reader *reader, struct fz_error *err);

/* Worker. The next piece of the rest, in place of the one before; of no length at the file's end. IO, LIMIT, CANCELLED. */
enum fz_err fz_reader_next(struct fz_reader *reader, struct fz_bytes *piece, struct fz_error *err);

/* Worker. The next piece begins there, not before the first one did. */
void fz_reader_seek(struct fz_reader *reader, uint64_t offset);

/* Worker, with pieces. Copies bytes from anywhere in the file, soonest what lies near to what was copied before, upwards too; *there is
 * false where the file ends before. IO, LIMIT, CANCELLED. */
enum fz_err fz_reader_copy(struct fz_reader *reader, uint64_t at, size_t count, uint8_t *to, bool *there,
                           struct fz_error *err);

/* Worker. What has been read so far; valid until the next fill. */
struct fz_bytes fz_reader_bytes(struct fz_reader *reader);

/* Worker. Copies bytes from anywhere in the file, whichever of them stand in memory: how many there are. Less than `count` where the
 * file ends, or cannot be read, which fz_reader_failed tells. Nothing that was read before moves. */
size_t fz_reader_copy_of(const struct fz_bytes *file, uint64_t at, size_t count, uint8_t *to);

/* Worker. OK, or why that could not be read: IO, CANCELLED. */
enum fz_err fz_reader_failed(const struct fz_reader *reader, struct fz_error *err);

/* Worker. The length of the file, as far as is known; whether these bytes stand in it. */
uint64_t fz_reader_length(const struct fz_bytes *file);
bool fz_reader_has(const struct fz_bytes *file, uint64_t at, uint64_t count);

/* Worker. The buffer is scratch->file, and what has been read so far stays there: it is known from now on whose it is. Not of bytes
 * in memory. */
void fz_reader_hold(const struct fz_reader *reader, struct fz_image_scratch *scratch);

/* Any thread. NOT_PICTURE unless fd is a regular file; *of (may be NULL) gets what it is known by. */
enum fz_err fz_reader_check(int fd, struct fz_held *of, struct fz_error *err);

#endif
