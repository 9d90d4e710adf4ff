#include "base/log.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void fz_log(const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);

    char line[4200] = "frieze: ";
    size_t len = 8 + fz_str_escape(line + 8, sizeof line - 9, text);
    line[len++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, len);
    (void)written;
}

void fz_log_error(const struct fz_error *err)
{
    fz_log("%s", err->msg);
}
