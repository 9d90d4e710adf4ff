/* What a decoder process does with a call, by the functions of image/: a function for each row of the call table. */
#ifndef FZ_DECODE_BACK_WORK_H
#define FZ_DECODE_BACK_WORK_H

#include "decode/call.h"

/* A call under way, as these functions see it. All is borrowed. */
struct fz_back_work {
    const struct fz_call *call;
    int fd;                          /* -1: none came with it */
    struct fz_image_request request; /* that of the call: what lies in the ring, the host */
    const char *text;
    struct fz_image_scratch *scratch;
    struct fz_anim **anim;      /* owned by whoever calls: the one that is open, or NULL */
    struct fz_carried *carried; /* in the ring: too large to be written twice */

    /* the answer: zeroed before */
    struct fz_image image;
    union fz_call_more *more;
    struct fz_call_done *done; /* `image` there is set from that above */
};

/* The decoder's thread. Gives the error code; what else belongs to it stands in done->error. */
enum fz_err fz_back_work(struct fz_back_work *work);

#endif
