/* One line on a terminal that is written over and over, and lines of their own that it never overwrites. */
#ifndef FZ_APP_SUBCOMMAND_PROGRESS_H
#define FZ_APP_SUBCOMMAND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct fz_progress {
    bool is_shown; /* standard error is a terminal, and nobody asked for silence */
    int64_t said_us;
    bool stands; /* on the terminal */
};

/* Main thread, all of these. */
void fz_progress_init(struct fz_progress *progress, bool quiet);

/* Whether it is time to say something, ten times a second; always false where it is not shown. */
bool fz_progress_is_due(const struct fz_progress *progress);

/* `text` and behind it `name`, of which the end is cut off where the terminal is too narrow, at a whole character. */
void fz_progress_say(struct fz_progress *progress, const char *text, const char *name);

/* Before any other line. */
void fz_progress_clear(struct fz_progress *progress);

#endif
