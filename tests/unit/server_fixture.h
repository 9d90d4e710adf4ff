/* A control server in a folder of its own, clients made of plain sockets, and the render thread's half. */
#ifndef FZ_TEST_SERVER_FIXTURE_H
#define FZ_TEST_SERVER_FIXTURE_H

#include "fixture.h"

#include "remote/server.h"
#include "remote/socket.h"
#include "sync/thread.h"

#include <SDL.h>
#include <poll.h>
#include <sys/socket.h>

enum { PATIENCE_S = 60 };

struct site {
    char *runtime; /* XDG_RUNTIME_DIR */
    char *folder;  /* of the sockets in it */
    struct fz_ready requests;
    struct fz_ready_node *taken; /* the rest of the last take */
    struct fz_doorbell bell;
    struct fz_server *server;
};

static struct site site;

static inline int open_site(void **state)
{
    (void)state;
    fz_thread_claim_main();
    if (SDL_Init(SDL_INIT_EVENTS) != 0)
        return -1;
    site.runtime = make_folder();
    site.folder = path_in(site.runtime, "frieze");
    fz_doorbell_init(&site.bell);
    return setenv("XDG_RUNTIME_DIR", site.runtime, 1);
}

static inline int close_site(void **state)
{
    (void)state;
    fz_doorbell_fini(&site.bell);
    free(site.folder);
    remove_folder(site.runtime);
    SDL_Quit();
    return 0;
}

static inline void start_server(const char *name)
{
    struct fz_error err = {0};
    if (fz_server_start(&site.server, name, &site.requests, &site.bell, &err) != FZ_OK)
        fail_msg("no server: %s", err.msg);
    assert_non_null(site.server);
}

/* The next request, waited for; NULL after `seconds` without one. */
static inline struct fz_request *next_request(double seconds)
{
    for (double end = now_s() + seconds; !site.taken && now_s() < end;) {
        site.taken = fz_ready_take(&site.requests);
        if (!site.taken)
            sleep_ms(1);
    }
    if (!site.taken)
        return NULL;
    struct fz_ready_node *node = site.taken;
    site.taken = node->next;
    return FZ_CONTAINER(node, struct fz_request, node);
}

/* Whatever the test left behind. */
static inline int stop_server(void **state)
{
    (void)state;
    fz_server_stop(site.server);
    site.server = NULL;
    for (struct fz_request *r; (r = next_request(0)) != NULL || (r = next_request(0.002)) != NULL;)
        fz_request_free(r);
    return 0;
}

static inline int start_default(void **state)
{
    (void)state;
    start_server("default");
    return 0;
}

/* ---- Clients ------------------------------------------------------------------------------------------- */

static inline int try_dial(const char *name)
{
    struct sockaddr_un address;
    struct fz_error err = {0};
    assert_int_equal(fz_socket_address(name, false, &address, &err), FZ_OK);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static inline int dial(const char *name)
{
    int fd = try_dial(name);
    assert_true(fd >= 0);
    return fd;
}

/* All of it, or false where the other side has closed. */
static inline bool try_say(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static inline void say(int fd, const char *text)
{
    assert_true(try_say(fd, text, strlen(text)));
}

static inline bool readable(int fd, double seconds)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, (int)(seconds * 1000)) > 0;
}

/* One line without its end; NULL where the connection ends instead. Caller frees. */
static inline char *hear(int fd)
{
    size_t len = 0, capacity = 65536;
    char *line = malloc(capacity), *end = NULL;
    while (!end) {
        if (!readable(fd, PATIENCE_S))
            fail_msg("no answer");
        if (len + 65536 > capacity)
            line = realloc(line, capacity *= 2);
        ssize_t n = recv(fd, line + len, capacity - len, MSG_PEEK);
        end = n > 0 ? memchr(line + len, '\n', (size_t)n) : NULL;
        size_t part = end ? (size_t)(end + 1 - line) - len : (size_t)(n > 0 ? n : 0);
        if (n <= 0 || recv(fd, line + len, part, 0) != (ssize_t)part) {
            free(line);
            return NULL;
        }
        len += part;
    }
    *end = '\0';
    return line;
}

static inline void assert_hears(int fd, const char *expected)
{
    char *line = hear(fd);
    assert_non_null(line);
    json_t *got = json_loads(line, 0, NULL), *wanted = json_loads(expected, 0, NULL);
    assert_non_null(wanted);
    if (!got || !json_equal(got, wanted))
        fail_msg("%s is not %s", line, expected);
    json_decref(got);
    json_decref(wanted);
    free(line);
}

/* A refusal with this code. */
static inline void assert_hears_error(int fd, const char *code)
{
    char *line = hear(fd);
    assert_non_null(line);
    json_t *got = json_loads(line, 0, NULL), *error = json_object_get(got, "error");
    assert_true(json_is_false(json_object_get(got, "ok")));
    assert_string_equal(json_string_value(json_object_get(error, "code")), code);
    assert_true(json_string_length(json_object_get(error, "message")) > 0);
    json_decref(got);
    free(line);
}

/* Nothing more comes but the end. */
static inline void assert_hung_up(int fd)
{
    char rest;
    if (!readable(fd, PATIENCE_S))
        fail_msg("still connected");
    assert_true(recv(fd, &rest, 1, 0) <= 0);
}

/* Answers the next request, which must be `command`, with a text. */
static inline void answer_next(const char *command, const char *text)
{
    struct fz_request *request = next_request(PATIENCE_S);
    assert_non_null(request);
    assert_string_equal(request->command, command);
    request->result = json_string(text);
    fz_server_answer(site.server, request);
}

/* A whole conversation, which shows that the server serves. */
static inline void assert_serves(int fd)
{
    say(fd, "{\"id\":\"ping\",\"cmd\":\"status\"}\n");
    answer_next("status", "pong");
    assert_hears(fd, "{\"id\":\"ping\",\"ok\":true,\"result\":\"pong\"}");
}

#endif
