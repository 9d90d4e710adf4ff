#include "app/signals.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct fz_signals {
    atomic_int *signalled;         /* immutable */
    struct fz_doorbell *bell;      /* immutable */
    int signal_fd, stop_fd;        /* immutable */
    int (*last_resort)(void *ctx); /* immutable, as its ctx */
    void *ctx;
    SDL_Thread *thread; /* main thread */
};

static void end_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void fz_signals_block(void)
{
    sigset_t set;
    end_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error of the write */
}

/* Waits for a signal; false when there is nothing more to wait for, or `until_us` has come. */
static bool take_signal(struct fz_signals *signals, int64_t until_us)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = signals->stop_fd, .events = POLLIN},
                               {.fd = signals->signal_fd, .events = POLLIN}};
        int64_t left_us = until_us == FZ_NEVER ? -1 : until_us - fz_now_us();
        int timeout_ms = until_us == FZ_NEVER ? -1 : left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
        int ready = poll(fds, 2, timeout_ms);
        struct signalfd_siginfo info;
        if (ready > 0 && fds[0].revents)
            return false;
        if (ready > 0 && read(signals->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
            return true;
        if (ready == 0)
            return false;
    }
}

/* A process ends with its last thread, and that with the next turn that it gets: where many want the cores, whoever has put itself
 * behind them (our workers, the thread that keeps Mesa's shaders) may wait a second for one. Only who may (root, RLIMIT_NICE) can
 * give them ours again. */
static void hurry(void)
{
    DIR *threads = opendir("/proc/self/task");
    int own = getpriority(PRIO_PROCESS, 0);
    for (const struct dirent *entry; threads && (entry = readdir(threads)) != NULL;)
        if (entry->d_name[0] != '.')
            setpriority(PRIO_PROCESS, (id_t)strtoul(entry->d_name, NULL, 10), own);
    if (threads)
        closedir(threads);
}

static int signals_main(void *ctx)
{
    struct fz_signals *signals = ctx;
    int64_t until_us = FZ_NEVER;
    while (take_signal(signals, until_us)) {
        if (until_us == FZ_NEVER)
            until_us = fz_now_us() + FZ_SIGNALS_PATIENCE_MS * (int64_t)1000;
        atomic_fetch_add(signals->signalled, 1);
        fz_doorbell_ring(signals->bell);
        hurry();
    }
    struct pollfd stop = {.fd = signals->stop_fd, .events = POLLIN};
    if (until_us == FZ_NEVER || poll(&stop, 1, 0) != 0)
        return 0;
    int status = signals->last_resort(signals->ctx);
    hurry(); /* those that came since */
    _exit(status);
}

enum fz_err fz_signals_start(struct fz_signals **out, atomic_int *signalled, struct fz_doorbell *bell,
                             int (*last_resort)(void *ctx), void *ctx, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_signals *signals = fz_calloc(1, sizeof *signals);
    sigset_t set;
    end_signals(&set);
    signals->signalled = signalled;
    signals->bell = bell;
    signals->last_resort = last_resort;
    signals->ctx = ctx;
    signals->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    signals->stop_fd = eventfd(0, EFD_CLOEXEC);
    *out = signals;
    if (signals->signal_fd < 0 || signals->stop_fd < 0)
        return fz_fail(err, FZ_E_INTERNAL, errno, "signals");
    return fz_thread_start(&signals->thread, "frieze:signals", signals_main, signals, err);
}

void fz_signals_arm(struct fz_signals *signals)
{
    if (signals)
        kill(getpid(), SIGTERM); /* blocked in every thread: the one that waits for it takes it */
}

void fz_signals_stop(struct fz_signals *signals)
{
    if (!signals)
        return;
    /* Else it goes on, and with it what it reads, until the process ends a moment later. */
    if (signals->thread && !fz_wake(signals->stop_fd))
        return;
    SDL_WaitThread(signals->thread, NULL);
    close(signals->signal_fd);
    close(signals->stop_fd);
    free(signals);
}
