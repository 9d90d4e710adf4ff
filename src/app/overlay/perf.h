/* The performance overlay: the last frames as a graph, and what the pipeline does. */
#ifndef FZ_APP_OVERLAY_PERF_H
#define FZ_APP_OVERLAY_PERF_H

#include "app/overlay/perf_lines.h"
#include "view/geometry.h"

#include <stdbool.h>
#include <stdint.h>

struct fz_app;

enum { FZ_PERF_FRAMES = 240 };

struct fz_perf {
    bool open;
    struct fz_rect box;                                           /* where it was drawn last */
    uint32_t work_us[FZ_PERF_FRAMES], present_us[FZ_PERF_FRAMES]; /* a ring */
    unsigned next;                                                /* its oldest entry */
    char lines[FZ_PERF_LINES][FZ_PERF_TEXT];                      /* drawn until the new ones are there */
    char wanted[FZ_PERF_LINES][FZ_PERF_TEXT];
    int64_t told_us;  /* when `wanted` was written */
    uint64_t decodes; /* by then */
    double decodes_per_s;
};

/* What the last FZ_PERF_FRAMES frames took, work and present together, and the median of work alone; all 0 before the first. */
struct fz_perf_recent {
    int64_t p50_us, p99_us, max_us, work_p50_us;
};

/* Render thread only, all of these. */
struct fz_perf_recent fz_perf_recent(const struct fz_perf *perf);
void fz_perf_toggle(struct fz_app *app);
void fz_perf_add(struct fz_perf *perf, int64_t work_us, int64_t present_us);
void fz_perf_draw(struct fz_app *app);
/* When its figures are due again, or FZ_NEVER. */
int64_t fz_perf_next_us(const struct fz_app *app);

#endif
