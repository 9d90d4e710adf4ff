#include "sync/monitor.h"

#include <time.h>

void fz_monitor_init(struct fz_monitor *monitor)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&monitor->lock, NULL);
    pthread_cond_init(&monitor->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void fz_monitor_fini(struct fz_monitor *monitor)
{
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->lock);
}

void fz_monitor_enter(struct fz_monitor *monitor)
{
    pthread_mutex_lock(&monitor->lock);
}

void fz_monitor_leave(struct fz_monitor *monitor)
{
    pthread_mutex_unlock(&monitor->lock);
}

void fz_monitor_wait(struct fz_monitor *monitor)
{
    pthread_cond_wait(&monitor->changed, &monitor->lock);
}

void fz_monitor_wait_ms(struct fz_monitor *monitor, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&monitor->changed, &monitor->lock, &until);
}

void fz_monitor_wake_one(struct fz_monitor *monitor)
{
    pthread_cond_signal(&monitor->changed);
}

void fz_monitor_wake_all(struct fz_monitor *monitor)
{
    pthread_cond_broadcast(&monitor->changed);
}
