#include "base/histogram.h"

/* Values below 64 have a bucket each; above, 64 per power of two. */
static unsigned bucket_of(uint64_t v)
{
    if (v < 64)
        return (unsigned)v;
    unsigned power = 63u - (unsigned)__builtin_clzll(v);
    unsigned bucket = (power - 5) * 64 + (unsigned)(v >> (power - 6)) - 64;
    return bucket < FZ_HISTOGRAM_BUCKETS ? bucket : FZ_HISTOGRAM_BUCKETS - 1;
}

static int64_t upper_edge(unsigned bucket)
{
    if (bucket < 64)
        return bucket;
    unsigned power = bucket / 64 + 5;
    return (int64_t)(((uint64_t)(bucket % 64) + 65) << (power - 6)) - 1;
}

void fz_histogram_add(struct fz_histogram *h, int64_t us)
{
    if (us < 0)
        us = 0;
    h->count++;
    h->buckets[bucket_of((uint64_t)us)]++;
    if (us > h->max_us)
        h->max_us = us;
}

int64_t fz_histogram_percentile(const struct fz_histogram *h, double p)
{
    if (h->count == 0)
        return -1;
    double rank = p * (double)h->count;
    uint64_t seen = 0;
    for (unsigned i = 0; i < FZ_HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (h->buckets[i] > 0 && (double)seen >= rank)
            return i + 1 < FZ_HISTOGRAM_BUCKETS && upper_edge(i) < h->max_us ? upper_edge(i) : h->max_us;
    }
    return h->max_us;
}
