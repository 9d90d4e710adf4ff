/* The floor of memory: an empty SDL window with the renderer that frieze takes here, a few frames, and nothing else.
 *
 *   bench_floor [-s WxH] [-t MS]
 *
 * Presents for MS milliseconds (default 1000) and prints one JSON line: the renderer that SDL chose and the
 * process's peaks. What frieze needs above these figures is its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gpu/renderer.h"

#include <SDL.h>

/* Proportional set size of this process in bytes, 0 where the kernel does not tell. */
static long long pss_now(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    long long kilobytes = 0;
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Pss: %lld kB", &kilobytes) == 1)
            break;
    }
    fclose(file);
    return kilobytes * 1024;
}

static int fail(const char *what)
{
    fprintf(stderr, "bench_floor: %s: %s\n", what, SDL_GetError());
    SDL_Quit();
    return 1;
}

static long long present_for(SDL_Renderer *renderer, Uint32 duration_ms)
{
    const Uint32 start = SDL_GetTicks();
    long long peak = 0;
    SDL_Event event;
    while (SDL_GetTicks() - start < duration_ms) {
        while (SDL_PollEvent(&event)) {
        }
        SDL_SetRenderDrawColor(renderer, 24, 24, 28, 255);
        SDL_RenderClear(renderer);
        SDL_RenderPresent(renderer);
        const long long now = pss_now();
        peak = now > peak ? now : peak;
        SDL_Delay(30);
    }
    return peak;
}

int main(int argc, char **argv)
{
    int w = 1920, h = 1080, option;
    Uint32 duration_ms = 1000;
    SDL_RendererInfo info;
    struct rusage usage;
    while ((option = getopt(argc, argv, "s:t:")) != -1) {
        if (option == 't')
            duration_ms = (Uint32)strtoul(optarg, NULL, 10);
        else if (option != 's' || sscanf(optarg, "%dx%d", &w, &h) != 2)
            return 2;
    }
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return fail("SDL_Init");
    const bool plain = fz_renderer_is_plain();
    SDL_Window *window =
        SDL_CreateWindow("floor", 0, 0, w, h, SDL_WINDOW_BORDERLESS | (plain ? 0 : SDL_WINDOW_OPENGL));
    SDL_Renderer *renderer = window != NULL ? fz_renderer_open(window, plain) : NULL;
    if (renderer == NULL || SDL_GetRendererInfo(renderer, &info) != 0)
        return fail("window");
    const long long pss = present_for(renderer, duration_ms);
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"renderer\":\"%s\",\"driver\":\"%s\",\"pss_peak_bytes\":%lld,\"rss_peak_bytes\":%ld}\n",
           info.name, SDL_GetCurrentVideoDriver(), pss, usage.ru_maxrss * 1024);
    SDL_DestroyRenderer(renderer);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return 0;
}
