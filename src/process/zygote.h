/* The zygote: a process of one thread, forked by main before there is anything to inherit, from which all others of one role
 * are forked in half a millisecond, however large and threaded main has become. One that died is replaced by running the
 * program's own file again. */
#ifndef FZ_PROCESS_ZYGOTE_H
#define FZ_PROCESS_ZYGOTE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct fz_sandbox;

/* What processes are forked for; static rows of the program's table. */
struct fz_role {
    const char *name; /* "decoder": its processes are called "frieze: decoder 1", 2, ... */
    bool sandboxed;   /* its zygote closes the sandbox's outer layers around itself and all of them */
    void (*warm)(
        void); /* in the zygote, before those layers: what all of them would otherwise do; may be NULL */
    const char *warms;   /* what that is, for people; NULL: nothing that takes long */
    uint64_t warm_bytes; /* and takes, in all processes of the role together, about; 0: little */
    /* The process: works over `socket` until that ends. `sandbox` is NULL where there shall be none. Gives the exit status. */
    int (*run)(int socket, int number, struct fz_sandbox *sandbox);
};

/* A process, seen from main. */
struct fz_child {
    pid_t pid;  /* 0: none */
    int pid_fd; /* readable once it has ended; -1: none */
    int socket; /* connected to its own; -1: none */
};
#define FZ_NO_CHILD ((struct fz_child){.pid_fd = -1, .socket = -1})

struct fz_zygote;

/* --- front end: in the program -------------------------------------------------------------------------------- */

/* Main thread, before any other thread exists. `sandbox` false: none, although the role has one. */
enum fz_err fz_zygote_front_start(struct fz_zygote **zygote, const struct fz_role *role, bool sandbox,
                                  struct fz_error *err);

/* Main thread. The same, but it is started by running the program's own file, when a process is wanted for the first time. */
struct fz_zygote *fz_zygote_front_later(const struct fz_role *role, bool sandbox);

/* A zygote that is not ready by then hangs: it may have to read every font of the system. */
enum { FZ_ZYGOTE_PATIENCE_MS = 60000 };

/* Any thread; waits for the fork, and at most `wait_ms` until the zygote is ready, which may be a new one where the old one has died.
 * NOT_YET: it is not; whoever asks again goes on waiting for the same. One that is stuck in the kernel, and cannot be killed, is
 * replaced when it has ended: NOT_YET until then. */
enum fz_err fz_zygote_front_fork_within(struct fz_zygote *zygote, int number, int wait_ms,
                                        struct fz_child *child, struct fz_error *err);

/* The same, with that patience. */
enum fz_err fz_zygote_front_fork(struct fz_zygote *zygote, int number, struct fz_child *child,
                                 struct fz_error *err);

/* Any thread. Sends it a signal. Where it has ended nobody gets one, whoever may have its number by then. */
void fz_zygote_front_signal(const struct fz_child *child, int number);

/* Any thread. Ends the process, if it still runs, and forgets it. `status` (may be NULL) is to waitpid(2) how it ended. False where
 * that is not known: its zygote has died, and took it along, or it is stuck in the kernel. */
bool fz_zygote_front_end(struct fz_zygote *zygote, struct fz_child *child, int *status);

/* Any thread. What its processes take beside what they do for a picture: the role's, once there are any; NULL-safe. */
uint64_t fz_zygote_front_warm_bytes(const struct fz_zygote *zygote);

/* Any thread. How often it was replaced. */
int fz_zygote_front_replaced(struct fz_zygote *zygote);

/* Any thread. The same without waiting for it: nobody wants to know how it ended. */
void fz_zygote_front_drop(struct fz_child *child);

/* The owner, when all its processes are forgotten. It ends by itself from now on; several may do so at once. NULL-safe. */
void fz_zygote_front_let_go(struct fz_zygote *zygote);

/* The owner, when all its processes are forgotten. One that is stuck in the kernel is left behind. NULL-safe. */
void fz_zygote_front_stop(struct fz_zygote *zygote);

/* --- back end: the zygote itself -------------------------------------------------------------------------------- */

/* What main finds as its first argument where it shall be a zygote. */
#define FZ_ZYGOTE_ARGUMENT "--zygote"

/* Main thread, with nothing else begun. Is the zygote that the arguments ask for, or what was forked from it; gives the exit
 * status, for _exit(2). */
int fz_zygote_back_main(int argc, char **argv, const struct fz_role *const *roles);

/* A process of one thread. Is the zygote of a role until its socket ends, or, in what was forked from it, that process. Gives the
 * exit status, for _exit(2). */
int fz_zygote_back_run(int socket, const struct fz_role *role, bool sandbox);

#endif
