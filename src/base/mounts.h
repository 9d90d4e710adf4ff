/* On which file system a path lies, told by the kernel's table of mounts: nothing on a share is touched for that, because whoever
 * asks a share that hangs hangs too. */
#ifndef FZ_BASE_MOUNTS_H
#define FZ_BASE_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>

struct fz_mounts;

struct fz_file_system {
    uint64_t device; /* tells it from others; 0: not known */
    bool may_hang;   /* a share, or of a kind that is not known to be of this machine */
};

/* Any thread but a running render thread. What is mounted now, as `file` has it: /proc/self/mountinfo (proc(5)). Where that cannot be read, of
 * no path anything is known. Caller frees. */
struct fz_mounts *fz_mounts_read(const char *file);
void fz_mounts_free(struct fz_mounts *mounts);

/* A thread at a time, but a running render thread. Of an absolute path. Symbolic links are followed as far as they lie on file systems of this
 * machine, and those are all that is read. */
struct fz_file_system fz_mounts_find(struct fz_mounts *mounts, const char *path);

/* The same. Whether that, or something that is mounted below it, may hang; of "/": whether anything may. */
bool fz_mounts_may_hang_within(struct fz_mounts *mounts, const char *path);

/* The same threads. Whether what a path leads to may hang, which need not be absolute; false for NULL. */
bool fz_mounts_may_hang(struct fz_mounts *mounts, const char *path);

#endif
