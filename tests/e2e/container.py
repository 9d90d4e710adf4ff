"""Runs a program as root of a container, with the capabilities that Docker and podman leave to one:

    container.py [--refuse CALL,...] PROGRAM [ARGUMENT]...

These system calls are refused besides, by a filter as containers have it; that of Docker refuses REFUSED_BY_DOCKER."""

import ctypes
import ctypes.util
import errno
import os
import signal
import subprocess
import sys

# moby/daemon/pkg/oci/caps/defaults.go
KEPT = {"chown": 0, "dac_override": 1, "fowner": 3, "fsetid": 4, "kill": 5, "setgid": 6, "setuid": 7, "setpcap": 8,
        "net_bind_service": 10, "net_raw": 13, "sys_chroot": 18, "mknod": 27, "audit_write": 29, "setfcap": 31}
# moby/profiles/seccomp/default.json: what makes namespaces, and what counts only within one.
REFUSED_BY_DOCKER = ("unshare", "clone", "clone3", "setns", "mount", "umount2", "pivot_root", "sethostname", "setdomainname")
CLONE_NEW = [1 << bit for bit in (17, 25, 26, 27, 28, 29, 30)]  # of clone's flags; without them it is how a process forks

PR_CAPBSET_DROP = 24
SCMP_ACT_ALLOW, SCMP_ACT_ERRNO, SCMP_FLTATR_CTL_NNP, SCMP_CMP_MASKED_EQ = 0x7FFF0000, 0x00050000, 3, 7


def command(program, refused=REFUSED_BY_DOCKER):
    """What runs it so, in namespaces of its own as well. Root's."""
    return ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc",
            sys.executable, os.path.abspath(__file__), "--refuse", ",".join(refused), program]


def why_not(refused=REFUSED_BY_DOCKER):
    """Why there can be no such container here; empty where there can."""
    if os.geteuid() != 0:
        return "only root makes a container here"
    trial = subprocess.run([*command("true", refused)], stderr=subprocess.PIPE, check=False)
    return trial.stderr.decode().strip() if trial.returncode else ""


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def refuse(calls):
    library = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(SCMP_ACT_ALLOW))
    library.seccomp_attr_set(rules, SCMP_FLTATR_CTL_NNP, 0)
    for name in calls:
        number = library.seccomp_syscall_resolve_name(name.encode())
        action = SCMP_ACT_ERRNO | (errno.ENOSYS if name == "clone3" else errno.EPERM)
        if name == "clone":
            for flag in CLONE_NEW:
                comparison = Comparison(0, SCMP_CMP_MASKED_EQ, flag, flag)
                assert library.seccomp_rule_add_array(rules, action, number, 1, ctypes.byref(comparison)) == 0, name
        else:
            assert library.seccomp_rule_add_array(rules, action, number, 0, None) == 0, name
    assert library.seccomp_load(rules) == 0, "the filter"


def main():
    refused, program = sys.argv[2], sys.argv[3:]
    refuse(filter(None, refused.split(",")))
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores, and whoever it runs would too
        signal.signal(number, signal.SIG_DFL)
    libc = ctypes.CDLL(None)
    for capability in set(range(64)) - set(KEPT.values()):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # those that there are; in force with the program's start
    os.execvp(program[0], program)


if __name__ == "__main__":
    main()
