/* frieze ctl for work without a window, where --name gives it a name: the commands jobs and quit. */
#ifndef FZ_APP_SUBCOMMAND_HANDLE_H
#define FZ_APP_SUBCOMMAND_HANDLE_H

#include "base/task.h"
#include "ctl/jobs.h"
#include "remote/server.h"

enum { FZ_HANDLE_WAITS = 16 };

/* Main thread. */
struct fz_handle {
    struct fz_task *task;     /* borrowed */
    struct fz_server *server; /* NULL: nobody can ask */
    struct fz_ready requests;
    struct {
        struct fz_request *request; /* owned; NULL: free place */
        struct fz_jobs_wait wait;
    } waits[FZ_HANDLE_WAITS];
};

/* Main thread, all of these. `name` NULL: without a socket. */
enum fz_err fz_handle_start(struct fz_handle *handle, struct fz_task *task, const char *name,
                            struct fz_doorbell *bell, struct fz_error *err);
/* Takes what was asked, and answers. */
void fz_handle_step(struct fz_handle *handle);
/* Answers who waits. */
void fz_handle_stop(struct fz_handle *handle);

#endif
