#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ROOM_LEFT = 8192,         /* of what the system takes: for what it adds itself */
    LONGEST_ARGUMENT = 131072 /* MAX_ARG_STRLEN of execve(2) on Linux */
};

size_t fz_spawn_cost(const char *argument)
{
    size_t length = strlen(argument) + 1;
    return length > LONGEST_ARGUMENT ? SIZE_MAX / 2 : length + sizeof(char *);
}

size_t fz_spawn_room(void)
{
    long most = sysconf(_SC_ARG_MAX);
    size_t room = most > 0 ? (size_t)most : 131072, taken = ROOM_LEFT;
    for (char **variable = environ; *variable; variable++)
        taken += fz_spawn_cost(*variable);
    return room > taken ? room - taken : 0;
}

static enum fz_err explain(int sys, struct fz_error *err)
{
    if (sys == ENOENT)
        return fz_fail(err, FZ_E_NOT_FOUND, 0, "there is no such program");
    if (sys == E2BIG)
        return fz_fail(err, FZ_E_LIMIT, 0, "more arguments than a program can take");
    return fz_fail(err, fz_err_from_errno(sys), sys, "cannot be started");
}

/* Input, output and error; -1: nothing. Everything else is closed. */
static int start(pid_t *pid, char *const *argv, int in_fd, int out_fd, int err_fd)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    const int fds[] = {in_fd, out_fd, err_fd};
    for (int i = 0; i < 3; i++) {
        if (fds[i] < 0)
            posix_spawn_file_actions_addopen(&files, i, "/dev/null", i == 0 ? O_RDONLY : O_WRONLY, 0);
        else
            posix_spawn_file_actions_adddup2(&files, fds[i], i);
    }
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int sys = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return sys;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

enum fz_err fz_spawn_start(struct fz_spawn *spawn, char *const *argv, struct fz_error *err)
{
    int out[2] = {-1, -1}, error[2] = {-1, -1};
    *spawn = (struct fz_spawn){.pid_fd = -1, .out_fd = -1, .err_fd = -1};
    int sys = pipe2(out, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0 ? errno : 0;
    if (sys == 0) {
        fcntl(out[0], F_SETFL, O_NONBLOCK);
        fcntl(error[0], F_SETFL, O_NONBLOCK);
        sys = start(&spawn->pid, argv, -1, out[1], error[1]);
    }
    shut(&out[1]);
    shut(&error[1]);
    if (sys != 0) {
        shut(&out[0]);
        shut(&error[0]);
        spawn->pid = 0;
        return explain(sys, err);
    }
    spawn->out_fd = out[0];
    spawn->err_fd = error[0];
    spawn->pid_fd = (int)syscall(SYS_pidfd_open, spawn->pid, 0);
    return FZ_OK;
}

size_t fz_spawn_read(struct fz_spawn *spawn, bool error, char *out, size_t size)
{
    int *fd = error ? &spawn->err_fd : &spawn->out_fd;
    if (*fd < 0)
        return 0;
    ssize_t n = read(*fd, out, size);
    if (n > 0)
        return (size_t)n;
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        shut(fd);
    return 0;
}

void fz_spawn_signal(const struct fz_spawn *spawn, int number)
{
    if (spawn->pid > 0)
        kill(-spawn->pid, number);
}

bool fz_spawn_ended(struct fz_spawn *spawn, bool with_group, int *status)
{
    siginfo_t info = {0};
    if (spawn->pid <= 0 ||
        (waitid(P_PID, (id_t)spawn->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0))
        return false;
    if (with_group) /* while its number is still its own */
        kill(-spawn->pid, SIGKILL);
    *status = 0;
    waitpid(spawn->pid, status, 0);
    spawn->pid = 0;
    shut(&spawn->pid_fd);
    return true;
}

void fz_spawn_read_on(int fd)
{
    struct pollfd waits = {.fd = fd, .events = POLLIN};
    pid_t pid;
    bool is_over = poll(&waits, 1, 0) > 0 && !(waits.revents & POLLIN);
    if (!is_over) {
        fcntl(fd, F_SETFL, 0);
        start(&pid, (char *[]){"cat", NULL}, fd, -1, -1);
    }
    close(fd);
}
