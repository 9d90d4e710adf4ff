#include "gpu/head_internal.h"

#include <SDL_loadso.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(SDL_VIDEO_DRIVER_X11) && !__has_include(<X11/Xlib.h>)
#undef SDL_VIDEO_DRIVER_X11
#endif
#include <SDL_syswm.h>

/* X counts in pixels whatever the screen; desktops write the density that texts shall have into its resources. */
#ifdef SDL_VIDEO_DRIVER_X11
static double resource_scale(SDL_Window *window)
{
    enum { USUAL_DPI = 96 };
    typedef char *resource_string(Display * display);
    static const char key[] = "Xft.dpi:";
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11)
        return 1;
    void *library =
        SDL_LoadObject("libX11.so.6"); /* which SDL has loaded: not linked, not needed without X */
    resource_string *get =
        library ? (resource_string *)(uintptr_t)SDL_LoadFunction(library, "XResourceManagerString") : NULL;
    const char *line = get ? get(info.info.x11.display) : NULL;
    while (line && strncmp(line, key, strlen(key)) != 0) {
        line = strchr(line, '\n');
        line += line != NULL;
    }
    double dpi = line ? strtod(line + strlen(key), NULL) : USUAL_DPI;
    if (library)
        SDL_UnloadObject(library);
    return isfinite(dpi) ? dpi / USUAL_DPI : 1;
}
#else
static double resource_scale(SDL_Window *window)
{
    (void)window;
    return 1;
}
#endif

double fz_window_density(SDL_Window *window, int width_px)
{
    static const double largest = 4;
    int units = 0;
    SDL_GetWindowSize(window, &units, NULL);
    double density = units > 0 && width_px > units ? (double)width_px / units : resource_scale(window);
    return fmin(fmax(density, 1), largest);
}
