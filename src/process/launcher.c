#include "process/launcher.h"

#include "base/sanitized.h"
#include "process/wire.h"
#include "sync/monitor.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MS = 1 }; /* between two looks at what is being spawned, which takes no longer */

/* What a thread is told, and tells. */
struct birth {
    const struct fz_launch *launch;
    struct fz_monitor lock;
    bool is_over; /* under lock, as what follows */
    pid_t pid;
    int sys;
};

/* A thread that ends with the process. */
struct launcher {
    const char *name;
    pthread_mutex_t turn; /* held for a whole launch */
    bool has_begun;       /* under it, as what follows */
    int socket;           /* connected to the thread's, */
    int given;            /* which is this, until then */
    struct birth *_Atomic birth;
};

/* The file of a user's program may lie on a share that hangs. */
static struct launcher own = {.name = "frieze:launcher", .turn = PTHREAD_MUTEX_INITIALIZER},
                       users = {.name = "frieze:programs", .turn = PTHREAD_MUTEX_INITIALIZER};

/* --- the thread ---------------------------------------------------------------------------------------------------- */

void fz_launcher_let_go(int socket)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
#if !FZ_SANITIZED
    dup2(null, STDERR_FILENO);
#endif
    if (null > STDERR_FILENO)
        close(null);
    if (socket > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, (unsigned)socket - 1, 0);
    close_range((unsigned)socket + 1, ~0u, 0);
}

/* False: the system knows no such call, or has no memory for another table. (unshare(2) would do the first half of it, but where containers
 * restrict calls it is for root.) */
static bool leave_table(int socket)
{
#ifdef __SANITIZE_THREAD__ /* takes a number in two tables for one descriptor, and finds races between them */
    (void)socket;
    return false;
#else
    if (close_range((unsigned)socket + 1, ~0u, CLOSE_RANGE_UNSHARE) != 0)
        return false;
    fz_launcher_let_go(socket);
    return true;
#endif
}

