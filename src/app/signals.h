/* Signals become a message: a thread waits for them, so that no handler ever runs. */
#ifndef FZ_APP_SIGNALS_H
#define FZ_APP_SIGNALS_H

#include "base/error.h"
#include "sync/doorbell.h"

#include <stdatomic.h>

#ifdef FZ_DEBUG
enum { FZ_SIGNALS_PATIENCE_MS = 10000 };
#else
enum { FZ_SIGNALS_PATIENCE_MS = 700 };
#endif

struct fz_signals;

/* Main thread, before any other thread: SIGINT, SIGTERM and SIGHUP are held back in all of them. */
void fz_signals_block(void);

/* Main thread. *signalled counts those that come; `bell` rings for each. Where the program has not ended 0.7 s after the
 * first one (a display server that hangs while a window opens, a library in the middle of a large picture, a machine
 * that is busy), `last_resort` runs on the signal thread and the process ends with the status that it gives: within a
 * second, always. (Debug and sanitizer builds wait for 10 s: what they have to report comes at the very end.) */
enum fz_err fz_signals_start(struct fz_signals **signals, atomic_int *signalled, struct fz_doorbell *bell,
                             int (*last_resort)(void *ctx), void *ctx, struct fz_error *err);
/* Main thread. The end has begun, whoever asked for it: it has the same time. NULL-safe. */
void fz_signals_arm(struct fz_signals *signals);
void fz_signals_stop(struct fz_signals *signals); /* NULL-safe */

#endif
