#include "process/stay.h"

#include "base/clock.h"
#include "sync/monitor.h"
#include "sync/wake.h"

#include <sys/prctl.h>
#include <unistd.h>

static struct {
    bool is_used; /* immutable once there is a second thread, as what follows */
    int wake_fd;
    struct fz_monitor monitor; /* has its own lock; under it: */
    unsigned begun;            /* and not ended */
    bool is_free;              /* the kernel does not end this process with its parent */
    bool ends;                 /* nothing is begun any more */
} stay;

void fz_stay_init(int wake_fd)
{
    fz_monitor_init(&stay.monitor);
    stay.wake_fd = wake_fd;
    stay.is_used = true;
}

/* Main thread, in the monitor: what the kernel does at a parent's end is each thread's own, and ours is the only one that has it. */
static void get_free(void)
{
    if (!stay.is_free)
        prctl(PR_SET_PDEATHSIG, 0);
    stay.is_free = true;
    fz_monitor_wake_all(&stay.monitor);
}

void fz_stay_obey(void)
{
    fz_monitor_enter(&stay.monitor);
    if (stay.begun > 0)
        get_free();
    fz_monitor_leave(&stay.monitor);
}

bool fz_stay_begin(void)
{
    if (!stay.is_used)
        return true;
    fz_monitor_enter(&stay.monitor);
    bool begins = !stay.ends;
    stay.begun += begins;
    if (begins && gettid() == getpid())
        get_free();
    else if (begins && !stay.is_free)
        fz_wake(stay.wake_fd);
    while (begins && !stay.is_free)
        fz_monitor_wait(&stay.monitor);
    fz_monitor_leave(&stay.monitor);
    return begins;
}

void fz_stay_end(void)
{
    if (!stay.is_used)
        return;
    fz_monitor_enter(&stay.monitor);
    stay.begun--;
    fz_monitor_wake_all(&stay.monitor);
    fz_monitor_leave(&stay.monitor);
}

bool fz_stay_finish(int patience_ms)
{
    int64_t until_us = fz_now_us() + (int64_t)patience_ms * 1000, left_us;
    fz_monitor_enter(&stay.monitor);
    if (stay.begun > 0)
        get_free();
    while (stay.begun > 0 && (left_us = until_us - fz_now_us()) > 0)
        fz_monitor_wait_ms(&stay.monitor, (int)(left_us / 1000) + 1);
    bool done = stay.begun == 0;
    stay.ends = true;
    fz_monitor_leave(&stay.monitor);
    return done;
}
