#include "app/streams.h"

#include "base/io.h"
#include "base/log.h"
#include "process/title.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOK_MS = 20 }; /* between two looks for what nothing tells of */

static bool may_hang(struct fz_mounts *mounts, int fd)
{
    char link[32], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    path[len > 0 ? len : 0] = '\0';
    return path[0] == '/' && fz_mounts_find(mounts, path).may_hang;
}

bool fz_streams_may_hang(struct fz_mounts *mounts)
{
    return may_hang(mounts, STDIN_FILENO) || may_hang(mounts, STDOUT_FILENO) ||
           may_hang(mounts, STDERR_FILENO);
}

static void make_pipe(int *from, int *to)
{
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) < 0) /* it works without */
        ends[0] = ends[1] = -1;
    *from = ends[0];
    *to = ends[1];
}

void fz_streams_init(struct fz_streams *s)
{
    struct fz_mounts *mounts = fz_mounts_read("/proc/self/mountinfo");
    *s = (struct fz_streams){.hang = fz_streams_may_hang(mounts),
                             .stdin_hangs = may_hang(mounts, STDIN_FILENO),
                             .from = {-1, -1, -1},
                             .to = {-1, -1, -1},
                             .drained = -1,
                             .drains = -1};
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (may_hang(mounts, fd))
            make_pipe(&s->from[fd], &s->to[fd]);
    if (s->hang)
        make_pipe(&s->drained, &s->drains);
    fz_mounts_free(mounts);
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void fz_streams_fini(struct fz_streams *s)
{
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        close_fd(s->to[fd]);
        close_fd(s->from[fd]);
    }
    close_fd(s->drained);
    close_fd(s->drains);
}

void fz_streams_give(struct fz_streams *s)
{
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        if (s->to[fd] < 0)
            continue;
        dup2(s->to[fd], fd);
        signal(SIGPIPE, SIG_IGN); /* the file in whose place the pipe is raises none */
    }
    fz_streams_fini(s);
}

/* --- The second process: what it leaves behind ------------------------------------------------------------------------------ */

/* Descriptors close in their order, by the last thread that has them: behind a stdin that hangs would wait the window, and the signals by
 * which children learn of the end, if that thread is the one that they came from. */
void fz_streams_leave(const struct fz_streams *s)
{
    pid_t self = getpid();
    if (!s->stdin_hangs || syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) != 0)
        return;
    fz_title_set("frieze: files");
    sigset_t all, ended;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    sigemptyset(&ended);
    sigaddset(&ended, SIGTERM);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    while (getppid() == self) /* others may send that signal, too */
        sigwaitinfo(&ended, NULL);
    close_range(STDERR_FILENO + 1, ~0u, 0);
    _exit(0);
}

/* --- The third process ---------------------------------------------------------------------------------------------------- */

/* False: there is no more, or no place for it, which who writes learns by the end of his pipe. A line for standard error that is lost
 * is no more than that, as anywhere. */
static bool pass_on(struct fz_streams *s, int fd)
{
    char block[4096];
    struct fz_error err;
    ssize_t n = read(s->from[fd], block, sizeof block);
    if (n > 0 && !fz_write_full(fd, block, (size_t)n) && fd == STDOUT_FILENO) {
        fz_fail(&err, FZ_E_IO, errno, "cannot write to standard output");
        fz_log_error(&err);
        s->lost = true;
        return false;
    }
    return n > 0;
}

/* Until the first process has ended, and all that came before is passed on. */
static void serve(struct fz_streams *s, pid_t first)
{
    int ended = (int)syscall(SYS_pidfd_open, first, 0), count;
    bool told = false, ends;
    do {
        struct pollfd fds[] = {{.fd = ended, .events = POLLIN},
                               {.fd = s->from[STDOUT_FILENO], .events = POLLIN},
                               {.fd = s->from[STDERR_FILENO], .events = POLLIN}};
        if (!told && s->from[STDOUT_FILENO] < 0 && s->from[STDERR_FILENO] < 0)
            told = write(s->drains, &s->lost, 1) == 1;
        ends = getppid() != first;
        count = poll(fds, sizeof fds / sizeof *fds, ends ? 0 : ended < 0 ? LOOK_MS : -1);
        count -= fds[0].revents != 0;
        for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
            if (fds[fd].revents && !pass_on(s, fd)) {
                close(s->from[fd]);
                s->from[fd] = -1;
            }
    } while (!ends || count > 0);
}

void fz_streams_hold(struct fz_streams *s, int alive)
{
    pid_t self = getpid();
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        close_fd(s->to[fd]); /* or their end would never be seen */
        s->to[fd] = -1;
    }
    if (!s->hang || syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) != 0)
        return;
    fz_title_set("frieze: files");
    signal(SIGPIPE, SIG_IGN); /* a reader of standard error may have left, */
    signal(SIGXFSZ, SIG_IGN); /* and a limit on the size of files is an error of the write */
    serve(s, self);
    close_fd(alive);
    _exit(0);
}

/* --- The first ------------------------------------------------------------------------------------------------------------ */

static bool is_there(const sigset_t *awaited)
{
    sigset_t pending;
    sigpending(&pending);
    for (int number = 1; number < SIGRTMIN; number++)
        if (number != SIGCHLD && sigismember(awaited, number) && sigismember(&pending, number))
            return true;
    return false;
}

bool fz_streams_drain(const struct fz_streams *s, const sigset_t *awaited)
{
    struct pollfd drained = {.fd = s->drained, .events = POLLIN};
    bool lost = false;
    while (s->hang && s->drained >= 0 && !is_there(awaited) && poll(&drained, 1, LOOK_MS) <= 0)
        ;
    return (drained.revents & POLLIN) && read(s->drained, &lost, 1) == 1 && lost;
}
