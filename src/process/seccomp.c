/* The filter of system calls, by libseccomp: compiled once, in the zygote, and loaded by each decoder. */
#include "process/layers.h"

#include "base/sanitized.h"
#include "process/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Stands in the compiled filter for the decoder's own process number, which only the decoder knows: far above the
 * largest that there can be (2^22). */
enum { OWN_PID = 0x7ad0ff1d };

#define WHOLE_INT UINT64_C(0xffffffff)

/* --- rules ------------------------------------------------------------------------------------------ */

/* Of the first rule that failed; 0 while none did. */
struct rules {
    scmp_filter_ctx ctx;
    int sys;
};

/* A call that this machine does not have needs no rule. */
static void rule(struct rules *rules, uint32_t action, const char *name, const struct scmp_arg_cmp *args,
                 unsigned count)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number < 0 || rules->sys)
        return;
    int status = seccomp_rule_add_array(rules->ctx, action, number, count, args);
    if (status < 0)
        rules->sys = -status;
}

static void rule_if(struct rules *rules, uint32_t action, const char *name, struct scmp_arg_cmp arg)
{
    rule(rules, action, name, &arg, 1);
}

static void rule_each(struct rules *rules, uint32_t action, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rule(rules, action, names[i], NULL, 0);
}
#define RULE_EACH(rules, action, names) rule_each(rules, action, names, sizeof(names) / sizeof *(names))

/* The kernel reads these as int, whatever stands in the upper half of the register. */
static struct scmp_arg_cmp is_int(unsigned arg, int value)
{
    return SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, WHOLE_INT, (uint32_t)value);
}

/* Memory is never executable: what must be, is so since before. Just-in-time compilers fall back to interpreting. */
static void add_memory(struct rules *rules)
{
    static const char *const calls[] = {"mmap", "mmap2", "mprotect"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        rule_if(rules, SCMP_ACT_ALLOW, calls[i], SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        rule_if(rules, SCMP_ACT_ERRNO(EACCES), calls[i],
                SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    }
}

/* Threads, but no processes and no namespaces. clone3 keeps its flags where no filter can see them: it answers ENOSYS, and
 * the C library takes clone. */
static void add_threads(struct rules *rules)
{
    const uint64_t namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS |
                                CLONE_NEWIPC | CLONE_NEWCGROUP;
    rule_if(rules, SCMP_ACT_ALLOW, "clone",
            SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | namespaces, CLONE_THREAD));
    rule_if(rules, SCMP_ACT_TRAP, "clone", SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
}

/* Its own signals: abort() sends one, and the C library two between threads. Not SIGKILL, which would look like somebody else's:
 * such ends have no picture to blame. */
static void add_signals(struct rules *rules)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, 32, 33};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        const struct scmp_arg_cmp args[] = {is_int(0, OWN_PID), is_int(2, signals[i])};
        rule(rules, SCMP_ACT_ALLOW, "tgkill", args, 2);
    }
    rule_if(rules, SCMP_ACT_TRAP, "tgkill", SCMP_CMP(0, SCMP_CMP_NE, OWN_PID, 0));
    rule_if(rules, SCMP_ACT_ALLOW, "rt_sigaction", SCMP_CMP(0, SCMP_CMP_NE, SIGSYS, 0));
}

