#include "gpu/renderer.h"

#include <SDL.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

/* The kernel's own render nodes, also where a container shows no devices and the X server opens them for its clients;
 * then the drivers that bring a device of their own: NVIDIA, Mali, Adreno, Vivante, PowerVR, WSL, the Pi's firmware. */
static bool has_gpu(void)
{
    static const char *const devices[] = {
        "/dev/nvidiactl", "/dev/mali0", "/dev/kgsl-3d0", "/dev/galcore",
        "/dev/pvrsrvkm",  "/dev/dxg",   "/dev/vchiq",
    };
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (access(devices[i], F_OK) == 0)
            return true;
    static const char *const nodes[] = {"/dev/dri/renderD*", "/sys/class/drm/renderD*"};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        glob_t found;
        bool some = glob(nodes[i], GLOB_NOSORT, NULL, &found) == 0;
        if (some)
            globfree(&found);
        if (some)
            return true;
    }
    return false;
}

/* On Wayland SDL brings even plain memory to the screen by OpenGL; on a bare console nothing else does. */
static bool shows_plain_memory(const char *driver)
{
    return driver &&
           (strcmp(driver, "x11") == 0 || strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0);
}

bool fz_renderer_is_plain(void)
{
    const char *asked = SDL_GetHint(SDL_HINT_RENDER_DRIVER);
    if (!shows_plain_memory(SDL_GetCurrentVideoDriver()))
        return false;
    return asked && *asked ? strcmp(asked, "software") == 0 : !has_gpu();
}

SDL_Renderer *fz_renderer_open(SDL_Window *window, bool plain)
{
    if (plain) /* else SDL would bring each frame to the window through OpenGL */
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_Renderer *renderer = NULL;
    if (!plain)
        renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
    return renderer ? renderer : SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
}

/* SDL says "accelerated" of any OpenGL; only the driver itself knows that it is Mesa on the CPU. */
static bool gl_is_software(void)
{
    typedef const unsigned char *gl_get_string(unsigned);
    enum { GL_RENDERER_NAME = 0x1F01 };
    gl_get_string *get = (gl_get_string *)(uintptr_t)SDL_GL_GetProcAddress("glGetString");
    const char *name = get ? (const char *)get(GL_RENDERER_NAME) : NULL;
    return name && (strstr(name, "llvmpipe") || strstr(name, "softpipe") || strstr(name, "SwiftShader"));
}

bool fz_renderer_is_software(SDL_Renderer *renderer)
{
    SDL_RendererInfo info = {0};
    SDL_GetRendererInfo(renderer, &info);
    return (info.flags & SDL_RENDERER_SOFTWARE) != 0 ||
           (info.name && strncmp(info.name, "opengl", 6) == 0 && gl_is_software());
}
