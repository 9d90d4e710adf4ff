#include "process/layers.h"

#include "base/sanitized.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As prlimit64(2) has it on every machine. */
struct bounds {
    uint64_t soft, hard;
};

/* Both bounds, so that it cannot be raised again; never above what stands already. `spare` lies between them. */
static bool limit(int resource, uint64_t most, uint64_t spare)
{
    struct bounds now, next;
    if (syscall(SYS_prlimit64, 0, resource, NULL, &now) != 0)
        return false;
    next.hard = most + spare < now.hard ? most + spare : now.hard;
    next.soft = most < next.hard ? most : next.hard;
    return syscall(SYS_prlimit64, 0, resource, &next, NULL) == 0;
}

/* RLIMIT_NOFILE bounds their numbers. */
static uint64_t most_descriptors(const struct fz_sandbox_limits *limits)
{
    int fds[FZ_SANDBOX_OFFERS], highest = -1;
    for (size_t i = fz_sandbox_offered(fds); i-- > 0;)
        highest = fds[i] > highest ? fds[i] : highest;
    return limits->descriptors ? limits->descriptors + (uint64_t)(highest + 1) : 0;
}

bool fz_sandbox_limit(struct fz_sandbox *s, const struct fz_sandbox_limits *limits)
{
    const struct {
        int resource;
        const char *name;
        uint64_t most, spare;
    } rows[] = {
        {RLIMIT_AS, "RLIMIT_AS", FZ_SANITIZED ? 0 : limits->address_bytes, 0},
        {RLIMIT_FSIZE, "RLIMIT_FSIZE", limits->file_bytes, 0},
        {RLIMIT_CPU, "RLIMIT_CPU", limits->cpu_s, 1}, /* SIGXCPU says what happened, SIGKILL comes after it */
        {RLIMIT_NOFILE, "RLIMIT_NOFILE", most_descriptors(limits), 0},
        {RLIMIT_NPROC, "RLIMIT_NPROC", limits->tasks, 0},
    };
    if (!limit(RLIMIT_CORE, 0, 0))
        return fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_LIMITS, errno, "RLIMIT_CORE");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].most > 0 && !limit(rows[i].resource, rows[i].most, rows[i].spare))
            return fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_LIMITS, errno, rows[i].name);
    return true;
}
