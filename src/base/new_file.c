#include "base/new_file.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/pulse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 << 10, ATTEMPTS = 100 };

/* Nothing of the name that it is to have: that may be as long as the file system lets a name be. */
static char *name_beside(const struct fz_new_file *file, int attempt)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return fz_asprintf("%.*s.frieze-%ld-%ld.tmp", (int)(fz_path_name(file->place) - file->place), file->place,
                       (long)getpid(), now.tv_nsec + attempt);
}

static int create_beside(struct fz_new_file *file)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        char *path = name_beside(file, attempt);
        int fd = fz_leftover_create(&file->temporary, path), sys = errno;
        fz_pulse_beat();
        free(path);
        errno = sys;
        if (fd >= 0 || sys != EEXIST)
            return fd;
    }
    return -1;
}

/* -1 where the file system has no such files, or is not asked: a relative name. */
static int create_unnamed(struct fz_new_file *file)
{
    if (file->place[0] != '/' || access("/proc/self/fd", F_OK) != 0)
        return -1;
    char *folder = fz_path_dir(file->place);
    int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    fz_pulse_beat();
    free(folder);
    file->is_unnamed = fd >= 0;
    return fd;
}

static int create(struct fz_new_file *file)
{
    int fd = create_unnamed(file);
    return fd >= 0 ? fd : create_beside(file);
}

static bool link_to(const struct fz_new_file *file, const char *path)
{
    char self[40];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(file->stream));
    bool linked = linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
    fz_pulse_beat();
    return linked;
}

/* A link does not replace: it takes a rename to do so at once. False with errno. */
static bool give_name(const struct fz_new_file *file)
{
    if (file->never_replaces)
        return link_to(file, file->place);
    if (!file->replaces && link_to(file, file->place))
        return true;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        char *path = name_beside(file, attempt);
        bool linked = link_to(file, path), named = linked && rename(path, file->place) == 0;
        int sys = errno;
        if (linked && !named)
            unlink(path);
        free(path);
        errno = sys;
        if (linked || sys != EEXIST)
            return named;
    }
    return false;
}

/* Not to wait for the reader of a pipe; what it reads then, it reads at its own pace. */
static int open_special(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        fcntl(fd, F_SETFL, 0);
    return fd;
}

/* Who may read it, and write it, stays as it was, as far as this user may say so: another group than it had is like all others. */
static void keep_access(int fd, const struct stat *old)
{
    bool same_group = fchown(fd, old->st_uid, old->st_gid) == 0 || fchown(fd, (uid_t)-1, old->st_gid) == 0;
    struct stat now;
    same_group = same_group || (fstat(fd, &now) == 0 && now.st_gid == old->st_gid);
    mode_t mode = old->st_mode & 0777, others = mode & 07;
    fchmod(fd, same_group ? mode : (mode & 0707) | others << 3);
}

enum fz_err fz_new_file_open(struct fz_new_file *file, const char *path, struct fz_error *err)
{
    struct stat st;
    bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    fz_pulse_beat();
    *file = (struct fz_new_file){
        .place = special ? NULL : realpath(path, NULL), .synced = true, .is_special = special};
    fz_pulse_beat();
    if (!file->place)
        file->place = fz_strdup(path);
    file->replaces = stat(path, &st) == 0 && !special;
    fz_pulse_beat();
    int fd = special ? open_special(path) : create(file);
    if (fd >= 0 && file->replaces)
        keep_access(fd, &st);
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

static bool write_block(struct fz_new_file *file, const void *bytes, size_t len, bool (*stops)(void *ctx),
                        void *ctx)
{
    if (stops(ctx)) {
        errno = ECANCELED;
        return false;
    }
    return fwrite(bytes, 1, len, file->stream) == len;
}

bool fz_new_file_write(struct fz_new_file *file, const void *bytes, size_t len, bool (*stops)(void *ctx),
                       void *ctx)
{
    const char *at = bytes;
    for (size_t count; len > 0; at += count, len -= count) {
        count = len < BLOCK_BYTES ? len : BLOCK_BYTES;
        if (!write_block(file, at, count, stops, ctx))
            return false;
    }
    return true;
}

bool fz_new_file_copy(struct fz_new_file *file, int fd, bool (*stops)(void *ctx), void *ctx)
{
    char block[BLOCK_BYTES];
    for (off_t at = 0;;) { /* the descriptor's own place is shared with whoever decodes it */
        ssize_t got = pread(fd, block, sizeof block, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        if (!write_block(file, block, (size_t)got, stops, ctx))
            return false;
        at += got;
    }
}

/* On the disk before it gets its name: after a power cut there is the old file or the new one, never half of one. */
static bool is_written(const struct fz_new_file *file)
{
    bool syncs = file->synced && !file->is_special;
    bool flushed = fflush(file->stream) == 0;
    fz_pulse_beat();
    bool written = flushed && (!syncs || fsync(fileno(file->stream)) == 0);
    fz_pulse_beat();
    return written;
}

bool fz_new_file_close(struct fz_new_file *file, bool whole)
{
    whole = whole && is_written(file) && (!file->may_be_put || file->may_be_put(file->ctx)) &&
            (!file->is_unnamed || give_name(file));
    int sys = errno;
    if (fclose(file->stream) != 0 && whole) {
        sys = errno;
        whole = false;
    }
    fz_pulse_beat();
    if (whole && file->temporary) {
        whole = fz_leftover_rename(file->temporary, file->place, !file->never_replaces) == 0;
        sys = errno;
    } else {
        fz_leftover_remove(file->temporary);
    }
    free(file->place);
    *file = (struct fz_new_file){0};
    errno = sys;
    return whole;
}
