/* Where the control socket of an instance lies: a folder of the user's own. */
#ifndef FZ_REMOTE_SOCKET_PATH_H
#define FZ_REMOTE_SOCKET_PATH_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/un.h>

/* Any thread. Fills in the address of $XDG_RUNTIME_DIR/frieze/NAME.sock, or of /tmp/frieze-UID/NAME.sock without that
 * variable. With `create` the folder is made (0700); a folder of somebody else is refused. */
enum fz_err fz_socket_address(const char *name, bool create, struct sockaddr_un *address,
                              struct fz_error *err);

#endif
