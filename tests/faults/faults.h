/* Faults on request, in the frieze of this folder alone: calls from frieze's own object files (linker option --wrap, so that
 * libraries are not touched) fail at the Nth of their kind. Asked for by the environment:
 *
 *     FRIEZE_FAULTS=KIND:N[+][=ERRNO][,...]   the Nth call of a kind fails, or, with +, that one and all after it
 *     FRIEZE_FAULTS=cut:N, torn:N             the power fails at the Nth step on the disk (cut.c)
 *     FRIEZE_FAULTS_LOG=FILE                  a line for each fault, and at the end one for the calls of each kind
 *
 * ERRNO is a number; each kind has one of its own. */
#ifndef FZ_TEST_FAULTS_H
#define FZ_TEST_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/*    kind            the errno that it fails with */
#define FZ_FAULT_KINDS(X)               \
    X(ALLOC, "alloc", ENOMEM)           \
    X(READ, "read", EIO)                \
    X(WRITE, "write", ENOSPC)           \
    X(OPEN, "open", EMFILE)             \
    X(EVENT, "event", EIO)              \
    X(FD, "fd", EMFILE)                 \
    X(STAT, "stat", EACCES)             \
    X(FILE, "file", EROFS)              \
    X(UNLINK, "unlink", EROFS)          \
    X(SYNC, "sync", EIO)                \
    X(WATCH, "watch", ENOSPC)           \
    X(SOCKET, "socket", ENOBUFS)        \
    X(SPAWN, "spawn", EAGAIN)           \
    X(MAP, "map", ENOMEM)               \
    X(THREAD, "thread", EAGAIN)         \
    X(TEXTURE, "texture", ENOMEM)       \
    X(UPLOAD, "upload", ENOMEM)         \
    X(SURFACE, "surface", ENOMEM)       \
    X(VIDEO, "video", ENOMEM)           \
    X(SQLITE, "sqlite", ENOMEM)         \
    X(DISK_READ, "disk-read", EIO)      \
    X(DISK_WRITE, "disk-write", ENOSPC) \
    X(DISK_OPEN, "disk-open", EMFILE)   \
    X(STEP, "cut", 0)

enum fz_fault_kind {
#define X(kind, name, sys) FZ_FAULT_##kind,
    FZ_FAULT_KINDS(X)
#undef X
        FZ_FAULT_KIND_COUNT
};

/* Any thread. Whether any call of a kind is to fail. */
bool fz_faults_asks(enum fz_fault_kind kind);

/* Any thread; for what stands in for a call. True, with errno, where this call of `function` is to fail. */
bool fz_faults_due(enum fz_fault_kind kind, const char *function, const void *caller);

/* ---- cut.c: the power fails -------------------------------------------------------------------------------------- */

/* Any thread, all of these. The file of `fd` is about to be written: what it holds now is on the disk. */
void fz_cut_watch(int fd);

/* What the file of `fd` holds now is on the disk. */
void fz_cut_synced(int fd);

/* One step on the disk; the process ends here where the power fails at this one. */
void fz_cut_step(const char *function, const void *caller);

/* What was written and not synced is lost, or, where `torn`, half of it; then the process is killed. */
void fz_cut_power(bool torn) __attribute__((noreturn));

#endif
