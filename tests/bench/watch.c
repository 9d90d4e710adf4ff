/* Looks at an X server's screen from outside, without asking the server anything.
 *
 *   bench_watch FRAMEBUFFER FOLDER QUIET_MS TIMEOUT_MS
 *
 * FRAMEBUFFER is the file that `Xvfb -fbdir` keeps its screen in; it is mapped and compared with itself every
 * 4 ms. Only every eighth row is read (about 1 MB at 1920x1080, 0.1 ms), so that the watcher takes next to
 * nothing from what it measures. For each cell of 16x16 pixels it keeps the time of the first and of the last
 * change. It also notes each file of FOLDER when it is first opened (inotify), and samples the processor time
 * of the process, with its descendants, whose number it is given on standard input: that line is read after
 * the watching has begun.
 *
 * It ends when neither screen, nor processor time, nor the folder has moved for QUIET_MS, when the process
 * ends, or after TIMEOUT_MS; then it prints one JSON object. All times are CLOCK_MONOTONIC in milliseconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CELL = 16, ROW_STEP = 8, CURSOR_CELLS = 6, POLL_US = 4000, CPU_EVERY = 5, DEPTH = 4 };
enum { MAX_CPU = 60000, MAX_NAMES = 4096, XWD_HEADER_WORDS = 25 };

struct screen {
    const unsigned char *map, *pixels;
    size_t map_size;
    unsigned w, h, pitch, bytes;
    unsigned char *copy; /* the sampled rows as last seen */
    unsigned cells_x, cells_y;
    double *first, *last; /* per cell; 0: never changed */
};

struct cpu_sample {
    double at, used;
};

