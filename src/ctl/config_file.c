#include "ctl/config_file.h"

#include "base/io.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A link that leads nowhere is there, and deserves a word. */
static enum fz_err explain_open(const char *path, int sys, struct fz_error *err)
{
    struct stat st;
    if ((sys == ENOENT || sys == ENOTDIR) && lstat(path, &st) != 0)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "is not there");
    enum fz_err code = fz_err_from_errno(sys);
    return fz_fail(err, code == FZ_E_NOT_FOUND ? FZ_E_IO : code, sys, "cannot be read");
}

/* One byte more than allowed shows that it is too large, also while it grows. */
static enum fz_err read_all(int fd, char *bytes, size_t limit, size_t *len, bool *cut, struct fz_error *err)
{
    if (!fz_read_full(fd, bytes, limit + 1, len))
        return fz_fail(err, FZ_E_IO, errno, "cannot be read");
    if (*len <= limit)
        return FZ_OK;
    if (!cut)
        return fz_fail(err, FZ_E_LIMIT, 0, "is larger than %zu KB: nothing of it is taken", limit / 1024);
    for (*len = limit; *len > 0 && bytes[*len - 1] != '\n';)
        (*len)--;
    *cut = true;
    return FZ_OK;
}

enum fz_err fz_config_slurp(const char *path, size_t limit, char **bytes, size_t *len, bool *cut,
                            struct fz_error *err)
{
    *bytes = NULL;
    if (cut)
        *cut = false;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return explain_open(path, errno, err);
    struct stat st;
    enum fz_err code = FZ_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        code = fz_fail(err, FZ_E_IO, 0, S_ISDIR(st.st_mode) ? "is a folder" : "is no regular file");
    if (code == FZ_OK) {
        *bytes = fz_malloc(limit + 1);
        code = read_all(fd, *bytes, limit, len, cut, err);
    }
    close(fd);
    if (code != FZ_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return code;
}
