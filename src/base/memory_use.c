#include "base/memory_use.h"

#include "base/mem.h"
#include "base/path.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Of two limits, 0 being none. */
static uint64_t tighter(uint64_t a, uint64_t b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

/* Every group on the way to the root bounds what is in it. Changes `path`. */
static uint64_t limit_on_the_way(const char *mount, char *path, const char *file_name)
{
    /* A group outside of the namespace that is mounted here: only the root of that can be looked at. */
    if (strcmp(path, "/..") == 0 || strncmp(path, "/../", 4) == 0)
        path[0] = '\0';
    uint64_t limit = 0;
    for (size_t len = strlen(path);;) {
        char *file = fz_asprintf("%s%.*s/%s", mount, (int)len, path, file_name);
        limit = tighter(limit, read_bytes(file));
        free(file);
        if (len == 0)
            return limit;
        while (len > 0 && path[--len] != '/')
            ;
    }
}

/* Whether a comma-separated list holds "memory". */
static bool has_memory_controller(char *list)
{
    char *rest = NULL;
    for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
        if (strcmp(name, "memory") == 0)
            return true;
    return false;
}

uint64_t fz_memory_cgroup_limit_bytes(const char *membership, const char *mount)
{
    FILE *file = fopen(membership, "re");
    if (!file)
        return 0;
    uint64_t limit = 0;
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) { /* hierarchy:controllers:path */
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *controllers++ = *path++ = '\0';
        if (strcmp(line, "0") == 0 && *controllers == '\0') {
            limit = tighter(limit, limit_on_the_way(mount, path, "memory.max"));
        } else if (has_memory_controller(controllers)) {
            char *hierarchy = fz_path_join(mount, "memory");
            limit = tighter(limit, limit_on_the_way(hierarchy, path, "memory.limit_in_bytes"));
            free(hierarchy);
        }
    }
    free(line);
    fclose(file);
    return limit;
}

uint64_t fz_memory_available_bytes(void)
{
    uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    return tighter(machine, fz_memory_cgroup_limit_bytes("/proc/self/cgroup", "/sys/fs/cgroup"));
}
