#include "base/clock.h"
#include "base/mem.h"
#include "process/launcher.h"
#include "process/wire.h"
#include "process/zygote.h"
#include "process/zygote_call.h"
#include "sync/monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ANSWER_MS = 10000, /* a zygote that is silent for longer hangs; where memory is short it takes seconds */
    LOOK_MS = 500,     /* between two looks whether it was stopped: then it says nothing at all */
    ENDING_MS = 20,    /* for what has closed its socket to end as it wants to */
    DYING_MS = 200,    /* after SIGKILL; what takes longer is stuck in the kernel */
};

struct fz_zygote {
    const struct fz_role *role; /* immutable */
    bool sandbox;               /* immutable */
    struct fz_monitor lock;
    int socket;          /* under lock, as what follows; -1: there is none, or it has died */
    pid_t pid;           /* 0: none */
    bool is_ready;       /* it has said so: whatever it is asked it answers at once */
    bool is_listened_to; /* for that, by one of those who wait, who has left: the socket is only his */
    bool is_killed;      /* and has not ended yet */
    int64_t begun_us;
    int replaced;
    atomic_bool is_begun; /* without the lock: there are processes, or were */
};

static void forget(struct fz_zygote *zygote)
{
    if (zygote->socket >= 0)
        close(zygote->socket);
    zygote->socket = -1;
}

static bool is_stopped(const struct fz_zygote *zygote)
{
    siginfo_t state = {.si_pid = 0};
    return waitid(P_PID, (id_t)zygote->pid, &state, WSTOPPED | WNOHANG | WNOWAIT) == 0 && state.si_pid > 0;
}

/* It ends with its socket, at once unless it is stopped or not ready yet. False: it is stuck in the kernel, as over fonts on a share that
 * hangs. Nobody waits for that. */
static bool reap(struct fz_zygote *zygote)
{
    forget(zygote);
    if (zygote->pid <= 0)
        return true;
    int pid_fd = (int)syscall(SYS_pidfd_open, zygote->pid, 0);
    struct pollfd ended = {.fd = pid_fd, .events = POLLIN};
    if (!zygote->is_ready || is_stopped(zygote) || poll(&ended, 1, DYING_MS) <= 0)
        kill(zygote->pid, SIGKILL);
    zygote->is_killed = pid_fd >= 0 && poll(&ended, 1, zygote->is_killed ? 0 : DYING_MS) <= 0;
    if (pid_fd >= 0)
        close(pid_fd);
    if (zygote->is_killed)
        return false;
    waitpid(zygote->pid, NULL, 0);
    zygote->pid = 0;
    return true;
}

struct fz_zygote *fz_zygote_front_later(const struct fz_role *role, bool sandbox)
{
    struct fz_zygote *zygote = fz_calloc(1, sizeof *zygote);
    zygote->role = role;
    zygote->sandbox = sandbox;
    fz_monitor_init(&zygote->lock);
    zygote->socket = -1;
    return zygote;
}

/* Who is stopped before he could ask for the end that goes with ours (PR_SET_PDEATHSIG), or while a change of user has cancelled that, obeys
 * nothing but SIGCONT. The kernel sends it to a group of processes that is orphaned by the end of a parent; to be one, they need a
 * group of their own. Whoever reads from a terminal must be in ours. */
static bool has_own_group(const struct fz_role *role)
{
    return role->sandboxed || !isatty(STDIN_FILENO);
}

enum fz_err fz_zygote_front_start(struct fz_zygote **zygote, const struct fz_role *role, bool sandbox,
                                  struct fz_error *err)
{
    int sockets[2];
    *zygote = NULL;
    if (!fz_wire_pair(sockets))
        return fz_fail(err, fz_err_from_errno(errno), errno, "no socket for the %s processes", role->name);
    pid_t pid = fork();
    int sys = errno;
    if (pid >= 0 && has_own_group(role)) /* both do it: one of them is the first */
        setpgid(pid, pid);
    if (pid == 0) {
        close(sockets[0]);
        _exit(fz_zygote_back_run(sockets[1], role, sandbox));
    }
    close(sockets[1]);
    if (pid < 0) {
        close(sockets[0]);
        return fz_fail(err, fz_err_from_errno(sys), sys, "cannot fork for the %s processes", role->name);
    }
    *zygote = fz_zygote_front_later(role, sandbox);
    (*zygote)->socket = sockets[0];
    (*zygote)->pid = pid;
    (*zygote)->begun_us = fz_now_us();
    return FZ_OK;
}

