#include "remote/socket_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static enum fz_err check_folder(const char *folder, bool create, struct fz_error *err)
{
    if (create && mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fz_fail(err, FZ_E_ACCESS, errno, "cannot make %s", folder);
    struct stat st;
    if (lstat(folder, &st) != 0)
        return create ? fz_fail(err, FZ_E_ACCESS, errno, "%s", folder) : FZ_OK;
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
        return fz_fail(err, FZ_E_ACCESS, 0, "%s is not a private folder of this user", folder);
    return FZ_OK;
}

enum fz_err fz_socket_address(const char *name, bool create, struct sockaddr_un *address,
                              struct fz_error *err)
{
    if (strchr(name, '/') || name[0] == '.' || name[0] == '\0')
        return fz_fail(err, FZ_E_USAGE, 0, "--name=%s: wants a plain name", name);
    char folder[sizeof address->sun_path];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int len = runtime && *runtime ? snprintf(folder, sizeof folder, "%s/frieze", runtime)
                                  : snprintf(folder, sizeof folder, "/tmp/frieze-%u", (unsigned)geteuid());
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (len >= (int)sizeof folder || snprintf(address->sun_path, sizeof address->sun_path, "%s/%s.sock",
                                              folder, name) >= (int)sizeof address->sun_path)
        return fz_fail(err, FZ_E_USAGE, 0, "the path of the control socket is too long");
    return check_folder(folder, create, err);
}
