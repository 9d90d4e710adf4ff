#include "app/run/runner.h"

#include "base/clock.h"
#include "base/mem.h"
#include "process/spawn.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    GRACE_US = 1000000, /* between asking a program to end and making it */
    LOOK_US = 50000,    /* between two looks where the system does not say when a program has ended */
    OUTLETS = 256,      /* outputs that are read on although their program has ended */
};

struct running {
    struct fz_run *run; /* NULL: free place */
    struct fz_spawn spawn;
    int64_t deadline_us;
    int asked; /* to end: 0, SIGTERM, SIGKILL */
};

struct fz_runner {
    struct fz_ready *done;    /* immutable */
    struct fz_doorbell *bell; /* immutable */
    int wake_fd;              /* immutable: something to do */
    struct fz_ready inbox;    /* struct fz_run, from the render thread */
    atomic_bool stop, ended;  /* atomic */
    SDL_Thread *thread;       /* main thread */
    /* the runner's thread */
    struct fz_ready_node *waiting; /* oldest first */
    struct running running[FZ_RUN_AT_ONCE];
    int outlets[OUTLETS]; /* of programs that have ended, and left others behind that still can write */
    int outlet_count;
};

/* ---- Output ------------------------------------------------------------------------------------------------------ */

/* Keeps the beginning, or the end. */
static void keep(char *text, bool end, const char *bytes, size_t length)
{
    size_t used = strlen(text);
    if (end && used + length > FZ_RUN_TEXT) {
        size_t cut = used + length - FZ_RUN_TEXT;
        cut = cut < used ? cut : used;
        memmove(text, text + cut, used - cut + 1);
        used -= cut;
    }
    for (size_t i = 0; i < length && used < FZ_RUN_TEXT; i++)
        text[used++] = bytes[i] ? bytes[i] : ' ';
    text[used] = '\0';
}

static void take_output(struct running *r)
{
    char bytes[FZ_RUN_TEXT];
    for (int rounds = 0; rounds < 64; rounds++) { /* others write, too */
        size_t out = fz_spawn_read(&r->spawn, false, bytes, sizeof bytes);
        keep(r->run->out, false, bytes, out);
        size_t err = fz_spawn_read(&r->spawn, true, bytes, sizeof bytes);
        keep(r->run->err, true, bytes, err);
        if (out == 0 && err == 0)
            break;
    }
}

/* The program has ended; somebody that it started may still hold the other end. */
static void read_on(struct fz_runner *runner, int fd)
{
    if (fd < 0)
        return;
    if (runner->outlet_count == OUTLETS) {
        close(runner->outlets[0]);
        memmove(runner->outlets, runner->outlets + 1, (OUTLETS - 1) * sizeof *runner->outlets);
        runner->outlet_count--;
    }
    runner->outlets[runner->outlet_count++] = fd;
}

static void empty_outlets(struct fz_runner *runner)
{
    char bytes[FZ_RUN_TEXT];
    int kept = 0;
    for (int i = 0; i < runner->outlet_count; i++) {
        ssize_t n = read(runner->outlets[i], bytes, sizeof bytes);
        if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
            runner->outlets[kept++] = runner->outlets[i];
        else
            close(runner->outlets[i]);
    }
    runner->outlet_count = kept;
}

/* ---- One program ------------------------------------------------------------------------------------------------- */

static void give_back(struct fz_runner *runner, struct fz_run *run)
{
    fz_ready_push(runner->done, &run->node);
    fz_doorbell_ring(runner->bell);
}

/* The marked paths, each owned, as the program gets them. */
static char **pick(const struct fz_run *run, size_t *count)
{
    *count = run->marked ? fz_marked_items(run->marked) : 0;
    char **paths = fz_calloc(*count + 1, sizeof *paths);
    for (size_t i = 0; i < *count; i++)
        paths[i] = fz_marked_path(run->marked, i);
    return paths;
}

static void begin(struct fz_runner *runner, struct running *place, struct fz_run *run)
{
    struct fz_words arguments;
    size_t count;
    *place = (struct running){.run = run};
    char **paths = pick(run, &count);
    struct fz_picked picked = {run->path, (const char *const *)paths, count};
    enum fz_err code = fz_program_expand(run->program, &picked, fz_spawn_room(), &arguments, &run->error);
    if (code == FZ_OK)
        code = fz_spawn_start(&place->spawn, arguments.list, &run->error);
    place->deadline_us = fz_now_us() + (int64_t)(run->timeout_s * 1e6);
    fz_words_fini(&arguments);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    atomic_store(&run->begun, true);
    if (code == FZ_OK)
        return;
    *place = (struct running){0};
    run->end = FZ_RUN_REFUSED;
    give_back(runner, run);
}

static void finish(struct fz_runner *runner, struct running *r)
{
    struct fz_run *run = r->run;
    take_output(r);
    read_on(runner, r->spawn.out_fd);
    read_on(runner, r->spawn.err_fd);
    run->end = r->asked ? FZ_RUN_LATE : FZ_RUN_DONE;
    r->run = NULL;
    give_back(runner, run);
}

