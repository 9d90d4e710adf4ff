/* Linked into programs that AddressSanitizer watches, so that leaks of other people's libraries are told from ours. */
#include <SDL_image.h>
#include <dlfcn.h>

void __lsan_disable(void);
void __lsan_enable(void);

/* Libraries stay loaded to the end: a leak inside a display driver still has a name when leaks are listed. */
int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}

/* SDL2_image 2.6 and 2.8 (IMG_svg.c) forget what nanosvg made of a file where that has no width or height: 16 bytes. No
 * line of lsan.txt could name it: the library has no frame pointers, so that its frames are missing from the stack.
 * What is returned is a copy made where leaks are looked for: who forgets to free it is still caught. */
SDL_Surface *IMG_LoadSizedSVG_RW(SDL_RWops *source, int width, int height)
{
    SDL_Surface *(*load)(SDL_RWops *, int, int);
    *(void **)&load = dlsym(RTLD_NEXT, "IMG_LoadSizedSVG_RW");
    __lsan_disable();
    SDL_Surface *unwatched = load ? load(source, width, height) : NULL;
    __lsan_enable();
    if (!unwatched)
        return NULL;
    SDL_Surface *surface = SDL_DuplicateSurface(unwatched);
    SDL_FreeSurface(unwatched);
    return surface;
}
