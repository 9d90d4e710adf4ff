#include "sync/ledger.h"

#include "sync/thread.h"

/* How soon a waiting worker notices that its token was cancelled. */
enum { CANCEL_POLL_MS = 20 };

void fz_ledger_init(struct fz_ledger *ledger, uint64_t capacity_bytes)
{
    *ledger = (struct fz_ledger){
        .lock = SDL_CreateMutex(), .released = SDL_CreateCond(), .capacity = capacity_bytes};
}

void fz_ledger_fini(struct fz_ledger *ledger)
{
    if (ledger->lock)
        SDL_DestroyMutex(ledger->lock);
    if (ledger->released)
        SDL_DestroyCond(ledger->released);
    *ledger = (struct fz_ledger){0};
}

bool fz_ledger_reserve(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token)
{
    FZ_NOT_MAIN();
    if (bytes > ledger->capacity)
        return false;
    bool large = bytes > ledger->capacity / 4, taken = false;
    SDL_LockMutex(ledger->lock);
    while (!fz_cancel_is_set(token)) {
        if (ledger->capacity - ledger->reserved >= bytes && !(large && ledger->large_taken)) {
            ledger->reserved += bytes;
            ledger->large_taken |= large;
            taken = true;
            break;
        }
        SDL_CondWaitTimeout(ledger->released, ledger->lock, CANCEL_POLL_MS);
    }
    SDL_UnlockMutex(ledger->lock);
    return taken;
}

void fz_ledger_release(struct fz_ledger *ledger, uint64_t bytes)
{
    SDL_LockMutex(ledger->lock);
    ledger->reserved -= bytes;
    if (bytes > ledger->capacity / 4)
        ledger->large_taken = false;
    SDL_CondBroadcast(ledger->released);
    SDL_UnlockMutex(ledger->lock);
}
