#include "process/spawn.h"

#include "process/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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
        sys = fz_launcher_launch(&(struct fz_launch){FZ_LAUNCH_USERS, argv, {-1, out[1], error[1]}},
                                 &spawn->pid);
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
        char *argv[] = {"cat", NULL};
        fz_launcher_launch(&(struct fz_launch){FZ_LAUNCH_USERS, argv, {fd, -1, -1}}, &pid);
    }
    close(fd);
}
