/* The doorbell wakes the render thread out of its event wait. It carries nothing, and is rung at most once per
 * sleep: who pushes something that the render thread should see rings afterwards. */
#ifndef FZ_SYNC_DOORBELL_H
#define FZ_SYNC_DOORBELL_H

#include "sync/monitor.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct fz_doorbell {
    uint32_t event_type;     /* immutable after init: the SDL user event */
    struct fz_monitor waits; /* without a display */
    bool rung;               /* under its lock */
    atomic_bool armed;       /* atomic: the render thread sleeps, or is about to */
};

/* Main thread, before any other uses it; registers an SDL event, which needs no SDL_Init. */
void fz_doorbell_init(struct fz_doorbell *bell);
void fz_doorbell_fini(struct fz_doorbell *bell);

/* Any thread. A lost SDL event costs one time-out of the wait, never a hang. */
void fz_doorbell_ring(struct fz_doorbell *bell);

/* Render thread. Arms before the last look at the lists; disarms after the wait. */
void fz_doorbell_arm(struct fz_doorbell *bell);
void fz_doorbell_disarm(struct fz_doorbell *bell);

/* Render thread, armed. Waits for a ring alone: SDL's drivers without a display wait for events by looking every
 * millisecond, which costs more than an idle program may. */
void fz_doorbell_wait(struct fz_doorbell *bell, int timeout_ms);

#endif
