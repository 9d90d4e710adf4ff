/* A renderer whose uploads take their time (LD_PRELOAD): 100 ms each. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

/* As SDL declares it, but for the types of what is only passed on. */
int SDL_UpdateTexture(void *texture, const void *area, const void *pixels, int pitch);

int SDL_UpdateTexture(void *texture, const void *area, const void *pixels, int pitch)
{
    int (*update)(void *, const void *, const void *, int);
    *(void **)&update = dlsym(RTLD_NEXT, "SDL_UpdateTexture");
    nanosleep(&(struct timespec){.tv_nsec = 100 * 1000 * 1000}, NULL);
    return update(texture, area, pixels, pitch);
}
