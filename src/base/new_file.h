/* A file that is there only when it is whole: written beside its place, synced, then put there. */
#ifndef FZ_BASE_NEW_FILE_H
#define FZ_BASE_NEW_FILE_H

#include "base/error.h"
#include "base/leftover.h"

#include <stdbool.h>
#include <stdio.h>

struct fz_new_file {
    FILE *stream; /* to be written to */
    char *place;  /* owned */
    bool synced; /* on the disk before it gets its name, as ever; who can do without says so before the end */
    bool is_special; /* what lies at `path` is no file (a device, a pipe) and is written to as it is */
    bool is_unnamed; /* until it is whole: nothing half written is left of it, whatever ends the program */
    /* what came there meanwhile stays, and this fails with EEXIST; who wants that says so before the end */
    bool never_replaces;
    /* Asked when it is on the disk, right before it is put there (NULL: nobody is): false with errno leaves what is there. Who wants that
     * says so before the end. */
    bool (*may_be_put)(void *ctx);
    void *ctx;
    bool replaces;                 /* what is there already */
    struct fz_leftover *temporary; /* where the file system has no files without a name; NULL: none */
};

/* Any thread but a running render thread. A link leads to its target; a new file has the permissions that the umask
 * leaves, one that is replaced keeps its own. Fails
 * with a message that names `path`. */
enum fz_err fz_new_file_open(struct fz_new_file *file, const char *path, struct fz_error *err);

/* The same thread. Writes bytes, or all of the file `fd` from its beginning. False with errno; ECANCELED where `stops`, which is
 * asked before each block, said so. */
bool fz_new_file_write(struct fz_new_file *file, const void *bytes, size_t len, bool (*stops)(void *ctx),
                       void *ctx);
bool fz_new_file_copy(struct fz_new_file *file, int fd, bool (*stops)(void *ctx), void *ctx);

/* The same thread. Puts it in its place, or, where it is not `whole` or cannot be written, leaves what was there as it
 * was. Takes what *file holds in every case. False with errno. */
bool fz_new_file_close(struct fz_new_file *file, bool whole);

#endif
