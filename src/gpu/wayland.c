#include "gpu/wayland.h"

#include "base/clock.h"
#include "base/mem.h"

#include <SDL_events.h>
#include <SDL_loadso.h>
#include <SDL_syswm.h>
#include <stdlib.h>

#ifdef SDL_VIDEO_DRIVER_WAYLAND
enum {
    WL_SURFACE_FRAME = 3, /* wayland.xml: the fourth request of wl_surface */
    UNSEEN_US = 100000,   /* a compositor in use answers within a frame or two */
};

struct wl_interface;
struct wl_proxy;

/* The stable part of libwayland-client, without its headers. */
struct client {
    struct wl_proxy *(*request)(struct wl_proxy *, uint32_t opcode, const struct wl_interface *, ...);
    int (*listen)(struct wl_proxy *, void (**)(void), void *);
    void (*destroy)(struct wl_proxy *);
    int (*error)(struct wl_display *);
    const struct wl_interface *callback;
};

struct fz_wayland {
    void *library;
    struct client client;
    struct wl_display *display;
    struct wl_proxy *surface; /* SDL's */
    struct wl_proxy *asked;   /* a wl_callback; NULL: was answered */
    int64_t asked_us;
    uint32_t window_id;
};

static bool is_wayland(SDL_Window *window, SDL_SysWMinfo *info)
{
    SDL_VERSION(&info->version);
    return SDL_GetWindowWMInfo(window, info) && info->subsystem == SDL_SYSWM_WAYLAND;
}

void fz_wayland_show(SDL_Window *window)
{
    SDL_SysWMinfo info;
    if (!is_wayland(window, &info) || info.info.wl.xdg_surface)
        return;
    SDL_HideWindow(window);
    SDL_ShowWindow(window);
}

static bool load(struct fz_wayland *wayland)
{
    struct client *c = &wayland->client;
    void *library = wayland->library = SDL_LoadObject("libwayland-client.so.0");
    if (!library)
        return false;
    *(void **)&c->request = SDL_LoadFunction(library, "wl_proxy_marshal_constructor");
    *(void **)&c->listen = SDL_LoadFunction(library, "wl_proxy_add_listener");
    *(void **)&c->destroy = SDL_LoadFunction(library, "wl_proxy_destroy");
    *(void **)&c->error = SDL_LoadFunction(library, "wl_display_get_error");
    c->callback = SDL_LoadFunction(library, "wl_callback_interface");
    return c->request && c->listen && c->destroy && c->error && c->callback;
}

/* Called where SDL looks for events. */
static void take_answer(void *data, struct wl_proxy *callback, uint32_t time_ms)
{
    struct fz_wayland *wayland = data;
    bool was_unseen = fz_wayland_is_unseen(wayland);
    (void)time_ms;
    wayland->client.destroy(callback);
    wayland->asked = NULL;
    SDL_Event event = {.window = {.type = SDL_WINDOWEVENT,
                                  .windowID = wayland->window_id,
                                  .event = SDL_WINDOWEVENT_EXPOSED}};
    if (was_unseen)
        SDL_PushEvent(&event);
}

static const struct {
    void (*done)(void *data, struct wl_proxy *, uint32_t time_ms);
} listener = {take_answer};

struct fz_wayland *fz_wayland_new(SDL_Window *window)
{
    SDL_SysWMinfo info;
    if (!is_wayland(window, &info))
        return NULL;
    struct fz_wayland *wayland = fz_calloc(1, sizeof *wayland);
    wayland->display = info.info.wl.display;
    wayland->surface = (struct wl_proxy *)info.info.wl.surface;
    wayland->window_id = SDL_GetWindowID(window);
    if (load(wayland))
        return wayland;
    fz_wayland_free(wayland);
    return NULL;
}

void fz_wayland_free(struct fz_wayland *wayland)
{
    if (!wayland)
        return;
    if (wayland->asked)
        wayland->client.destroy(wayland->asked);
    if (wayland->library)
        SDL_UnloadObject(wayland->library);
    free(wayland);
}

void fz_wayland_ask(struct fz_wayland *wayland)
{
    if (!wayland || wayland->asked)
        return;
    wayland->asked =
        wayland->client.request(wayland->surface, WL_SURFACE_FRAME, wayland->client.callback, NULL);
    wayland->asked_us = fz_now_us();
    if (wayland->asked)
        wayland->client.listen(wayland->asked, (void (**)(void))(uintptr_t)&listener, wayland);
}

bool fz_wayland_is_unseen(const struct fz_wayland *wayland)
{
    return wayland && wayland->asked && fz_now_us() - wayland->asked_us > UNSEEN_US;
}

bool fz_wayland_is_lost(const struct fz_wayland *wayland)
{
    return wayland && wayland->client.error(wayland->display) != 0;
}
#else
void fz_wayland_show(SDL_Window *window)
{
    (void)window;
}

struct fz_wayland *fz_wayland_new(SDL_Window *window)
{
    (void)window;
    return NULL;
}

void fz_wayland_free(struct fz_wayland *wayland)
{
    (void)wayland;
}

void fz_wayland_ask(struct fz_wayland *wayland)
{
    (void)wayland;
}

bool fz_wayland_is_unseen(const struct fz_wayland *wayland)
{
    (void)wayland;
    return false;
}

bool fz_wayland_is_lost(const struct fz_wayland *wayland)
{
    (void)wayland;
    return false;
}
#endif
