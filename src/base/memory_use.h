/* How much memory the process uses, as seen from outside. */
#ifndef FZ_BASE_MEMORY_USE_H
#define FZ_BASE_MEMORY_USE_H

#include "base/cgroup.h"

#include <stdint.h>

/* Any thread but a running render thread (it reads files, some ms). The proportional set size of this process and of all that
 * descend from it and are called "frieze: ...", bytes; what cannot be read counts nothing. */
uint64_t fz_memory_pss_bytes(void);

/* The same. What of one process is resident and belongs to no file, bytes; pages that it has in common with who forked it are among them. */
uint64_t fz_memory_anonymous_bytes(int pid);

/* Any thread. The largest resident set so far, bytes. */
uint64_t fz_memory_rss_peak_bytes(void);

/* Any thread but a running render thread. The smallest limit, bytes, of the control group of the process and of every
 * group around it; 0 = none. (Version 1 of the interface says that by a number larger than any machine.) */
uint64_t fz_memory_cgroup_limit_bytes(const struct fz_cgroup_places *places);

/* Any thread but a running render thread. The memory that this process may use: of the machine, or of its groups. */
uint64_t fz_memory_available_bytes(void);

#endif
