/* A power cut, as SQLite's tests model it: names last at once, bytes only once they are synced. The process puts each
 * file that it wrote back to what it held when it was last synced, and is killed. */
#include "faults.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__real_malloc(size_t bytes);
int __real_fstat(int fd, struct stat *st);
int __real_ftruncate(int fd, off_t len);
int __real_openat(int folder, const char *path, int flags, ...);

struct file {
    struct file *next;
    dev_t device;
    ino_t inode;
    int fd; /* of its own, never closed: to close one would drop the locks that the process has on the file */
    char *bytes;
    size_t len;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *files; /* under lock */

static void take(struct file *file)
{
    struct stat st;
    free(file->bytes);
    file->len = __real_fstat(file->fd, &st) == 0 ? (size_t)st.st_size : 0;
    file->bytes = __real_malloc(file->len + 1);
    long n = syscall(SYS_pread64, file->fd, file->bytes, file->len, 0L);
    file->len = n > 0 ? (size_t)n : 0;
}

/* Under lock. NULL: no regular file, or nothing that can be opened. */
static struct file *find(int fd, bool add)
{
    struct stat st;
    if (__real_fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return NULL;
    struct file *file = files;
    while (file && (file->device != st.st_dev || file->inode != st.st_ino))
        file = file->next;
    if (file || !add)
        return file;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int own = __real_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (own < 0)
        return NULL;
    file = __real_malloc(sizeof *file);
    *file = (struct file){.next = files, .device = st.st_dev, .inode = st.st_ino};
    file->fd = fcntl(own, F_DUPFD_CLOEXEC, 200);
    close(own);
    files = file;
    take(file);
    return file;
}

void fz_cut_watch(int fd)
{
    if (!fz_faults_asks(FZ_FAULT_STEP))
        return;
    pthread_mutex_lock(&lock);
    find(fd, true);
    pthread_mutex_unlock(&lock);
}

void fz_cut_synced(int fd)
{
    if (!fz_faults_asks(FZ_FAULT_STEP))
        return;
    pthread_mutex_lock(&lock);
    struct file *file = find(fd, false);
    if (file)
        take(file);
    pthread_mutex_unlock(&lock);
}

void fz_cut_power(bool torn)
{
    pthread_mutex_lock(&lock);
    for (const struct file *file = files; file; file = file->next) {
        struct stat st;
        size_t now = __real_fstat(file->fd, &st) == 0 ? (size_t)st.st_size : 0;
        size_t from = torn && now > file->len ? file->len + (now - file->len) / 2 : file->len;
        if (__real_ftruncate(file->fd, (off_t)from) == 0)
            syscall(SYS_pwrite64, file->fd, file->bytes, torn ? file->len / 2 : file->len, 0L);
    }
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}
