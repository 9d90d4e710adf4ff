/* What the sandbox costs, in CPU time: opening the fonts for it, entering it as zygote, entering it as decoder, and the
 * memory that an idle decoder has for itself.
 *
 *   bench_sandbox [ROUNDS=50]
 *
 * Prints one line of JSON: the medians, in microseconds and kB, and what the sandbox was. */
#include "base/clock.h"
#include "image/image.h"
#include "image/svg/fonts.h"
#include "process/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ROUNDS = 1000, VALUES = 4 };

static const char *const names[VALUES] = {"fonts_us", "enter_zygote_us", "enter_decoder_us", "decoder_kb"};

/* Shared by all processes of a round. */
struct round {
    double values[VALUES];
    pid_t decoder;
    uint32_t held;
};

static double since(int64_t us)
{
    return (double)(fz_thread_cpu_us() - us);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double private_kb(pid_t pid)
{
    char path[64], line[256];
    double sum = 0, kb;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Private_Clean: %lf", &kb) == 1 || sscanf(line, "Private_Dirty: %lf", &kb) == 1)
            sum += kb;
    if (file)
        fclose(file);
    return sum;
}

/* Goes on when the other end is closed. */
static void wait_at(int fd)
{
    char byte;
    while (read(fd, &byte, 1) > 0)
        ;
}

static void be_decoder(struct round *round, struct fz_sandbox *s, const int *ready, int go)
{
    const struct fz_sandbox_limits limits = {.address_bytes = UINT64_C(4) << 30,
                                             .file_bytes = 1 << 30,
                                             .cpu_s = 100,
                                             .descriptors = 32,
                                             .tasks = 4096};
    int64_t start_us = fz_thread_cpu_us();
    round->decoder = getpid();
    round->held = fz_sandbox_enter_decoder(s, &limits, NULL);
    round->values[2] = since(start_us);
    close(ready[1]);
    wait_at(go);
    _exit(0);
}

static void be_zygote(struct round *round, const int *ready, const int *go)
{
    struct fz_sandbox s;
    int keep[] = {STDERR_FILENO, ready[1], go[0]};
    int64_t start_us = fz_thread_cpu_us();
    fz_svg_fonts_offer();
    round->values[0] = since(start_us);
    start_us = fz_thread_cpu_us();
    fz_sandbox_enter_zygote(&s, keep, 3, 0);
    round->values[1] = since(start_us);
    pid_t pid = fork();
    if (pid == 0)
        be_decoder(round, &s, ready, go[0]);
    close(ready[1]);
    waitpid(pid, NULL, 0);
    _exit(0);
}

static void run(struct round *round)
{
    int ready[2], go[2];
    if (pipe(ready) != 0 || pipe(go) != 0)
        exit(1);
    pid_t pid = fork();
    if (pid == 0)
        be_zygote(round, ready, go);
    close(ready[1]);
    close(go[0]);
    wait_at(ready[0]);
    round->values[3] = private_kb(round->decoder);
    close(go[1]);
    waitpid(pid, NULL, 0);
    close(ready[0]);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 50;
    if (rounds < 1 || rounds > MAX_ROUNDS)
        return 2;
    struct round *shared =
        mmap(NULL, sizeof *shared * MAX_ROUNDS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    fz_image_init();
    for (int i = 0; i < rounds; i++)
        run(&shared[i]);
    char state[FZ_SANDBOX_TEXT];
    fz_sandbox_format(shared[0].held, state);
    printf("{\"rounds\":%d,\"sandbox\":\"%s\"", rounds, state);
    for (int value = 0; value < VALUES; value++) {
        double sorted[MAX_ROUNDS];
        for (int i = 0; i < rounds; i++)
            sorted[i] = shared[i].values[value];
        qsort(sorted, (size_t)rounds, sizeof *sorted, compare);
        printf(",\"%s\":%.0f", names[value], sorted[rounds / 2]);
    }
    printf("}\n");
    return 0;
}
