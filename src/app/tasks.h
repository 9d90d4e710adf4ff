/* Long work of the window, by its handles: reading the sources (scan), making pictures smaller (scale), filling the tile cache
 * (prime). */
#ifndef FZ_APP_TASKS_H
#define FZ_APP_TASKS_H

#include "base/error.h"
#include "ctl/command.h"

struct fz_app;

/* Render thread, all of these. Main thread, before the sources are read. */
void fz_tasks_init(struct fz_app *app);
/* Once a turn: whether the sources are being read. */
void fz_tasks_step(struct fz_app *app);
/* The command jobs. */
enum fz_err fz_tasks_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);

#endif
