/* Errors are flat values: whoever detects a fault writes the message, callers only pass it on. */
#ifndef FZ_BASE_ERROR_H
#define FZ_BASE_ERROR_H

#include <stdbool.h>

/*       code         name           exit transient: trying again later may help */
#define FZ_ERROR_TABLE(X)                   \
    X(OK, "ok", 0, false)                   \
    X(USAGE, "usage", 2, false)             \
    X(NOT_FOUND, "not_found", 1, false)     \
    X(ACCESS, "access", 1, false)           \
    X(IO, "io", 1, false)                   \
    X(BUSY, "busy", 1, true)                \
    X(NOT_YET, "not_yet", 1, true)          \
    X(NOT_PICTURE, "not_picture", 1, false) \
    X(UNSUPPORTED, "unsupported", 1, false) \
    X(DAMAGED, "damaged", 1, false)         \
    X(CRASHED, "crashed", 1, false)         \
    X(LIMIT, "limit", 1, false)             \
    X(MEMORY, "memory", 1, true)            \
    X(CANCELLED, "cancelled", 130, false)   \
    X(TIMEOUT, "timeout", 1, false)         \
    X(DISPLAY, "display", 1, false)         \
    X(EMPTY, "empty", 3, false)             \
    X(INTERNAL, "internal", 1, false)

enum fz_err {
#define X(code, ...) FZ_E_##code,
    FZ_ERROR_TABLE(X)
#undef X
};
#define FZ_OK FZ_E_OK

/* Copied freely: into results, replies, failed tiles. `sys` is an errno or 0. */
struct fz_error {
    enum fz_err code;
    int sys;
    char msg[248];
};

/* Any thread. Fills *err (may be NULL) and returns `code`; with sys != 0 its text is appended. */
enum fz_err fz_fail(struct fz_error *err, enum fz_err code, int sys, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Any thread. The error code that stands for an errno of a file operation. */
enum fz_err fz_err_from_errno(int sys);

/* Any thread. Whether the same may succeed a moment later: what was missing was descriptors or memory. NOT_YET: something has
 * begun, and will be there at some time. */
bool fz_err_is_transient(enum fz_err code);

/* Any thread. That, or an error of a disk or a share, which may be back at some time. */
bool fz_err_may_pass(enum fz_err code);

/* Any thread. The stable name of a code, as it appears in replies and logs. */
const char *fz_err_name(enum fz_err code);

/* Any thread. The exit status that a code stands for. */
int fz_err_exit_status(enum fz_err code);

#endif
