/* A mutex with a condition, for what several threads share and wait for. Its time-outs are those of the monotonic clock:
 * SDL's are those of the wall clock, and one that is set back by a year makes them last a year. */
#ifndef FZ_SYNC_MONITOR_H
#define FZ_SYNC_MONITOR_H

#include <pthread.h>

struct fz_monitor {
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* The owner, while no other thread uses it. The second takes one that is all zero, too. */
void fz_monitor_init(struct fz_monitor *monitor);
void fz_monitor_fini(struct fz_monitor *monitor);

/* Any thread. */
void fz_monitor_enter(struct fz_monitor *monitor);
void fz_monitor_leave(struct fz_monitor *monitor);

/* Who has entered. Leaves, waits for a wake (or for no reason: look again), and enters anew; the second waits `ms` at
 * most. */
void fz_monitor_wait(struct fz_monitor *monitor);
void fz_monitor_wait_ms(struct fz_monitor *monitor, int ms);

/* Who has entered. Wakes one of those who wait, or all. */
void fz_monitor_wake_one(struct fz_monitor *monitor);
void fz_monitor_wake_all(struct fz_monitor *monitor);

#endif
