/* The entries of one folder, as they are read: its pictures, handed over in events, and the folders in it, queued. */
#ifndef FZ_SOURCE_ENTRIES_H
#define FZ_SOURCE_ENTRIES_H

#include "source/batch.h"
#include "source/scanner.h"

/* One folder while it is read. */
struct fz_entries {
    struct fz_scanner *scanner;
    struct fz_root *root;
    uint32_t root_index;
    uint32_t folder; /* in the tree */
    const char *path;
    int fd; /* taken */
    int64_t flushed_us;
    struct fz_batch below; /* its folders; `doubt` is 1 for a link */
    bool again;
    int64_t since_ns;        /* again: of the folder, see tree.h; 0: everything in it has changed */
    struct fz_batch changed; /* again: files that changed since, */
    struct fz_batch beside;  /* and sidecars */
};

/* The scanner's thread. Returns 0 where it was read to its end, else an errno; ECANCELED when it is to stop. */
int fz_entries_read(struct fz_entries *entries);

#endif