static void look_after(struct fz_runner *runner, struct running *r)
{
    take_output(r);
    if (fz_spawn_ended(&r->spawn, r->asked != 0, &r->run->status)) {
        finish(runner, r);
    } else if (fz_now_us() >= r->deadline_us) {
        r->asked = r->asked ? SIGKILL : SIGTERM;
        fz_spawn_signal(&r->spawn, r->asked);
        r->deadline_us = fz_now_us() + GRACE_US;
    }
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

static void take_inbox(struct fz_runner *runner)
{
    struct fz_ready_node **end = &runner->waiting;
    while (*end)
        end = &(*end)->next;
    *end = fz_ready_take(&runner->inbox);
}

static void begin_waiting(struct fz_runner *runner)
{
    for (int i = 0; i < FZ_RUN_AT_ONCE; i++) {
        while (!runner->running[i].run && runner->waiting) {
            struct fz_run *run = FZ_CONTAINER(runner->waiting, struct fz_run, node);
            runner->waiting = runner->waiting->next;
            begin(runner, &runner->running[i], run);
        }
    }
}

static void wait_for_news(struct fz_runner *runner)
{
    struct pollfd fds[1 + 3 * FZ_RUN_AT_ONCE + OUTLETS];
    nfds_t count = 0;
    int64_t wake_us = FZ_NEVER, now_us = fz_now_us();
    fds[count++] = (struct pollfd){.fd = runner->wake_fd, .events = POLLIN};
    for (int i = 0; i < FZ_RUN_AT_ONCE; i++) {
        const struct running *r = &runner->running[i];
        if (!r->run)
            continue;
        int64_t due_us = r->spawn.pid_fd < 0 ? now_us + LOOK_US : r->deadline_us;
        wake_us = due_us < wake_us ? due_us : wake_us;
        fds[count++] = (struct pollfd){.fd = r->spawn.pid_fd, .events = POLLIN};
        fds[count++] = (struct pollfd){.fd = r->spawn.out_fd, .events = POLLIN};
        fds[count++] = (struct pollfd){.fd = r->spawn.err_fd, .events = POLLIN};
    }
    for (int i = 0; i < runner->outlet_count; i++)
        fds[count++] = (struct pollfd){.fd = runner->outlets[i], .events = POLLIN};
    int64_t left_ms = wake_us > now_us ? (wake_us - now_us) / 1000 + 1 : 0;
    poll(fds, count, wake_us == FZ_NEVER ? -1 : (int)left_ms);
    if (fds[0].revents)
        fz_wake_drain(runner->wake_fd);
}

static void refuse_waiting(struct fz_runner *runner)
{
    while (runner->waiting) {
        struct fz_run *run = FZ_CONTAINER(runner->waiting, struct fz_run, node);
        runner->waiting = runner->waiting->next;
        run->end = FZ_RUN_REFUSED;
        atomic_store(&run->begun, true);
        fz_fail(&run->error, FZ_E_BUSY, 0, "%d others still run", FZ_RUN_AT_ONCE);
        fz_ready_push(runner->done, &run->node);
    }
}

static void leave(struct fz_runner *runner)
{
    take_inbox(runner); /* what was asked for right before the end */
    begin_waiting(runner);
    refuse_waiting(runner);
    for (int i = 0; i < FZ_RUN_AT_ONCE; i++) {
        struct running *r = &runner->running[i];
        if (!r->run)
            continue;
        read_on(runner, r->spawn.out_fd);
        read_on(runner, r->spawn.err_fd);
        if (r->spawn.pid_fd >= 0)
            close(r->spawn.pid_fd);
        fz_ready_push(runner->done, &r->run->node);
    }
    for (int i = 0; i < runner->outlet_count; i++)
        fz_spawn_read_on(runner->outlets[i]);
}

static int runner_main(void *ctx)
{
    struct fz_runner *runner = ctx;
    while (!atomic_load(&runner->stop)) {
        take_inbox(runner);
        begin_waiting(runner);
        wait_for_news(runner);
        empty_outlets(runner);
        for (int i = 0; i < FZ_RUN_AT_ONCE; i++)
            if (runner->running[i].run)
                look_after(runner, &runner->running[i]);
    }
    leave(runner);
    atomic_store(&runner->ended, true);
    return 0;
}

/* ---- From the render thread -------------------------------------------------------------------------------------- */

enum fz_err fz_runner_start(struct fz_runner **out, struct fz_ready *done, struct fz_doorbell *bell,
                            struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_runner *runner = fz_calloc(1, sizeof *runner);
    runner->done = done;
    runner->bell = bell;
    runner->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum fz_err code =
        runner->wake_fd < 0 ? fz_fail(err, fz_err_from_errno(errno), errno, "programs cannot be run") : FZ_OK;
    if (code == FZ_OK)
        code = fz_thread_start(&runner->thread, "frieze:run", runner_main, runner, err);
    if (code == FZ_OK) {
        *out = runner;
        return FZ_OK;
    }
    if (runner->wake_fd >= 0)
        close(runner->wake_fd);
    free(runner);
    return code;
}

void fz_runner_submit(struct fz_runner *runner, struct fz_run *run)
{
    FZ_MAIN_ONLY();
    fz_ready_push(&runner->inbox, &run->node);
    fz_wake(runner->wake_fd);
}

bool fz_runner_stop(struct fz_runner *runner, int patience_ms)
{
    if (!runner)
        return true;
    FZ_MAIN_ONLY();
    atomic_store(&runner->stop, true);
    fz_wake(runner->wake_fd);
    if (!fz_thread_join_within(runner->thread, &runner->ended, patience_ms))
        return false;
    close(runner->wake_fd);
    free(runner);
    return true;
}
