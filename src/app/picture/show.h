/* The plain slideshow: the picture view, going on by itself with a crossfade. */
#ifndef FZ_APP_PICTURE_SHOW_H
#define FZ_APP_PICTURE_SHOW_H

#include "source/list.h"

#include <stdbool.h>
#include <stdint.h>

struct fz_app;

/* Pictures that follow each other more than three times a second flash, which can harm (WCAG 2.3.1). */
enum { FZ_SHOW_LEAST_US = 340000 };

struct fz_show {
    bool running, paused;
    bool went_on;      /* by itself, to what need not be there yet */
    int64_t since_us;  /* when the picture in view was first there; 0: it is not */
    int64_t passed_us; /* when one that cannot come was passed over last, or was to be */
};

/* Render thread only. */
void fz_show_start(struct fz_app *app);
void fz_show_stop(struct fz_app *app);
/* False: the show passes it over, as its source is away, or its reader hangs, and it is not in memory. */
bool fz_show_can_come(const struct fz_app *app, fz_item_id item);
/* It has gone on to a picture that is not there: until then what is done is meant for the one in view. */
bool fz_show_waits(const struct fz_app *app);
/* How long a picture stays: --delay, but never so short that the show would flash. */
int64_t fz_show_delay_us(const struct fz_app *app);
/* Goes on when it is time and the next picture is ready; returns the time of the next look, or FZ_NEVER. */
int64_t fz_show_step(struct fz_app *app);

#endif
