/* Landlock: a process gives up rights for good, without any privilege (https://docs.kernel.org/userspace-api/landlock.html). */
#include "process/layers.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h of an older system lacks what a newer kernel can do, so its numbers stand here. */
enum { CREATE_RULESET_VERSION = 1 };

struct ruleset {
    uint64_t fs, net, scoped;
};

/* All that each version of the interface can deny. Those that a kernel does not know it would refuse to hear of. */
static struct ruleset everything(long abi)
{
    static const uint8_t fs_rights[] = {13, 14, 15, 15, 16}; /* 2: REFER; 3: TRUNCATE; 5: IOCTL_DEV */
    const long known = sizeof fs_rights / sizeof *fs_rights;
    return (struct ruleset){
        .fs = (UINT64_C(1) << fs_rights[abi < known ? abi - 1 : known - 1]) - 1,
        .net = abi >= 4 ? 3 : 0,    /* BIND_TCP, CONNECT_TCP */
        .scoped = abi >= 6 ? 3 : 0, /* ABSTRACT_UNIX_SOCKET, SIGNAL */
    };
}

bool fz_sandbox_landlock(struct fz_sandbox *s)
{
    const enum fz_sandbox_layer layer = FZ_SANDBOX_LAYER_LANDLOCK;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    if (abi < 0) /* a container may refuse it */
        return fz_sandbox_lacks(s, layer, errno,
                                errno == EPERM ? "landlock_create_ruleset" : "this kernel has no Landlock");
    struct ruleset ruleset = everything(abi);
    long fd = syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0);
    if (fd < 0)
        return fz_sandbox_lacks(s, layer, errno, "landlock_create_ruleset");
    bool holds = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    int sys = errno;
    close((int)fd);
    return holds || fz_sandbox_lacks(s, layer, sys, "landlock_restrict_self");
}
