#include "base/memory_use.h"

#include "base/mem.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t pss_of(const char *process)
{
    char *path = fz_asprintf("%s/smaps_rollup", process);
    FILE *file = fopen(path, "re");
    free(path);
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

static bool is_ours(const char *process)
{
    char *path = fz_asprintf("%s/cmdline", process), title[8] = "";
    FILE *file = fopen(path, "re");
    free(path);
    bool ours = file && fread(title, 1, sizeof title, file) == sizeof title &&
                memcmp(title, "frieze: ", sizeof title) == 0;
    if (file)
        fclose(file);
    return ours;
}

static uint64_t pss_under(const char *process);

/* What one thread has forked. */
static uint64_t pss_of_children(const char *thread)
{
    char *path = fz_asprintf("%s/children", thread);
    FILE *file = fopen(path, "re");
    uint64_t bytes = 0;
    int pid;
    free(path);
    while (file && fscanf(file, "%d", &pid) == 1) {
        char *child = fz_asprintf("/proc/%d", pid);
        bytes += is_ours(child) ? pss_under(child) : 0;
        free(child);
    }
    if (file)
        fclose(file);
    return bytes;
}

static uint64_t pss_under(const char *process)
{
    uint64_t bytes = pss_of(process);
    char *tasks = fz_asprintf("%s/task", process);
    DIR *folder = opendir(tasks);
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        char *thread = fz_asprintf("%s/%s", tasks, entry->d_name);
        bytes += entry->d_name[0] != '.' ? pss_of_children(thread) : 0;
        free(thread);
    }
    if (folder)
        closedir(folder);
    free(tasks);
    return bytes;
}

uint64_t fz_memory_pss_bytes(void)
{
    return pss_under("/proc/self");
}

uint64_t fz_memory_anonymous_bytes(int pid)
{
    char *path = fz_asprintf("/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    unsigned long long resident, shared;
    bool known = file && fscanf(file, "%*s %llu %llu", &resident, &shared) == 2;
    free(path);
    if (file)
        fclose(file);
    return known ? (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint64_t fz_memory_rss_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

static void take_limit(void *ctx, const char *folder, int version)
{
    uint64_t *limit = ctx;
    *limit = fz_cgroup_tighter(
        *limit, fz_cgroup_read(folder, version == 2 ? "memory.max" : "memory.limit_in_bytes", NULL));
}

uint64_t fz_memory_cgroup_limit_bytes(const struct fz_cgroup_places *places)
{
    uint64_t limit = 0;
    fz_cgroup_each(places, take_limit, &limit);
    return limit;
}

uint64_t fz_memory_available_bytes(void)
{
    uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    return fz_cgroup_tighter(machine, fz_memory_cgroup_limit_bytes(&fz_cgroup_places));
}
