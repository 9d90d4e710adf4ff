#include "sync/thread.h"

#include <SDL_error.h>
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

void fz_thread_violation(const char *rule, const char *function)
{
    fprintf(stderr, "frieze: %s: %s\n", function, rule);
    abort();
}
