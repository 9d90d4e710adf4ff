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
    ino_t inode;
    char path[]; /* immutable */
};

enum { PATIENCE_NS = 100000000 };

/* Held while a file is made, named or removed, so that none of that is half done when the process ends. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fz_leftover *leftovers; /* under lock */

static void note(struct fz_leftover **file, const char *path)
{
    struct stat st = {0};
    size_t size = strlen(path) + 1;
    struct fz_leftover *added = fz_calloc(1, sizeof *added + size);
    memcpy(added->path, path, size);
    if (lstat(path, &st) == 0) {
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
    if (lstat(file->path, &st) == 0 && st.st_dev == file->device && st.st_ino == file->inode)
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
    pthread_mutex_lock(&lock);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0)
        note(file, path);
    pthread_mutex_unlock(&lock);
    return fd;
}

int fz_leftover_bind(struct fz_leftover **file, int fd, const struct sockaddr_un *address)
{
    pthread_mutex_lock(&lock);
    int rc = bind(fd, (const struct sockaddr *)address, sizeof *address);
    if (rc == 0)
        note(file, address->sun_path);
    pthread_mutex_unlock(&lock);
    return rc;
}

int fz_leftover_rename(struct fz_leftover *file, const char *path)
{
    pthread_mutex_lock(&lock);
    int rc = rename(file->path, path), sys = errno;
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

void fz_leftovers_end(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PATIENCE_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    /* Where a disk does not answer, the list is left as it is: to read it would be a race. */
    if (pthread_mutex_timedlock(&lock, &until) != 0)
        return;
    for (const struct fz_leftover *file = leftovers; file; file = file->next)
        unlink_own(file);
}
