/* The statistics that outside measurements rely on. */
#ifndef FZ_APP_STATS_H
#define FZ_APP_STATS_H

#include "base/error.h"
#include "base/histogram.h"

#include <jansson.h>
#include <stdbool.h>

struct fz_app;

/* Render thread. Times in us since main; 0 = not reached. */
struct fz_stats {
    struct {
        int64_t window, first_frame, first_tile, screenful, all;
    } startup;
    struct fz_histogram work, present, total, interval, input;
    uint64_t late;
    int64_t stall_max_us;
    int64_t wait_returned_us; /* the last return of a wait or pump */
    int64_t pumped_us;        /* when no event was left, the last time */
    int64_t input_since_us;   /* no event of this turn was there before */
    int64_t last_present_us;  /* the end of the last present */
    int64_t last_total_us;    /* work + present of the last frame */
    bool was_moving;          /* the last frame was one of a movement */
    int64_t first_input_us;   /* the oldest input that no frame has shown yet; 0: none */
    uint64_t inputs;
    uint64_t decodes, cancelled, repeated, hits, disk_hits;
    uint64_t pixel_bytes_peak;
};

/* The whole of it as JSON; the caller owns it. */
json_t *fz_stats_json(const struct fz_app *app);
/* Main thread, after the loop: it writes a file. Looks at the memory a last time. */
enum fz_err fz_stats_write(struct fz_app *app, const char *path, struct fz_error *err);

#endif
