/* A histogram of durations in bounded memory, for programs that run for months: buckets about 1.6 % wide. */
#ifndef FZ_BASE_HISTOGRAM_H
#define FZ_BASE_HISTOGRAM_H

#include <stdint.h>

enum { FZ_HISTOGRAM_BUCKETS = 64 * 32 };

/* Zeroed = empty. One thread at a time. */
struct fz_histogram {
    uint64_t count;
    int64_t max_us;
    uint32_t buckets[FZ_HISTOGRAM_BUCKETS];
};

/* Owner's thread. Counts one duration; negative ones count as 0. */
void fz_histogram_add(struct fz_histogram *h, int64_t us);

/* Owner's thread. The duration in microseconds that a share `p` (0..1) of all do not exceed, to the upper edge
 * of its bucket; -1 when empty. */
int64_t fz_histogram_percentile(const struct fz_histogram *h, double p);

#endif
