/* One job done, on a worker's thread: open, decode, wrap the pixels as a surface. */
#ifndef FZ_DECODE_DECODER_H
#define FZ_DECODE_DECODER_H

#include "decode/cache.h"
#include "decode/job.h"
#include "sync/ledger.h"

#include <stdatomic.h>

/* One per worker; holds the buffers that it uses again and again. */
struct fz_decoder {
    struct fz_image_scratch *scratch; /* owned */
    struct fz_cache_reader *cache;    /* owned; NULL: none */
    struct fz_buffer tile;            /* found there */
    const char *thumbnails;           /* borrowed; NULL: no other program left any */
    struct fz_ledger *ledger;         /* borrowed */
    atomic_uint_fast64_t *opens;      /* borrowed: counts source files opened */
};

/* The worker's thread. Between two jobs the decoder holds at most `keep_bytes`, and a tile of `cache` (NULL: none). */
void fz_decoder_init(struct fz_decoder *decoder, struct fz_ledger *ledger, struct fz_cache *cache,
                     const char *thumbnails, size_t keep_bytes, atomic_uint_fast64_t *opens);
void fz_decoder_fini(struct fz_decoder *decoder);

/* The worker's thread. Opens the file of a job: a descriptor, or -1 with the job's error set. */
int fz_decoder_open(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread, in player.c. Makes the frame that a FRAME job wants. */
void fz_decoder_play(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread. Fills in the job's result; may block on the disk. */
void fz_decoder_run(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread. Opens the file of a DECODE that wants a first picture, and makes one: another job, or NULL where there
 * is none. The job is to be run later then. The job itself: it is done, its file cannot be read. */
struct fz_job *fz_decoder_run_first(struct fz_decoder *decoder, struct fz_job *job);

#endif
