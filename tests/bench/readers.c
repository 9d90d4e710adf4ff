/* What it costs that names and files come from a reader's process.
 *
 *   bench_readers [COUNT=100000 [ROUNDS=15]]
 *
 * Makes a folder of COUNT empty files in TMPDIR and lists it by a reader's thread and by a reader's process in turn; then opens
 * files of it in place and through the process in turn. Prints medians: until the last name had come (the bound: 50 ms for
 * 100,000), until the first had; and the time of an open. */
#include "base/clock.h"
#include "base/mem.h"
#include "decode/files.h"
#include "decode/job.h"
#include "source/reader.h"
#include "sync/thread.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ROUNDS = 101, OPENS = 2000 };

struct run {
    double first_ms, listed_ms;
};

static struct fz_zygote *readers;
static struct fz_heap heap;
static struct fz_doorbell bell;
static struct fz_files *files;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

static void sleep_us(long us)
{
    nanosleep(&(struct timespec){0, us * 1000}, NULL);
}

static struct fz_sources *start(const char *folder, bool process, struct fz_files *lanes,
                                struct fz_ready *ready, const struct fz_cancel *quit)
{
    struct fz_source_options options = {
        .recursive = true, .readers = process ? readers : NULL, .files = lanes};
    struct fz_sources *sources;
    struct fz_error err;
    if (fz_sources_start(&sources, &folder, 1, &options, ready, &bell, quit, &err) == FZ_OK)
        return sources;
    fprintf(stderr, "%s\n", err.msg);
    exit(1);
}

static struct run list(const char *folder, bool process, uint32_t expected)
{
    struct fz_ready ready = {NULL};
    struct fz_cancel quit;
    struct run run = {0};
    uint32_t count = 0;
    fz_cancel_init(&quit, NULL);
    int64_t began_us = fz_now_us();
    struct fz_sources *sources = start(folder, process, NULL, &ready, &quit);
    for (bool listed = false; !listed; sleep_us(50)) {
        for (struct fz_ready_node *node = fz_ready_take(&ready), *next; node; node = next) {
            struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
            next = node->next;
            if (event->kind == FZ_SOURCE_ADDED && count == 0)
                run.first_ms = (double)(fz_now_us() - began_us) / 1e3;
            if (event->kind == FZ_SOURCE_ADDED)
                count += event->count;
            listed |= event->kind == FZ_SOURCE_LISTED;
            fz_source_event_free(event);
        }
    }
    run.listed_ms = (double)(fz_now_us() - began_us) / 1e3;
    fz_sources_stop(sources);
    if (count != expected) {
        fprintf(stderr, "%u of %u names came\n", count, expected);
        exit(1);
    }
    return run;
}

/* On a thread of its own, as a worker does it; gives the time of one in us. */
struct opening {
    const char *path;
    struct fz_files *files;
    double us;
};

static int open_many(void *ctx)
{
    struct opening *opening = ctx;
    struct fz_job *job = fz_job_new(FZ_JOB_DECODE, 0, NULL, NULL);
    int64_t began_us = fz_now_us();
    for (int i = 0; i < OPENS; i++) {
        struct fz_parcel request = fz_files_request(FZ_ASK_OPEN, opening->path), answer;
        if (fz_files_ask(opening->files, job, &request, &answer))
            fz_parcel_fini(&answer);
        else
            job->ask.waits = false; /* the machine is busy: counted as it is */
    }
    opening->us = (double)(fz_now_us() - began_us) / OPENS;
    fz_job_free(job);
    return 0;
}

static double time_of_open(const char *path, struct fz_files *by)
{
    struct opening opening = {.path = path, .files = by};
    struct fz_error err;
    SDL_Thread *thread;
    if (fz_thread_start(&thread, "opens", open_many, &opening, &err) != FZ_OK)
        exit(1);
    SDL_WaitThread(thread, NULL);
    return opening.us;
}

static void make_files(const char *folder, uint32_t count)
{
    char path[256];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/IMG_%08u.JPG", folder, i * 7919u % 100000007u);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) {
            perror(path);
            exit(1);
        }
        close(fd);
    }
}

static void remove_files(const char *folder, uint32_t count)
{
    char path[256];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/IMG_%08u.JPG", folder, i * 7919u % 100000007u);
        unlink(path);
    }
    rmdir(folder);
}

static void bench_listing(const char *folder, uint32_t count, int rounds)
{
    double first[2][MOST_ROUNDS], listed[2][MOST_ROUNDS], more[MOST_ROUNDS];
    list(folder, false, count); /* the names are in the page cache from here on */
    for (int round = 0; round < rounds; round++) {
        for (int way = 0; way < 2; way++) {
            bool process = (way + round) % 2 == 1;
            struct run run = list(folder, process, count);
            first[process][round] = run.first_ms;
            listed[process][round] = run.listed_ms;
        }
        more[round] = listed[1][round] - listed[0][round];
    }
    printf("{\"names\":%u,\"first_ms\":{\"in_place\":%.2f,\"by_process\":%.2f},", count,
           median(first[0], rounds), median(first[1], rounds));
    printf("\"all_ms\":{\"in_place\":%.2f,\"by_process\":%.2f,\"more\":%.2f},", median(listed[0], rounds),
           median(listed[1], rounds), median(more, rounds));
}

static void bench_opening(const char *folder, int rounds)
{
    char path[256];
    double us[2][MOST_ROUNDS];
    struct fz_ready ready = {NULL};
    struct fz_cancel quit;
    snprintf(path, sizeof path, "%s/IMG_%08u.JPG", folder, 0);
    fz_cancel_init(&quit, NULL);
    struct fz_sources *sources = start(folder, true, files, &ready, &quit);
    time_of_open(path, files); /* the reader stands */
    for (int round = 0; round < rounds; round++) {
        us[0][round] = time_of_open(path, NULL);
        us[1][round] = time_of_open(path, files);
    }
    printf("\"open_us\":{\"in_place\":%.1f,\"by_process\":%.1f}}\n", median(us[0], rounds),
           median(us[1], rounds));
    fz_sources_stop(sources);
    for (struct fz_ready_node *node = fz_ready_take(&ready), *next; node; node = next) {
        next = node->next;
        fz_source_event_free(FZ_CONTAINER(node, struct fz_source_event, node));
    }
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 15;
    const char *tmp = getenv("TMPDIR");
    char folder[200];
    struct fz_error err;
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    fz_clock_start();
    fz_thread_claim_main();
    fz_heap_init(&heap);
    snprintf(folder, sizeof folder, "%.150s/frieze-bench-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder) || fz_zygote_front_start(&readers, &fz_reader_role, false, &err) != FZ_OK ||
        fz_files_start(&files, &heap, &bell, 1 << 30, &err) != FZ_OK)
        return 1;
    make_files(folder, count);
    bench_listing(folder, count, rounds);
    bench_opening(folder, rounds);
    remove_files(folder, count);
    fz_files_stop(files);
    fz_zygote_front_stop(readers);
    return 0;
}
