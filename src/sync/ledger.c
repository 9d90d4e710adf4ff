#include "sync/ledger.h"

#include "sync/thread.h"

/* How soon a waiting worker notices that its token was cancelled. */
enum { CANCEL_POLL_MS = 20 };

void fz_ledger_init(struct fz_ledger *ledger, uint64_t capacity_bytes)
{
    *ledger = (struct fz_ledger){.capacity = capacity_bytes};
    fz_monitor_init(&ledger->released);
}

void fz_ledger_fini(struct fz_ledger *ledger)
{
    fz_monitor_fini(&ledger->released);
    *ledger = (struct fz_ledger){0};
}

bool fz_ledger_reserve(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token)
{
    FZ_NOT_MAIN();
    if (bytes > ledger->capacity)
        return false;
    bool large = bytes > ledger->capacity / 4, taken = false;
    fz_monitor_enter(&ledger->released);
    while (!fz_cancel_is_set(token)) {
        if (ledger->capacity - ledger->reserved >= bytes && !(large && ledger->large_taken)) {
            ledger->reserved += bytes;
            ledger->large_taken |= large;
            taken = true;
            break;
        }
        fz_monitor_wait_ms(&ledger->released, CANCEL_POLL_MS);
    }
    fz_monitor_leave(&ledger->released);
    return taken;
}

uint64_t fz_ledger_reserved(struct fz_ledger *ledger)
{
    fz_monitor_enter(&ledger->released);
    uint64_t bytes = ledger->reserved;
    fz_monitor_leave(&ledger->released);
    return bytes;
}

void fz_ledger_release(struct fz_ledger *ledger, uint64_t bytes)
{
    fz_monitor_enter(&ledger->released);
    ledger->reserved -= bytes;
    if (bytes > ledger->capacity / 4)
        ledger->large_taken = false;
    fz_monitor_wake_all(&ledger->released);
    fz_monitor_leave(&ledger->released);
}
