#include "base/leftover.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct fz_leftover {
    struct fz_leftover *next;
    dev_t device;
    ino_t inode; /* 0: not known */
    char path[]; /* immutable */
};

/* Held while a file is made, named or removed, so that none of that is half done when the process ends. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fz_leftover *leftovers; /* under lock */

/* Before the lock is taken: where there is no memory, the end wants it. */
static struct fz_leftover *new_leftover(const char *path)
{
    size_t size = strlen(path) + 1;
    struct fz_leftover *file = fz_calloc(1, sizeof *file + size);
    memcpy(file->path, path, size);
    return file;
}

/* Under lock. Takes `added`, which is of use only where it was `made`. */
static void note(struct fz_leftover **file, struct fz_leftover *added, bool made)
{
    int sys = errno;
    struct stat st = {0};
    if (!made) {
        free(added);
        errno = sys;
        return;
    }
    if (lstat(added->path, &st) == 0) {
        added->device = st.st_dev;
        added->inode = st.st_ino;
    }
    added->next = leftovers;
    leftovers = added;
    *file = added;
}

/* Somebody may have removed it, and somebody else may have made another of that name. */
static void unlink_own(const struct fz_leftover *file)
{
    struct stat st;
    bool is_other = file->inode != 0 && lstat(file->path, &st) == 0 &&
                    (st.st_dev != file->device || st.st_ino != file->inode);
    if (!is_other)
        unlink(file->path);
}

static void forget(struct fz_leftover *file)
{
    struct fz_leftover **link = &leftovers;
    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    free(file);
}

int fz_leftover_create(struct fz_leftover **file, const char *path)
{
    struct fz_leftover *added = new_leftover(path);
    pthread_mutex_lock(&lock);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    note(file, added, fd >= 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

int fz_leftover_bind(struct fz_leftover **file, int fd, const struct sockaddr_un *address)
{
    struct fz_leftover *added = new_leftover(address->sun_path);
    pthread_mutex_lock(&lock);
    int rc = bind(fd, (const struct sockaddr *)address, sizeof *address);
    note(file, added, rc == 0);
    pthread_mutex_unlock(&lock);
    return rc;
}

/* Where there are no links either: what is replaced then is an empty file, and nobody else's. */
static int replace_own(const char *from, const char *to)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    close(fd);
    int rc = rename(from, to), sys = errno;
    if (rc != 0)
        unlink(to);
    errno = sys;
    return rc;
}

/* NFS, and much of FUSE, know no rename that replaces nothing. */
static int rename_aside(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(from, to) == 0) {
        unlink(from);
        return 0;
    }
    return errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS ? replace_own(from, to) : -1;
}

int fz_leftover_rename(struct fz_leftover *file, const char *path, bool may_replace)
{
    pthread_mutex_lock(&lock);
    int rc = may_replace ? rename(file->path, path) : rename_aside(file->path, path), sys = errno;
    if (rc != 0)
        unlink_own(file);
    forget(file);
    pthread_mutex_unlock(&lock);
    errno = sys;
    return rc;
}

void fz_leftover_remove(struct fz_leftover *file)
{
    if (!file)
        return;
    pthread_mutex_lock(&lock);
    unlink_own(file);
    forget(file);
    pthread_mutex_unlock(&lock);
}

static bool take_lock(int patience_ms)
{
    struct timespec until;
    if (patience_ms < 0)
        return pthread_mutex_lock(&lock) == 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += patience_ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_mutex_clocklock(&lock, CLOCK_MONOTONIC, &until) == 0;
}

void fz_leftovers_end(int patience_ms)
{
    if (!take_lock(
            patience_ms)) /* a disk does not answer: the list is left as it is, to read it would be a race */
        return;
    for (const struct fz_leftover *file = leftovers; file; file = file->next)
        unlink_own(file);
}
