/* One line per message on standard error, whatever it contains. */
#ifndef FZ_BASE_LOG_H
#define FZ_BASE_LOG_H

#include "base/error.h"

#include <stdbool.h>

/* Any thread; never waits: a line that nobody reads is dropped, and counted in the next one that is written. Writes
 * "frieze: MESSAGE\n" in one write of at most PIPE_BUF bytes, so that lines of several threads and processes stay whole
 * in a pipe; control characters and invalid UTF-8 are escaped, so that a file name can neither break the line nor
 * command the terminal. */
void fz_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Any thread. The message of *err as one line. */
void fz_log_error(const struct fz_error *err);

/* Any thread, while none changes the environment. Whether lines go to somebody who looks, at a terminal, or to the journal of systemd: not to
 * a script, to which each line is something that went wrong. */
bool fz_log_is_watched(void);

#endif
