#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
    bool transient;
} error_rows[] = {
#define X(code, name, exit_status, transient) [FZ_E_##code] = {name, exit_status, transient},
    FZ_ERROR_TABLE(X)
#undef X
};

enum fz_err fz_fail(struct fz_error *err, enum fz_err code, int sys, const char *fmt, ...)
{
    if (!err)
        return code;
    err->code = code;
    err->sys = sys;
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    if (sys != 0 && len >= 0 && (size_t)len < sizeof err->msg) {
        char text[96];
        const char *why = strerror_r(sys, text, sizeof text);
        snprintf(err->msg + len, sizeof err->msg - (size_t)len, "%s%s", len > 0 ? ": " : "", why);
    }
    return code;
}

enum fz_err fz_err_from_errno(int sys)
{
    switch (sys) {
    case 0:
        return FZ_OK;
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
        return FZ_E_NOT_FOUND;
    case ENXIO: /* a socket, or a device that is not there */
    case ENODEV:
        return FZ_E_NOT_PICTURE;
    case EACCES:
    case EPERM:
        return FZ_E_ACCESS;
    case ENOMEM:
    case ENOBUFS:
        return FZ_E_MEMORY;
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case EINTR:
        return FZ_E_BUSY;
    default:
        return FZ_E_IO;
    }
}

bool fz_err_is_transient(enum fz_err code)
{
    return error_rows[code].transient;
}

bool fz_err_may_pass(enum fz_err code)
{
    return fz_err_is_transient(code) || code == FZ_E_IO;
}

const char *fz_err_name(enum fz_err code)
{
    return error_rows[code].name;
}

int fz_err_exit_status(enum fz_err code)
{
    return error_rows[code].exit_status;
}
