/* frieze with fingers: lines of standard input ("down ID X Y", "move …", "up …", 0 to 1 of the window) become SDL's events,
 * as from a touch screen. No virtual X server or compositor has one. Nor does one lose its textures: "device 0 0 0" and
 * "targets 0 0 0" are what SDL says then. */
#include <SDL_events.h>
#include <SDL_video.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SCREEN = 7 };

static atomic_int fingers_down;

static SDL_Event event_of(const char *what, long id, float x, float y)
{
    if (strcmp(what, "device") == 0)
        return (SDL_Event){.type = SDL_RENDER_DEVICE_RESET};
    if (strcmp(what, "targets") == 0)
        return (SDL_Event){.type = SDL_RENDER_TARGETS_RESET};
    SDL_Event event = {.tfinger = {.touchId = SCREEN, .fingerId = id, .x = x, .y = y, .pressure = 1}};
    event.type = strcmp(what, "down") == 0 ? SDL_FINGERDOWN
                 : strcmp(what, "up") == 0 ? SDL_FINGERUP
                                           : SDL_FINGERMOTION;
    return event;
}

/* Not by stdio: the C library flushes all its streams at the end, and would wait for one that is being read. */
static bool read_line(char *line, size_t size)
{
    size_t len = 0;
    while (len + 1 < size && read(STDIN_FILENO, line + len, 1) == 1 && line[len] != '\n')
        len++;
    line[len] = '\0';
    return len > 0;
}

static void *read_lines(void *ctx)
{
    (void)ctx;
    char line[128], what[8];
    long id;
    float x, y;
    while (read_line(line, sizeof line) && sscanf(line, "%7s %ld %f %f", what, &id, &x, &y) == 4) {
        SDL_Event event = event_of(what, id, x, y);
        int more = event.type == SDL_FINGERDOWN ? 1 : event.type == SDL_FINGERUP ? -1 : 0;
        atomic_fetch_add(&fingers_down, more);
        SDL_PushEvent(&event);
    }
    return NULL;
}

/* Signals are for the program's own threads. */
static void start(void)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, read_lines, NULL) == 0)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The linker puts it in the way (--wrap), and frieze forks its zygotes before it has a window: a thread before that might
 * hold a lock of the allocator as they are forked, which their children would wait for without end. */
SDL_Window *__real_SDL_CreateWindow(const char *title, int x, int y, int w, int h, Uint32 flags);
SDL_Window *__wrap_SDL_CreateWindow(const char *title, int x, int y, int w, int h, Uint32 flags);

SDL_Window *__wrap_SDL_CreateWindow(const char *title, int x, int y, int w, int h, Uint32 flags)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    return __real_SDL_CreateWindow(title, x, y, w, h, flags);
}

/* SDL knows those of devices alone. */
int __wrap_SDL_GetNumTouchFingers(SDL_TouchID screen);

int __wrap_SDL_GetNumTouchFingers(SDL_TouchID screen)
{
    return screen == SCREEN ? atomic_load(&fingers_down) : 0;
}
