/* The three classes of system calls, by name: a name that a machine does not have is passed over, and a call that stands in
 * none of these lists answers ENOSYS. Calls that depend on their arguments stand in seccomp.c. */
#ifndef FZ_PROCESS_CALLS_H
#define FZ_PROCESS_CALLS_H

/* clang-format off */

/* What decoding needs: memory, threads, time, descriptors that it has. No write: a decoder has nothing to say but its answers,
 * by sendmsg, and pixels, by pwrite: those files alone that it could write to in memory as well. */
static const char *const fz_calls_allowed[] = {
    /* its descriptors */
    "read", "readv", "pread64", "preadv", "pwrite64", "lseek", "_llseek", "fstat", "fstat64", "fadvise64",
    "fadvise64_64", "arm_fadvise64_64", "close", "sendmsg",
    "recvmsg", "poll", "ppoll", "ppoll_time64",
    /* memory; mmap and mprotect by their arguments */
    "brk", "munmap", "mremap", "madvise", "mincore",
    /* its threads; clone by its arguments */
    "futex", "futex_time64", "set_robust_list", "get_robust_list", "rseq", "membarrier", "sched_yield",
    "sched_getaffinity", "gettid", "getpid", "getppid", "getcpu", "exit", "exit_group",
    /* its own signals */
    "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigpending", "sigaltstack", "restart_syscall",
    /* what it may know */
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep",
    "clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "getrandom", "getrusage", "times",
    "sysinfo", "uname", "getuid", "geteuid", "getgid", "getegid", "getuid32", "geteuid32", "getgid32",
    "getegid32", "getrlimit", "ugetrlimit", "cacheflush", "set_tls",
};

/* To open files: answered for those on offer (sandbox.h), else noted and refused with EACCES. Libraries do it without need. */
static const char *const fz_calls_opening[] = {
    "open", "openat", "openat2", "creat", "access", "faccessat", "faccessat2",
};

/* Known to be dangerous, and of no use to any decoder: noted, and the end of it. */
static const char *const fz_calls_dangerous[] = {
    /* other programs and processes; clone by its arguments */
    "fork", "vfork", "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev",
    "process_madvise", "process_mrelease", "kcmp", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kill",
    "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpgid", "setsid",
    /* the network */
    "socket", "socketcall", "connect", "bind", "listen", "accept", "accept4", "send", "sendto", "sendmmsg",
    /* the kernel's wide doors */
    "bpf", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit",
    "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "init_module", "finit_module",
    "delete_module", "kexec_load", "kexec_file_load", "modify_ldt", "uselib", "iopl", "ioperm",
    "memfd_secret", "remap_file_pages", "vmsplice",
    /* file systems and namespaces */
    "mount", "umount", "umount2", "mount_setattr", "move_mount", "open_tree", "fsopen", "fsconfig",
    "fsmount", "fspick", "pivot_root", "chroot", "setns", "unshare", "swapon", "swapoff", "quotactl",
    "acct", "name_to_handle_at", "open_by_handle_at", "fanotify_init",
    /* files by their names */
    "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "mknod",
    "mknodat", "link", "linkat", "symlink", "symlinkat", "truncate", "truncate64", "chmod", "fchmod",
    "fchmodat", "fchmodat2", "chown", "chown32", "lchown", "lchown32", "fchown", "fchown32", "fchownat",
    "setxattr", "lsetxattr", "fsetxattr",
    /* who it is, and the whole machine */
    "setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32", "setregid", "setregid32",
    "setresuid", "setresuid32", "setresgid", "setresgid32", "setgroups", "setgroups32", "setfsuid",
    "setfsuid32", "setfsgid", "setfsgid32", "capset", "setrlimit", "reboot", "sethostname", "setdomainname",
    "settimeofday", "clock_settime", "clock_settime64", "adjtimex", "clock_adjtime", "clock_adjtime64",
    "syslog", "vhangup",
};

/* What the runtime of a sanitizer needs besides. */
static const char *const fz_calls_sanitizer[] = {
    "write", "writev", "prctl", "readlink", "readlinkat", "dup", "dup2", "dup3", "pipe2", "sched_getparam",
    "sched_getscheduler", "rt_sigtimedwait", "set_tid_address", "wait4", "ioctl", "getdents64", "mlock",
    "munlock",
};

/* clang-format on */

#endif
