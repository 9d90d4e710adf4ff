#include "base/clock.h"

#include <time.h>

static int64_t start_us;

static int64_t read_clock(clockid_t id)
{
    struct timespec t = {0};
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void fz_clock_start(void)
{
    start_us = read_clock(CLOCK_MONOTONIC);
}

int64_t fz_now_us(void)
{
    return read_clock(CLOCK_MONOTONIC) - start_us;
}

int64_t fz_date_ms(void)
{
    return read_clock(CLOCK_REALTIME) / 1000;
}

int64_t fz_thread_cpu_us(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t fz_process_cpu_us(int pid)
{
    clockid_t id;
    return pid > 0 && clock_getcpuclockid(pid, &id) == 0 ? read_clock(id) : 0;
}
