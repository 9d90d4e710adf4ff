#include "sync/ledger.h"

#include "sync/heap.h"
#include "sync/thread.h"

/* How soon a waiting worker notices that its token was cancelled. */
enum { CANCEL_POLL_MS = 20 };

void fz_ledger_init(struct fz_ledger *ledger, uint64_t capacity_bytes)
{
    *ledger = (struct fz_ledger){.capacity = capacity_bytes,
                                 .quarter = capacity_bytes / 4,
                                 .first = capacity_bytes,
                                 .most = capacity_bytes};
    fz_monitor_init(&ledger->released);
}

void fz_ledger_fini(struct fz_ledger *ledger)
{
    fz_monitor_fini(&ledger->released);
    *ledger = (struct fz_ledger){0};
}

void fz_ledger_set_giver(struct fz_ledger *ledger, uint64_t claimable_bytes, struct fz_doorbell *giver)
{
    ledger->most = ledger->capacity + claimable_bytes;
    ledger->giver = giver;
}

void fz_ledger_set_claimable(struct fz_ledger *ledger, uint64_t bytes)
{
    fz_monitor_enter(&ledger->released);
    ledger->most = ledger->first + bytes;
    fz_monitor_leave(&ledger->released);
}

struct fz_ledger_waiter {
    uint64_t bytes;
    const _Atomic uint64_t *priority;
    struct fz_ledger_waiter *next;
};

static uint32_t class_of(const _Atomic uint64_t *priority)
{
    return priority ? fz_heap_class(atomic_load(priority)) : 0;
}

/* Under its lock, as all to fz_ledger_reserve(). What others of a more urgent class wait for: what is small and comes later would else be
 * let in before them again and again. What nobody has given yet is not waited for with them. */
static uint64_t kept_for_others(const struct fz_ledger *ledger, const _Atomic uint64_t *priority)
{
    const uint32_t own = class_of(priority);
    uint64_t bytes = 0;
    for (const struct fz_ledger_waiter *w = ledger->waiting; w; w = w->next)
        if (class_of(w->priority) < own && w->bytes <= ledger->capacity)
            bytes += w->bytes;
    return bytes;
}

static bool has_room(const struct fz_ledger *ledger, uint64_t bytes, uint64_t kept)
{
    bool large = bytes > ledger->quarter;
    return ledger->capacity >= ledger->reserved + bytes + kept && !(large && ledger->large_taken);
}

static void stop_waiting(struct fz_ledger *ledger, const struct fz_ledger_waiter *waiter)
{
    struct fz_ledger_waiter **link = &ledger->waiting;
    while (*link && *link != waiter)
        link = &(*link)->next;
    if (*link)
        *link = waiter->next;
}

static bool take_at_once(struct fz_ledger *ledger, uint64_t bytes, const _Atomic uint64_t *priority)
{
    if (!has_room(ledger, bytes, kept_for_others(ledger, priority)))
        return false;
    ledger->reserved += bytes;
    ledger->large_taken |= bytes > ledger->quarter;
    return true;
}

static bool take(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token,
                 const _Atomic uint64_t *priority)
{
    struct fz_ledger_waiter waiter = {bytes, priority, ledger->waiting};
    bool taken = false;
    ledger->waiting = &waiter;
    while (!taken && !fz_cancel_is_set(token)) {
        taken = take_at_once(ledger, bytes, priority);
        if (!taken)
            fz_monitor_wait_ms(&ledger->released, CANCEL_POLL_MS);
    }
    stop_waiting(ledger, &waiter);
    return taken;
}

bool fz_ledger_reserve(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token,
                       const _Atomic uint64_t *priority)
{
    FZ_NOT_MAIN();
    fz_monitor_enter(&ledger->released);
    bool taken = bytes <= ledger->capacity && take(ledger, bytes, token, priority);
    fz_monitor_leave(&ledger->released);
    return taken;
}

bool fz_ledger_try(struct fz_ledger *ledger, uint64_t bytes, const _Atomic uint64_t *priority)
{
    fz_monitor_enter(&ledger->released);
    bool taken = bytes <= ledger->capacity && take_at_once(ledger, bytes, priority);
    fz_monitor_leave(&ledger->released);
    return taken;
}

static void want(struct fz_ledger *ledger, uint64_t bytes)
{
    uint64_t least = bytes + ledger->quarter;
    uint64_t lacks = least > ledger->capacity ? least - ledger->capacity : 0;
    if (lacks > atomic_load(&ledger->wanted)) {
        atomic_store(&ledger->wanted, lacks);
        fz_doorbell_ring(ledger->giver);
    }
}

bool fz_ledger_claim(struct fz_ledger *ledger, uint64_t bytes, const struct fz_cancel *token,
                     const _Atomic uint64_t *priority)
{
    FZ_NOT_MAIN();
    bool taken = false;
    fz_monitor_enter(&ledger->released);
    if (bytes <= ledger->most - ledger->quarter && !fz_cancel_is_set(token)) {
        want(ledger, bytes);
        taken = take(ledger, bytes, token, priority);
    }
    fz_monitor_leave(&ledger->released);
    return taken;
}

bool fz_ledger_lend(struct fz_ledger *ledger, uint64_t bytes)
{
    fz_monitor_enter(&ledger->released);
    bool lends = !ledger->waiting && ledger->lent + bytes <= ledger->quarter &&
                 ledger->reserved + bytes <= ledger->capacity;
    if (lends) {
        ledger->lent += bytes;
        ledger->reserved += bytes;
    }
    fz_monitor_leave(&ledger->released);
    return lends;
}

void fz_ledger_return(struct fz_ledger *ledger, uint64_t bytes)
{
    fz_monitor_enter(&ledger->released);
    ledger->lent -= bytes;
    ledger->reserved -= bytes;
    fz_monitor_wake_all(&ledger->released);
    fz_monitor_leave(&ledger->released);
}

bool fz_ledger_is_short(struct fz_ledger *ledger)
{
    fz_monitor_enter(&ledger->released);
    bool is_short = ledger->waiting;
    fz_monitor_leave(&ledger->released);
    return is_short;
}

uint64_t fz_ledger_wanted(const struct fz_ledger *ledger)
{
    return atomic_load(&ledger->wanted);
}

void fz_ledger_give(struct fz_ledger *ledger, uint64_t bytes)
{
    fz_monitor_enter(&ledger->released);
    uint64_t wanted = atomic_load(&ledger->wanted);
    ledger->capacity += bytes;
    atomic_store(&ledger->wanted, wanted > bytes ? wanted - bytes : 0);
    fz_monitor_wake_all(&ledger->released);
    fz_monitor_leave(&ledger->released);
}

static uint64_t read_under_lock(struct fz_ledger *ledger, const uint64_t *value)
{
    fz_monitor_enter(&ledger->released);
    uint64_t bytes = *value;
    fz_monitor_leave(&ledger->released);
    return bytes;
}

uint64_t fz_ledger_reserved(struct fz_ledger *ledger)
{
    return read_under_lock(ledger, &ledger->reserved);
}

uint64_t fz_ledger_capacity(struct fz_ledger *ledger)
{
    return read_under_lock(ledger, &ledger->capacity);
}

void fz_ledger_release(struct fz_ledger *ledger, uint64_t bytes)
{
    fz_monitor_enter(&ledger->released);
    ledger->reserved -= bytes;
    if (bytes > ledger->quarter)
        ledger->large_taken = false;
    fz_monitor_wake_all(&ledger->released);
    fz_monitor_leave(&ledger->released);
}
