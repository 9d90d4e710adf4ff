/* --shown: one JSON line for each picture that was presented, written by a thread of its own. */
#ifndef FZ_APP_PICTURE_SHOWN_H
#define FZ_APP_PICTURE_SHOWN_H

#include "base/error.h"

#include <stdint.h>

struct fz_shown_log;

/* Main thread. Opens the file for appending and starts the thread. */
enum fz_err fz_shown_start(struct fz_shown_log **log, const char *path, struct fz_error *err);
/* Main thread. Writes what is queued, joins, closes. NULL-safe. */
void fz_shown_stop(struct fz_shown_log *log);

/* Render thread. Takes `path`; `time_us` is when the picture was first presented, `shown_us` how long. NULL-safe. */
void fz_shown_add(struct fz_shown_log *log, char *path, int64_t time_us, int64_t shown_us);

#endif
