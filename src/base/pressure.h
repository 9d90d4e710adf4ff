/* Whether memory is short: on the machine, or in a control group that the process is in. */
#ifndef FZ_BASE_PRESSURE_H
#define FZ_BASE_PRESSURE_H

#include "base/cgroup.h"

#include <stdint.h>

/* Where the kernel tells of it; a test has its own. */
struct fz_pressure_places {
    struct fz_cgroup_places cgroup;
    const char *stalls; /* /proc/pressure/memory: of the whole machine */
    const char *memory; /* /proc/meminfo */
};
extern const struct fz_pressure_places fz_pressure_places;

enum { FZ_PRESSURE_REASON = 96 };

/* What is to be seen at one moment. */
struct fz_pressure_look {
    int64_t at_us;
    /* how long some task has waited for memory so far: of the machine, of the own group */
    uint64_t stalled_us[2];
    char full[FZ_PRESSURE_REASON]; /* what is nearly used up; "": nothing */
};

/* Any thread but a running render thread: it reads five files or so. */
void fz_pressure_look(const struct fz_pressure_places *places, int64_t now_us, struct fz_pressure_look *look);

/* What has to be given back. Each includes the one before. */
enum fz_pressure { FZ_PRESSURE_NONE, FZ_PRESSURE_CACHES, FZ_PRESSURE_DECODERS };
const char *fz_pressure_name(enum fz_pressure pressure); /* "none", "caches", "decoders" */

/* What is remembered from look to look. Zeroed: nothing yet. One thread at a time. */
struct fz_pressure_state {
    enum fz_pressure pressure;
    struct fz_pressure_look last; /* the look before */
    int64_t since_us, short_us;   /* since when it is so; when it was short, the last time */
    int64_t calm_us,
        ended_us; /* how long nothing must be short until it is over; when it was, the last time */
    char reason[FZ_PRESSURE_REASON]; /* why it is so */
};

/* Caches at the first sign; decoders where that was not enough within 2 s. Over when there was no sign for 5 s, and for twice
 * as long each time that it comes back within a minute. */
enum fz_pressure fz_pressure_judge(struct fz_pressure_state *state, const struct fz_pressure_look *look);

/* Any thread. A descriptor for poll(2) with POLLPRI, which tells when tasks wait for memory; -1 where the system does not
 * permit it. The caller closes it. */
int fz_pressure_arm(const char *stalls);

#endif
