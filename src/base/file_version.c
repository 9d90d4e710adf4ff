#include "base/file_version.h"

#include "base/pulse.h"

struct fz_file_version fz_file_version_of(const struct stat *st)
{
    return (struct fz_file_version){true, st->st_dev, st->st_ino, st->st_size, st->st_mtim, st->st_ctim};
}

struct fz_file_version fz_file_version_at(const char *path)
{
    struct stat st;
    bool is_there = stat(path, &st) == 0;
    fz_pulse_beat();
    return is_there ? fz_file_version_of(&st) : (struct fz_file_version){0};
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool fz_file_version_is(const struct fz_file_version *a, const struct fz_file_version *b)
{
    return a->is_there == b->is_there && a->device == b->device && a->inode == b->inode &&
           a->bytes == b->bytes && is_same_time(a->mtime, b->mtime) && is_same_time(a->ctime, b->ctime);
}
