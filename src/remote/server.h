/* The control socket: a thread that turns lines into requests for the render thread and sends the answers back. It
 * never touches the state of the application. At most 8 clients, 64 kB a line, one request of each under way,
 * 250 of each at once and 500 a second: who writes faster is read more slowly. */
#ifndef FZ_REMOTE_SERVER_H
#define FZ_REMOTE_SERVER_H

#include "remote/request.h"
#include "sync/doorbell.h"

struct fz_server;

/* Main thread. Listens as NAME; where another instance does, as the process's number, and says so. Requests go to
 * `requests`, followed by a ring. */
enum fz_err fz_server_start(struct fz_server **server, const char *name, struct fz_ready *requests,
                            struct fz_doorbell *bell, struct fz_error *err);

/* Render thread. Takes a request whose `result` or `error` is filled in. Never blocks. */
void fz_server_answer(struct fz_server *server, struct fz_request *request);

/* Main thread. Sends what is answered, within 0.25 s, closes all connections, removes the socket file, joins. What came in
 * meanwhile stays in `requests`. NULL-safe. */
void fz_server_stop(struct fz_server *server);

#endif
