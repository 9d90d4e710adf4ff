/* Standard input, output and error where they lie on a share that may hang. Whoever writes there is held then, and so is whoever closes
 * them, which waits until all is written (flush of close(2)): each process ends with that. Of the two that the program is then
 * (supervisor.h) the second has pipes in their place. A third one, "frieze: files", passes on what comes through them; it has the
 * table of descriptors of the first, so that not the first but it is the last to close them, and is left behind. Where that is stdin,
 * which the second keeps, there is another one of that name for the second. */
#ifndef FZ_APP_STREAMS_H
#define FZ_APP_STREAMS_H

#include "base/mounts.h"

#include <signal.h>

/* The first process's, as all of these functions but two. Descriptors are -1 where there is none. */
struct fz_streams {
    bool hang;           /* one of them may; else nothing has to be done */
    bool stdin_hangs;    /* that one may */
    int from[3], to[3];  /* pipes in place of those that do */
    int drained, drains; /* a pipe: a byte comes when all is passed on, which is not 0 where some was lost */
    bool lost;           /* of standard output, as the third process finds out */
};

/* Main thread. Whether one of them may hang, by their names: whoever looked at the files would hang too. */
bool fz_streams_may_hang(struct fz_mounts *mounts);

/* Before the fork; the latter where there was none. */
void fz_streams_init(struct fz_streams *streams);
void fz_streams_fini(struct fz_streams *streams);
/* After it, in the second process. */
void fz_streams_give(struct fz_streams *streams);
/* There too, before it has a second thread: what is left behind for it, with its descriptors. */
void fz_streams_leave(const struct fz_streams *streams);
/* In the first. `alive` is closed when this process has ended, whatever holds the others. */
void fz_streams_hold(struct fz_streams *streams, int alive);
/* The second process has ended: until all that it wrote is passed on, or one of these signals is there. Whether some of
 * standard output was lost, which the third has said. */
bool fz_streams_drain(const struct fz_streams *streams, const sigset_t *awaited);

#endif