/* Descriptors: nothing that sends a signal to an owner, nothing that asks about a path. */
static void add_descriptors(struct rules *rules)
{
    static const int commands[] = {F_GETFD,         F_SETFD,     F_GETFL,    F_DUPFD,
                                   F_DUPFD_CLOEXEC, F_ADD_SEALS, F_GET_SEALS};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        rule_if(rules, SCMP_ACT_ALLOW, "fcntl", is_int(1, commands[i]));
        rule_if(rules, SCMP_ACT_ALLOW, "fcntl64", is_int(1, commands[i]));
    }
    /* What fstat is in newer C libraries. With times of 64 bits on machines of 32 some of them know no other way than statx. */
    static const struct {
        const char *name;
        unsigned flags; /* the argument that they are */
    } stats[] = {
        {"newfstatat", 3},
        {"fstatat64", 3},
#if __SIZEOF_LONG__ == 4
        {"statx", 2},
#endif
    };
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++)
        rule_if(rules, SCMP_ACT_ALLOW, stats[i].name,
                SCMP_CMP(stats[i].flags, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
}

static void add_process(struct rules *rules)
{
    /* Its own limits, to be read. */
    rule(rules, SCMP_ACT_ALLOW, "prlimit64",
         (struct scmp_arg_cmp[]){is_int(0, 0), SCMP_CMP(2, SCMP_CMP_EQ, 0, 0)}, 2);
    if (!FZ_SANITIZED) { /* else all of prctl */
        rule_if(rules, SCMP_ACT_ALLOW, "prctl", is_int(0, PR_SET_NAME));
        rule_if(rules, SCMP_ACT_ALLOW, "prctl", is_int(0, PR_GET_NAME));
    }
}

static int add_rules(scmp_filter_ctx ctx)
{
    struct rules rules = {.ctx = ctx};
    RULE_EACH(&rules, SCMP_ACT_ALLOW, fz_calls_allowed);
    RULE_EACH(&rules, SCMP_ACT_TRAP, fz_calls_opening);
    RULE_EACH(&rules, SCMP_ACT_TRAP, fz_calls_dangerous);
    if (FZ_SANITIZED)
        RULE_EACH(&rules, SCMP_ACT_ALLOW, fz_calls_sanitizer);
    add_memory(&rules);
    add_threads(&rules);
    add_signals(&rules);
    add_descriptors(&rules);
    add_process(&rules);
    return rules.sys;
}

/* --- compiling and loading ---------------------------------------------------------------------------- */

/* libseccomp before 2.6 writes a filter only into a file. */
static int export(scmp_filter_ctx ctx, struct fz_sandbox *s)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0)
        return errno;
    int sys = -seccomp_export_bpf(ctx, fd);
    off_t bytes = sys ? 0 : lseek(fd, 0, SEEK_END);
    if (!sys && (bytes <= 0 || !(s->filter = malloc((size_t)bytes))))
        sys = ENOMEM;
    if (!sys && pread(fd, s->filter, (size_t)bytes, 0) != bytes)
        sys = EIO;
    s->filter_len = sys ? 0 : (size_t)bytes / sizeof *s->filter;
    close(fd);
    return sys;
}

bool fz_sandbox_seccomp_compile(struct fz_sandbox *s)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (!ctx)
        return fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_SECCOMP, 0, "libseccomp cannot start");
    seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a binary search; without it only slower */
    int sys = add_rules(ctx);
    if (!sys)
        sys = export(ctx, s);
    seccomp_release(ctx);
    return sys == 0 || fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_SECCOMP, sys, "the filter cannot be compiled");
}

/* Gives how often its number had to be put in. */
static int put_own_pid(struct fz_sandbox *s)
{
    int count = 0;
    for (size_t i = 0; i < s->filter_len; i++)
        if (BPF_CLASS(s->filter[i].code) == BPF_JMP && s->filter[i].k == OWN_PID) {
            s->filter[i].k = (uint32_t)getpid();
            count++;
        }
    return count;
}

const char *fz_sandbox_call_name(int32_t number, char name[FZ_SANDBOX_CALL_NAME])
{
    char *known = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    if (known)
        snprintf(name, FZ_SANDBOX_CALL_NAME, "%s", known);
    else
        snprintf(name, FZ_SANDBOX_CALL_NAME, "system call %d", (int)number);
    free(known);
    return name;
}

bool fz_sandbox_seccomp_load(struct fz_sandbox *s)
{
    const enum fz_sandbox_layer layer = FZ_SANDBOX_LAYER_SECCOMP;
    if (!s->filter)
        return false;
    if (put_own_pid(s) == 0)
        return fz_sandbox_lacks(s, layer, 0, "the filter has no place for its process");
    /* Without SPEC_ALLOW older kernels slow the whole process down, lest it spy on itself: it has only one secret, the
     * picture. */
    struct sock_fprog program = {.len = (unsigned short)s->filter_len, .filter = s->filter};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0 ||
           fz_sandbox_lacks(s, layer, errno, "the filter is refused");
}
