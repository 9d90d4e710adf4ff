/* Namespaces and users. Root makes namespaces as it is, then becomes nobody; everybody else may do so inside a user
 * namespace, where the system permits that. What is gained there is given up again. */
#include "process/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* --- the user ------------------------------------------------------------------------------------- */

static bool write_once(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return done;
}

/* Who we are outside is nobody inside. Unmapped we would be nobody too, but could not mount. */
static bool enter_user_namespace(void)
{
    char uid_map[48], gid_map[48];
    snprintf(uid_map, sizeof uid_map, "%d %u 1", NOBODY, (unsigned)geteuid());
    snprintf(gid_map, sizeof gid_map, "%d %u 1", NOBODY, (unsigned)getegid());
    return unshare(CLONE_NEWUSER) == 0 && write_once("/proc/self/uid_map", uid_map) &&
           write_once("/proc/self/setgroups", "deny") && write_once("/proc/self/gid_map", gid_map);
}

/* A container may have no such user: its root is somebody else outside, and nothing without capabilities. */
static bool become_nobody(struct fz_sandbox *s)
{
    if (geteuid() != 0 && getuid() != 0)
        return true;
    bool alone = setgroups(0, NULL) == 0;
    if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)
        return errno == EINVAL || fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_NO_CAPS, errno, "root stays root");
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* or our own files in /proc would still be root's */
    return alone || fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_NO_CAPS, 0, "the groups of root stay");
}

static bool drop_capabilities(struct fz_sandbox *s)
{
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); /* only who may can, and only who may needs to */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &header, none) == 0 ||
           fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_NO_CAPS, errno, "capset");
}

/* --- the file system -------------------------------------------------------------------------------- */

/* An empty file system takes the place of the root, and the one that stood there is let go. */
static bool empty_root(struct fz_sandbox *s)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    static const char *const places[] = {"/proc", "/tmp", "/dev", "/"}; /* any folder that is there will do */
    const char *what = "mount / private";
    bool done = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    if (done) {
        what = "mount an empty file system";
        size_t i = 0, count = sizeof places / sizeof *places;
        while (i < count && mount("none", places[i], "tmpfs", flags, "size=4k,nr_inodes=2,mode=0555") != 0)
            i++;
        done = i < count && chdir(places[i]) == 0;
    }
    if (done) {
        what = "pivot_root";
        done = syscall(SYS_pivot_root, ".", ".") == 0;
    }
    if (done) {
        what = "umount the old root";
        done = umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
    }
    if (done) {
        what = "mount the root read-only";
        done = mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) == 0;
    }
    return done || fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_MOUNTNS, errno, what);
}

/* --- all of them ------------------------------------------------------------------------------------ */

static const struct {
    enum fz_sandbox_layer layer;
    int flag;
} namespaces[] = {
    {FZ_SANDBOX_LAYER_NETNS, CLONE_NEWNET},
    {FZ_SANDBOX_LAYER_IPCNS, CLONE_NEWIPC},
    {FZ_SANDBOX_LAYER_UTSNS, CLONE_NEWUTS},
    {FZ_SANDBOX_LAYER_MOUNTNS, CLONE_NEWNS},
};
enum { NAMESPACES = sizeof namespaces / sizeof *namespaces };

/* Of those wanted, the namespaces that could be made, as layers. */
static uint32_t unshare_each(struct fz_sandbox *s, uint32_t wanted)
{
    uint32_t made = 0;
    for (int i = 0; i < NAMESPACES; i++)
        if (wanted & 1u << namespaces[i].layer) {
            if (unshare(namespaces[i].flag) == 0) {
                made |= 1u << namespaces[i].layer;
                s->reasons[namespaces[i].layer][0] = '\0'; /* of a first attempt */
            } else
                fz_sandbox_lacks(s, namespaces[i].layer, errno, "unshare");
        }
    return made;
}

/* Nobody's way. A user namespace that holds nothing else helps nobody, so it is no layer of its own. */
static uint32_t unshare_as_user(struct fz_sandbox *s, uint32_t wanted)
{
    if (enter_user_namespace())
        return unshare_each(s, wanted);
    int sys = errno;
    for (int i = 0; i < NAMESPACES; i++)
        if (wanted & 1u << namespaces[i].layer)
            fz_sandbox_lacks(s, namespaces[i].layer, sys, "no user namespace");
    return 0;
}

uint32_t fz_sandbox_namespaces(struct fz_sandbox *s, uint32_t wanted)
{
    const uint32_t all = FZ_SANDBOX_MOUNTNS | FZ_SANDBOX_NETNS | FZ_SANDBOX_IPCNS | FZ_SANDBOX_UTSNS;
    uint32_t held = 0;
    bool leaves_root = wanted & FZ_SANDBOX_NO_CAPS;
    if (geteuid() == 0)
        held = unshare_each(s, wanted & all);
    /* Root of a container may be less than an ordinary user. */
    bool tries_as_user = !held && (wanted & all) && (geteuid() != 0 || (leaves_root && become_nobody(s)));
    if (tries_as_user)
        held = unshare_as_user(s, wanted & all);
    if ((held & FZ_SANDBOX_MOUNTNS) && !empty_root(s))
        held &= ~(uint32_t)FZ_SANDBOX_MOUNTNS;
    if (leaves_root && become_nobody(s) && drop_capabilities(s))
        held |= FZ_SANDBOX_NO_CAPS;
    return held;
}
