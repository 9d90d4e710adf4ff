#include "decode/decoder_watch.h"

#include "base/log.h"
#include "base/mem.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fz_decoder_watch {
    /* immutable */
    struct fz_heap *heap;
    int epoll_fd, stop_fd; /* the kernel locks */
    SDL_Thread *thread;
};

static int watch_main(void *ctx)
{
    const struct fz_decoder_watch *watch = ctx;
    struct epoll_event event;
    for (;;) {
        if (epoll_wait(watch->epoll_fd, &event, 1, -1) <= 0)
            continue;
        if (event.data.fd == watch->stop_fd)
            return 0;
        fz_heap_nudge(watch->heap);
    }
}

static void free_watch(struct fz_decoder_watch *watch)
{
    if (watch->epoll_fd >= 0)
        close(watch->epoll_fd);
    if (watch->stop_fd >= 0)
        close(watch->stop_fd);
    free(watch);
}

struct fz_decoder_watch *fz_decoder_watch_start(struct fz_heap *heap)
{
    struct fz_error err = {0};
    struct fz_decoder_watch *watch = fz_calloc(1, sizeof *watch);
    watch->heap = heap;
    watch->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    watch->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event stop = {.events = EPOLLIN, .data.fd = watch->stop_fd};
    if (epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, watch->stop_fd, &stop) == 0 &&
        fz_thread_start(&watch->thread, "frieze:watch", watch_main, watch, &err) == FZ_OK)
        return watch;
    fz_log("decoders that die are replaced when they are needed: %s",
           err.msg[0] ? err.msg : "no descriptor to watch them");
    free_watch(watch);
    return NULL;
}

void fz_decoder_watch_add(struct fz_decoder_watch *watch, int pid_fd)
{
    struct epoll_event ended = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = pid_fd};
    if (watch && pid_fd >= 0)
        epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, pid_fd, &ended);
}

void fz_decoder_watch_tell(struct fz_decoder_watch *watch)
{
    if (watch)
        fz_heap_nudge(watch->heap);
}

void fz_decoder_watch_stop(struct fz_decoder_watch *watch)
{
    if (!watch)
        return;
    fz_wake(watch->stop_fd);
    SDL_WaitThread(watch->thread, NULL);
    free_watch(watch);
}
