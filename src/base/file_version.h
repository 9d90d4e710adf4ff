/* What tells one state of a file from the next: somebody else may write it too. */
#ifndef FZ_BASE_FILE_VERSION_H
#define FZ_BASE_FILE_VERSION_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* All 0: there is none. */
struct fz_file_version {
    bool is_there;
    dev_t device;
    ino_t inode;
    off_t bytes;
    struct timespec mtime, ctime;
};

/* Any thread. */
struct fz_file_version fz_file_version_of(const struct stat *st);
/* Any thread but a running render thread. Of what lies there now; what a link leads to. */
struct fz_file_version fz_file_version_at(const char *path);
/* Any thread. */
bool fz_file_version_is(const struct fz_file_version *a, const struct fz_file_version *b);

#endif
