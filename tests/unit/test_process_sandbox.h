/* A program, its zygote and a decoder, in which something is tried; what came of it, in memory that all three share. */
#ifndef FZ_TEST_PROCESS_SANDBOX_H
#define FZ_TEST_PROCESS_SANDBOX_H

#include "fixture.h"

#include "process/layers.h"
#include "process/sandbox.h"

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { NOBODY = 65534, WORDS_OF_STATUS = 4096 };

/* What a decoder knows of the world outside. */
struct outside {
    pid_t program;     /* its zygote's parent, a process of the same user */
    int kept;          /* a descriptor of the network namespace outside, */
    int lost;          /* and one that was not handed on */
    int port;          /* of a server that listens on the loopback device */
    char abstract[32]; /* name of one that listens on an abstract socket, its first byte 0 not included */
    int key;           /* of System V shared memory */
};

/* Gives an errno; 0: it had its way. */
typedef int attempt(const struct outside *outside);

struct trial {
    /* given */
    attempt *attempt;
    uint32_t without;
    struct fz_sandbox_limits limits;
    bool as_user;
    struct outside outside;
    /* found */
    uint32_t zygote_held, held;
    char reasons[FZ_SANDBOX_LAYERS][FZ_SANDBOX_REASON];
    int result; /* of the attempt; -1: it did not come back */
    int status; /* of waitpid(2) */
    struct fz_sandbox_told told;
    /* what the program sees of the decoder in /proc, before the attempt */
    char proc_status[WORDS_OF_STATUS];
    bool other_namespace[4]; /* net, ipc, uts, mnt: not the program's own */
    bool pss_readable;
    _Atomic int entered, seen;
    pid_t decoder;
};

static inline struct trial *trial_new(void)
{
    struct trial *trial =
        mmap(NULL, sizeof *trial, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(trial, MAP_FAILED);
    return trial;
}

static inline void trial_free(struct trial *trial)
{
    munmap(trial, sizeof *trial);
}

static inline void decoder(struct trial *trial, struct fz_sandbox *s)
{
    trial->held = fz_sandbox_enter_decoder(s, &trial->limits, &trial->told);
    memcpy(trial->reasons, s->reasons, sizeof trial->reasons);
    trial->decoder = getpid();
    atomic_store(&trial->entered, 1);
    while (!atomic_load(&trial->seen))
        sched_yield();
    trial->result = trial->attempt(&trial->outside);
    _exit(0);
}

static inline void zygote(struct trial *trial)
{
    struct fz_sandbox s;
    int keep[] = {STDERR_FILENO, trial->outside.kept};
    trial->zygote_held = fz_sandbox_enter_zygote(&s, keep, 2, trial->without);
    memcpy(trial->reasons, s.reasons, sizeof trial->reasons);
    pid_t pid = fork();
    if (pid == 0)
        decoder(trial, &s);
    if (pid < 0 || waitpid(pid, &trial->status, 0) != pid)
        _exit(1);
    _exit(0);
}

static inline size_t read_of(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[len > 0 ? len : 0] = '\0';
    return len > 0 ? (size_t)len : 0;
}

static inline bool is_elsewhere(pid_t pid, const char *name)
{
    char path[64], there[64] = "", here[64] = "";
    snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, name);
    if (readlink(path, there, sizeof there - 1) <= 0)
        return false;
    snprintf(path, sizeof path, "/proc/self/ns/%s", name);
    return readlink(path, here, sizeof here - 1) > 0 && strcmp(there, here) != 0;
}

/* In the program. */
static inline void look_at_decoder(struct trial *trial)
{
    static const char *const names[] = {"net", "ipc", "uts", "mnt"};
    char rollup[WORDS_OF_STATUS];
    read_of(trial->decoder, "status", trial->proc_status, sizeof trial->proc_status);
    trial->pss_readable = read_of(trial->decoder, "smaps_rollup", rollup, sizeof rollup) > 0;
    for (size_t i = 0; i < COUNT(names); i++)
        trial->other_namespace[i] = is_elsewhere(trial->decoder, names[i]);
}

static inline void become_nobody(void)
{
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        _exit(2);
}

/* Root that cannot become another is root of a container without other users: an ordinary user, to the world outside. */
static inline bool is_root(void)
{
    static int known = -1;
    if (known < 0) {
        int status = -1;
        pid_t pid = geteuid() == 0 ? fork() : -1;
        if (pid == 0) {
            become_nobody();
            _exit(0);
        }
        if (pid > 0)
            waitpid(pid, &status, 0);
        known = status == 0;
    }
    return known;
}

/* Runs it to its end. */
static inline void trial_run(struct trial *trial)
{
    trial->result = -1;
    trial->status = -1;
    is_root(); /* known before the fork */
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (trial->as_user && is_root())
            become_nobody();
        trial->outside.program = getpid();
        pid_t child = fork();
        int status;
        if (child == 0)
            zygote(trial);
        while (child > 0 && !atomic_load(&trial->entered) && waitpid(child, NULL, WNOHANG) == 0)
            sched_yield();
        look_at_decoder(trial);
        atomic_store(&trial->seen, 1);
        _exit(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                                    : 3);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#endif
