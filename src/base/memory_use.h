/* How much memory the process uses, as seen from outside. */
#ifndef FZ_BASE_MEMORY_USE_H
#define FZ_BASE_MEMORY_USE_H

#include <stdint.h>

/* Any thread but a running render thread (it reads a file, some ms). The proportional set size, bytes; 0 = unknown. */
uint64_t fz_memory_pss_bytes(void);

/* Any thread. The largest resident set so far, bytes. */
uint64_t fz_memory_rss_peak_bytes(void);

/* Any thread but a running render thread. The smallest limit, bytes, of the control group of the process and of every
 * group around it; 0 = none. `membership` is /proc/self/cgroup, `mount` is /sys/fs/cgroup: version 2 of the interface, or
 * the memory controller of version 1 (where no limit is a number larger than any machine). */
uint64_t fz_memory_cgroup_limit_bytes(const char *membership, const char *mount);

/* Any thread but a running render thread. The memory that this process may use: of the machine, or of its groups. */
uint64_t fz_memory_available_bytes(void);

#endif
