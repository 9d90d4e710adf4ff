#include "base/log.h"

#include "base/str.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A write of this much to a pipe that poll() calls writable does not block, and nothing gets in between (pipe(7)). */
enum { LINE_BYTES = PIPE_BUF };

static atomic_uint dropped;

/* Held for two calls that do not wait: what poll() promised one thread, another must not use up. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Nobody may be reading: the render thread must not wait for that. */
static bool write_line(const char *line, size_t len)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    pthread_mutex_lock(&lock);
    bool written = poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) && write(STDERR_FILENO, line, len) >= 0;
    pthread_mutex_unlock(&lock);
    return written;
}

void fz_log(const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);

    unsigned lost = atomic_exchange(&dropped, 0);
    char line[LINE_BYTES] = "frieze: ";
    if (lost > 0) {
        int n = snprintf(line, sizeof line, "frieze: %u lines could not be written\n", lost);
        if (!write_line(line, (size_t)n)) {
            atomic_fetch_add(&dropped, lost + 1);
            return;
        }
        snprintf(line, sizeof line, "frieze: ");
    }
    size_t len = 8 + fz_str_escape(line + 8, sizeof line - 9, text);
    line[len++] = '\n';
    if (!write_line(line, len))
        atomic_fetch_add(&dropped, 1);
}

void fz_log_error(const struct fz_error *err)
{
    fz_log("%s", err->msg);
}

/* systemd.exec(5): the file that standard error was, by its numbers; a program may have been given another one since. */
bool fz_log_is_watched(void)
{
    const char *journal = getenv("JOURNAL_STREAM");
    struct stat out;
    char own[64];
    if (isatty(STDERR_FILENO))
        return true;
    if (!journal || fstat(STDERR_FILENO, &out) != 0)
        return false;
    snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)out.st_dev, (uintmax_t)out.st_ino);
    return strcmp(journal, own) == 0;
}
