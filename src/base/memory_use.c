#include "base/memory_use.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

uint64_t fz_memory_pss_bytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    if (!file)
        return 0;
    char line[128];
    unsigned long long kib = 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %llu kB", &kib) == 1)
            break;
    fclose(file);
    return (uint64_t)kib * 1024;
}

uint64_t fz_memory_rss_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

/* 0 where the file is missing or says "max". */
static uint64_t read_bytes(const char *path)
{
    FILE *file = fopen(path, "re");
    unsigned long long bytes = 0;
    if (!file)
        return 0;
    if (fscanf(file, "%llu", &bytes) != 1)
        bytes = 0;
    fclose(file);
    return bytes;
}

uint64_t fz_memory_available_bytes(void)
{
    uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t cgroup = read_bytes("/sys/fs/cgroup/memory.max");
    return cgroup > 0 && cgroup < machine ? cgroup : machine;
}
