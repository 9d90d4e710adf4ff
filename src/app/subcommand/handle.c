#include "app/subcommand/handle.h"

#include "base/clock.h"

#include <string.h>

enum fz_err fz_handle_start(struct fz_handle *handle, struct fz_task *task, const char *name,
                            struct fz_doorbell *bell, struct fz_error *err)
{
    *handle = (struct fz_handle){.task = task};
    return name ? fz_server_start(&handle->server, name, &handle->requests, bell, err) : FZ_OK;
}

static enum fz_err await(struct fz_handle *handle, struct fz_request *request,
                         const struct fz_jobs_wait *wait, struct fz_error *err)
{
    for (int i = 0; i < FZ_HANDLE_WAITS; i++) {
        if (!handle->waits[i].request) {
            handle->waits[i].request = request;
            handle->waits[i].wait = *wait;
            return FZ_OK;
        }
    }
    return fz_fail(err, FZ_E_LIMIT, 0, "too many waits");
}

/* False: the answer comes later. */
static bool obey(struct fz_handle *handle, struct fz_request *request)
{
    struct fz_task *const tasks[] = {handle->task};
    const struct fz_jobs jobs = {tasks, 1};
    struct fz_jobs_wait wait = {0};
    int64_t now_us = fz_now_us();
    bool is_jobs = strcmp(request->command, "jobs") == 0;
    if (strcmp(request->command, "quit") == 0)
        fz_task_cancel(handle->task, now_us);
    else if (!is_jobs)
        fz_fail(&request->error, FZ_E_USAGE, 0, "%.60s: without a window only jobs and quit",
                request->command);
    else if (request->argc == 0)
        request->result = fz_jobs_list(&jobs, now_us);
    else
        fz_jobs_obey(&jobs, request->argc, (const char *const *)request->argv, now_us, &wait,
                     &request->error);
    return !wait.task || await(handle, request, &wait, &request->error) != FZ_OK;
}

static void answer_waits(struct fz_handle *handle)
{
    for (int i = 0; i < FZ_HANDLE_WAITS; i++) {
        struct fz_request *request = handle->waits[i].request;
        if (!request)
            continue;
        bool over = fz_task_is_over(handle->task) || atomic_load(&request->gone);
        if (!over && fz_now_us() < handle->waits[i].wait.deadline_us)
            continue;
        if (!over)
            fz_fail(&request->error, FZ_E_TIMEOUT, 0, "not reached in time");
        fz_server_answer(handle->server, request);
        handle->waits[i].request = NULL;
    }
}

void fz_handle_step(struct fz_handle *handle)
{
    for (struct fz_ready_node *node = fz_ready_take(&handle->requests); node;) {
        struct fz_request *request = FZ_CONTAINER(node, struct fz_request, node);
        node = node->next;
        if (obey(handle, request))
            fz_server_answer(handle->server, request);
    }
    answer_waits(handle);
}

void fz_handle_stop(struct fz_handle *handle)
{
    if (!handle->server)
        return;
    if (!fz_task_is_over(handle->task))
        fz_task_end(handle->task, fz_now_us());
    fz_handle_step(handle);
    fz_server_stop(handle->server);
    for (struct fz_ready_node *node = fz_ready_take(&handle->requests); node;) {
        struct fz_request *request = FZ_CONTAINER(node, struct fz_request, node);
        node = node->next;
        fz_request_free(request);
    }
    handle->server = NULL;
}
