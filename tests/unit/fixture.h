/* What the unit tests share: cmocka, random numbers with a printed seed, a folder for files, and counts of
 * what the process holds. */
#ifndef FZ_TEST_FIXTURE_H
#define FZ_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What takes longer than this does not come at all, or only by a time-out; a busy machine is not meant. */
enum { SOON_S = 4 };

/* Says where two numbers differ by more than `tolerance`; false also where one is no number. */
#define assert_near(a, b, tolerance) check_near((a), (b), (tolerance), #a " = " #b, __FILE__, __LINE__)
static inline void check_near(double a, double b, double tolerance, const char *what, const char *file,
                              int line)
{
    if (fabs(a - b) <= tolerance)
        return;
    print_error("%s: %.17g and %.17g\n", what, a, b);
    _fail(file, line);
}

/* ---- Random numbers: splitmix64 (https://prng.di.unimi.it/splitmix64.c) -------------------------------- */

struct random {
    uint64_t state;
};

/* FZ_TEST_SEED repeats an earlier run. */
static inline struct random random_start(void)
{
    const char *given = getenv("FZ_TEST_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed =
        given ? strtoull(given, NULL, 0) : (uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec;
    print_message("FZ_TEST_SEED=%llu\n", (unsigned long long)seed);
    return (struct random){seed};
}

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* low..high, both included. */
static inline int random_int(struct random *random, int low, int high)
{
    return low + (int)(random_next(random) % (uint64_t)((int64_t)high - low + 1));
}

static inline double random_real(struct random *random, double low, double high)
{
    return low + (high - low) * ((double)(random_next(random) >> 11) / 9007199254740992.0);
}

/* ---- Time and what the process holds ------------------------------------------------------------------- */

static inline double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void sleep_us(double us)
{
    double s = floor(us / 1e6);
    nanosleep(&(struct timespec){.tv_sec = (time_t)s, .tv_nsec = (long)((us - s * 1e6) * 1000)}, NULL);
}

static inline void sleep_ms(int ms)
{
    sleep_us(ms * 1000.0);
}

static inline int entries_of(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = 0;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static inline int open_descriptors(void)
{
    return entries_of("/proc/self/fd");
}

static inline int running_threads(void)
{
    return entries_of("/proc/self/task");
}

/* A joined thread may stand in /proc for a moment longer: the number that stays the same for a while. */
static inline int settled_threads(void)
{
    int count = running_threads();
    for (int same = 0; same < 10; same++) {
        sleep_ms(5);
        int now = running_threads();
        same = now == count ? same : 0;
        count = now;
    }
    return count;
}

static inline void assert_threads(int expected)
{
    for (double end = now_s() + 5; running_threads() != expected && now_s() < end;)
        sleep_ms(2);
    assert_int_equal(running_threads(), expected);
}

/* ---- Files --------------------------------------------------------------------------------------------- */

/* An empty folder of its own, its name short enough for a socket in it; remove_folder frees the name. */
static inline char *make_folder(void)
{
    const char *base = getenv("TMPDIR");
    char *folder = NULL;
    assert_true(
        asprintf(&folder, "%s/frieze-test-XXXXXX", base && *base && strlen(base) < 50 ? base : "/tmp") > 0);
    assert_non_null(mkdtemp(folder));
    return folder;
}

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

static inline void remove_folder(char *folder)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

/* Caller frees. */
static inline char *path_in(const char *folder, const char *name)
{
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static inline void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* The same below a folder, with the folders that lead to it. */
static inline void write_below(const char *folder, const char *name, const char *text)
{
    char *path = path_in(folder, name);
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(path, 0700);
    }
    write_file(path, text, strlen(text));
    free(path);
}

#endif
