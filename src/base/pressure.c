#include "base/pressure.h"

#include "base/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SHORT_PART = 10,    /* short: less than a tenth is left, */
    ENOUGH = 256 << 20, /* and less than this: a tenth of a large machine is a lot */
    STALL_PART = 10,    /* or tasks have waited for a tenth of the time */
    PATIENCE_US = 2000000,
    CALM_US = 5000000,
    MOST_CALM_US = 160000000,
    AGAIN_US = 60000000,
};

const struct fz_pressure_places fz_pressure_places = {
    {"/proc/self/cgroup", "/sys/fs/cgroup"}, "/proc/pressure/memory", "/proc/meminfo"};

/* The total of the line "some avg10=0.00 avg60=0.00 avg300=0.00 total=8141311" (Documentation/accounting/psi.rst); 0 where
 * the kernel counts none. */
static uint64_t read_stalls(const char *path, bool *known)
{
    FILE *file = fopen(path, "re");
    char line[160];
    unsigned long long total = 0;
    while (file && fgets(line, sizeof line, file)) {
        const char *at = strncmp(line, "some ", 5) == 0 ? strstr(line, "total=") : NULL;
        if (at && sscanf(at, "total=%llu", &total) == 1) {
            *known = true;
            break;
        }
    }
    if (file)
        fclose(file);
    return total;
}

static bool is_short(uint64_t used, uint64_t limit)
{
    uint64_t left = used < limit ? limit - used : 0;
    return left < limit / SHORT_PART && left < ENOUGH;
}

struct visit {
    struct fz_pressure_look *look;
    bool has_stalls; /* of the own group */
};

/* What the names of the two versions are. */
struct group_files {
    const char *limits[2], *used, *dropped[2];
};
static const struct group_files version_1 = {{"memory.limit_in_bytes", "memory.limit_in_bytes"},
                                             "memory.usage_in_bytes",
                                             {"total_active_file", "total_inactive_file"}};
static const struct group_files version_2 = {
    {"memory.high", "memory.max"}, "memory.current", {"active_file", "inactive_file"}};

/* The kernel's copies of files are not counted as used: it drops them by itself. */
static void look_at_group(void *ctx, const char *folder, int version)
{
    struct visit *visit = ctx;
    const struct group_files *files = version == 2 ? &version_2 : &version_1;
    if (version == 2 && !visit->has_stalls) {
        char *stalls = fz_path_join(folder, "memory.pressure");
        visit->look->stalled_us[1] = read_stalls(stalls, &visit->has_stalls);
        free(stalls);
    }
    uint64_t limit = fz_cgroup_tighter(fz_cgroup_read(folder, files->limits[0], NULL),
                                       fz_cgroup_read(folder, files->limits[1], NULL));
    if (limit == 0 || visit->look->full[0] != '\0')
        return;
    uint64_t used = fz_cgroup_read(folder, files->used, NULL), dropped = 0;
    for (int i = 0; i < 2; i++)
        dropped += fz_cgroup_read(folder, "memory.stat", files->dropped[i]);
    used = used > dropped ? used - dropped : 0;
    if (is_short(used, limit))
        snprintf(visit->look->full, sizeof visit->look->full, "%llu of %llu MB of its control group are used",
                 (unsigned long long)(used >> 20), (unsigned long long)(limit >> 20));
}

void fz_pressure_look(const struct fz_pressure_places *places, int64_t now_us, struct fz_pressure_look *look)
{
    *look = (struct fz_pressure_look){.at_us = now_us};
    bool known = false;
    look->stalled_us[0] = read_stalls(places->stalls, &known);
    struct visit visit = {.look = look};
    fz_cgroup_each(&places->cgroup, look_at_group, &visit);
    if (known || look->full[0] != '\0')
        return;
    char *folder = fz_path_dir(places->memory);
    const char *name = fz_path_name(places->memory);
    uint64_t total = fz_cgroup_read(folder, name, "MemTotal:") * 1024;
    uint64_t available = fz_cgroup_read(folder, name, "MemAvailable:") * 1024;
    if (available > 0 && is_short(total - available, total))
        snprintf(look->full, sizeof look->full, "%llu MB of the machine's memory are left",
                 (unsigned long long)(available >> 20));
    free(folder);
}

const char *fz_pressure_name(enum fz_pressure pressure)
{
    static const char *const names[] = {"none", "caches", "decoders"};
    return names[pressure];
}

/* Says in `reason` what is short, if anything is. */
static bool has_sign(const struct fz_pressure_look *last, const struct fz_pressure_look *look, char *reason)
{
    static const char *const whose[] = {"the machine", "its control group"};
    if (look->full[0] != '\0') {
        snprintf(reason, FZ_PRESSURE_REASON, "%s", look->full);
        return true;
    }
    int64_t passed_us = look->at_us - last->at_us;
    for (int i = 0; i < 2 && last->at_us > 0 && passed_us > 0; i++) {
        uint64_t stalled_us = look->stalled_us[i] - last->stalled_us[i];
        if (look->stalled_us[i] <= last->stalled_us[i] || stalled_us < (uint64_t)passed_us / STALL_PART)
            continue;
        snprintf(reason, FZ_PRESSURE_REASON, "tasks of %s waited for memory %llu ms in %llu", whose[i],
                 (unsigned long long)stalled_us / 1000, (unsigned long long)passed_us / 1000);
        return true;
    }
    return false;
}

enum fz_pressure fz_pressure_judge(struct fz_pressure_state *state, const struct fz_pressure_look *look)
{
    int64_t now_us = look->at_us;
    bool is_short_now = has_sign(&state->last, look, state->reason);
    state->last = *look;
    if (is_short_now)
        state->short_us = now_us;
    if (state->pressure == FZ_PRESSURE_NONE && is_short_now) {
        bool again = state->ended_us > 0 && now_us - state->ended_us < AGAIN_US;
        int64_t doubled_us = state->calm_us * 2 < MOST_CALM_US ? state->calm_us * 2 : MOST_CALM_US;
        state->calm_us = again ? doubled_us : CALM_US;
        state->pressure = FZ_PRESSURE_CACHES;
        state->since_us = now_us;
    } else if (state->pressure == FZ_PRESSURE_CACHES && is_short_now &&
               now_us - state->since_us >= PATIENCE_US) {
        state->pressure = FZ_PRESSURE_DECODERS;
    } else if (state->pressure != FZ_PRESSURE_NONE && now_us - state->short_us >= state->calm_us) {
        state->pressure = FZ_PRESSURE_NONE;
        state->ended_us = now_us;
    }
    return state->pressure;
}

/* Tasks that waited 200 ms in a window of 2 s, which is what a process without privileges may ask for. */
int fz_pressure_arm(const char *stalls)
{
    static const char trigger[] = "some 200000 2000000";
    int fd = open(stalls, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && write(fd, trigger, sizeof trigger) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}