static enum fz_err begin(struct fz_zygote *zygote, int socket, struct fz_error *err)
{
    const struct fz_role *role = zygote->role;
    char *argv[] = {"frieze", FZ_ZYGOTE_ARGUMENT, (char *)role->name, zygote->sandbox ? "sandbox" : "open",
                    NULL};
    const struct fz_launch launch = {
        has_own_group(role) ? FZ_LAUNCH_OWN_GROUP : FZ_LAUNCH_OWN, argv, {socket, -1, -1}};
    int sys = fz_launcher_launch(&launch, &zygote->pid);
    return sys == 0 ? FZ_OK
                    : fz_fail(err, fz_err_from_errno(sys), sys, "cannot start a %s process", role->name);
}

static enum fz_err not_yet(const struct fz_zygote *zygote, struct fz_error *err)
{
    return fz_fail(err, FZ_E_NOT_YET, 0, "the %s still waits for %s", zygote->role->name,
                   zygote->role->warms ? zygote->role->warms : "its process");
}

static enum fz_err replace(struct fz_zygote *zygote, struct fz_error *err)
{
    int sockets[2];
    bool is_first = zygote->pid == 0;
    if (!reap(zygote)) /* another one would get stuck as well */
        return not_yet(zygote, err);
    if (!fz_wire_pair(sockets))
        return fz_fail(err, fz_err_from_errno(errno), errno, "no socket for the %s processes",
                       zygote->role->name);
    enum fz_err code = begin(zygote, sockets[1], err);
    close(sockets[1]);
    if (code != FZ_OK) {
        close(sockets[0]);
        return code;
    }
    zygote->socket = sockets[0];
    zygote->is_ready = false;
    zygote->begun_us = fz_now_us();
    zygote->replaced += !is_first;
    atomic_store(&zygote->is_begun, true);
    return FZ_OK;
}

/* Who has entered, of all who wait for its first word; leaves meanwhile. */
static void listen_to(struct fz_zygote *zygote, int wait_ms)
{
    struct fz_zygote_answer word;
    zygote->is_listened_to = true;
    fz_monitor_leave(&zygote->lock);
    ssize_t n = fz_wire_receive(zygote->socket, &word, sizeof word, NULL, 0, wait_ms);
    bool is_silent = n < 0 && errno == EAGAIN && !is_stopped(zygote);
    fz_monitor_enter(&zygote->lock);
    zygote->is_listened_to = false;
    zygote->is_ready = n == (ssize_t)sizeof word;
    bool is_late = fz_now_us() > zygote->begun_us + FZ_ZYGOTE_PATIENCE_MS * (int64_t)1000;
    if (!zygote->is_ready && (!is_silent || is_late))
        forget(zygote);
    fz_monitor_wake_all(&zygote->lock);
}

static enum fz_err fail_lost(const struct fz_zygote *zygote, struct fz_error *err)
{
    return fz_fail(err, FZ_E_BUSY, 0, "the process that %ss are forked from ends at once",
                   zygote->role->name);
}

/* Who has entered; leaves now and then. */
static enum fz_err await_ready(struct fz_zygote *zygote, int wait_ms, struct fz_error *err)
{
    int64_t end_us = fz_now_us() + wait_ms * (int64_t)1000;
    for (;;) {
        enum fz_err code = zygote->socket < 0 ? replace(zygote, err) : FZ_OK;
        if (code != FZ_OK && code != FZ_E_NOT_YET)
            return code;
        if (zygote->socket >= 0 && zygote->is_ready)
            return FZ_OK;
        int64_t left_ms = (end_us - fz_now_us() + 999) / 1000;
        if (left_ms <= 0)
            return not_yet(zygote, err);
        int look_ms = left_ms < LOOK_MS ? (int)left_ms : LOOK_MS;
        if (zygote->socket < 0 || zygote->is_listened_to) {
            fz_monitor_wait_ms(&zygote->lock, look_ms);
        } else {
            listen_to(zygote, look_ms);
            if (zygote->socket < 0)
                return fail_lost(zygote, err);
        }
    }
}

/* As fz_wire_receive. */
static ssize_t await_answer(const struct fz_zygote *zygote, struct fz_zygote_answer *answer, int *pid_fd)
{
    int left_ms = ANSWER_MS;
    ssize_t n;
    do {
        n = fz_wire_receive(zygote->socket, answer, sizeof *answer, pid_fd, pid_fd ? 1 : 0, LOOK_MS);
        left_ms -= LOOK_MS;
    } while (n < 0 && errno == EAGAIN && left_ms > 0 && !is_stopped(zygote));
    return n;
}

/* False where it has died, or cannot be made out. An answer whose descriptor finds no place is one all the same: what was forked
 * ends with its socket. */
static bool ask(struct fz_zygote *zygote, const struct fz_zygote_call *call, const int *fd, int fd_count,
                struct fz_zygote_answer *answer, int *pid_fd)
{
    bool answered = false;
    if (!zygote->is_ready) /* who has just begun knows of none that was forked */
        return false;
    if (zygote->socket >= 0 && fz_wire_send(zygote->socket, call, sizeof *call, fd, fd_count)) {
        ssize_t n = await_answer(zygote, answer, pid_fd);
        bool spoilt = n < 0 && errno == EBADMSG;
        if (spoilt)
            *answer = (struct fz_zygote_answer){.sys = EMFILE};
        answered = spoilt || n == (ssize_t)sizeof *answer;
    }
    if (!answered)
        forget(zygote);
    return answered;
}

