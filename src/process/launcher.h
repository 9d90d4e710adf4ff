/* Runs the program's own file again, from a thread that has a table of descriptors of its own. A new process gets a copy of the
 * table of the thread that makes it, and whatever is closed when it begins the program is flushed by the kernel, also what stays open
 * in the other table: a file on a share that hangs would hold it there, and with it all that look at it (/proc). A share that is
 * opened after this thread has begun is never in its table. */
#ifndef FZ_PROCESS_LAUNCHER_H
#define FZ_PROCESS_LAUNCHER_H

#include <stdbool.h>
#include <sys/types.h>

/* Main thread, after the last fork and before anything is opened that may hang; at the latest the first launch does it. Returns when the
 * thread has its own table. Where the system gives none it shares ours; where it gives no thread, each launch tries again. */
void fz_launcher_begin(void);

/* Any thread; waits until the program has begun. `argv` ends with NULL; `socket`, which stays the caller's, is its standard input, and
 * the other two are /dev/null; with `own_group` it leads a group of processes. It is the caller's to reap, and may ask to be killed when
 * its parent ends (PR_SET_PDEATHSIG): the thread ends with the process only. Gives 0, or an errno. */
int fz_launcher_launch(char *const *argv, int socket, bool own_group, pid_t *pid);

/* A process of one thread, or a thread with a table of its own: closes all descriptors but `socket`, above 2; 0 to 2 become /dev/null, but
 * that sanitizers keep standard error. */
void fz_launcher_let_go(int socket);

#endif
