/* What a job asks of its reader is asked for those behind it too: a question and its answer cost as much as a small picture. A worker
 * takes them out of the heap for that, and puts them back with what they would have asked next. */
#ifndef FZ_DECODE_ALONG_H
#define FZ_DECODE_ALONG_H

#include "decode/decoder.h"

/* Jobs that are out of the heap meanwhile, the worker's. */
struct fz_along {
    struct fz_job *jobs[FZ_PARCEL_MORE];
    size_t count;
};

/* The worker's thread. Adds to what `job` asks, a LOOK or an OPEN, the paths of others that would ask the same; none where that
 * could keep it waiting. */
void fz_along_begin(struct fz_along *along, const struct fz_decoder *decoder, const struct fz_job *job,
                    struct fz_parcel *request);

/* The same. Gives them what is theirs of the answer (NULL: there is none yet), and returns how many files that were. */
size_t fz_along_end(struct fz_along *along, const struct fz_decoder *decoder, struct fz_parcel *answer);

#endif
