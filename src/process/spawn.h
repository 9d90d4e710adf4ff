/* A program of the user's: an argument list, never a shell. It gets nothing of ours but its two outputs: standard input is
 * empty, signals are as they are by default, and it stands in a session of its own, so that it outlives us if it has to. */
#ifndef FZ_PROCESS_SPAWN_H
#define FZ_PROCESS_SPAWN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fz_spawn {
    pid_t pid;  /* and its process group; 0: not started, or reaped */
    int pid_fd; /* readable once it has ended; -1: this system cannot say so, look from time to time */
    int out_fd, err_fd; /* what it writes, without blocking; -1: nothing more can come */
};

/* Any thread but a running render thread, all of these. */

/* Starts argv[0], looked for in PATH; the list ends with NULL. NOT_FOUND where there is no such program, LIMIT where the
 * list is too long for the system. */
enum fz_err fz_spawn_start(struct fz_spawn *spawn, char *const *argv, struct fz_error *err);

/* Reads what is there of its output (`error`: of standard error) and gives the length: 0 when there is nothing now. */
size_t fz_spawn_read(struct fz_spawn *spawn, bool error, char *out, size_t size);

/* To it, and to what it started as far as that has stayed in its group. */
void fz_spawn_signal(const struct fz_spawn *spawn, int number);

/* Whether it has ended. Then it is reaped, with what `status` is to waitpid(2); where it was `with_group`, what is left
 * of its group is killed. */
bool fz_spawn_ended(struct fz_spawn *spawn, bool with_group, int *status);

/* Takes one of the two outputs that somebody may still write to, at our end: whoever writes into a pipe that nobody reads
 * is killed for it, so cat(1) reads on and throws away what comes. */
void fz_spawn_read_on(int fd);

/* Bytes that arguments may take, as fz_spawn_cost counts them. */
size_t fz_spawn_room(void);
size_t fz_spawn_cost(const char *argument);

#endif
