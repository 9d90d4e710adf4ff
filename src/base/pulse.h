/* Whoever works for somebody over slow files shows that it goes on, after each call of the system that came back: so what is taken
 * for hung is one call that does not come back, not a request of many. */
#ifndef FZ_BASE_PULSE_H
#define FZ_BASE_PULSE_H

#include <stdint.h>

struct fz_pulse {
    void (*beat)(void *ctx);
    void *ctx;
    int64_t beat_us; /* the last one */
};

/* Any thread. From now on fz_pulse_beat on this thread calls `beat`, five times a second at most; until fz_pulse_end, before which
 * *pulse stays. */
void fz_pulse_begin(struct fz_pulse *pulse, void (*beat)(void *ctx), void *ctx);
void fz_pulse_end(void);

/* Any thread; where nobody listens it does nothing. A call came back. Leaves errno as it is. */
void fz_pulse_beat(void);

#endif
