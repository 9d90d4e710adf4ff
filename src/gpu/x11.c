#include "gpu/x11.h"

#include <SDL_loadso.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(SDL_VIDEO_DRIVER_X11) && !__has_include(<X11/Xlib.h>)
#undef SDL_VIDEO_DRIVER_X11
#endif
#include <SDL_syswm.h>

#ifdef SDL_VIDEO_DRIVER_X11
static void *open_xlib(void)
{
    return SDL_LoadObject("libX11.so.6");
}

/* X counts in pixels whatever the screen; desktops write the density that texts shall have into its resources. */
double fz_x11_text_scale(SDL_Window *window)
{
    enum { USUAL_DPI = 96 };
    static const char key[] = "Xft.dpi:";
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    void *xlib = NULL;
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11 || !(xlib = open_xlib()))
        return 1;
    __typeof__(&XResourceManagerString) get =
        (__typeof__(get))(uintptr_t)SDL_LoadFunction(xlib, "XResourceManagerString");
    const char *line = get ? get(info.info.x11.display) : NULL;
    while (line && strncmp(line, key, strlen(key)) != 0) {
        line = strchr(line, '\n');
        line += line != NULL;
    }
    double dpi = line ? strtod(line + strlen(key), NULL) : USUAL_DPI;
    SDL_UnloadObject(xlib);
    return isfinite(dpi) ? dpi / USUAL_DPI : 1;
}

struct xlib {
    __typeof__(&XOpenDisplay) open;
    __typeof__(&XCloseDisplay) close;
    __typeof__(&XDefaultRootWindow) root;
    __typeof__(&XInternAtom) atom;
    __typeof__(&XGetWindowProperty) property;
    __typeof__(&XFree) free;
};

/* The property that each manager of the last 25 years sets: freedesktop.org, Extended Window Manager Hints. */
static bool has_manager(const struct xlib *x, Display *display)
{
    Atom check = x->atom(display, "_NET_SUPPORTING_WM_CHECK", True), type = None;
    int format = 0;
    unsigned long count = 0, left = 0;
    unsigned char *value = NULL;
    if (check != None)
        x->property(display, x->root(display), check, 0, 1, False, AnyPropertyType, &type, &format, &count,
                    &left, &value);
    if (value)
        x->free(value);
    return count > 0;
}

bool fz_x11_has_window_manager(void)
{
    void *xlib = open_xlib();
    if (!xlib)
        return true;
    struct xlib x;
    *(void **)&x.open = SDL_LoadFunction(xlib, "XOpenDisplay");
    *(void **)&x.close = SDL_LoadFunction(xlib, "XCloseDisplay");
    *(void **)&x.root = SDL_LoadFunction(xlib, "XDefaultRootWindow");
    *(void **)&x.atom = SDL_LoadFunction(xlib, "XInternAtom");
    *(void **)&x.property = SDL_LoadFunction(xlib, "XGetWindowProperty");
    *(void **)&x.free = SDL_LoadFunction(xlib, "XFree");
    bool whole = x.open && x.close && x.root && x.atom && x.property && x.free;
    Display *display = whole ? x.open(NULL) : NULL;
    bool has = !display || has_manager(&x, display);
    if (display)
        x.close(display);
    SDL_UnloadObject(xlib);
    return has;
}
#else
double fz_x11_text_scale(SDL_Window *window)
{
    (void)window;
    return 1;
}

bool fz_x11_has_window_manager(void)
{
    return true;
}
#endif
