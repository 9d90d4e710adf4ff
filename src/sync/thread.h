/* Threads by SDL, named, and the two halves of Rule 0 as assertions: what belongs to the render thread runs there,
 * and what can block runs anywhere else. */
#ifndef FZ_SYNC_THREAD_H
#define FZ_SYNC_THREAD_H

#include "base/error.h"

#include <SDL_thread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Main thread, before any other thread exists: declares the caller to be the render thread. */
void fz_thread_claim_main(void);

/* A process that was forked from there: it has no render thread. */
void fz_thread_disclaim_main(void);

/* Any thread. True on the render thread. */
bool fz_thread_is_main(void);

/* Any thread. Starts a named thread; the caller joins it with SDL_WaitThread. */
enum fz_err fz_thread_start(SDL_Thread **thread, const char *name, SDL_ThreadFunction run, void *ctx,
                            struct fz_error *err);

/* Main thread. Joins a thread that sets *ended as the last thing it does; false where it has not done so within that time. */
bool fz_thread_join_within(SDL_Thread *thread, const atomic_bool *ended, int patience_ms);

/* Ends the program with the place of the violation; called by the macros below. */
void fz_thread_violation(const char *rule, const char *function) __attribute__((noreturn));

#ifdef FZ_DEBUG
#define FZ_MAIN_ONLY() (fz_thread_is_main() ? (void)0 : fz_thread_violation("main only", __func__))
#define FZ_NOT_MAIN() \
    (fz_thread_is_main() ? fz_thread_violation("not on the main thread", __func__) : (void)0)
#else
#define FZ_MAIN_ONLY() ((void)0)
#define FZ_NOT_MAIN() ((void)0)
#endif

#endif
