/* A command that came from outside, on its way to the render thread and back with its answer. */
#ifndef FZ_REMOTE_REQUEST_H
#define FZ_REMOTE_REQUEST_H

#include "base/error.h"
#include "sync/ready.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Belongs to one thread at a time: server -> render thread -> server. */
struct fz_request {
    struct fz_ready_node node;
    uint64_t client; /* the server's */
    json_t *id;      /* the client's, echoed; owned */
    char *command;   /* owned */
    char **argv;     /* owned */
    size_t argc;
    json_t *result;        /* the answer, or NULL; owned */
    struct fz_error error; /* code FZ_OK: it was done */
    atomic_bool gone;      /* atomic, set by the server: nobody waits for the answer any more */
};

/* Any thread. Never NULL: where the line is no request, `error` says why, and the reply to that carries the `id` that
 * the line had, if it was JSON at all. Lines are JSON objects: {"id":1,"cmd":"key","args":["Right"]}. */
struct fz_request *fz_request_parse(const char *line, size_t len);

/* Any thread. The reply as one line with its newline, caller frees: {"id":1,"ok":true,"result":...} or
 * {"id":1,"ok":false,"error":{"code":"...","message":"..."}}. `request` may be NULL (then there is no id). */
char *fz_request_reply(const struct fz_request *request, const struct fz_error *error);

/* Any thread. NULL-safe. */
void fz_request_free(struct fz_request *request);

#endif
