#include "remote/socket.h"

#include "base/log.h"
#include "base/path.h"

#include <SDL_timer.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SUFFIX[] = ".sock";
enum { BACKLOG = 8, LOCK_TRIES = 500 };

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
    if (len >= (int)sizeof folder || snprintf(address->sun_path, sizeof address->sun_path, "%s/%s%s", folder,
                                              name, SUFFIX) >= (int)sizeof address->sun_path)
        return fz_fail(err, FZ_E_USAGE, 0, "the path of the control socket is too long");
    return check_folder(folder, create, err);
}

/* Instances that start at the same time take turns: between the look at a socket that nobody listens on and the moment
 * that there is another in its place which somebody does. The lock ends with the descriptor, and leaves no file. */
static enum fz_err lock_folder(const char *folder, int *fd, struct fz_error *err)
{
    *fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0)
        return fz_fail(err, FZ_E_ACCESS, errno, "%s", folder);
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
            return FZ_OK;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        SDL_Delay(1);
    }
    enum fz_err code = fz_fail(err, FZ_E_IO, errno, "cannot lock %s", folder);
    close(*fd);
    return code;
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Under the folder's lock, a socket that refuses is left over from a crash. */
static void remove_if_dead(const struct sockaddr_un *address)
{
    struct stat st;
    int fd = new_socket();
    if (fd >= 0 && lstat(address->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
        connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED)
        unlink(address->sun_path);
    if (fd >= 0)
        close(fd);
}

static void remove_dead(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        size_t len = strlen(entry->d_name), suffix = sizeof SUFFIX - 1;
        if (len > suffix && strcmp(entry->d_name + len - suffix, SUFFIX) == 0 &&
            snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", folder, entry->d_name) <
                (int)sizeof address.sun_path)
            remove_if_dead(&address);
    }
    if (dir)
        closedir(dir);
}

/* False with errno. EADDRINUSE: who lives there is alive. */
static bool try_listen(struct fz_socket *sock)
{
    sock->fd = new_socket();
    /* The folder is 0700, so nobody else can come in between bind and chmod. */
    if (sock->fd >= 0 && fz_leftover_bind(&sock->file, sock->fd, &sock->address) == 0 &&
        chmod(sock->address.sun_path, 0600) == 0 && listen(sock->fd, BACKLOG) == 0)
        return true;
    int sys = errno;
    fz_socket_close(sock);
    errno = sys;
    return false;
}

/* Under the folder's lock, after the dead were removed. */
static enum fz_err listen_as(struct fz_socket *sock, const char *name, struct fz_error *err)
{
    if (try_listen(sock))
        return FZ_OK;
    if (errno == EADDRINUSE) {
        char number[16];
        snprintf(number, sizeof number, "%d", (int)getpid());
        enum fz_err code = fz_socket_address(number, true, &sock->address, err);
        if (code != FZ_OK)
            return code;
        if (try_listen(sock)) {
            fz_log("another frieze is named %s; this one is --name %s", name, number);
            return FZ_OK;
        }
    }
    return fz_fail(err, FZ_E_IO, errno, "control socket %s", sock->address.sun_path);
}

enum fz_err fz_socket_listen(struct fz_socket *sock, const char *name, struct fz_error *err)
{
    *sock = (struct fz_socket){.fd = -1};
    enum fz_err code = fz_socket_address(name, true, &sock->address, err);
    if (code != FZ_OK)
        return code;
    int lock_fd;
    char *folder = fz_path_dir(sock->address.sun_path);
    code = lock_folder(folder, &lock_fd, err);
    if (code == FZ_OK) {
        remove_dead(folder);
        code = listen_as(sock, name, err);
        close(lock_fd);
    }
    free(folder);
    return code;
}

void fz_socket_close(struct fz_socket *sock)
{
    fz_leftover_remove(sock->file); /* while it still listens: nobody puts another in its place */
    sock->file = NULL;
    if (sock->fd >= 0)
        close(sock->fd);
    sock->fd = -1;
}
