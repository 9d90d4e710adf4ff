/* Asking the files what they tell of themselves, once an order or a filter needs it: jobs of the workers, a few at a time. */
#ifndef FZ_APP_OVERLAY_TOLD_H
#define FZ_APP_OVERLAY_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_app;
struct fz_job;

enum { FZ_TOLD_JOBS = 4 };

/* Render thread only. */
struct fz_telling {
    struct fz_job *jobs[FZ_TOLD_JOBS]; /* on their way (borrowed; NULL: none) */
    int64_t since_us;                  /* when the first of them was sent; 0: nothing is under way */
    int64_t drawn_us;                  /* when its progress was drawn last */
};

/* Render thread, all of these. */

/* One turn of the loop: sends out what is wanted. */
void fz_telling_step(struct fz_app *app);

/* What is under way comes home, and what was not read is asked again. */
void fz_telling_cancel(struct fz_app *app);

bool fz_telling_is_busy(const struct fz_app *app);

/* Once it takes long: how far it has come, as a text; "" else. */
void fz_telling_progress(const struct fz_app *app, char *out, size_t size);

#endif
