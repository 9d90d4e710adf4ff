/* What a job asks of its reader is asked for those behind it too: a question and its answer cost as much as a small picture. A worker
 * takes them out of the heap for that, and puts them back with what they would have asked next. */
#ifndef FZ_DECODE_ALONG_H
#define FZ_DECODE_ALONG_H

#include "decode/decoder.h"

/* The worker's thread. As fz_files_ask, for a LOOK or an OPEN of one path; up to seven others are asked for with it where nobody
 * could have to wait for them. */
bool fz_along_ask(const struct fz_decoder *decoder, struct fz_job *job, struct fz_parcel *request,
                  struct fz_parcel *answer);

#endif
