#include "gpu/head.h"

#include "base/mem.h"
#include "base/path.h"
#include "gpu/wayland.h"
#include "sync/thread.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FZ_APP_ID "frieze" /* the name of packaging/frieze.desktop, and its StartupWMClass */

enum { SHADERS_BYTES = 32 << 20, SDL_SMALL_BYTES = 64 << 10 };

/* Mesa keeps its shaders in a file that it maps, with holes in it: on a disk that is full the first write to one of them
 * ends the program (SIGBUS). */
static void mind_full_disk(void)
{
    char *folder = fz_path_of_user("XDG_CACHE_HOME", ".cache", "mesa_shader_cache");
    struct statvfs disk;
    while (folder && statvfs(folder, &disk) != 0 && strcmp(folder, "/") != 0) {
        char *above = fz_path_dir(folder);
        free(folder);
        folder = above;
    }
    if (folder && statvfs(folder, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < SHADERS_BYTES)
        setenv("MESA_SHADER_CACHE_DISABLE", "true", 0);
    free(folder);
}

/* Memory of SDL's. A small object is as one of frieze's own: SDL does not look whether a name that it copies is there. Pages of textures
 * and pictures to be drawn may be refused, and SDL fills them with zeros at once. */
static void *sdl_malloc(size_t bytes)
{
    if (bytes < SDL_SMALL_BYTES)
        return fz_malloc(bytes);
    void *block = fz_try_block(bytes);
    fz_mem_populate(block, bytes);
    return block;
}

static void *sdl_calloc(size_t count, size_t bytes)
{
    return bytes == 0 || count < SDL_SMALL_BYTES / bytes ? fz_calloc(count, bytes) : calloc(count, bytes);
}

static void *sdl_realloc(void *old, size_t bytes)
{
    void *block = fz_block_resize(old, bytes ? bytes : 1);
    return block || bytes >= SDL_SMALL_BYTES ? block : fz_out_of_memory();
}

/* Without a session bus libdbus would start one, by a program that it forks and waits for while SDL's video starts. */
void fz_video_prepare(void)
{
    SDL_SetMemoryFunctions(sdl_malloc, sdl_calloc, sdl_realloc, fz_block_free);
    mind_full_disk();
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char address[256] = "disabled:";
    char path[200];
    if (runtime && snprintf(path, sizeof path, "%s/bus", runtime) < (int)sizeof path &&
        access(path, F_OK) == 0)
        snprintf(address, sizeof address, "unix:path=%s", path);
    setenv("DBUS_SESSION_BUS_ADDRESS", address, 0);
    /* Fingers are fingers, and not a mouse too. */
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    /* What a desktop tells a window's entry, icon and group by. SDL would take the name of the executable, which is another
     * one where frieze was renamed or runs by a loader. */
    setenv("SDL_VIDEO_X11_WMCLASS", FZ_APP_ID, 0);
    setenv("SDL_VIDEO_WAYLAND_WMCLASS", FZ_APP_ID, 0);
    /* sdl2-compat would count windows in pixels, whatever the scale, and texts and tiles be small; no hint is heard by it. */
    setenv("SDL_VIDEO_WAYLAND_SCALE_TO_DISPLAY", "0", 0);
}

static bool try_driver(const char *name, char *tried, size_t size)
{
    SDL_SetHint(SDL_HINT_VIDEODRIVER, name);
    if (strcmp(name, "wayland") == 0 && !fz_wayland_may_start())
        SDL_SetError("the compositor has no seat, without which SDL before 2.30 cannot start");
    else if (SDL_InitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS) == 0)
        return true;
    size_t len = strlen(tried);
    const char *why = SDL_GetError();
    snprintf(tried + len, size - len, "%s%s: %s", len ? "; " : "", name, *why ? why : "not available");
    return false;
}

static bool start_headless(char *tried, size_t size)
{
    return try_driver("offscreen", tried, size) || try_driver("dummy", tried, size);
}

/* SDL's own order prefers X11, through which a Wayland desktop shows blurred pictures at fractional scales. */
static bool start_display(char *tried, size_t size)
{
    const char *named = getenv("SDL_VIDEODRIVER");
    if (named && *named)
        return try_driver(named, tried, size);
    static const char *const on_wayland[] = {"wayland", "x11", NULL};
    static const char *const otherwise[] = {"x11", "wayland", "KMSDRM", NULL};
    for (const char *const *name = getenv("WAYLAND_DISPLAY") ? on_wayland : otherwise; *name; name++)
        if (try_driver(*name, tried, size))
            return true;
    return false;
}

enum fz_err fz_video_start(bool *headless, bool may_be_headless, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    SDL_SetHint(SDL_HINT_APP_NAME, FZ_APP_ID);
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    /* SDL compiles a shader for each of its formats when a window opens, in a fresh home for 30 ms; RGB needs none. */
    SDL_SetHint(SDL_HINT_RENDER_OPENGL_SHADERS, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");

    char tried[200] = "";
    if (!*headless && start_display(tried, sizeof tried))
        return FZ_OK;
    if ((*headless || may_be_headless) && start_headless(tried, sizeof tried)) {
        *headless = true;
        return FZ_OK;
    }
    return fz_fail(err, FZ_E_DISPLAY, 0, "no display (%s): start it inside X or Wayland, or give --headless",
                   tried);
}

void fz_video_stop(void)
{
    /* SDL 3, which sdl2-compat stands on, would tell of each detached thread that still runs. */
    SDL_LogSetAllPriority(SDL_LOG_PRIORITY_ERROR);
    SDL_Quit();
}

void fz_video_desktop_size(int *w, int *h)
{
    SDL_DisplayMode mode;
    if (SDL_GetDesktopDisplayMode(0, &mode) == 0) {
        *w = mode.w;
        *h = mode.h;
    }
}
