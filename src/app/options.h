/* Options while frieze runs: asked, set, set back, and applied. */
#ifndef FZ_APP_OPTIONS_H
#define FZ_APP_OPTIONS_H

#include "ctl/command.h"
#include "ctl/option.h"

struct fz_app;

/* Render thread, all of these. The commands get, set and reset. */
enum fz_err fz_app_get_options(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);
enum fz_err fz_app_set_options(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);
enum fz_err fz_app_reset_options(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);

/* Sets a LIVE option for this run and applies it; USAGE where it is not LIVE or the value does not fit. */
enum fz_err fz_app_set_option(struct fz_app *app, enum fz_option_id id, const char *text,
                              struct fz_error *err);

#endif
