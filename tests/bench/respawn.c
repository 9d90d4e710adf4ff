/* How soon a decoder process is there again: killed (until another one is ready, and until that has decoded), hung, lost with its
 * zygote. One line of JSON, times in ms.
 * Usage: bench_respawn PICTURE [TITLE]    the title of the decoders that such a picture needs: "heavy decoder", "svg decoder" */
#include "app/isolation.h"
#include "base/clock.h"
#include "decode/engine.h"
#include "process/title.h"
#include "sync/thread.h"

#include <SDL_surface.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KILLS = 300, LOSSES = 20, HANGS = 5, DEADLINE_US = 100000, CALM = 10 };

static struct fz_own_engine own;
static const char *picture, *title = "decoder";

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Milliseconds until a picture was decoded. */
static double decode_ms(enum fz_err expected)
{
    struct fz_image image;
    struct fz_error err;
    SDL_Surface *surface = NULL;
    int fd = open(picture, O_RDONLY | O_CLOEXEC);
    struct fz_image_request request = {
        .fd = fd, .want = {.box_w = 16, .box_h = 16}, .limits = fz_image_default_limits};
    request.limits.max_cpu_us = DEADLINE_US;
    int64_t before_us = fz_now_us();
    enum fz_err code = fz_engine_load(own.engine, &request, &image, &surface, &err);
    double ms = (double)(fz_now_us() - before_us) / 1000;
    close(fd);
    if (code != expected && !(expected == FZ_OK && code == FZ_E_BUSY)) {
        printf("bench_respawn: %s: %s\n", picture, err.msg);
        exit(1);
    }
    if (surface)
        SDL_FreeSurface(surface);
    return code == expected ? ms : ms + decode_ms(expected);
}

/* Until there is a decoder in place of one that died, its sandbox closed. */
static double revive_ms(void)
{
    int64_t before_us = fz_now_us();
    fz_engine_revive(own.engine);
    return (double)(fz_now_us() - before_us) / 1000;
}

/* The newest child with this title; not that of a frieze that runs beside. Its title may come a moment after it. */
static pid_t find(pid_t parent, const char *start)
{
    enum { TRIES = 100, TRY_US = 10000 };
    char command[96];
    int pid = 0;
    snprintf(command, sizeof command, "pgrep -n -P %d -f '^%s'", (int)parent, start);
    for (int i = 0; i < TRIES && pid <= 0; i++) {
        FILE *list = popen(command, "r");
        if (!list || fscanf(list, "%d", &pid) != 1)
            usleep(TRY_US);
        if (list)
            pclose(list);
    }
    if (pid <= 0) { /* kill(2) would take that for all of us */
        printf("bench_respawn: no %s\n", start);
        exit(1);
    }
    return pid;
}

/* Those of decoders that only some pictures need begin with the first of these. */
static pid_t zygote(void)
{
    return find(getpid(), "frieze: zygote");
}

static pid_t decoder(void)
{
    char start[64];
    snprintf(start, sizeof start, "frieze: %s 1", title);
    return find(zygote(), start);
}

static char state_of(pid_t pid)
{
    char path[32], state = 'X';
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 'X';
    if (file)
        fclose(file);
    return state;
}

/* Until it is gone, and those that end with it have their signal: what follows is measured from its death. */
static void kill_now(pid_t pid)
{
    kill(pid, SIGKILL);
    for (char state; (state = state_of(pid)) != 'Z' && state != 'X';)
        usleep(50);
}

int main(int argc, char **argv)
{
    static double replaced[KILLS], killed[KILLS], lost[LOSSES], hung[HANGS];
    struct fz_options options;
    struct fz_error err;
    fz_clock_start();
    fz_title_init(argc, argv);
    if (argc > 1 && strcmp(argv[1], FZ_ZYGOTE_ARGUMENT) == 0)
        return fz_zygote_back_main(argc, argv, fz_roles);
    picture = argc > 1 ? argv[1] : "";
    title = argc > 2 ? argv[2] : title;
    fz_options_init(&options);
    if (fz_own_engine_start(&own, &options, &err) != FZ_OK) {
        fprintf(stderr, "bench_respawn: %s\n", err.msg);
        return 1;
    }
    freopen("/dev/null", "w", stderr); /* each death has a line */
    double usual = decode_ms(FZ_OK);
    usual = decode_ms(FZ_OK);
    for (int i = 0; i < KILLS; i++) {
        kill_now(decoder());
        replaced[i] = revive_ms();
        killed[i] = replaced[i] + decode_ms(FZ_OK) - usual;
        for (int calm = 0; calm < CALM; calm++) /* or else it is a row of deaths, and the next one waits */
            decode_ms(FZ_OK);
    }
    for (int i = 0; i < LOSSES; i++) {
        kill_now(zygote());
        lost[i] = decode_ms(FZ_OK) - usual;
        for (int calm = 0; calm < CALM; calm++)
            decode_ms(FZ_OK);
    }
    for (int i = 0; i < HANGS; i++) {
        kill(decoder(), SIGSTOP);
        hung[i] = decode_ms(FZ_E_TIMEOUT) - DEADLINE_US / 1000.0;
        for (int calm = 0; calm < CALM; calm++)
            decode_ms(FZ_OK);
    }
    qsort(replaced, KILLS, sizeof *replaced, compare);
    qsort(killed, KILLS, sizeof *killed, compare);
    qsort(lost, LOSSES, sizeof *lost, compare);
    qsort(hung, HANGS, sizeof *hung, compare);
    printf("{\"replaced_p99\":%.2f,\"replaced_p50\":%.2f,", replaced[KILLS * 99 / 100], replaced[KILLS / 2]);
    printf("\"killed_p99\":%.2f,\"killed_p50\":%.2f,\"lost_max\":%.2f,\"hung_max\":%.2f}\n",
           killed[KILLS * 99 / 100], killed[KILLS / 2], lost[LOSSES - 1], hung[HANGS - 1]);
    fz_own_engine_stop(&own);
    fz_options_fini(&options);
    return 0;
}
