/* Watches decoder processes for their end: a worker that has nothing to do would hear of it with the next picture only, which
 * would wait for another process then. A thread of its own, which sleeps in the kernel. */
#ifndef FZ_DECODE_VIGIL_H
#define FZ_DECODE_VIGIL_H

#include "sync/heap.h"

struct fz_vigil;

/* Main thread. From now on workers that wait at the heap (borrowed) are nudged when a process has ended. NULL where that
 * cannot be: what died is replaced when it is needed. */
struct fz_vigil *fz_vigil_start(struct fz_heap *heap);

/* Any thread. Watches that process until it has ended, or the descriptor is closed. NULL-safe. */
void fz_vigil_keep(struct fz_vigil *vigil, int pid_fd);

/* Any thread, of an end that it has heard of itself, before it closes the descriptor: the vigil may hear of it no more. NULL-safe. */
void fz_vigil_tell(struct fz_vigil *vigil);

/* Main thread, after the workers have ended. NULL-safe. */
void fz_vigil_stop(struct fz_vigil *vigil);

#endif
