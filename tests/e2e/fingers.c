/* frieze with fingers: lines of standard input ("down ID X Y", "move …", "up …", 0 to 1 of the window) become SDL's events,
 * as from a touch screen. No virtual X server or compositor has one. */
#include <SDL_events.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { SCREEN = 7 };

static void *read_lines(void *ctx)
{
    (void)ctx;
    char what[8];
    long id;
    float x, y;
    while (scanf("%7s %ld %f %f", what, &id, &x, &y) == 4) {
        SDL_Event event = {.tfinger = {.touchId = SCREEN, .fingerId = id, .x = x, .y = y, .pressure = 1}};
        event.type = strcmp(what, "down") == 0 ? SDL_FINGERDOWN
                     : strcmp(what, "up") == 0 ? SDL_FINGERUP
                                               : SDL_FINGERMOTION;
        SDL_PushEvent(&event);
    }
    return NULL;
}

/* Before main; signals are for the program's own threads. */
__attribute__((constructor)) static void start(void)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, read_lines, NULL) == 0)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
