/* What a decoder must not do, as functions that try it for real. */
#ifndef FZ_TEST_PROCESS_ATTEMPTS_H
#define FZ_TEST_PROCESS_ATTEMPTS_H

#include "test_process_sandbox.h"

#include <arpa/inet.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

static inline int errno_of(long result)
{
    return result < 0 ? errno : 0;
}

static inline int opens_a_file(const struct outside *outside)
{
    (void)outside;
    return errno_of(open("/etc/passwd", O_RDONLY));
}

static inline int opens_proc(const struct outside *outside)
{
    (void)outside;
    return errno_of(open("/proc/self/status", O_RDONLY));
}

static inline int makes_a_file(const struct outside *outside)
{
    (void)outside;
    char path[64];
    snprintf(path, sizeof path, "/tmp/frieze-test-%d", (int)getpid());
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd >= 0)
        unlink(path);
    return errno_of(fd < 0 && errno == ENOENT ? open("/new", O_CREAT | O_RDWR, 0600) : fd);
}

static inline int removes_a_file(const struct outside *outside)
{
    (void)outside;
    return errno_of(syscall(SYS_unlinkat, AT_FDCWD, "/tmp/frieze-no-such-file", 0)) == ENOENT ? 0 : errno;
}

static inline int connects(const struct outside *outside)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)outside->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return errno_of(connect(fd, (struct sockaddr *)&to, sizeof to));
}

static inline int connects_abstract(const struct outside *outside)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = strlen(outside->abstract);
    memcpy(to.sun_path + 1, outside->abstract, len);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return errno_of(
        connect(fd, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len)));
}

static inline int forks(const struct outside *outside)
{
    (void)outside;
    long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL); /* sanitizers hold locks around fork() */
    if (pid == 0)
        _exit(0);
    return errno_of(pid);
}

static inline int makes_a_namespace(const struct outside *outside)
{
    (void)outside;
    return errno_of(unshare(CLONE_NEWUSER));
}

static inline int enters_a_namespace(const struct outside *outside)
{
    return errno_of(setns(outside->kept, CLONE_NEWNET));
}

static inline int runs_a_program(const struct outside *outside)
{
    (void)outside;
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

static inline int signals_its_program(const struct outside *outside)
{
    return errno_of(kill(outside->program, 0));
}

static inline int signals_a_thread_of_its_program(const struct outside *outside)
{
    return errno_of(syscall(SYS_tgkill, outside->program, outside->program, 0));
}

static inline int traces_its_program(const struct outside *outside)
{
    return errno_of(ptrace(PTRACE_SEIZE, outside->program, NULL, NULL));
}

static inline int reads_memory_of_its_program(const struct outside *outside)
{
    char byte;
    struct iovec here = {&byte, 1}, there = {(void *)(uintptr_t)outside, 1};
    return errno_of(process_vm_readv(outside->program, &here, 1, &there, 1, 0));
}

static inline int becomes_another(const struct outside *outside)
{
    (void)outside;
    int result = errno_of(syscall(SYS_setuid, 1));
    return result == EINVAL ? EPERM : result; /* there is no such user in here */
}

static inline int maps_code(const struct outside *outside)
{
    (void)outside;
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code == MAP_FAILED ? errno : 0;
}

static inline int makes_memory_code(const struct outside *outside)
{
    (void)outside;
    void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return errno_of(mprotect(code, 4096, PROT_READ | PROT_EXEC));
}

static inline int raises_a_limit(const struct outside *outside)
{
    (void)outside;
    return errno_of(setrlimit(RLIMIT_CORE, &(struct rlimit){1, 1}));
}

static inline int reaches_shared_memory(const struct outside *outside)
{
    return errno_of(shmget(outside->key, 1, 0));
}

static inline int has_its_owner_signalled(const struct outside *outside)
{
    return errno_of(fcntl(outside->kept, F_SETOWN, outside->program));
}

/* What no limit on addresses counts. */
static inline int makes_a_memory_file(const struct outside *outside)
{
    (void)outside;
    return errno_of(memfd_create("x", MFD_CLOEXEC));
}

/* As if somebody else had ended it. */
static inline int kills_itself(const struct outside *outside)
{
    (void)outside;
    return errno_of((int)syscall(SYS_tgkill, getpid(), gettid(), SIGKILL));
}

static inline int uses_a_lost_descriptor(const struct outside *outside)
{
    return errno_of(fcntl(outside->lost, F_GETFD));
}

static inline int writes(const struct outside *outside)
{
    (void)outside;
    return errno_of(write(STDERR_FILENO, "", 0));
}

static inline int names_the_machine(const struct outside *outside)
{
    (void)outside;
    return errno_of(syscall(SYS_sethostname, "x", 1));
}

#endif
