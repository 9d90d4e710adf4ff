/* The control socket of an instance: where it lies, a folder of the user's own, and how it comes and goes. */
#ifndef FZ_REMOTE_SOCKET_H
#define FZ_REMOTE_SOCKET_H

#include "base/error.h"
#include "base/leftover.h"

#include <stdbool.h>
#include <sys/un.h>

/* Any thread. Fills in the address of $XDG_RUNTIME_DIR/frieze/NAME.sock, or of /tmp/frieze-UID/NAME.sock without that
 * variable. With `create` the folder is made (0700); a folder of somebody else is refused. */
enum fz_err fz_socket_address(const char *name, bool create, struct sockaddr_un *address,
                              struct fz_error *err);

/* A socket that listens. */
struct fz_socket {
    struct sockaddr_un address;
    int fd;
    struct fz_leftover *file;
};

/* Main thread, before or after the loop, both of these. Listens as NAME; where another instance does, as the process's
 * number, and says so. Removes the sockets of instances that are no more. */
enum fz_err fz_socket_listen(struct fz_socket *sock, const char *name, struct fz_error *err);
/* Removes its file. */
void fz_socket_close(struct fz_socket *sock);

#endif
