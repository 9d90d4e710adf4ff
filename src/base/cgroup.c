#include "base/cgroup.h"

#include "base/mem.h"
#include "base/path.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct fz_cgroup_places fz_cgroup_places = {"/proc/self/cgroup", "/sys/fs/cgroup"};

uint64_t fz_cgroup_read(const char *folder, const char *name, const char *key)
{
    char *path = fz_path_join(folder, name);
    FILE *file = fopen(path, "re");
    free(path);
    unsigned long long number = 0;
    char line[128];
    size_t key_len = key ? strlen(key) : 0;
    while (file && fgets(line, sizeof line, file)) {
        if (key && (strncmp(line, key, key_len) != 0 || line[key_len] != ' '))
            continue;
        if (sscanf(line + key_len, "%llu", &number) != 1)
            number = 0;
        break;
    }
    if (file)
        fclose(file);
    return number;
}

static void visit_way(const char *mount, char *path, int version, fz_cgroup_visit *visit, void *ctx)
{
    /* A group outside of the namespace that is mounted here: only the root of that can be looked at. */
    if (strcmp(path, "/..") == 0 || strncmp(path, "/../", 4) == 0)
        path[0] = '\0';
    for (size_t len = strlen(path);;) {
        char *folder = fz_asprintf("%s%.*s", mount, (int)len, path);
        visit(ctx, folder, version);
        free(folder);
        if (len == 0)
            return;
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

void fz_cgroup_each(const struct fz_cgroup_places *places, fz_cgroup_visit *visit, void *ctx)
{
    FILE *file = fopen(places->membership, "re");
    if (!file)
        return;
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
            visit_way(places->mount, path, 2, visit, ctx);
        } else if (has_memory_controller(controllers)) {
            char *hierarchy = fz_path_join(places->mount, "memory");
            visit_way(hierarchy, path, 1, visit, ctx);
            free(hierarchy);
        }
    }
    free(line);
    fclose(file);
}
