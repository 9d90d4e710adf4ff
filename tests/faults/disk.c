/* What SQLite does to the disk: it lets its system calls be replaced (https://www.sqlite.org/c3ref/vfs.html), but for
 * those that sync, which the program's own definition precedes. */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLER __builtin_return_address(0)

/* Linked into the program, found by libsqlite3 before those of the C library. */
static int sync_file(int fd, long number, const char *function, const void *caller)
{
    fz_cut_step(function, caller);
    if (fz_faults_due(FZ_FAULT_SYNC, function, caller))
        return -1;
    long rc = syscall(number, fd);
    if (rc == 0)
        fz_cut_synced(fd);
    return (int)rc;
}

int fsync(int fd)
{
    return sync_file(fd, SYS_fsync, "fsync", CALLER);
}

int fdatasync(int fd)
{
    return sync_file(fd, SYS_fdatasync, "fdatasync", CALLER);
}

static int sqlite_open(const char *path, int flags, int mode)
{
    if (flags & O_CREAT)
        fz_cut_step("sqlite: open", CALLER);
    if (fz_faults_due(FZ_FAULT_DISK_OPEN, "sqlite: open", CALLER))
        return -1;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && (flags & O_ACCMODE) != O_RDONLY)
        fz_cut_watch(fd);
    return fd;
}

static ssize_t sqlite_read(int fd, void *bytes, size_t len)
{
    return fz_faults_due(FZ_FAULT_DISK_READ, "sqlite: read", CALLER) ? -1 : syscall(SYS_read, fd, bytes, len);
}

static ssize_t sqlite_pread(int fd, void *bytes, size_t len, off_t at)
{
    return fz_faults_due(FZ_FAULT_DISK_READ, "sqlite: pread", CALLER)
               ? -1
               : syscall(SYS_pread64, fd, bytes, len, at);
}

static ssize_t sqlite_write(int fd, const void *bytes, size_t len)
{
    fz_cut_step("sqlite: write", CALLER);
    return fz_faults_due(FZ_FAULT_DISK_WRITE, "sqlite: write", CALLER) ? -1
                                                                       : syscall(SYS_write, fd, bytes, len);
}

static ssize_t sqlite_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    fz_cut_step("sqlite: pwrite", CALLER);
    return fz_faults_due(FZ_FAULT_DISK_WRITE, "sqlite: pwrite", CALLER)
               ? -1
               : syscall(SYS_pwrite64, fd, bytes, len, at);
}

static int sqlite_truncate(int fd, off_t len)
{
    fz_cut_step("sqlite: ftruncate", CALLER);
    return fz_faults_due(FZ_FAULT_DISK_WRITE, "sqlite: ftruncate", CALLER)
               ? -1
               : (int)syscall(SYS_ftruncate, fd, len);
}

static int sqlite_unlink(const char *path)
{
    fz_cut_step("sqlite: unlink", CALLER);
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

__attribute__((constructor)) static void replace(void)
{
    static const struct {
        const char *name;
        sqlite3_syscall_ptr call;
    } calls[] = {
        {"open", (sqlite3_syscall_ptr)sqlite_open},       {"read", (sqlite3_syscall_ptr)sqlite_read},
        {"pread", (sqlite3_syscall_ptr)sqlite_pread},     {"pread64", (sqlite3_syscall_ptr)sqlite_pread},
        {"write", (sqlite3_syscall_ptr)sqlite_write},     {"pwrite", (sqlite3_syscall_ptr)sqlite_pwrite},
        {"pwrite64", (sqlite3_syscall_ptr)sqlite_pwrite}, {"ftruncate", (sqlite3_syscall_ptr)sqlite_truncate},
        {"unlink", (sqlite3_syscall_ptr)sqlite_unlink},
    };
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
}
