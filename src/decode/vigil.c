#include "decode/vigil.h"

#include "base/log.h"
#include "base/mem.h"
#include "sync/thread.h"
#include "sync/wake.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fz_vigil {
    /* immutable */
    struct fz_heap *heap;
    int epoll_fd, stop_fd; /* the kernel locks */
    SDL_Thread *thread;
};

static int vigil_main(void *ctx)
{
    const struct fz_vigil *vigil = ctx;
    struct epoll_event event;
    for (;;) {
        if (epoll_wait(vigil->epoll_fd, &event, 1, -1) <= 0)
            continue;
        if (event.data.fd == vigil->stop_fd)
            return 0;
        fz_heap_nudge(vigil->heap);
    }
}

static void free_vigil(struct fz_vigil *vigil)
{
    if (vigil->epoll_fd >= 0)
        close(vigil->epoll_fd);
    if (vigil->stop_fd >= 0)
        close(vigil->stop_fd);
    free(vigil);
}

struct fz_vigil *fz_vigil_start(struct fz_heap *heap)
{
    struct fz_error err = {0};
    struct fz_vigil *vigil = fz_calloc(1, sizeof *vigil);
    vigil->heap = heap;
    vigil->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    vigil->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event stop = {.events = EPOLLIN, .data.fd = vigil->stop_fd};
    if (epoll_ctl(vigil->epoll_fd, EPOLL_CTL_ADD, vigil->stop_fd, &stop) == 0 &&
        fz_thread_start(&vigil->thread, "frieze:vigil", vigil_main, vigil, &err) == FZ_OK)
        return vigil;
    fz_log("decoders that die are replaced when they are needed: %s",
           err.msg[0] ? err.msg : "no descriptor to watch them");
    free_vigil(vigil);
    return NULL;
}

void fz_vigil_keep(struct fz_vigil *vigil, int pid_fd)
{
    struct epoll_event ended = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = pid_fd};
    if (vigil && pid_fd >= 0)
        epoll_ctl(vigil->epoll_fd, EPOLL_CTL_ADD, pid_fd, &ended);
}

void fz_vigil_tell(struct fz_vigil *vigil)
{
    if (vigil)
        fz_heap_nudge(vigil->heap);
}

void fz_vigil_stop(struct fz_vigil *vigil)
{
    if (!vigil)
        return;
    fz_wake(vigil->stop_fd);
    SDL_WaitThread(vigil->thread, NULL);
    free_vigil(vigil);
}
