#include "base/pulse.h"

#include "base/clock.h"

#include <errno.h>
#include <stddef.h>

enum { GAP_US = 200000 };

static _Thread_local struct fz_pulse *current;

void fz_pulse_begin(struct fz_pulse *pulse, void (*beat)(void *ctx), void *ctx)
{
    *pulse = (struct fz_pulse){.beat = beat, .ctx = ctx, .beat_us = fz_now_us()};
    current = pulse;
}

void fz_pulse_end(void)
{
    current = NULL;
}

void fz_pulse_beat(void)
{
    if (!current)
        return;
    int64_t now_us = fz_now_us();
    if (now_us - current->beat_us < GAP_US)
        return;
    int sys = errno;
    current->beat_us = now_us;
    current->beat(current->ctx);
    errno = sys;
}
