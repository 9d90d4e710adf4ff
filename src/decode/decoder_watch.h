/* Watches decoder processes for their end: a worker that has nothing to do would hear of it with the next picture only, which
 * would wait for another process then. A thread of its own, which sleeps in the kernel. */
#ifndef FZ_DECODE_DECODER_WATCH_H
#define FZ_DECODE_DECODER_WATCH_H

#include "sync/heap.h"

struct fz_decoder_watch;

/* Main thread. From now on workers that wait at the heap (borrowed) are nudged when a process has ended. NULL where that
 * cannot be: what died is replaced when it is needed. */
struct fz_decoder_watch *fz_decoder_watch_start(struct fz_heap *heap);

/* Any thread. Watches that process until it has ended, or the descriptor is closed. NULL-safe. */
void fz_decoder_watch_add(struct fz_decoder_watch *watch, int pid_fd);

/* Any thread, of an end that it has heard of itself, before it closes the descriptor: the watch may hear of it no more. NULL-safe. */
void fz_decoder_watch_tell(struct fz_decoder_watch *watch);

/* Main thread, after the workers have ended. NULL-safe. */
void fz_decoder_watch_stop(struct fz_decoder_watch *watch);

#endif
