#include "remote/server.h"

#include "base/clock.h"
#include "base/mem.h"
#include "remote/socket.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CLIENTS = 8,
    MAX_LINE = 65536,
    ACCEPT_PAUSE_US = 100000,
    TURN_US = 2000,         /* requests of one place are taken so far apart, */
    AHEAD_US = 500000,      /* but for as many at once as that makes in this time */
    LAST_WORDS_US = 250000, /* how long the end waits, in all, for clients to take in what is sent to them */
};

/* A connection; read again only after its last answer went out, and when its turn has come, which bounds what it can queue and
 * how much the render thread hears of it. Who writes on meanwhile waits. */
struct client {
    int fd;         /* -1: free place */
    int64_t due_us; /* of the place, whoever has it: when it has made up for what it took ahead */
    bool is_early;  /* its next request is here, and its turn has not come */
    uint64_t serial;
    char *in;
    size_t in_len;
    char *out;
    size_t out_len, out_sent;
    struct fz_request *waiting; /* with the render thread; only `gone` may be touched */
};

struct fz_server {
    struct fz_socket socket;        /* immutable while the thread runs */
    struct fz_ready *requests;      /* immutable */
    struct fz_doorbell *bell;       /* immutable */
    int wake_fd;                    /* immutable: eventfd, written by the render thread */
    SDL_Thread *thread;             /* main thread */
    struct fz_ready answers;        /* lock-free */
    atomic_bool stop;               /* atomic */
    struct client clients[CLIENTS]; /* the server's thread, as all that follows */
    uint64_t serials;
    int64_t accept_from_us; /* nobody is accepted before that */
};

static void client_close(struct client *client)
{
    if (client->waiting)
        atomic_store(&client->waiting->gone, true);
    close(client->fd);
    free(client->in);
    free(client->out);
    *client = (struct client){.fd = -1, .due_us = client->due_us};
}

static void client_send(struct client *client, char *line)
{
    free(client->out);
    client->out = line;
    client->out_len = strlen(line);
    client->out_sent = 0;
}

static void client_flush(struct client *client)
{
    while (client->out_sent < client->out_len) {
        ssize_t n = send(client->fd, client->out + client->out_sent, client->out_len - client->out_sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) {
            client_close(client);
            return;
        }
        client->out_sent += (size_t)n;
    }
}

static bool is_idle(const struct client *client)
{
    return !client->waiting && client->out_sent == client->out_len;
}

static int64_t turn_us(const struct client *client)
{
    return client->due_us - AHEAD_US;
}

/* False where it is not its turn yet. */
static bool take_turn(struct client *client)
{
    int64_t now_us = fz_now_us();
    client->is_early = turn_us(client) > now_us;
    if (!client->is_early)
        client->due_us = (client->due_us > now_us ? client->due_us : now_us) + TURN_US;
    return !client->is_early;
}

/* Takes the first complete line out of the buffer, if it may be served now. */
static void serve_line(struct fz_server *server, struct client *client)
{
    while (client->fd >= 0 && is_idle(client)) {
        char *end = client->in_len ? memchr(client->in, '\n', client->in_len) : NULL;
        struct fz_error err = {0};
        if (!end && client->in_len < MAX_LINE)
            return;
        if (!end) {
            fz_fail(&err, FZ_E_LIMIT, 0, "a line may have %d bytes", MAX_LINE);
            client_send(client, fz_request_reply(NULL, &err));
            client_flush(client);
            if (client->fd >= 0)
                client_close(client);
            return;
        }
        if (!take_turn(client))
            return;
        size_t len = (size_t)(end - client->in);
        struct fz_request *request = fz_request_parse(client->in, len);
        client->in_len -= len + 1;
        memmove(client->in, end + 1, client->in_len);
        if (request->error.code != FZ_OK) {
            client_send(client, fz_request_reply(request, &request->error));
            client_flush(client);
            fz_request_free(request);
            continue;
        }
        request->client = client->serial;
        client->waiting = request;
        fz_ready_push(server->requests, &request->node);
        fz_doorbell_ring(server->bell);
    }
}

static void client_read(struct client *client)
{
    if (!client->in)
        client->in = fz_malloc(MAX_LINE);
    ssize_t n = recv(client->fd, client->in + client->in_len, MAX_LINE - client->in_len, MSG_DONTWAIT);
    if (n > 0)
        client->in_len += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        client_close(client);
}

static void accept_client(struct fz_server *server)
{
    int fd = accept4(server->socket.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        /* Out of descriptors, say: who waits to be accepted would wake the thread again and again. */
        if (errno != EAGAIN && errno != EINTR)
            server->accept_from_us = fz_now_us() + ACCEPT_PAUSE_US;
        return;
    }
    for (int i = 0; i < CLIENTS; i++) {
        struct client *client = &server->clients[i];
        if (client->fd < 0) {
            *client = (struct client){.fd = fd, .serial = ++server->serials, .due_us = client->due_us};
            return;
        }
    }
    struct fz_error err = {0};
    fz_fail(&err, FZ_E_LIMIT, 0, "too many clients (%d)", CLIENTS);
    char *line = fz_request_reply(NULL, &err);
    ssize_t sent = send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
    free(line);
    close(fd);
}

