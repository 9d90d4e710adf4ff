/* Clocks that tests set (LD_PRELOAD): the time of day is off by as many seconds as the file FRIEZE_CLOCK_OFFSET says
 * at that moment, an int64_t; the CPU time of other processes is FRIEZE_CLOCK_CPU times what they have spent. All other clocks are
 * right. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifdef SYS_clock_gettime64 /* 32 bits */
enum { CLOCK_GETTIME = sizeof(time_t) > sizeof(long) ? SYS_clock_gettime64 : SYS_clock_gettime };
#else
enum { CLOCK_GETTIME = SYS_clock_gettime };
#endif

static const volatile int64_t *offset;
static long cpu_times = 1;

/* Mapped before there are threads and sandboxes. */
__attribute__((constructor)) static void map_offset(void)
{
    const char *path = getenv("FRIEZE_CLOCK_OFFSET"), *times = getenv("FRIEZE_CLOCK_CPU");
    cpu_times = times ? atol(times) : 1;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *at = fd >= 0 ? mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (at != MAP_FAILED)
        offset = at;
    if (fd >= 0)
        close(fd);
}

/* As clock_getcpuclockid(3) makes them: the complement of the pid before three bits; 0 is who asks. */
static int is_of_another(clockid_t clock)
{
    return clock < 0 && ~(clock >> 3) != 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int rc = (int)syscall(CLOCK_GETTIME, clock, now);
    if (rc == 0 && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += (time_t)*offset;
    if (rc == 0 && cpu_times != 1 && is_of_another(clock)) {
        int64_t us = (now->tv_sec * INT64_C(1000000) + now->tv_nsec / 1000) * cpu_times;
        *now = (struct timespec){.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000 * 1000)};
    }
    return rc;
}

time_t time(time_t *to)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to)
        *to = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *to, void *zone)
{
    (void)zone;
    struct timespec now;
    int rc = clock_gettime(CLOCK_REALTIME, &now);
    *to = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return rc;
}
