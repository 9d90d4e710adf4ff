/* Ratings: given by a command, written into the picture's sidecar by the reader of its source. */
#ifndef FZ_APP_WALL_RATE_H
#define FZ_APP_WALL_RATE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct fz_app;
struct fz_command_call;
struct fz_job;
struct fz_rate;

enum { FZ_RATES_FLYING = 8 };

/* Render thread, all of these. */

/* The commands: rates the current picture; shows only what is rated so. */
enum fz_err fz_rate_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);
enum fz_err fz_rate_show(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);

/* Shows all again; false where nothing was left out. */
bool fz_rate_show_all(struct fz_app *app);

/* Whether ratings are not written yet. */
bool fz_rate_is_busy(const struct fz_app *app);

/* How the current picture is rated, where keys rate; "" where they do not, or that is not known. */
void fz_rate_text(struct fz_app *app, char *out, size_t size);
/* What is left out by rating, over the picture. */
void fz_rate_draw(struct fz_app *app);
/* Which ratings the wall is left to, in words. False: to none. */
bool fz_rate_tell_range(const struct fz_app *app, char *out, size_t size);

/* After the loop: what is not written yet. */
void fz_rate_finish(struct fz_app *app);

#endif
