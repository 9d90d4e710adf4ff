/* What text in an SVG costs: the first one, for which fonts are read and a zygote begins; the next one; one in a decoder that was
 * forked anew; the first two on a thread; and the memory that such a decoder has for itself.
 *
 *   bench_svg [ROUNDS=20]
 *
 * Prints one line of JSON: the medians, in microseconds and kB. */
#include "base/clock.h"
#include "decode/back.h"
#include "decode/engine.h"
#include "decode/job.h"
#include "process/title.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ROUNDS = 200 };
enum { FIRST, NEXT, NEW_DECODER, THREAD_FIRST, THREAD_NEXT, DECODER_KB, ZYGOTE_KB, VALUES };

static const char *const names[VALUES] = {"first_us",       "next_us",    "new_decoder_us", "thread_first_us",
                                          "thread_next_us", "decoder_kb", "zygote_kb"};

static const char svg[] =
    "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='200' font-size='20'>"
    "<text y='30' font-family='serif'>serif <tspan font-weight='bold'>bold</tspan></text>"
    "<text y='70' font-family='sans-serif' font-style='italic'>sans italic</text>"
    "<text y='110' font-family='monospace'>mono</text><text y='150'>\xe4\xb8\xad\xe6\x96\x87</text></svg>";

static int file;
static struct fz_engine_counts counts;

static double load_us(struct fz_engine *engine)
{
    struct fz_image image;
    struct fz_error err = {0};
    SDL_Surface *surface = NULL;
    struct fz_image_request request = {
        .fd = file, .want = {.box_w = 400, .box_h = 400}, .limits = fz_image_default_limits};
    lseek(file, 0, SEEK_SET);
    int64_t before_us = fz_now_us();
    if (fz_engine_load(engine, &request, &image, &surface, &err) != FZ_OK) {
        fprintf(stderr, "%s\n", err.msg);
        exit(1);
    }
    double us = (double)(fz_now_us() - before_us);
    fz_surface_free(surface);
    return us;
}

static int parent_of(int pid)
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *stat = fopen(path, "r");
    if (stat && fscanf(stat, "%*d (%*[^)]) %*c %d", &parent) != 1)
        parent = 0;
    if (stat)
        fclose(stat);
    return parent;
}

static double private_kb(int pid)
{
    char path[64], line[256];
    double sum = 0, kb;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *rollup = fopen(path, "r");
    while (rollup && fgets(line, sizeof line, rollup))
        if (sscanf(line, "Private_Clean: %lf", &kb) == 1 || sscanf(line, "Private_Dirty: %lf", &kb) == 1)
            sum += kb;
    if (rollup)
        fclose(rollup);
    return sum;
}

static void measure_memory(double *values)
{
    FILE *list = popen("pgrep -f '^frieze: svg decoder'", "r");
    for (int pid; list && fscanf(list, "%d", &pid) == 1;)
        if (parent_of(parent_of(pid)) == getpid()) {
            values[DECODER_KB] = private_kb(pid);
            values[ZYGOTE_KB] = private_kb(parent_of(pid));
        }
    if (list)
        pclose(list);
}

static void run_process(struct fz_zygote *decoders, double *values)
{
    struct fz_zygote *svg_decoders = fz_zygote_front_later(&fz_svg_decoder_role, true);
    struct fz_zygote *heavy_decoders = fz_zygote_front_later(&fz_heavy_decoder_role, true);
    struct fz_engine_options how = {.decoders = decoders,
                                    .heavy_decoders = heavy_decoders,
                                    .svg_decoders = svg_decoders,
                                    .number = 1,
                                    .keep_bytes = 8 << 20,
                                    .working_bytes = 1 << 30,
                                    .counts = &counts};
    struct fz_engine *engine = fz_engine_new(&how);
    values[FIRST] = load_us(engine);
    values[NEXT] = load_us(engine);
    measure_memory(values);
    fz_engine_shrink(engine, false);
    values[NEW_DECODER] = load_us(engine);
    fz_engine_free(engine);
    fz_zygote_front_stop(heavy_decoders);
    fz_zygote_front_stop(svg_decoders);
}

/* In a process that has read no font yet. */
static void run_thread(double *values)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct fz_engine_options how = {.number = 1, .keep_bytes = 8 << 20, .counts = &counts};
        struct fz_engine *engine = fz_engine_new(&how);
        values[THREAD_FIRST] = load_us(engine);
        values[THREAD_NEXT] = load_us(engine);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static const struct fz_role *const roles[] = {&fz_decoder_role, &fz_heavy_decoder_role,
                                                  &fz_svg_decoder_role, NULL};
    fz_clock_start();
    fz_title_init(argc, argv);
    if (argc > 1 && strcmp(argv[1], FZ_ZYGOTE_ARGUMENT) == 0)
        return fz_zygote_back_main(argc, argv, roles);
    int rounds = argc > 1 ? atoi(argv[1]) : 20;
    struct fz_zygote *decoders;
    if (rounds < 1 || rounds > MAX_ROUNDS ||
        fz_zygote_front_start(&decoders, &fz_decoder_role, true, NULL) != FZ_OK)
        return 2;
    double(*values)[VALUES] =
        mmap(NULL, sizeof *values * MAX_ROUNDS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    file = memfd_create("svg", MFD_CLOEXEC);
    if (values == MAP_FAILED || file < 0 || write(file, svg, sizeof svg - 1) != sizeof svg - 1)
        return 1;
    for (int i = 0; i < rounds; i++) {
        run_process(decoders, values[i]);
        run_thread(values[i]);
    }
    printf("{\"rounds\":%d", rounds);
    for (int value = 0; value < VALUES; value++) {
        double sorted[MAX_ROUNDS];
        for (int i = 0; i < rounds; i++)
            sorted[i] = values[i][value];
        qsort(sorted, (size_t)rounds, sizeof *sorted, compare);
        printf(",\"%s\":%.0f", names[value], sorted[rounds / 2]);
    }
    printf("}\n");
    fz_zygote_front_stop(decoders);
    return 0;
}
