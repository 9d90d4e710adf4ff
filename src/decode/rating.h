/* Ratings as a reader is asked to write them (FZ_ASK_RATE of decode/ask.h): into the sidecars of some pictures, in their order. */
#ifndef FZ_DECODE_RATING_H
#define FZ_DECODE_RATING_H

#include "process/parcel.h"

#include <stdbool.h>
#include <stddef.h>

/* Of `flags`: the last that is asked for. The answer comes at once, and is OK when all of them will be written even where the program has
 * ended by then (process/stay.h); what was asked for before, and is not begun, is theirs to bring and fails. And: a RAW file lies beneath
 * the JPEG or HEIC of its name. */
enum { FZ_RATE_LAST = 1, FZ_RATE_STACKS = 2 };

struct fz_rating {
    const char *path; /* borrowed, as what follows; absolute */
    const char
        *beneath; /* of the RAW file that lies beneath it, which is rated so too; NULL: none that is known */
    int rating;   /* -1 to 5 */
    bool alone;   /* as in fz_sidecar_rate; what else of its name is found in its folder counts, too */
};

/* Any thread. One more, behind those that the request has; *capacity begins at 0. */
void fz_rating_add(struct fz_parcel *request, size_t *capacity, const struct fz_rating *rating);

/* A thread that may block. Writes them; of those that are the last of a `reader`, only says whether they will be. */
void fz_rating_answer(const struct fz_parcel *request, bool reader, struct fz_parcel *answer);

/* The same thread, when that answer is sent: writes what it said would be. */
void fz_rating_go_on(const struct fz_parcel *request, const struct fz_parcel *answer);

#endif
