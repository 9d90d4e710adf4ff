/* Runs the program's own file again, and programs of the user's, each from a thread that has a table of descriptors of its own. A new process gets a copy of the
 * table of the thread that makes it, and whatever is closed when it begins the program is flushed by the kernel, also what stays open
 * in the other table: a file on a share that hangs would hold it there, and with it all that look at it (/proc). A share that is
 * opened after this thread has begun is never in its table. */
#ifndef FZ_PROCESS_LAUNCHER_H
#define FZ_PROCESS_LAUNCHER_H

#include <sys/types.h>

enum fz_launch_kind {
    FZ_LAUNCH_OWN,       /* the program's own file */
    FZ_LAUNCH_OWN_GROUP, /* the same, which leads a group of processes */
    FZ_LAUNCH_USERS,     /* argv[0], looked for in PATH, in a session of its own, with no signal blocked */
};

struct fz_launch {
    enum fz_launch_kind kind;
    char *const *argv; /* ends with NULL */
    int files[3];      /* standard input, output and error, which stay the caller's; -1: /dev/null */
};

/* Main thread, after the last fork and before anything is opened that may hang; at the latest the first launch of that kind does it. Returns
 * when the thread has its own table. Where the system gives none it shares ours; where it gives no thread, each launch tries again. */
void fz_launcher_begin(enum fz_launch_kind kind);

/* Any thread; waits until the program has begun, which a user's need not soon: its file may lie on a share that hangs, and holds up the
 * user's others. It is the caller's to reap, and may ask to be killed when its parent ends (PR_SET_PDEATHSIG): the thread ends with the
 * process only. Gives 0, or an errno. */
int fz_launcher_launch(const struct fz_launch *launch, pid_t *pid);

/* A process of one thread, or a thread with a table of its own: closes all descriptors but `socket`, above 2; 0 to 2 become /dev/null, but
 * that sanitizers keep standard error. */
void fz_launcher_let_go(int socket);

#endif
