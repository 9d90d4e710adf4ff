#include "process/launcher.h"
#include "process/sandbox.h"
#include "process/title.h"
#include "process/wire.h"
#include "process/zygote.h"
#include "process/zygote_call.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REMEMBERED = 256 }; /* processes that ended and were not asked for yet */

struct exit_status {
    pid_t pid;
    int status;
};

struct zygote {
    const struct fz_role *role;
    int socket, signals;
    struct fz_sandbox *sandbox; /* NULL: none */
    struct exit_status ended[REMEMBERED];
    unsigned ended_count; /* ever; the oldest are forgotten */
};

static void take_ended(struct zygote *zygote)
{
    struct signalfd_siginfo told;
    int status;
    pid_t pid;
    while (read(zygote->signals, &told, sizeof told) > 0)
        ;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        zygote->ended[zygote->ended_count++ % REMEMBERED] = (struct exit_status){pid, status};
}

/* What a terminal or a service manager sends to all of us is main's, whose end is that of all. */
static void block_but_faults(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ};
    sigset_t blocked;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&blocked, faults[i]);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* The child's side of the fork. */
static int be_process(struct zygote *zygote, int socket, int number)
{
    char title[32];
    snprintf(title, sizeof title, "frieze: %s %d", zygote->role->name, number);
    fz_title_set(title);
    close(zygote->socket);
    close(zygote->signals);
    block_but_faults();
    return zygote->role->run(socket, number, zygote->sandbox);
}

/* In the child it gives the exit status of the process; in the zygote -1, or its own where nobody could be told. */
static int fork_one(struct zygote *zygote, const struct fz_zygote_call *call, int socket)
{
    pid_t self = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);        /* before the look whether that has happened already */
        if (getppid() != self && getppid() != 0) /* 0: its parent lies outside its own namespace */
            return 1;
        return be_process(zygote, socket, call->number);
    }
    struct fz_zygote_answer answer = {.pid = pid > 0 ? pid : 0, .sys = pid > 0 ? 0 : errno};
    int pid_fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    bool told = fz_wire_send(zygote->socket, &answer, sizeof answer, &pid_fd, pid_fd >= 0 ? 1 : 0);
    if (pid_fd >= 0)
        close(pid_fd);
    return told ? -1 : 1;
}

static int tell_end(struct zygote *zygote, pid_t pid)
{
    struct fz_zygote_answer answer = {0};
    take_ended(zygote);
    for (unsigned i = 1; i <= REMEMBERED && pid > 0; i++) { /* the last one first: pids come again */
        struct exit_status *ended = &zygote->ended[(zygote->ended_count - i) % REMEMBERED];
        if (ended->pid != pid)
            continue;
        if (answer.pid == 0)
            answer = (struct fz_zygote_answer){.pid = pid, .status = ended->status};
        ended->pid = 0;
    }
    return fz_wire_send(zygote->socket, &answer, sizeof answer, NULL, 0) ? -1 : 1;
}

static int serve(struct zygote *zygote)
{
    for (;;) {
        struct pollfd waits[] = {{.fd = zygote->socket, .events = POLLIN},
                                 {.fd = zygote->signals, .events = POLLIN}};
        if (poll(waits, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (waits[1].revents)
            take_ended(zygote);
        if (!waits[0].revents)
            continue;
        struct fz_zygote_call call;
        int socket;
        ssize_t n = fz_wire_receive(zygote->socket, &call, sizeof call, &socket, 1, -1);
        if (n <= 0)
            return 0;
        int status = -1;
        if (n == (ssize_t)sizeof call && call.what == FZ_ZYGOTE_FORK && socket >= 0)
            status = fork_one(zygote, &call, socket);
        else if (n == (ssize_t)sizeof call && call.what == FZ_ZYGOTE_END)
            status = tell_end(zygote, call.pid);
        if (status >= 0)
            return status;
        if (socket >= 0)
            close(socket);
    }
}

/* Its socket tells of the program's end only who runs; the kernel ends also who was stopped. That holds until a change of user or of
 * capabilities. False: the program, which made the socket, has ended already. */
static bool end_with_program(int socket)
{
    struct ucred maker;
    socklen_t len = sizeof maker;
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &maker, &len) == 0 && getppid() == maker.pid;
}

int fz_zygote_back_run(int socket, const struct fz_role *role, bool sandbox)
{
    struct zygote zygote = {.role = role, .socket = socket};
    struct fz_sandbox box;
    sigset_t children;
    if (!end_with_program(socket))
        return 0;
    fz_thread_disclaim_main();
    fz_title_set("frieze: zygote");
    /* Nothing of the program's reaches what is forked from here; what goes wrong in a library is told by its end, not by a line in the
     * user's terminal. */
    fz_launcher_let_go(socket);
    if (role->warm)
        role->warm();
    if (role->sandboxed && sandbox) {
        const int kept[] = {socket, STDERR_FILENO};
        fz_sandbox_enter_zygote(&box, kept, 2, 0);
        zygote.sandbox = &box;
        if (!end_with_program(socket))
            return 0;
    }
    signal(SIGPIPE, SIG_IGN);
    block_but_faults();
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    zygote.signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    const struct fz_zygote_answer ready = {0};
    return fz_wire_send(socket, &ready, sizeof ready, NULL, 0) ? serve(&zygote) : 1;
}

int fz_zygote_back_main(int argc, char **argv, const struct fz_role *const *roles)
{
    int socket = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    for (; argc == 4 && socket >= 0 && *roles; roles++)
        if (strcmp((*roles)->name, argv[2]) == 0)
            return fz_zygote_back_run(socket, *roles, strcmp(argv[3], "sandbox") == 0);
    return 2;
}
