/* What is to fail, what was counted, and the report. */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    int sys;
} kinds[] = {
#define X(kind, name, sys) {name, sys},
    FZ_FAULT_KINDS(X)
#undef X
};

static struct request {
    unsigned nth; /* 0: none */
    bool and_after;
    int sys;
} requests[FZ_FAULT_KIND_COUNT]; /* immutable once threads run */

static bool tears; /* as `requests` */
static int log_fd = -1;

/* Of all processes that come from the first: what fails once does not fail in each of them again. */
static struct counters {
    atomic_uint counts[FZ_FAULT_KIND_COUNT], made;
} before, *shared = &before;

static void put(const char *line, int len)
{
    if (log_fd >= 0 && syscall(SYS_write, log_fd, line, (size_t)len) < 0)
        log_fd = -1;
}

bool fz_faults_due(enum fz_fault_kind kind, const char *function, const void *caller)
{
    const struct request *request = &requests[kind];
    unsigned count = atomic_fetch_add(&shared->counts[kind], 1) + 1;
    if (request->nth == 0 || (request->and_after ? count < request->nth : count != request->nth))
        return false;
    atomic_fetch_add(&shared->made, 1);
    char line[256];
    Dl_info info = {0};
    dladdr(caller, &info);
    int len = snprintf(line, sizeof line, "fault %s %u %s +0x%lx\n", kinds[kind].name, count, function,
                       (unsigned long)((const char *)caller - (const char *)info.dli_fbase));
    put(line, len);
    errno = request->sys;
    return true;
}

void fz_cut_step(const char *function, const void *caller)
{
    int sys = errno;
    if (fz_faults_due(FZ_FAULT_STEP, function, caller))
        fz_cut_power(tears);
    errno = sys;
}

/* "alloc:17+=12" */
static bool understand(char *text)
{
    char *colon = strchr(text, ':');
    if (!colon)
        return false;
    *colon = '\0';
    bool torn = strcmp(text, "torn") == 0;
    const char *name = torn ? "cut" : text;
    for (int i = 0; i < FZ_FAULT_KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, name) != 0)
            continue;
        char *end;
        struct request request = {.nth = (unsigned)strtoul(colon + 1, &end, 10), .sys = kinds[i].sys};
        request.and_after = *end == '+';
        end += request.and_after;
        if (*end == '=')
            request.sys = (int)strtol(end + 1, &end, 10);
        requests[i] = request;
        tears |= torn;
        return *end == '\0' && request.nth > 0;
    }
    return false;
}

static bool understand_all(const char *words)
{
    char text[256];
    snprintf(text, sizeof text, "%s", words);
    bool understood = strlen(words) < sizeof text;
    char *rest = text;
    for (char *one; (one = strsep(&rest, ",")) != NULL;)
        understood = understand(one) && understood;
    return understood;
}

bool fz_faults_asks(enum fz_fault_kind kind)
{
    return requests[kind].nth > 0;
}

static void report(void)
{
    char line[64];
    put(line, snprintf(line, sizeof line, "count made %u\n", atomic_load(&shared->made)));
    for (int i = 0; i < FZ_FAULT_KIND_COUNT; i++)
        put(line,
            snprintf(line, sizeof line, "count %s %u\n", kinds[i].name, atomic_load(&shared->counts[i])));
}

/* Nothing of the program runs in a build with faults that its environment did not ask for in words that are understood. */
__attribute__((constructor)) static void begin(void)
{
    const char *request = getenv("FRIEZE_FAULTS"), *file = getenv("FRIEZE_FAULTS_LOG");
    if (file) {
        int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 100); /* out of the way of what the program counts on */
        close(fd);
    }
    shared = (void *)syscall(SYS_mmap, NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0L);
    if (request && !understand_all(request)) {
        fprintf(stderr, "FRIEZE_FAULTS=%s: not understood\n", request);
        _exit(2);
    }
    unsetenv("FRIEZE_FAULTS"); /* for a zygote that is started anew */
    atexit(report);
}

void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

void __wrap__exit(int status)
{
    report();
    __real__exit(status);
}