static enum fz_err try_fork(struct fz_zygote *zygote, int number, struct fz_child *child,
                            struct fz_error *err)
{
    int sockets[2];
    if (!fz_wire_pair(sockets))
        return fz_fail(err, fz_err_from_errno(errno), errno, "no socket for a %s", zygote->role->name);
    struct fz_zygote_call call = {.what = FZ_ZYGOTE_FORK, .number = number};
    struct fz_zygote_answer answer = {0};
    bool asked = ask(zygote, &call, &sockets[1], 1, &answer, &child->pid_fd);
    close(sockets[1]);
    if (asked && answer.pid > 0) {
        child->pid = answer.pid;
        child->socket = sockets[0];
        return FZ_OK;
    }
    close(sockets[0]);
    if (asked)
        return fz_fail(err, FZ_E_BUSY, answer.sys, "cannot fork a %s", zygote->role->name);
    return fail_lost(zygote, err);
}

static enum fz_err fork_when_ready(struct fz_zygote *zygote, int number, int wait_ms, struct fz_child *child,
                                   struct fz_error *err)
{
    enum fz_err code = await_ready(zygote, wait_ms, err);
    return code == FZ_OK ? try_fork(zygote, number, child, err) : code;
}

enum fz_err fz_zygote_front_fork_within(struct fz_zygote *zygote, int number, int wait_ms,
                                        struct fz_child *child, struct fz_error *err)
{
    *child = FZ_NO_CHILD;
    fz_monitor_enter(&zygote->lock);
    bool was_there = zygote->socket >= 0;
    enum fz_err code = fork_when_ready(zygote, number, wait_ms, child, err);
    bool is_lost = was_there && zygote->socket < 0;
    /* Over another pair of sockets: what the lost one may have forked yet would read what this one is sent. */
    if (is_lost)
        code = fork_when_ready(zygote, number, wait_ms, child, err);
    fz_monitor_leave(&zygote->lock);
    return code;
}

enum fz_err fz_zygote_front_fork(struct fz_zygote *zygote, int number, struct fz_child *child,
                                 struct fz_error *err)
{
    return fz_zygote_front_fork_within(zygote, number, FZ_ZYGOTE_PATIENCE_MS, child, err);
}

void fz_zygote_front_signal(const struct fz_child *child, int number)
{
    if (child->pid_fd >= 0)
        syscall(SYS_pidfd_send_signal, child->pid_fd, number, NULL, 0);
}

void fz_zygote_front_drop(struct fz_child *child)
{
    fz_zygote_front_signal(child, SIGKILL);
    if (child->pid_fd >= 0)
        close(child->pid_fd);
    if (child->socket >= 0)
        close(child->socket);
    *child = FZ_NO_CHILD;
}

bool fz_zygote_front_end(struct fz_zygote *zygote, struct fz_child *child, int *status)
{
    if (child->socket >= 0)
        close(child->socket);
    struct fz_zygote_answer answer = {0};
    bool known = false;
    if (child->pid_fd >= 0) {
        struct pollfd ended = {.fd = child->pid_fd, .events = POLLIN};
        if (poll(&ended, 1, ENDING_MS) <= 0)
            fz_zygote_front_signal(child, SIGKILL);
        poll(&ended, 1, DYING_MS);
        close(child->pid_fd);
    }
    if (child->pid > 0) {
        struct fz_zygote_call call = {.what = FZ_ZYGOTE_END, .pid = child->pid};
        fz_monitor_enter(&zygote->lock);
        known = ask(zygote, &call, NULL, 0, &answer, NULL) && answer.pid == child->pid;
        fz_monitor_leave(&zygote->lock);
    }
    if (status)
        *status = known ? answer.status : 0;
    *child = FZ_NO_CHILD;
    return known;
}

uint64_t fz_zygote_front_warm_bytes(const struct fz_zygote *zygote)
{
    return zygote && atomic_load(&zygote->is_begun) ? zygote->role->warm_bytes : 0;
}

int fz_zygote_front_replaced(struct fz_zygote *zygote)
{
    fz_monitor_enter(&zygote->lock);
    int replaced = zygote->replaced;
    fz_monitor_leave(&zygote->lock);
    return replaced;
}

void fz_zygote_front_let_go(struct fz_zygote *zygote)
{
    if (zygote)
        forget(zygote);
}

void fz_zygote_front_stop(struct fz_zygote *zygote)
{
    if (!zygote)
        return;
    reap(zygote);
    fz_monitor_fini(&zygote->lock);
    free(zygote);
}
