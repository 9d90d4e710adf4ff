#include "app/subcommand/progress.h"

#include "base/clock.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

enum { PAUSE_US = 100000, USUAL_COLUMNS = 80 };

void fz_progress_init(struct fz_progress *progress, bool quiet)
{
    *progress = (struct fz_progress){.is_shown = !quiet && isatty(STDERR_FILENO) == 1};
}

bool fz_progress_is_due(const struct fz_progress *progress)
{
    return progress->is_shown && fz_now_us() - progress->said_us >= PAUSE_US;
}

static size_t terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
}

/* How many bytes of valid UTF-8 stand in `columns` of a terminal. */
static size_t fitting_bytes(const char *text, size_t columns)
{
    size_t at = 0, used = 0;
    uint32_t code_point;
    for (size_t len; text[at] && (len = fz_utf8_decode(text + at, 4, &code_point)) > 0; at += len) {
        int width = utf8proc_charwidth((utf8proc_int32_t)code_point);
        used += width > 0 ? (size_t)width : 0;
        if (used > columns)
            break;
    }
    return at;
}

void fz_progress_say(struct fz_progress *progress, const char *text, const char *name)
{
    size_t columns = terminal_columns() - 1, text_bytes = fitting_bytes(text, columns);
    size_t left = columns > strlen(text) + 1 ? columns - strlen(text) - 1 : 0; /* `text` is ASCII */
    char *shown = fz_str_to_display(name);
    fprintf(stderr, "\r\033[K%.*s %.*s", (int)text_bytes, text, (int)fitting_bytes(shown, left), shown);
    fflush(stderr);
    free(shown);
    progress->said_us = fz_now_us();
    progress->stands = true;
}

void fz_progress_clear(struct fz_progress *progress)
{
    if (progress->stands)
        fputs("\r\033[K", stderr);
    progress->stands = false;
}
