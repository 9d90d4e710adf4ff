#include "sync/thread.h"

#include "base/clock.h"

#include <SDL_error.h>
#include <SDL_timer.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local bool is_main;

void fz_thread_claim_main(void)
{
    is_main = true;
}

void fz_thread_disclaim_main(void)
{
    is_main = false;
}

bool fz_thread_is_main(void)
{
    return is_main;
}

enum fz_err fz_thread_start(SDL_Thread **thread, const char *name, SDL_ThreadFunction run, void *ctx,
                            struct fz_error *err)
{
    *thread = SDL_CreateThread(run, name, ctx);
    if (!*thread)
        return fz_fail(err, FZ_E_INTERNAL, 0, "cannot start thread %s: %s", name, SDL_GetError());
    return FZ_OK;
}

bool fz_thread_join_within(SDL_Thread *thread, const atomic_bool *ended, int patience_ms)
{
    FZ_MAIN_ONLY();
    int64_t end_us = fz_now_us() + (int64_t)patience_ms * 1000;
    while (!atomic_load(ended) && fz_now_us() < end_us)
        SDL_Delay(1);
    if (!atomic_load(ended))
        return false;
    SDL_WaitThread(thread, NULL);
    return true;
}

void fz_thread_violation(const char *rule, const char *function)
{
    fprintf(stderr, "frieze: %s: %s\n", function, rule);
    abort();
}