/* Of our own file, what is not given is what the thread has; a user's has nothing of ours even where we share a table. */
static void add_files(posix_spawn_file_actions_t *actions, const struct fz_launch *launch, const int files[3])
{
    for (int i = 0; i < 3; i++) {
        if (files[i] >= 0)
            posix_spawn_file_actions_adddup2(actions, files[i], i);
        else if (launch->kind == FZ_LAUNCH_USERS)
            posix_spawn_file_actions_addopen(actions, i, "/dev/null", i == 0 ? O_RDONLY : O_WRONLY, 0);
    }
    if (launch->kind == FZ_LAUNCH_USERS)
        posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

/* The path of our own program may be another program's by now; its descriptor is not. */
static int spawn(int program, const struct fz_launch *launch, const int files[3], pid_t *pid)
{
    static const short flags[] = {[FZ_LAUNCH_OWN] = POSIX_SPAWN_SETSIGDEF,
                                  [FZ_LAUNCH_OWN_GROUP] = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP,
                                  [FZ_LAUNCH_USERS] =
                                      POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", program);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    add_files(&actions, launch, files);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, flags[launch->kind]);
    int sys = launch->kind == FZ_LAUNCH_USERS
                  ? posix_spawnp(pid, launch->argv[0], &actions, &attributes, launch->argv, environ)
                  : posix_spawn(pid, path, &actions, &attributes, launch->argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return sys;
}

static void tell(struct birth *birth, pid_t pid, int sys)
{
    fz_monitor_enter(&birth->lock);
    birth->is_over = true;
    birth->pid = pid;
    birth->sys = sys;
    fz_monitor_wake_all(&birth->lock);
    fz_monitor_leave(&birth->lock);
}

/* Each descriptor goes where the launch has one. */
static void place(const struct fz_launch *launch, const int given[3], int files[3])
{
    for (int i = 0, next = 0; i < 3; i++)
        files[i] = launch->files[i] >= 0 ? given[next++] : -1;
}

static int launcher_main(void *ctx)
{
    struct launcher *launcher = ctx;
    int socket = launcher->given, given[3], files[3];
    bool is_alone = leave_table(socket);
    int program = open("/proc/self/exe", O_PATH | O_CLOEXEC);
    if (!fz_wire_send(socket, &is_alone, sizeof is_alone, NULL, 0)) {
        shutdown(socket, SHUT_RDWR); /* or whoever began it would wait for ever */
        return 0;
    }
    for (;;) {
        char byte;
        ssize_t n = fz_wire_receive(socket, &byte, sizeof byte, given, 3, -1);
        bool spoilt = n < 0 && errno == EBADMSG; /* a descriptor found no place */
        if (n == 0)
            return 0;
        if (n < 0 && !spoilt)
            continue; /* somebody may wait for what it is about */
        struct birth *birth = atomic_load(&launcher->birth);
        pid_t pid = 0;
        place(birth->launch, given, files);
        int sys = spoilt ? EMFILE : spawn(program, birth->launch, files, &pid);
        for (int i = 0; i < 3; i++)
            if (given[i] >= 0)
                close(given[i]);
        tell(birth, sys == 0 ? pid : 0, sys);
    }
}

/* --- whoever wants something of it -------------------------------------------------------------------------------- */

/* Whose turn it is. Gives 0, or why there is none. */
static int begin(struct launcher *launcher)
{
    int sockets[2];
    bool is_alone = false;
    SDL_Thread *thread;
    if (launcher->has_begun)
        return 0;
    if (!fz_wire_pair(sockets))
        return errno;
    launcher->given = sockets[1];
    if (fz_thread_start(&thread, launcher->name, launcher_main, launcher, NULL) != FZ_OK) {
        close(sockets[0]);
        close(sockets[1]);
        return EAGAIN;
    }
    SDL_DetachThread(thread);
    bool has_ended = fz_wire_receive(sockets[0], &is_alone, sizeof is_alone, NULL, 0, -1) == 0;
    if (is_alone || has_ended) /* it has another of its own */
        close(sockets[1]);
    if (has_ended) {
        close(sockets[0]);
        return EAGAIN;
    }
    launcher->socket = sockets[0];
    launcher->has_begun = true;
    return 0;
}

static struct launcher *launcher_of(enum fz_launch_kind kind)
{
    return kind == FZ_LAUNCH_USERS ? &users : &own;
}

void fz_launcher_begin(enum fz_launch_kind kind)
{
    struct launcher *launcher = launcher_of(kind);
    pthread_mutex_lock(&launcher->turn);
    begin(launcher);
    pthread_mutex_unlock(&launcher->turn);
}

/* What is spawned has a group of its own a moment after it was cloned. Stopped in that moment it would outlive us, and hold up the thread
 * that spawns it, which does not know its number yet. setpgid(2) fails once the child has begun another program, so no other program is ever killed. */
static void kill_stopped_at_birth(void)
{
    siginfo_t child = {.si_pid = 0};
    if (waitid(P_PGID, (id_t)getpgrp(), &child, WSTOPPED | WNOHANG | WNOWAIT) == 0 && child.si_pid > 0 &&
        setpgid(child.si_pid, child.si_pid) == 0)
        kill(child.si_pid, SIGKILL);
}

static void await(struct birth *birth)
{
    fz_monitor_enter(&birth->lock);
    while (!birth->is_over) {
        fz_monitor_wait_ms(&birth->lock, LOOK_MS);
        if (!birth->is_over && birth->launch->kind == FZ_LAUNCH_OWN_GROUP)
            kill_stopped_at_birth();
    }
    fz_monitor_leave(&birth->lock);
}

int fz_launcher_launch(const struct fz_launch *launch, pid_t *pid)
{
    struct launcher *launcher = launcher_of(launch->kind);
    struct birth birth = {.launch = launch};
    int files[3], count = 0;
    for (int i = 0; i < 3; i++)
        if (launch->files[i] >= 0)
            files[count++] = launch->files[i];
    fz_monitor_init(&birth.lock);
    pthread_mutex_lock(&launcher->turn);
    atomic_store(&launcher->birth, &birth);
    int sys = begin(launcher);
    if (sys == 0 && !fz_wire_send(launcher->socket, "", 1, files, count))
        sys = errno;
    if (sys == 0) {
        await(&birth);
        sys = birth.sys;
    }
    pthread_mutex_unlock(&launcher->turn);
    *pid = birth.pid;
    fz_monitor_fini(&birth.lock);
    return sys;
}
