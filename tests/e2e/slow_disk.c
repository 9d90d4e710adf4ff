/* File systems in user space taken for local disks (LD_PRELOAD), so that one whose answers wait is a disk that is slow. And disks that
 * take FRIEZE_SLOW_FSYNC_MS until something is on them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static void disguise(struct statfs *fs)
{
    if (fs->f_type == FUSE_SUPER_MAGIC)
        fs->f_type = EXT4_SUPER_MAGIC;
}

#if __SIZEOF_LONG__ == 4 /* widened: cmake/flags.cmake */
#define SUFFIX "64"
#else
#define SUFFIX ""
#endif

#define DISGUISED(name, what)                                                \
    int name(what, struct statfs *fs);                                       \
    int name(what, struct statfs *fs)                                        \
    {                                                                        \
        int (*real)(what, struct statfs *) = dlsym(RTLD_NEXT, #name SUFFIX); \
        int result = real(of, fs);                                           \
        if (result == 0)                                                     \
            disguise(fs);                                                    \
        return result;                                                       \
    }

DISGUISED(statfs, const char *of)
DISGUISED(fstatfs, int of)

int fsync(int fd)
{
    const char *text = getenv("FRIEZE_SLOW_FSYNC_MS");
    long ms = text ? strtol(text, NULL, 10) : 0;
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
    return real(fd);
}
