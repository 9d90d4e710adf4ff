#include "app/signals.h"

#include "base/mem.h"
#include "sync/thread.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct fz_signals {
    atomic_int *signalled;    /* immutable */
    struct fz_doorbell *bell; /* immutable */
    int signal_fd, stop_fd;   /* immutable */
    SDL_Thread *thread;       /* main thread */
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
}

static int signals_main(void *ctx)
{
    struct fz_signals *signals = ctx;
    for (;;) {
        struct pollfd fds[] = {{.fd = signals->stop_fd, .events = POLLIN},
                               {.fd = signals->signal_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return 0;
        if (fds[0].revents)
            return 0;
        struct signalfd_siginfo info;
        if (fds[1].revents && read(signals->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
            atomic_fetch_add(signals->signalled, 1);
            fz_doorbell_ring(signals->bell);
        }
    }
}

enum fz_err fz_signals_start(struct fz_signals **out, atomic_int *signalled, struct fz_doorbell *bell,
                             struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_signals *signals = fz_calloc(1, sizeof *signals);
    sigset_t set;
    end_signals(&set);
    signals->signalled = signalled;
    signals->bell = bell;
    signals->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    signals->stop_fd = eventfd(0, EFD_CLOEXEC);
    *out = signals;
    if (signals->signal_fd < 0 || signals->stop_fd < 0)
        return fz_fail(err, FZ_E_INTERNAL, errno, "signals");
    return fz_thread_start(&signals->thread, "frieze:signals", signals_main, signals, err);
}

void fz_signals_stop(struct fz_signals *signals)
{
    if (!signals)
        return;
    uint64_t one = 1;
    if (signals->thread && write(signals->stop_fd, &one, sizeof one) == (ssize_t)sizeof one)
        SDL_WaitThread(signals->thread, NULL);
    close(signals->signal_fd);
    close(signals->stop_fd);
    free(signals);
}
