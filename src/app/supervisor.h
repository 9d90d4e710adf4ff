/* Two processes where one would do: whoever waits for a file on a share that hangs is held in the kernel, no signal ends him, and his process ends
 * with its last thread. So he is the second one, which does all the work; the first waits for it and for signals, and leaves it
 * behind where it does not end. */
#ifndef FZ_APP_SUPERVISOR_H
#define FZ_APP_SUPERVISOR_H

#include "ctl/option.h"

struct fz_supervision {
    int patience_ms;  /* after a signal */
    int death_signal; /* what the second one gets where the first is killed, even if it was stopped */
    enum fz_err left; /* the exit status where the second is left behind, unless it has told one */
};

/* Main thread, before any other exists. False: this is the second process, or there is but one. True: it has ended, or was left
 * behind; *status is what to exit with. */
bool fz_supervise(const struct fz_supervision *how, int *status);

/* Any thread of the second process, a moment before _exit: that will be its status, whether a thread is held or not. What else would be held open with
 * it, connections to zygotes and to the display, ends. Does nothing where there is but one process. */
void fz_supervised_end(int status);

/* The same for a program that ends with fz_signals, where what it reads and writes itself lies on a file system that may hang:
 * configuration, cache, place, control socket, fonts, what options name. In thread mode it reads the pictures too, and links, drops and commands lead
 * anywhere: where anything is mounted that may hang. */
bool fz_supervise_where_needed(const struct fz_options *options, enum fz_err left, int *status);

#endif
