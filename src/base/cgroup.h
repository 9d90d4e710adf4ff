/* The control groups that bound the memory of this process. */
#ifndef FZ_BASE_CGROUP_H
#define FZ_BASE_CGROUP_H

#include <stdint.h>

/* Where the kernel tells of them; a test has its own. */
struct fz_cgroup_places {
    const char *membership; /* /proc/self/cgroup */
    const char *mount;      /* /sys/fs/cgroup */
};
extern const struct fz_cgroup_places fz_cgroup_places;

/* Any thread but a running render thread. Calls `visit` with the folder of the group that the process is in, and of every
 * group around it: of version 2 of the interface, or of the memory controller of version 1. */
typedef void fz_cgroup_visit(void *ctx, const char *folder, int version);
void fz_cgroup_each(const struct fz_cgroup_places *places, fz_cgroup_visit *visit, void *ctx);

/* The same threads. The number that a file of a group holds alone, or, with a key, that follows it on its line; 0 where it is
 * missing, or says "max". */
uint64_t fz_cgroup_read(const char *folder, const char *file, const char *key);

/* Any thread. Of two limits, 0 being none. */
static inline uint64_t fz_cgroup_tighter(uint64_t a, uint64_t b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

#endif
