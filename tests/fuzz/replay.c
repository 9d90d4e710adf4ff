/* Gives files to the targets, as they are or damaged: what fuzzing does, as a plain test.
 *
 *     frieze_fuzz [--damage COUNT] [--seed SEED] [--keep FILE] FILE-OR-FOLDER...
 *
 * With --damage each target gets COUNT files in all, made of the given ones by cutting them and by changing bytes. The seed
 * is printed, and repeats a run; FILE is where each is written before it is given. */
#include "fuzz.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FILES = 4096, MAX_BYTES = 32 << 20, SLOW_S = 60 };

static char *files[MAX_FILES];
static size_t file_count;
static const char *keep;
static char now[1024]; /* what is under way, for a handler of signals */

/* In every sanitizer; called before it ends the program. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void say_what(void)
{
    ssize_t ignored = write(STDERR_FILENO, now, strlen(now));
    (void)ignored;
}

static void on_signal(int number)
{
    say_what();
    signal(number == SIGALRM ? SIGABRT : number, SIG_DFL);
    raise(number == SIGALRM ? SIGABRT : number);
}

static void watch_signals(void)
{
    static const int deaths[] = {SIGALRM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(say_what);
    for (size_t i = 0; i < (__sanitizer_set_death_callback ? 2 : sizeof deaths / sizeof *deaths); i++)
        signal(deaths[i], on_signal);
}

/* splitmix64 (https://prng.di.unimi.it/splitmix64.c) */
static uint64_t state;

static size_t below(size_t limit)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return limit ? (size_t)((z ^ (z >> 31)) % limit) : 0;
}

/* --- files ------------------------------------------------------------------------------------------ */

static int add_file(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)place;
    if (type == FTW_F && st->st_size <= MAX_BYTES && file_count < MAX_FILES)
        files[file_count++] = strdup(path);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Caller frees; of just that size, so that a sanitizer sees a read behind it. */
static uint8_t *read_file(const char *path, size_t *size)
{
    struct stat st;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &st) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    uint8_t *data = malloc((size_t)st.st_size + !st.st_size);
    *size = data ? fread(data, 1, (size_t)st.st_size, file) : 0;
    fclose(file);
    return data;
}

/* Where it stays when the program ends with it. */
static void keep_file(const uint8_t *data, size_t size)
{
    FILE *file = fopen(keep, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
        perror(keep);
        exit(EXIT_FAILURE);
    }
}

static uint8_t *damaged(const uint8_t *data, size_t size, size_t *out_size)
{
    bool cut = below(2);
    *out_size = cut ? below(size) : size;
    uint8_t *out = malloc(*out_size + !*out_size);
    if (!out)
        exit(EXIT_FAILURE);
    memcpy(out, data, *out_size);
    for (size_t changes = cut ? below(3) : 1 + below(8); changes > 0 && *out_size > 0; changes--) {
        static const uint8_t extremes[] = {0, 1, 0x7f, 0x80, 0xff};
        /* Headers say the most. */
        size_t at = below(2) ? below(*out_size) : below(*out_size < 64 ? *out_size : 64);
        size_t run = below(8) ? 1 : 1 + below(*out_size - at);
        uint8_t value = below(2) ? extremes[below(sizeof extremes)] : (uint8_t)below(256);
        memset(out + at, value, run);
    }
    return out;
}

/* --- runs ------------------------------------------------------------------------------------------- */

static bool give(const struct target *target, const char *path, size_t number, const uint8_t *data,
                 size_t size)
{
    snprintf(now, sizeof now, "\ntarget %s, %s, damage %zu\n", target->name, path, number);
    alarm(SLOW_S);
    bool taken = target->run(target, data, size);
    alarm(0);
    return taken;
}

static size_t replay(void)
{
    size_t taken = 0;
    for (size_t i = 0; i < file_count; i++) {
        size_t size;
        uint8_t *data = read_file(files[i], &size);
        for (size_t t = 0; t < target_count; t++)
            taken += give(&targets[t], files[i], 0, data, size);
        free(data);
    }
    return taken;
}

/* What is damaged is one format's business or that of none; the targets without a format get all of it. */
static size_t damage(size_t count)
{
    size_t taken = 0;
    for (size_t number = 1; number <= count; number++) {
        const char *path = files[number % file_count];
        size_t size, bad_size;
        uint8_t *data = read_file(path, &size), *bad = damaged(data, size, &bad_size);
        if (keep)
            keep_file(bad, bad_size);
        for (size_t t = 0; t < target_count; t++)
            taken += give(&targets[t], path, number, bad, bad_size);
        free(bad);
        free(data);
    }
    return taken;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    state = (uint64_t)time(NULL);
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--keep") == 0)
            keep = argv[i + 1];
        else if (strcmp(argv[i], "--damage") == 0)
            count = strtoul(argv[i + 1], NULL, 10);
        else
            state = strtoull(argv[i + 1], NULL, 10);
    }
    for (; i < argc; i++)
        nftw(argv[i], add_file, 8, FTW_PHYS);
    if (file_count == 0) {
        fputs("no files\n", stderr);
        return EXIT_FAILURE;
    }
    qsort(files, file_count, sizeof *files, by_name);
    printf("--seed %llu\n", (unsigned long long)state);
    fflush(stdout);
    watch_signals();
    size_t taken = count ? damage(count) : replay();
    printf("%zu files, %zu runs of %zu targets\n", count ? count : file_count, taken, target_count);
    for (size_t k = 0; k < file_count; k++)
        free(files[k]);
    return EXIT_SUCCESS;
}
