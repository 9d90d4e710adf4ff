#include "sync/doorbell.h"

#include "sync/thread.h"

#include <SDL_events.h>

void fz_doorbell_init(struct fz_doorbell *bell)
{
    FZ_MAIN_ONLY();
    bell->event_type = SDL_RegisterEvents(1);
    fz_monitor_init(&bell->waits);
    bell->rung = false;
    atomic_init(&bell->armed, false);
}

void fz_doorbell_fini(struct fz_doorbell *bell)
{
    fz_monitor_fini(&bell->waits);
}

static void set_rung(struct fz_doorbell *bell, bool rung)
{
    fz_monitor_enter(&bell->waits);
    bell->rung = rung;
    if (rung)
        fz_monitor_wake_one(&bell->waits);
    fz_monitor_leave(&bell->waits);
}

void fz_doorbell_ring(struct fz_doorbell *bell)
{
    /* The fence orders the caller's push before this look at the flag, as arm() orders the flag before its owner's
     * look at the lists: at least one of the two sees the other (store buffering, C11 7.17.4). */
    atomic_thread_fence(memory_order_seq_cst);
    if (!atomic_load_explicit(&bell->armed, memory_order_relaxed))
        return;
    /* acquire: SDL's event queue, which the render thread made before it armed for the first time. */
    if (!atomic_exchange_explicit(&bell->armed, false, memory_order_acquire))
        return;
    SDL_Event event = {.type = bell->event_type};
    SDL_PushEvent(&event);
    set_rung(bell, true);
}

void fz_doorbell_arm(struct fz_doorbell *bell)
{
    FZ_MAIN_ONLY();
    atomic_store_explicit(&bell->armed, true, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
}

void fz_doorbell_disarm(struct fz_doorbell *bell)
{
    atomic_store_explicit(&bell->armed, false, memory_order_relaxed);
    set_rung(bell, false); /* by a ring that no wait consumed */
}

void fz_doorbell_wait(struct fz_doorbell *bell, int timeout_ms)
{
    FZ_MAIN_ONLY();
    fz_monitor_enter(&bell->waits);
    if (!bell->rung)
        fz_monitor_wait_ms(&bell->waits, timeout_ms);
    bell->rung = false;
    fz_monitor_leave(&bell->waits);
}
