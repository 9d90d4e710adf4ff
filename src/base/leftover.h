/* Files that must not outlive the process: what is half written, and the control socket. They stand in one list, so that
 * who has to end the process at once can remove them all. */
#ifndef FZ_BASE_LEFTOVER_H
#define FZ_BASE_LEFTOVER_H

#include <stdbool.h>
#include <sys/un.h>

struct fz_leftover;

/* Any thread but a running render thread, all of these: they touch the disk, and share a lock while they do. */

/* Makes the file `path`, which must not be there yet, and opens it for writing. A descriptor, or -1 with errno. */
int fz_leftover_create(struct fz_leftover **file, const char *path);

/* Binds the socket `fd` to an address that must not be there yet. 0, or -1 with errno. */
int fz_leftover_bind(struct fz_leftover **file, int fd, const struct sockaddr_un *address);

/* Takes `file`: it gets the name `path` and stays, or is removed where that fails, as it does with EEXIST where something stands there
 * that it may not replace. 0, or -1 with errno. */
int fz_leftover_rename(struct fz_leftover *file, const char *path, bool may_replace);

/* Takes `file`: removes it, unless something else lies in its place by now. NULL-safe. */
void fz_leftover_remove(struct fz_leftover *file);

/* Any thread, right before _exit: removes all of them, and lets nobody make another. Waits as long for who is in the middle of
 * that; -1: however long it takes. */
enum { FZ_LEFTOVERS_MS = 100 };
void fz_leftovers_end(int patience_ms);

#endif
