#include "app/picture/shown.h"

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "sync/heap.h"
#include "sync/ready.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct shown_line {
    struct fz_heap_node queued;
    char *path;
    bool end; /* nothing follows */
    int64_t time_us, shown_us;
};

struct fz_shown_log {
    struct fz_heap queue; /* own lock */
    FILE *file;           /* the log's thread, as `complained` */
    bool complained;
    SDL_Thread *thread; /* main thread */
};

static void write_line(struct fz_shown_log *log, const struct shown_line *line)
{
    FILE *file = log->file;
    json_t *object = json_pack("{s:f,s:o,s:f}", "time", (double)line->time_us / 1000, "path",
                               fz_json_text(line->path), "ms", (double)line->shown_us / 1000);
    bool written = json_dumpf(object, file, JSON_COMPACT | JSON_REAL_PRECISION(12)) == 0 &&
                   fputc('\n', file) != EOF && fflush(file) == 0;
    if (!written && !log->complained) {
        struct fz_error err;
        fz_fail(&err, FZ_E_IO, errno, "--shown: cannot be written");
        fz_log_error(&err);
    }
    log->complained = !written;
    json_decref(object);
}

static int shown_main(void *ctx)
{
    struct fz_shown_log *log = ctx;
    for (;;) {
        struct fz_heap_node *node = fz_heap_pop(&log->queue);
        struct shown_line *line = FZ_CONTAINER(node, struct shown_line, queued);
        bool end = line->end;
        if (!end)
            write_line(log, line);
        free(line->path);
        free(line);
        if (end)
            return 0;
    }
}

/* A pipe that nobody reads is not waited for; what somebody reads, the log's thread writes at his pace. */
static FILE *open_log(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    fcntl(fd, F_SETFL, O_APPEND);
    FILE *file = fdopen(fd, "a");
    if (!file)
        close(fd);
    return file;
}

enum fz_err fz_shown_start(struct fz_shown_log **out, const char *path, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    FILE *file = open_log(path);
    if (!file)
        return fz_fail(err, FZ_E_IO, errno, "--shown %s", path);
    struct fz_shown_log *log = fz_calloc(1, sizeof *log);
    log->file = file;
    fz_heap_init(&log->queue);
    *out = log;
    return fz_thread_start(&log->thread, "frieze:shown", shown_main, log, err);
}

void fz_shown_add(struct fz_shown_log *log, char *path, int64_t time_us, int64_t shown_us)
{
    if (!log) {
        free(path);
        return;
    }
    struct shown_line *line = fz_calloc(1, sizeof *line);
    line->path = path;
    line->time_us = time_us;
    line->shown_us = shown_us;
    fz_heap_push(&log->queue, &line->queued);
}

void fz_shown_stop(struct fz_shown_log *log)
{
    if (!log)
        return;
    if (log->thread) {
        struct shown_line *line = fz_calloc(1, sizeof *line);
        line->end = true;
        fz_heap_push(&log->queue, &line->queued);
        SDL_WaitThread(log->thread, NULL);
    }
    fclose(log->file);
    fz_heap_fini(&log->queue);
    free(log);
}
