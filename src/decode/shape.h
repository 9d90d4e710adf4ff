/* The shape of a picture, from its header alone or from the tile cache, for layouts that go by it. */
#ifndef FZ_DECODE_SHAPE_H
#define FZ_DECODE_SHAPE_H

#include "decode/ask.h"
#include "decode/job.h"

/* How far the reading of one has come; zeroed: it begins. */
struct fz_shape_reading {
    struct fz_look look;
    bool looked;
    bool opened;       /* the result, as what follows: its file was opened for it */
    int width, height; /* px, upright; 0: nothing can be said of it */
};

/* Worker, inside the `work` of a job, whose root, limits and box (of the tile that would be in the cache) are those of the picture.
 * False: the job has to wait, and to go on here when it runs again, or was cancelled. */
bool fz_shape_read(struct fz_job *job, const char *path, struct fz_shape_reading *reading);

#endif
