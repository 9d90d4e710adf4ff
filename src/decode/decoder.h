/* One job done, on a worker's thread: open, decode, wrap the pixels as a surface. */
#ifndef FZ_DECODE_DECODER_H
#define FZ_DECODE_DECODER_H

#include "decode/cache.h"
#include "decode/engine.h"
#include "decode/job.h"
#include "sync/ledger.h"

#include <stdatomic.h>

/* One per worker; holds the buffers that it uses again and again. */
struct fz_decoder {
    struct fz_engine *engine;      /* owned */
    struct fz_cache_reader *cache; /* owned; NULL: none */
    struct fz_files *files;        /* borrowed; NULL: files are opened in place */
    struct fz_buffer tile;         /* found there */
    const char *thumbnails;        /* borrowed; NULL: no other program left any */
    struct fz_ledger *ledger;      /* borrowed */
    uint64_t lent_bytes;           /* of that: for what the engine has drawn with */
    atomic_uint_fast64_t *opens;   /* borrowed: counts source files opened */
};

/* The worker's thread. Takes `engine`; between two jobs the decoder holds what that keeps, and a tile of `cache` (NULL:
 * none). */
void fz_decoder_init(struct fz_decoder *decoder, struct fz_engine *engine, struct fz_ledger *ledger,
                     struct fz_cache *cache, const char *thumbnails, atomic_uint_fast64_t *opens);
void fz_decoder_fini(struct fz_decoder *decoder);

/* The worker's thread, between two jobs. Gives back what is kept from one to the next; with `process` its decoder process
 * too, which the next job starts anew. */
void fz_decoder_shrink(struct fz_decoder *decoder, bool process);

/* The worker's thread. As fz_ledger_reserve, for a job: nobody else takes from the ledger while a decoder may have lent something of it. */
bool fz_decoder_reserve(struct fz_decoder *decoder, struct fz_job *job, uint64_t bytes);

/* The worker's thread. Opens the file of a job: *fd, or -1 with the job's error set; what the file system says of it is in
 * job->look. False: the job is to be parked, and to be run again. `request` is what fz_files_request gives for OPEN. */
bool fz_decoder_open(struct fz_decoder *decoder, struct fz_job *job, struct fz_parcel *request, int *fd);

/* The worker's thread. What the file system says of a job's file, once: job->look. False: parked. */
bool fz_decoder_look(struct fz_decoder *decoder, struct fz_job *job);

/* As fz_decoder_open, of all of the file, and decodes it: the job's error, image and surface. False: parked, or it cannot be opened. */
bool fz_decoder_load(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread, in sniff.c. Finds out what a SNIFF wants to know; or it is parked, as below. */
void fz_decoder_sniff(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread, in player.c. Makes the frame that a FRAME job wants. */
void fz_decoder_play(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread, in save.c. Writes what a SAVE job has; NOT_YET where a reader has to do that, and `root` names none. */
void fz_decoder_save(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread. Fills in the job's result; or the job waits for its file then (fz_files_park), and is to be run again, as
 * it is by this function or the next one. May block on the disk where there are no readers. */
void fz_decoder_run(struct fz_decoder *decoder, struct fz_job *job);

/* The worker's thread. Opens the file of a DECODE that wants a first picture, and makes one: another job, or NULL where there
 * is none. The job is to be run later then. The job itself: it is done, its file cannot be read. */
struct fz_job *fz_decoder_run_first(struct fz_decoder *decoder, struct fz_job *job);

#endif
