/* What the stress tests share: how many items, random numbers with a printed seed, threads, and how to fail
 * from any of them. Each program takes the number of items as its argument or in FZ_STRESS_ITEMS, a seed in
 * FZ_TEST_SEED, and ends with 0 or 1. */
#ifndef FZ_STRESS_H
#define FZ_STRESS_H

#include "sync/thread.h"

#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__SANITIZE_THREAD__)
#define STRESS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STRESS_TSAN 1
#endif
#endif
#ifndef STRESS_TSAN
#define STRESS_TSAN 0
#endif

#define COUNT(array) (sizeof(array) / sizeof *(array))

static atomic_bool stress_failed;

/* Any thread. Says why, once; the others see stress_failed and end. */
static inline void stress_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void stress_fail(const char *fmt, ...)
{
    if (atomic_exchange(&stress_failed, true))
        return;
    va_list args;
    va_start(args, fmt);
    fputs("FAILED: ", stdout);
    vprintf(fmt, args);
    putchar('\n');
    va_end(args);
    fflush(stdout);
}

static inline double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* splitmix64 (https://prng.di.unimi.it/splitmix64.c). */
static inline uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline uint64_t random_next(uint64_t *state)
{
    return mix(*state += 0x9e3779b97f4a7c15u);
}

/* True once in `n` times. */
static inline bool one_in(uint64_t *state, uint64_t n)
{
    return random_next(state) % n == 0;
}

static inline void nap_us(long us)
{
    nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

static inline uint64_t stress_items(int argc, char **argv, uint64_t native, uint64_t under_tsan)
{
    const char *given = argc > 1 ? argv[1] : getenv("FZ_STRESS_ITEMS");
    uint64_t items = given ? strtoull(given, NULL, 0) : STRESS_TSAN ? under_tsan : native;
    return items > 0 ? items : 1;
}

static inline uint64_t stress_seed(void)
{
    const char *given = getenv("FZ_TEST_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed =
        given ? strtoull(given, NULL, 0) : (uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec;
    printf("FZ_TEST_SEED=%llu\n", (unsigned long long)seed);
    fflush(stdout);
    return seed;
}

static inline SDL_Thread *stress_thread(const char *name, SDL_ThreadFunction run, void *ctx)
{
    struct fz_error err = {0};
    SDL_Thread *thread;
    if (fz_thread_start(&thread, name, run, ctx, &err) != FZ_OK) {
        stress_fail("%s", err.msg);
        exit(1);
    }
    return thread;
}

static inline int stress_end(const char *what, uint64_t items, double start_s)
{
    if (atomic_load(&stress_failed))
        return 1;
    printf("%s: %llu items in %.1f s\n", what, (unsigned long long)items, now_s() - start_s);
    return 0;
}

#endif
