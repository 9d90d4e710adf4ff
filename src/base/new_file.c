#include "base/new_file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int create_beside(struct fz_new_file *file)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        char *path = fz_asprintf("%s.%ld-%ld.tmp", file->place, (long)getpid(), now.tv_nsec + attempt);
        int fd = fz_leftover_create(&file->temporary, path), sys = errno;
        free(path);
        errno = sys;
        if (fd >= 0 || sys != EEXIST)
            return fd;
    }
    return -1;
}

/* Not to wait for the reader of a pipe; what it reads then, it reads at its own pace. */
static int open_special(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        fcntl(fd, F_SETFL, 0);
    return fd;
}

enum fz_err fz_new_file_open(struct fz_new_file *file, const char *path, struct fz_error *err)
{
    struct stat st;
    bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    *file = (struct fz_new_file){.place = special ? NULL : realpath(path, NULL)};
    if (!file->place)
        file->place = fz_strdup(path);
    bool replaces = stat(path, &st) == 0 && !special;
    int fd = special ? open_special(path) : create_beside(file);
    if (fd >= 0 && replaces)
        fchmod(fd, st.st_mode & 0777); /* who may read it stays as it was */
    if (fd >= 0 && (file->stream = fdopen(fd, "wb")) != NULL)
        return FZ_OK;
    int sys = errno;
    if (fd >= 0)
        close(fd);
    fz_leftover_remove(file->temporary);
    free(file->place);
    *file = (struct fz_new_file){0};
    return fz_fail(err, fz_err_from_errno(sys), sys, "%s", path);
}

/* On the disk before it gets its name: after a power cut there is the old file or the new one, never half of one. */
static bool is_synced(const struct fz_new_file *file)
{
    return fflush(file->stream) == 0 && (!file->temporary || fsync(fileno(file->stream)) == 0);
}

bool fz_new_file_close(struct fz_new_file *file, bool whole)
{
    whole = whole && is_synced(file);
    int sys = errno;
    if (fclose(file->stream) != 0 && whole) {
        sys = errno;
        whole = false;
    }
    if (whole && file->temporary) {
        whole = fz_leftover_rename(file->temporary, file->place) == 0;
        sys = errno;
    } else {
        fz_leftover_remove(file->temporary);
    }
    free(file->place);
    *file = (struct fz_new_file){0};
    errno = sys;
    return whole;
}
