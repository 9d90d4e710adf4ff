/* What a decoder hears when the filter traps a call: SIGSYS, on the thread that made it, which returns here as if the kernel
 * had answered. Nothing in this file but what a signal handler may call. */
#include "process/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* Immutable once the filter stands; static, because a signal handler has no other way to it. */
static struct {
    char *path;
    int fd;
} offers[FZ_SANDBOX_OFFERS];
static size_t offer_count;
static struct fz_sandbox_told nobody_listens, *told = &nobody_listens;

bool fz_sandbox_offer(const char *path, int fd)
{
    char *copy = offer_count < FZ_SANDBOX_OFFERS ? strdup(path) : NULL;
    if (!copy) {
        close(fd);
        return false;
    }
    offers[offer_count].path = copy;
    offers[offer_count++].fd = fd;
    return true;
}

size_t fz_sandbox_offered(int *fds)
{
    for (size_t i = 0; i < offer_count; i++)
        fds[i] = offers[i].fd;
    return offer_count;
}

/* The descriptor of a path that is on offer, or -1. */
static int find(const char *path)
{
    for (size_t i = 0; i < offer_count; i++)
        if (strcmp(offers[i].path, path) == 0)
            return offers[i].fd;
    return -1;
}

/* A descriptor of its own, or what the call fails with. */
static long answer_open(const char *path, int flags)
{
    const int harmless = O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_LARGEFILE;
    int offered = (flags & ~harmless) == O_RDONLY ? find(path) : -1;
    int fd = offered >= 0 ? fcntl(offered, F_DUPFD_CLOEXEC, 0) : -1;
    if (offered < 0)
        return -EACCES;
    if (fd < 0)
        return -errno;
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static long answer_access(const char *path, int mode)
{
    return !(mode & ~R_OK) && find(path) >= 0 ? 0 : -EACCES;
}

static void set_result(ucontext_t *context, long result)
{
#if defined(__x86_64__)
    context->uc_mcontext.gregs[REG_RAX] = result;
#elif defined(__aarch64__)
    context->uc_mcontext.regs[0] = (unsigned long)result;
#elif defined(__arm__)
    context->uc_mcontext.arm_r0 = (unsigned long)result;
#else
    (void)context; /* the kernel left ENOSYS there */
    (void)result;
#endif
}

static unsigned long argument(const ucontext_t *context, int number)
{
#if defined(__x86_64__)
    static const int registers[] = {REG_RDI, REG_RSI, REG_RDX};
    return (unsigned long)context->uc_mcontext.gregs[registers[number]];
#elif defined(__aarch64__)
    return (unsigned long)context->uc_mcontext.regs[number];
#elif defined(__arm__)
    return (&context->uc_mcontext.arm_r0)[number];
#else
    (void)context;
    (void)number;
    return 0;
#endif
}

/* Whether `number` is one of those that open files, and what it answers then. */
static bool opens(int number, const ucontext_t *context, long *result)
{
    *result = -EACCES;
    switch (number) {
    case SYS_openat:
        *result = answer_open((const char *)argument(context, 1), (int)argument(context, 2));
        return true;
    case SYS_faccessat:
    case SYS_faccessat2:
        *result = answer_access((const char *)argument(context, 1), (int)argument(context, 2));
        return true;
    case SYS_openat2:
        return true;
#ifdef SYS_open /* newer machines have only those that end in "at" */
    case SYS_open:
        *result = answer_open((const char *)argument(context, 0), (int)argument(context, 1));
        return true;
    case SYS_access:
        *result = answer_access((const char *)argument(context, 0), (int)argument(context, 1));
        return true;
    case SYS_creat:
        return true;
#endif
    default:
        return false;
    }
}

static void refused(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    int kept = errno;
    long result;
    if (!opens(info->si_syscall, context, &result)) {
        atomic_store_explicit(&told->refused, info->si_syscall + 1, memory_order_relaxed);
        syscall(SYS_exit_group, FZ_SANDBOX_REFUSED_STATUS);
    }
    if (result == -EACCES) {
        atomic_store_explicit(&told->opened, info->si_syscall + 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&told->opens, 1, memory_order_relaxed);
    }
    set_result(context, result);
    errno = kept;
}

bool fz_sandbox_watch(struct fz_sandbox *s, struct fz_sandbox_told *listener)
{
    if (listener)
        told = listener;
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, SIGSYS);
    struct sigaction action = {.sa_sigaction = refused, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
    sigemptyset(&action.sa_mask);
    return (sigaction(SIGSYS, &action, NULL) == 0 && sigprocmask(SIG_UNBLOCK, &own, NULL) == 0) ||
           fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_SECCOMP, errno, "SIGSYS");
}
