#include "process/launcher.h"

#include "process/wire.h"
#include "sync/monitor.h"
#include "sync/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MS = 1 }; /* between two looks at what is being spawned, which takes no longer */

/* What the thread is told, and tells. */
struct launch {
    char *const *argv;
    bool own_group;
    struct fz_monitor lock;
    bool is_over; /* under lock, as what follows */
    pid_t pid;
    int sys;
};

/* There is one, and it ends with the process. */
static struct {
    pthread_mutex_t turn; /* held for a whole launch */
    bool has_begun;       /* under it, as what follows */
    int socket;           /* connected to the thread's */
    struct launch *_Atomic launch;
} launcher = {.turn = PTHREAD_MUTEX_INITIALIZER};

/* --- the thread ---------------------------------------------------------------------------------------------------- */

void fz_launcher_let_go(int socket)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
#ifndef FZ_SANITIZED
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
    if (close_range((unsigned)socket + 1, ~0u, CLOSE_RANGE_UNSHARE) != 0)
        return false;
    fz_launcher_let_go(socket);
    return true;
}

/* The path of the program may be another program's by now; its descriptor is not. */
static int spawn(int program, const struct launch *launch, int socket, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all;
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", program);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, socket, STDIN_FILENO);
    posix_spawnattr_setsigdefault(&attributes, &all);
    short group = launch->own_group ? POSIX_SPAWN_SETPGROUP : 0; /* with its own number, 0 */
    posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETSIGDEF | group));
    int sys = posix_spawn(pid, path, &files, &attributes, launch->argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return sys;
}

static void tell(struct launch *launch, pid_t pid, int sys)
{
    fz_monitor_enter(&launch->lock);
    launch->is_over = true;
    launch->pid = pid;
    launch->sys = sys;
    fz_monitor_wake_all(&launch->lock);
    fz_monitor_leave(&launch->lock);
}

static int launcher_main(void *ctx)
{
    int socket = (int)(intptr_t)ctx, given;
    bool is_alone = leave_table(socket);
    int program = open("/proc/self/exe", O_PATH | O_CLOEXEC);
    fz_wire_send(socket, &is_alone, sizeof is_alone, NULL, 0);
    for (;;) {
        char byte;
        ssize_t n = fz_wire_receive(socket, &byte, sizeof byte, &given, 1, -1);
        bool spoilt = n < 0 && errno == EBADMSG; /* the descriptor found no place */
        if (n <= 0 && !spoilt)
            return 0;
        struct launch *launch = atomic_load(&launcher.launch);
        pid_t pid = 0;
        int sys = spoilt ? EMFILE : spawn(program, launch, given, &pid);
        if (given >= 0)
            close(given);
        tell(launch, sys == 0 ? pid : 0, sys);
    }
}

/* --- whoever wants something of it -------------------------------------------------------------------------------- */

/* Whose turn it is. Gives 0, or why there is none. */
static int begin(void)
{
    int sockets[2];
    bool is_alone = false;
    SDL_Thread *thread;
    if (launcher.has_begun)
        return 0;
    if (!fz_wire_pair(sockets))
        return errno;
    if (fz_thread_start(&thread, "frieze:launcher", launcher_main, (void *)(intptr_t)sockets[1], NULL) !=
        FZ_OK) {
        close(sockets[0]);
        close(sockets[1]);
        return EAGAIN;
    }
    SDL_DetachThread(thread);
    fz_wire_receive(sockets[0], &is_alone, sizeof is_alone, NULL, 0, -1);
    if (is_alone) /* it has another of its own */
        close(sockets[1]);
    launcher.socket = sockets[0];
    launcher.has_begun = true;
    return 0;
}

void fz_launcher_begin(void)
{
    pthread_mutex_lock(&launcher.turn);
    begin();
    pthread_mutex_unlock(&launcher.turn);
}

/* What is spawned has a group of its own a moment after it was cloned. Stopped in that moment it would outlive us, and hold up the thread
 * that spawns it, which does not know its number yet. Who has begun another program cannot be moved: he is somebody else. */
static void kill_stopped_at_birth(void)
{
    siginfo_t child = {.si_pid = 0};
    if (waitid(P_PGID, (id_t)getpgrp(), &child, WSTOPPED | WNOHANG | WNOWAIT) == 0 && child.si_pid > 0 &&
        setpgid(child.si_pid, child.si_pid) == 0)
        kill(child.si_pid, SIGKILL);
}

static void await_birth(struct launch *launch)
{
    fz_monitor_enter(&launch->lock);
    while (!launch->is_over) {
        fz_monitor_wait_ms(&launch->lock, LOOK_MS);
        if (!launch->is_over && launch->own_group)
            kill_stopped_at_birth();
    }
    fz_monitor_leave(&launch->lock);
}

int fz_launcher_launch(char *const *argv, int socket, bool own_group, pid_t *pid)
{
    struct launch launch = {.argv = argv, .own_group = own_group};
    fz_monitor_init(&launch.lock);
    pthread_mutex_lock(&launcher.turn);
    atomic_store(&launcher.launch, &launch);
    int sys = begin();
    if (sys == 0 && !fz_wire_send(launcher.socket, "", 1, &socket, 1))
        sys = errno;
    if (sys == 0) {
        await_birth(&launch);
        sys = launch.sys;
    }
    pthread_mutex_unlock(&launcher.turn);
    *pid = launch.pid;
    fz_monitor_fini(&launch.lock);
    return sys;
}