static void take_answers(struct fz_server *server)
{
    for (struct fz_ready_node *node = fz_ready_take(&server->answers); node;) {
        struct fz_request *request = FZ_CONTAINER(node, struct fz_request, node);
        node = node->next;
        for (int i = 0; i < CLIENTS; i++) {
            struct client *client = &server->clients[i];
            if (client->fd < 0 || client->serial != request->client)
                continue;
            client->waiting = NULL;
            client_send(client, fz_request_reply(request, &request->error));
            client_flush(client);
            if (!atomic_load(&server->stop))
                serve_line(server, client);
        }
        fz_request_free(request);
    }
}

static void say_last_words(struct fz_server *server)
{
    take_answers(server);
    int64_t until_us = fz_now_us() + LAST_WORDS_US;
    for (int64_t left_us; (left_us = until_us - fz_now_us()) > 0;) {
        struct pollfd fds[CLIENTS];
        bool unsent = false;
        for (int i = 0; i < CLIENTS; i++) {
            struct client *client = &server->clients[i];
            bool sends = client->fd >= 0 && client->out_sent < client->out_len;
            fds[i] = (struct pollfd){.fd = sends ? client->fd : -1, .events = POLLOUT};
            unsent |= sends;
        }
        if (!unsent || (poll(fds, CLIENTS, (int)(left_us / 1000) + 1) < 0 && errno != EINTR))
            break;
        for (int i = 0; i < CLIENTS; i++)
            if (fds[i].revents)
                client_flush(&server->clients[i]);
    }
    for (int i = 0; i < CLIENTS; i++)
        if (server->clients[i].fd >= 0)
            client_close(&server->clients[i]);
}

static short events_of(const struct client *client)
{
    if (client->out_sent < client->out_len)
        return POLLOUT;
    return client->in_len < MAX_LINE && !client->waiting && !client->is_early ? POLLIN : 0;
}

/* Until somebody may be accepted again, or it is somebody's turn. */
static int timeout_ms(const struct fz_server *server)
{
    int64_t now_us = fz_now_us(),
            due_us = server->accept_from_us > now_us ? server->accept_from_us : FZ_NEVER;
    for (int i = 0; i < CLIENTS; i++) {
        const struct client *client = &server->clients[i];
        if (client->is_early && turn_us(client) < due_us)
            due_us = turn_us(client);
    }
    if (due_us == FZ_NEVER)
        return -1;
    return due_us > now_us ? (int)((due_us - now_us) / 1000) + 1 : 0;
}

static void serve_client(struct fz_server *server, struct client *client, short revents)
{
    if (revents & POLLOUT)
        client_flush(client);
    else if (revents & POLLIN)
        client_read(client);
    else if (revents)
        client_close(client);
    if (revents || client->is_early)
        serve_line(server, client);
}

static int server_main(void *ctx)
{
    struct fz_server *server = ctx;
    while (!atomic_load(&server->stop)) {
        struct pollfd fds[CLIENTS + 2] = {{.fd = server->wake_fd, .events = POLLIN},
                                          {.fd = server->socket.fd, .events = POLLIN}};
        if (server->accept_from_us > fz_now_us())
            fds[1].fd = -1;
        for (int i = 0; i < CLIENTS; i++) {
            const struct client *client = &server->clients[i];
            fds[i + 2] = (struct pollfd){.fd = client->fd, .events = events_of(client)};
        }
        if (poll(fds, CLIENTS + 2, timeout_ms(server)) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            fz_wake_drain(server->wake_fd);
        if (fds[1].revents)
            accept_client(server);
        for (int i = 0; i < CLIENTS; i++) {
            struct client *client = &server->clients[i];
            if (client->fd >= 0 && client->fd == fds[i + 2].fd)
                serve_client(server, client, fds[i + 2].revents);
        }
        take_answers(server);
    }
    say_last_words(server);
    return 0;
}

enum fz_err fz_server_start(struct fz_server **out, const char *name, struct fz_ready *requests,
                            struct fz_doorbell *bell, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_server *server = fz_calloc(1, sizeof *server);
    server->requests = requests;
    server->bell = bell;
    for (int i = 0; i < CLIENTS; i++)
        server->clients[i].fd = -1;
    server->socket.fd = -1;
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum fz_err code = server->wake_fd < 0 ? fz_fail(err, fz_err_from_errno(errno), errno, "eventfd")
                                           : fz_socket_listen(&server->socket, name, err);
    if (code == FZ_OK)
        code = fz_thread_start(&server->thread, "frieze:control", server_main, server, err);
    if (code != FZ_OK) {
        fz_socket_close(&server->socket);
        if (server->wake_fd >= 0)
            close(server->wake_fd);
        free(server);
        server = NULL;
    }
    *out = server;
    return code;
}

void fz_server_answer(struct fz_server *server, struct fz_request *request)
{
    fz_ready_push(&server->answers, &request->node);
    fz_wake(server->wake_fd);
}

void fz_server_stop(struct fz_server *server)
{
    if (!server)
        return;
    FZ_MAIN_ONLY();
    atomic_store(&server->stop, true);
    fz_wake(server->wake_fd);
    SDL_WaitThread(server->thread, NULL);
    fz_socket_close(&server->socket);
    close(server->wake_fd);
    free(server);
}
