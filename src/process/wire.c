#include "process/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool fz_wire_pair(int sockets[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0;
}

/* Room for the descriptors of one message, aligned as the system wants it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int) * FZ_WIRE_MOST_FDS)];
};

static bool send_whole(int socket, const struct fz_wire_parts *parts, const int *fds, int fd_count, int flags)
{
    union control control;
    struct iovec both[] = {{parts->first, parts->first_len}, {parts->rest, parts->rest_len}};
    struct msghdr whole = {.msg_iov = both, .msg_iovlen = 2};
    if (fd_count > 0) {
        size_t bytes = sizeof(int) * (size_t)fd_count;
        memset(&control, 0, sizeof control);
        whole.msg_control = &control;
        whole.msg_controllen = CMSG_SPACE(bytes);
        struct cmsghdr *header = CMSG_FIRSTHDR(&whole);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(bytes);
        memcpy(CMSG_DATA(header), fds, bytes);
    }
    ssize_t n;
    do
        n = sendmsg(socket, &whole, MSG_NOSIGNAL | flags);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)(parts->first_len + parts->rest_len);
}

bool fz_wire_send(int socket, const void *message, size_t len, const int *fds, int fd_count)
{
    return send_whole(socket, &(struct fz_wire_parts){.first = (void *)message, .first_len = len}, fds,
                      fd_count, 0);
}

bool fz_wire_send_parts(int socket, const struct fz_wire_parts *parts, const int *fds, int fd_count)
{
    return send_whole(socket, parts, fds, fd_count, 0);
}

bool fz_wire_send_at_once(int socket, const void *message, size_t len, const int *fds, int fd_count)
{
    return send_whole(socket, &(struct fz_wire_parts){.first = (void *)message, .first_len = len}, fds,
                      fd_count, MSG_DONTWAIT);
}

/* Takes what fits, closes the rest. False where there was a rest. */
static bool take_fds(struct msghdr *whole, int *fds, int fd_count)
{
    int taken = 0;
    bool fits = true;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(whole); header; header = CMSG_NXTHDR(whole, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
            if (taken < fd_count) {
                fds[taken++] = fd;
            } else {
                close(fd);
                fits = false;
            }
        }
    }
    return fits;
}

static void close_all(int *fds, int fd_count)
{
    for (int i = 0; i < fd_count; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

static bool wait_readable(int socket, int timeout_ms)
{
    struct pollfd readable = {.fd = socket, .events = POLLIN};
    int n;
    do
        n = poll(&readable, 1, timeout_ms);
    while (n < 0 && errno == EINTR && timeout_ms < 0);
    if (n == 0 || (n < 0 && errno == EINTR))
        errno = EAGAIN;
    return n > 0;
}

ssize_t fz_wire_look(int socket, int timeout_ms)
{
    ssize_t n;
    do {
        if (timeout_ms >= 0 && !wait_readable(socket, timeout_ms))
            return -1;
        n = recv(socket, NULL, 0, MSG_PEEK | MSG_TRUNC | (timeout_ms >= 0 ? MSG_DONTWAIT : 0));
    } while (n < 0 && errno == EINTR);
    return n < 0 && errno == ECONNRESET ? 0 : n;
}

ssize_t fz_wire_receive(int socket, void *message, size_t size, int *fds, int fd_count, int timeout_ms)
{
    return fz_wire_receive_parts(socket, &(struct fz_wire_parts){.first = message, .first_len = size}, fds,
                                 fd_count, timeout_ms);
}

ssize_t fz_wire_receive_parts(int socket, const struct fz_wire_parts *parts, int *fds, int fd_count,
                              int timeout_ms)
{
    union control control;
    struct iovec both[] = {{parts->first, parts->first_len}, {parts->rest, parts->rest_len}};
    struct msghdr whole = {
        .msg_iov = both, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
    for (int i = 0; i < fd_count; i++)
        fds[i] = -1;
    ssize_t n;
    do {
        if (timeout_ms >= 0 && !wait_readable(socket, timeout_ms))
            return -1;
        n = recvmsg(socket, &whole, MSG_CMSG_CLOEXEC | (timeout_ms >= 0 ? MSG_DONTWAIT : 0));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == ECONNRESET ? 0 : -1;
    bool fits = take_fds(&whole, fds, fd_count);
    if (fits && !(whole.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return n;
    close_all(fds, fd_count);
    errno = EBADMSG;
    return -1;
}