struct watch {
    struct screen screen;
    int inotify, pid;
    char *names[MAX_NAMES];
    double opened[MAX_NAMES];
    size_t name_count, cpu_count;
    struct cpu_sample cpu[MAX_CPU];
    double last_move, look_ms;
    unsigned long looks;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void die(const char *what)
{
    fprintf(stderr, "bench_watch: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint32_t word(const unsigned char *map, unsigned index)
{
    const unsigned char *p = map + (size_t)index * 4;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Maps an XWD file: 25 big-endian words, a name, the colour map, then the pixels. */
static void screen_open(struct screen *s, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        die(path);
    s->map_size = (size_t)st.st_size;
    s->map = mmap(NULL, s->map_size, PROT_READ, MAP_SHARED, fd, 0);
    if (s->map == MAP_FAILED || s->map_size < XWD_HEADER_WORDS * 4)
        die(path);
    close(fd);
    const size_t start = word(s->map, 0) + (size_t)word(s->map, 19) * 12; /* header_size, ncolors */
    s->w = word(s->map, 4);
    s->h = word(s->map, 5);
    s->bytes = word(s->map, 11) / 8; /* bits_per_pixel */
    s->pitch = word(s->map, 12);     /* bytes_per_line */
    if (start + (size_t)s->pitch * s->h > s->map_size || s->bytes == 0 || s->pitch < s->w * s->bytes) {
        errno = EINVAL;
        die(path);
    }
    s->pixels = s->map + start;
    s->cells_x = (s->w + CELL - 1) / CELL;
    s->cells_y = (s->h + CELL - 1) / CELL;
    s->copy = calloc((size_t)s->pitch, s->h / ROW_STEP + 1);
    s->first = calloc((size_t)s->cells_x * s->cells_y, sizeof *s->first);
    s->last = calloc((size_t)s->cells_x * s->cells_y, sizeof *s->last);
    if (s->copy == NULL || s->first == NULL || s->last == NULL)
        die("memory");
}

/* Notes the cells of one sampled row that changed; gives their number. */
static unsigned mark_row(struct screen *s, unsigned y, const unsigned char *row, unsigned char *seen,
                         double now)
{
    unsigned changed = 0;
    for (unsigned x = 0; x < s->cells_x; x++) {
        const unsigned left = x * CELL, right = left + CELL < s->w ? left + CELL : s->w;
        const size_t from = (size_t)left * s->bytes, length = (size_t)(right - left) * s->bytes;
        if (memcmp(row + from, seen + from, length) == 0)
            continue;
        const size_t cell = (size_t)(y / CELL) * s->cells_x + x;
        memcpy(seen + from, row + from, length);
        s->last[cell] = now;
        if (s->first[cell] <= 0)
            s->first[cell] = now;
        changed++;
    }
    return changed;
}

/* Compares the screen with what it was; tells whether more changed than a blinking text cursor. */
static int screen_look(struct screen *s, double now)
{
    unsigned changed = 0;
    unsigned char *seen = s->copy;
    for (unsigned y = ROW_STEP / 2; y < s->h; y += ROW_STEP, seen += s->pitch) {
        const unsigned char *row = s->pixels + (size_t)y * s->pitch;
        if (memcmp(row, seen, (size_t)s->w * s->bytes) == 0)
            continue;
        changed += mark_row(s, y, row, seen, now);
    }
    return changed > CURSOR_CELLS;
}

/* What is on the screen before anything starts is no change. */
static void screen_begin(struct screen *s)
{
    screen_look(s, 0);
    memset(s->first, 0, (size_t)s->cells_x * s->cells_y * sizeof *s->first);
    memset(s->last, 0, (size_t)s->cells_x * s->cells_y * sizeof *s->last);
}

static void note_open(struct watch *w, const char *name, double now)
{
    for (size_t i = 0; i < w->name_count; i++) {
        if (strcmp(w->names[i], name) == 0)
            return;
    }
    if (w->name_count < MAX_NAMES) {
        w->names[w->name_count] = strdup(name);
        w->opened[w->name_count++] = now;
    }
}

static int folder_look(struct watch *w, double now)
{
    _Alignas(struct inotify_event) char buffer[16384];
    int moved = 0;
    ssize_t got;
    while ((got = read(w->inotify, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < got;) {
            const struct inotify_event *event = (const void *)(buffer + at);
            if (event->len > 0 && (event->mask & IN_ISDIR) == 0) {
                note_open(w, event->name, now);
                moved = 1;
            }
            at += (ssize_t)(sizeof *event + event->len);
        }
    }
    return moved;
}

/* User and system time of one process with all its threads and reaped children in ms; negative when it is
 * gone. */
static double cpu_of(int pid)
{
    char path[64], text[1024];
    unsigned long user, system;
    long child_user, child_system;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return -1;
    const size_t got = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[got] = 0;
    const char *rest = strrchr(text, ')');
    char state;
    if (rest == NULL ||
        sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &state, &user,
               &system, &child_user, &child_system) != 5 ||
        state == 'Z')
        return -1;
    return (double)(user + system + (unsigned long)(child_user + child_system)) * 1e3 /
           (double)sysconf(_SC_CLK_TCK);
}

/* The same with all that descend from its main thread and theirs. */
static double cpu_now(int pid, int depth)
{
    char path[64];
    double sum = cpu_of(pid);
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *file = sum >= 0 && depth > 0 ? fopen(path, "r") : NULL;
    if (file == NULL)
        return sum;
    while (fscanf(file, "%d", &child) == 1) {
        const double more = cpu_now(child, depth - 1);
        sum += more > 0 ? more : 0;
    }
    fclose(file);
    return sum;
}

/* One sample; tells whether more than a hundredth of a core was used since the last one that counted. */
static int cpu_look(struct watch *w, double now, int *alive)
{
    const double used = cpu_now(w->pid, DEPTH);
    *alive = used >= 0;
    if (used < 0 || w->cpu_count >= MAX_CPU)
        return 0;
    const struct cpu_sample *before = w->cpu_count > 0 ? &w->cpu[w->cpu_count - 1] : NULL;
    if (before != NULL && used <= before->used)
        return 0;
    w->cpu[w->cpu_count++] = (struct cpu_sample){now, used};
    return before == NULL || used - before->used > 0.1 * (now - before->at);
}

static void take_pid(struct watch *w)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};
    char line[32] = "";
    if (w->pid == 0 && poll(&in, 1, 0) > 0) {
        const ssize_t got = read(0, line, sizeof line - 1);
        w->pid = got > 0 ? atoi(line) : -1;
    }
}

/* Watches until nothing moves any more; gives the reason for the end. */
static const char *watch_run(struct watch *w, double quiet_ms, double timeout_ms)
{
    const double begin = now_ms();
    const struct timespec pause = {0, POLL_US * 1000};
    int alive = 1;
    screen_begin(&w->screen);
    w->last_move = begin;
    for (;; w->looks++) {
        const double now = now_ms();
        take_pid(w);
        int moved = screen_look(&w->screen, now);
        moved |= folder_look(w, now);
        if (w->pid > 0 && w->looks % CPU_EVERY == 0)
            moved |= cpu_look(w, now, &alive);
        w->look_ms += now_ms() - now;
        if (moved || w->pid == 0)
            w->last_move = now;
        if (!alive || w->pid < 0)
            return "ended";
        if (now - w->last_move > quiet_ms)
            return "quiet";
        if (now - begin > timeout_ms)
            return "timeout";
        nanosleep(&pause, NULL);
    }
}

static void print_cells(const char *key, const struct screen *s, const double *times)
{
    printf("\"%s\":[", key);
    for (size_t i = 0; i < (size_t)s->cells_x * s->cells_y; i++)
        printf(i > 0 ? ",%.0f" : "%.0f", times[i]);
    printf("],");
}

static void print_result(const struct watch *w, const char *end)
{
    const struct screen *s = &w->screen;
    printf("{\"end\":\"%s\",\"cell\":%d,\"cells\":[%u,%u],", end, CELL, s->cells_x, s->cells_y);
    print_cells("first", s, s->first);
    print_cells("last", s, s->last);
    printf("\"opened\":[");
    for (size_t i = 0; i < w->name_count; i++)
        printf("%s%.1f", i > 0 ? "," : "", w->opened[i]);
    printf("],\"cpu\":[");
    for (size_t i = 0; i < w->cpu_count; i++)
        printf("%s[%.0f,%.0f]", i > 0 ? "," : "", w->cpu[i].at, w->cpu[i].used);
    printf("],\"looks\":%lu,\"look_ms\":%.1f}\n", w->looks, w->look_ms);
}

int main(int argc, char **argv)
{
    static struct watch watch;
    if (argc != 5) {
        fprintf(stderr, "usage: bench_watch FRAMEBUFFER FOLDER QUIET_MS TIMEOUT_MS\n");
        return 2;
    }
    screen_open(&watch.screen, argv[1]);
    watch.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch.inotify < 0 || inotify_add_watch(watch.inotify, argv[2], IN_OPEN) < 0)
        die(argv[2]);
    printf("ready\n");
    fflush(stdout);
    print_result(&watch, watch_run(&watch, atof(argv[3]), atof(argv[4])));
    return 0;
}
