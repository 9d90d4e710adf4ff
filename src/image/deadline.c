#include "base/clock.h"
#include "image/format.h"

void fz_decode_set_deadline(struct fz_decode *d)
{
    int64_t most_us = d->request->limits.max_cpu_us;
    if (most_us <= 0)
        return;
    d->soonest_us = fz_now_us() + most_us;
    d->deadline_us = fz_thread_cpu_us() + most_us;
}

/* The thread's time is a call to the system, the clock is none. */
static bool is_over_time(const struct fz_decode *d)
{
    return d->deadline_us > 0 && fz_now_us() >= d->soonest_us && fz_thread_cpu_us() > d->deadline_us;
}

bool fz_decode_cancelled(const struct fz_decode *d)
{
    const struct fz_image_host *host = &d->request->host;
    return is_over_time(d) || (host->cancelled && host->cancelled(host->ctx));
}

enum fz_err fz_decode_fail_cancelled(struct fz_decode *d)
{
    if (is_over_time(d))
        return fz_fail(d->err, FZ_E_TIMEOUT, 0, "takes longer than %.3g s to decode",
                       (double)d->request->limits.max_cpu_us / 1e6);
    return fz_fail(d->err, FZ_E_CANCELLED, 0, "cancelled");
}
