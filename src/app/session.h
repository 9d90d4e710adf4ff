/* The program with a window, from its first process to its last. */
#ifndef FZ_APP_SESSION_H
#define FZ_APP_SESSION_H

#include "app/app.h"

/* Main thread, before any other exists; signals are blocked (app/signals.h). `app` is zeroed but for its options, which stay the
 * caller's to free, and for `scale.shown`. What went wrong has been said. */
enum fz_err fz_session_run(struct fz_app *app, const char *const *sources, size_t count);

#endif
