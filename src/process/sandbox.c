#include "process/sandbox.h"

#include "process/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char *const layer_names[] = {
#define X(layer, name) name,
    FZ_SANDBOX_LAYER_TABLE(X)
#undef X
};

/* --- what holds, in words ------------------------------------------------------------------------- */

bool fz_sandbox_lacks(struct fz_sandbox *s, enum fz_sandbox_layer layer, int sys, const char *what)
{
    snprintf(s->reasons[layer], sizeof s->reasons[layer], "%s%s%s", what, sys ? ": " : "",
             sys ? strerror(sys) : "");
    return false;
}

enum fz_sandbox_state fz_sandbox_state_of(uint32_t held)
{
    const uint32_t needed = FZ_SANDBOX_SECCOMP | FZ_SANDBOX_NO_NEW_PRIVS;
    if ((held | FZ_SANDBOX_LANDLOCK) == FZ_SANDBOX_ALL)
        return FZ_SANDBOX_STATE_FULL;
    if ((held & needed) == needed && (held & (FZ_SANDBOX_MOUNTNS | FZ_SANDBOX_LANDLOCK)))
        return FZ_SANDBOX_STATE_STRONG;
    return held ? FZ_SANDBOX_STATE_PARTIAL : FZ_SANDBOX_STATE_OFF;
}

const char *fz_sandbox_state_name(enum fz_sandbox_state state)
{
    static const char *const names[] = {"off", "partial", "strong", "full"};
    return names[state];
}

const char *fz_sandbox_layer_name(enum fz_sandbox_layer layer)
{
    return layer_names[layer];
}

void fz_sandbox_format(uint32_t held, char text[FZ_SANDBOX_TEXT])
{
    int len = snprintf(text, FZ_SANDBOX_TEXT, "%s", fz_sandbox_state_name(fz_sandbox_state_of(held)));
    for (int i = 0, first = 1; i < FZ_SANDBOX_LAYERS && len < FZ_SANDBOX_TEXT; i++)
        if (held & 1u << i) {
            len += snprintf(text + len, (size_t)(FZ_SANDBOX_TEXT - len), "%s%s", first ? ": " : " ",
                            layer_names[i]);
            first = 0;
        }
}

static size_t append(char text[FZ_SANDBOX_MISSING], size_t len, const char *before, const char *more)
{
    int wrote = snprintf(text + len, FZ_SANDBOX_MISSING - len, "%s%s", before, more);
    return wrote < 0 || (size_t)wrote >= FZ_SANDBOX_MISSING - len ? FZ_SANDBOX_MISSING - 1
                                                                  : len + (size_t)wrote;
}

void fz_sandbox_explain(const struct fz_sandbox *s, uint32_t held, char text[FZ_SANDBOX_MISSING])
{
    size_t len = 0;
    text[0] = '\0';
    for (int i = 0; i < FZ_SANDBOX_LAYERS; i++) {
        const char *before = len ? ", " : "";
        if (held & 1u << i)
            continue;
        for (int same = i; same < FZ_SANDBOX_LAYERS; same++)
            if (!(held & 1u << same) && strcmp(s->reasons[same], s->reasons[i]) == 0) {
                len = append(text, len, before, layer_names[same]);
                held |= 1u << same; /* done with */
                before = " ";
            }
        len = append(text, len, ": ", s->reasons[i]);
    }
}

/* --- what a process was born with ------------------------------------------------------------------ */

/* The language decides which texts of an SVG are shown; all else is nobody's business, and is overwritten. The local time
 * is read now, and not looked for again. */
static void scrub_environment(void)
{
    static const char *const names[] = {"LANG", "LC_", "TZ="};
    char **kept = environ;
    for (char **variable = environ; variable && *variable; variable++) {
        bool keep = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            keep |= strncmp(*variable, names[i], strlen(names[i])) == 0;
        if (keep)
            *kept++ = *variable;
        else
            explicit_bzero(*variable, strlen(*variable));
    }
    if (kept)
        *kept = NULL;
    setenv("TZ", ":/etc/localtime", 0);
    tzset();
}

static int compare_fds(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void close_between(int first, int last)
{
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
        return;
    for (int fd = first, most = (int)sysconf(_SC_OPEN_MAX); fd <= last && fd < most; fd++)
        close(fd);
}

/* Numbers 0 to 2 are never free: whatever came to stand there would be written to by libraries that complain. */
static void scrub_descriptors(const int *keep, size_t keep_count)
{
    int kept[FZ_SANDBOX_KEPT + FZ_SANDBOX_OFFERS], next = 0, null = open("/dev/null", O_RDWR | O_CLOEXEC);
    size_t count = keep_count < FZ_SANDBOX_KEPT ? keep_count : FZ_SANDBOX_KEPT;
    memcpy(kept, keep, count * sizeof *kept);
    count += fz_sandbox_offered(kept + count);
    qsort(kept, count, sizeof *kept, compare_fds);
    for (size_t i = 0; i <= count; i++) {
        int end = i < count ? kept[i] : INT32_MAX;
        for (; null >= 0 && next < end && next <= STDERR_FILENO; next++)
            dup2(null, next);
        close_between(next, end == INT32_MAX ? end : end - 1);
        next = end == INT32_MAX ? end : end + 1;
    }
}

/* --- entering ------------------------------------------------------------------------------------- */

uint32_t fz_sandbox_enter_zygote(struct fz_sandbox *s, const int *keep, size_t keep_count, uint32_t without)
{
    *s = (struct fz_sandbox){.zygote = getpid()};
    for (enum fz_sandbox_layer i = 0; i < FZ_SANDBOX_LAYERS; i++)
        if (without & 1u << i)
            fz_sandbox_lacks(s, i, 0, "left out");
    scrub_environment();
    scrub_descriptors(keep, keep_count);
    if (!(without & FZ_SANDBOX_SECCOMP))
        fz_sandbox_seccomp_compile(s);
    s->held |= fz_sandbox_namespaces(s, FZ_SANDBOX_ALL & ~without);
    if (!(without & FZ_SANDBOX_NO_NEW_PRIVS)) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
            s->held |= FZ_SANDBOX_NO_NEW_PRIVS;
        else
            fz_sandbox_lacks(s, FZ_SANDBOX_LAYER_NO_NEW_PRIVS, errno, "prctl");
    }
    if (!(without & FZ_SANDBOX_LANDLOCK) && fz_sandbox_landlock(s))
        s->held |= FZ_SANDBOX_LANDLOCK;
    return s->held;
}

static bool left_out(const struct fz_sandbox *s, enum fz_sandbox_layer layer)
{
    return s->reasons[layer][0] != '\0';
}

uint32_t fz_sandbox_enter_decoder(struct fz_sandbox *s, const struct fz_sandbox_limits *limits,
                                  struct fz_sandbox_told *told)
{
    uint32_t held = s->held;
    /* The zygote may have died between the fork and this. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != s->zygote)
        _exit(EXIT_FAILURE);
    if (!left_out(s, FZ_SANDBOX_LAYER_LIMITS) && fz_sandbox_limit(s, limits))
        held |= FZ_SANDBOX_LIMITS;
    if (!left_out(s, FZ_SANDBOX_LAYER_SECCOMP) && fz_sandbox_watch(s, told) && fz_sandbox_seccomp_load(s))
        held |= FZ_SANDBOX_SECCOMP;
    return held;
}
