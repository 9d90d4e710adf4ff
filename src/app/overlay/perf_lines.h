/* What the performance overlay says, line by line. Pure. */
#ifndef FZ_APP_OVERLAY_PERF_LINES_H
#define FZ_APP_OVERLAY_PERF_LINES_H

#include "view/priority.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FZ_PERF_LINES = 11, FZ_PERF_TEXT = 144 };

struct fz_perf_times {
    double p50_ms, p99_ms, max_ms;
};

struct fz_perf_facts {
    const char *renderer, *isolation, *sandbox; /* the last: its state and its layers */
    uint64_t frames, late, uploads, decodes, hits;
    int replaced; /* decoder processes */
    double decodes_per_s;
    struct fz_perf_times work, present;
    size_t queued[FZ_PRIORITY_CLASSES]; /* jobs that load and are not done, by class */
    bool is_paused;                     /* none is sent out, */
    size_t waiting;                     /* and so many pictures wait for theirs */
    /* What --memory bounds, and what became of it. */
    uint64_t bound_bytes, pss_peak_bytes; /* of all processes; 0: not known yet */
    bool is_short;
    uint64_t texture_bytes, texture_budget_bytes, texture_peak_bytes;
    uint64_t decode_bytes, decode_budget_bytes;
    uint64_t surface_bytes, surface_budget_bytes;
};

/* Any thread. Which lines stand where `room` do, in order; gives their number. What hardly ever changes makes way first. */
int fz_perf_choose(int room, int chosen[FZ_PERF_LINES]);

/* Any thread. */
void fz_perf_write(const struct fz_perf_facts *facts, char lines[FZ_PERF_LINES][FZ_PERF_TEXT]);

#endif
