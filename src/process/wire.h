/* Messages between our processes: whole ones, with descriptors, over a pair of SOCK_SEQPACKET sockets, which also tell at
 * once when the other side has ended. */
#ifndef FZ_PROCESS_WIRE_H
#define FZ_PROCESS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FZ_WIRE_MOST_FDS = 9 };

/* Borrowed. */
struct fz_wire_parts {
    void *first, *rest;
    size_t first_len, rest_len;
};

/* Any thread. Two connected sockets, close-on-exec. False: errno says why. */
bool fz_wire_pair(int sockets[2]);

/* One thread at a time for each side. Sends a message; the descriptors stay the caller's. False: the other side is gone, or
 * takes nothing (errno). Never raises SIGPIPE. */
bool fz_wire_send(int socket, const void *message, size_t len, const int *fds, int fd_count);

/* The same of a message in two parts; the second may be empty. */
bool fz_wire_send_parts(int socket, const struct fz_wire_parts *parts, const int *fds, int fd_count);

/* The same, but never waits: false with EAGAIN where the other side has left too much unread. For who must not hang on a side
 * that it does not trust. */
bool fz_wire_send_at_once(int socket, const void *message, size_t len, const int *fds, int fd_count);

/* One thread at a time for each side. Waits at most `timeout_ms` (-1: for ever) for a message and gives its length. 0: the
 * other side has ended. -1: errno, which is EAGAIN when the time is over and EBADMSG for a message that is longer than `size`
 * or brings more descriptors than `fd_count`. Those that came are the caller's, close-on-exec; the others -1. */
ssize_t fz_wire_receive(int socket, void *message, size_t size, int *fds, int fd_count, int timeout_ms);

/* The same into two parts, one behind the other. */
ssize_t fz_wire_receive_parts(int socket, const struct fz_wire_parts *parts, int *fds, int fd_count,
                              int timeout_ms);

/* The same, but the message stays there: its whole length. */
ssize_t fz_wire_look(int socket, int timeout_ms);

#endif
