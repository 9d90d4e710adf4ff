#include "app/supervisor.h"

#include "app/isolation.h"
#include "app/signals.h"
#include "app/streams.h"
#include "base/clock.h"
#include "base/mounts.h"
#include "gpu/font.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SIGNALLED_STATUS = 128, /* as shells have it */
    TOLD_MS = 150,          /* for its end, once that was told: for what it has half written */
};

static pid_t supervisor; /* immutable once there is a second thread: of this one; 0: nobody */

/* --- The first process --------------------------------------------------------------------------------------------------- */

static int take_signal(const sigset_t *awaited, siginfo_t *info, int64_t until_us)
{
    if (until_us == FZ_NEVER)
        return sigwaitinfo(awaited, info);
    int64_t left_us = until_us - fz_now_us();
    left_us = left_us > 0 ? left_us : 0;
    struct timespec left = {.tv_sec = (time_t)(left_us / 1000000),
                            .tv_nsec = (long)(left_us % 1000000 * 1000)};
    return sigtimedwait(awaited, info, &left);
}

/* Until it has ended, or has had a while to after a signal. Gives the exit status. */
static int await(pid_t pid, const sigset_t *awaited, const struct fz_streams *streams,
                 const struct fz_supervision *how)
{
    int64_t until_us = FZ_NEVER;
    int left_status = fz_err_exit_status(how->left);
    for (bool told = false;;) {
        siginfo_t info = {0};
        int status, number = take_signal(awaited, &info, until_us);
        bool ended = waitpid(pid, &status, WNOHANG) == pid;
        bool lost = ended && until_us == FZ_NEVER && fz_streams_drain(streams, awaited);
        if (ended && !told)
            return lost && status == 0 ? fz_err_exit_status(FZ_E_IO)
                   : WIFEXITED(status) ? WEXITSTATUS(status)
                                       : SIGNALLED_STATUS + WTERMSIG(status);
        if (ended || (number < 0 && errno == EAGAIN))
            return left_status;
        if (number == SIGUSR1 && info.si_code == SI_QUEUE && info.si_pid == pid) {
            told = true;
            left_status = info.si_value.sival_int;
            until_us = fz_now_us() + TOLD_MS * (int64_t)1000;
        } else if (number > 0 && number != SIGCHLD && number != SIGUSR1) {
            if (info.si_code != SI_KERNEL) /* a terminal has told both */
                kill(pid, number);
            if (until_us == FZ_NEVER)
                until_us = fz_now_us() + how->patience_ms * (int64_t)1000;
        }
    }
}

/* --- The second ------------------------------------------------------------------------------------------------------------ */

/* The death of whom we work for is a signal, after which we may still clean up; but who was stopped obeys none before SIGCONT.
 * That is sent by the pipe, whose only other end closes with it. */
static void end_with_supervisor(int death_signal, int pipe_fd)
{
    prctl(PR_SET_PDEATHSIG, death_signal);
    if (pipe_fd >= 0) {
        fcntl(pipe_fd, F_SETOWN, getpid());
        fcntl(pipe_fd, F_SETSIG, SIGCONT);
        fcntl(pipe_fd, F_SETFL, O_ASYNC);
    }
    if (getppid() != supervisor) /* it has happened already */
        _exit(fz_err_exit_status(FZ_E_CANCELLED));
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool fz_supervise(const struct fz_supervision *how, int *status)
{
    static const int awaited_ones[] = {SIGCHLD, SIGUSR1, SIGINT, SIGTERM, SIGHUP};
    sigset_t awaited, before;
    sigemptyset(&awaited);
    for (size_t i = 0; i < sizeof awaited_ones / sizeof *awaited_ones; i++)
        sigaddset(&awaited, awaited_ones[i]);
    sigprocmask(SIG_BLOCK, &awaited, &before);
    int alive[2];
    if (pipe2(alive, O_CLOEXEC) < 0) /* it works without */
        alive[0] = alive[1] = -1;
    struct fz_streams streams;
    fz_streams_init(&streams);
    pid_t self = getpid(), pid = fork();
    if (pid > 0) {
        fz_streams_hold(&streams, alive[1]);
        *status = await(pid, &awaited, &streams, how);
        return true;
    }
    close_fd(alive[1]);
    if (pid == 0) {
        supervisor = self;
        fz_streams_give(&streams);
        fz_streams_leave(&streams);
        end_with_supervisor(how->death_signal, alive[0]);
    } else {
        close_fd(alive[0]);
        fz_streams_fini(&streams);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return false;
}

/* Those that are our own: what came with the program does not close when another one is run. */
static void end_connections(void)
{
    DIR *all = opendir("/proc/self/fd");
    for (const struct dirent *entry; all && (entry = readdir(all)) != NULL;) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (entry->d_name[0] != '.' && fcntl(fd, F_GETFD) & FD_CLOEXEC)
            shutdown(fd, SHUT_RDWR);
    }
    if (all)
        closedir(all);
}

void fz_supervised_end(int status)
{
    if (supervisor == 0 || sigqueue(supervisor, SIGUSR1, (union sigval){.sival_int = status}) != 0)
        return;
    end_connections();
}

/* --- Whether there have to be two ------------------------------------------------------------------------------------------- */

static bool folder_may_hang(void *mounts, const char *folder)
{
    return fz_mounts_may_hang_within(mounts, folder);
}

static bool is_needed(const struct fz_options *options)
{
    static const char *const folders[] = {
        "HOME",          "XDG_CONFIG_HOME", "XDG_CACHE_HOME",  "XDG_STATE_HOME",
        "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "FONTCONFIG_FILE", "FONTCONFIG_PATH"};
    static const enum fz_option_id files[] = {FZ_OPTION_CONFIG, FZ_OPTION_MARKS, FZ_OPTION_SCREENSHOT,
                                              FZ_OPTION_SHOWN, FZ_OPTION_STATS};
    struct fz_mounts *mounts = fz_mounts_read("/proc/self/mountinfo");
    bool any = fz_mounts_may_hang_within(mounts, "/");
    /* No reader is between it and what a link or a drop leads to. */
    bool needed = fz_streams_may_hang(mounts) || (any && fz_isolation_is_by_threads(options));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        needed = needed || fz_mounts_may_hang(mounts, getenv(folders[i]));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        needed = needed || fz_mounts_may_hang(mounts, options->values[files[i]].text);
    if (!needed && any) /* to ask for the folders of fonts takes 3 ms */
        needed = fz_fonts_any_folder(folder_may_hang, mounts);
    fz_mounts_free(mounts);
    return needed;
}

bool fz_supervise_where_needed(const struct fz_options *options, enum fz_err left, int *status)
{
    const struct fz_supervision how = {
        .patience_ms = FZ_SIGNALS_PATIENCE_MS + TOLD_MS, .death_signal = SIGKILL, .left = left};
    return is_needed(options) && fz_supervise(&how, status);
}
