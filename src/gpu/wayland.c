#include "gpu/wayland.h"

#include "base/clock.h"
#include "base/mem.h"

#include <SDL_events.h>
#include <SDL_loadso.h>
#include <SDL_syswm.h>
#include <stdlib.h>
#include <string.h>

#ifdef SDL_VIDEO_DRIVER_WAYLAND
enum {
    WL_DISPLAY_GET_REGISTRY = 1,
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
    struct wl_display *(*connect)(const char *name);
    int (*roundtrip)(struct wl_display *);
    void (*disconnect)(struct wl_display *);
    const struct wl_interface *callback, *registry;
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

/* The library, to be unloaded; NULL: it is not there, or another one. */
static void *load(struct client *c)
{
    void *library = SDL_LoadObject("libwayland-client.so.0");
    if (!library)
        return NULL;
    *(void **)&c->request = SDL_LoadFunction(library, "wl_proxy_marshal_constructor");
    *(void **)&c->listen = SDL_LoadFunction(library, "wl_proxy_add_listener");
    *(void **)&c->destroy = SDL_LoadFunction(library, "wl_proxy_destroy");
    *(void **)&c->error = SDL_LoadFunction(library, "wl_display_get_error");
    *(void **)&c->connect = SDL_LoadFunction(library, "wl_display_connect");
    *(void **)&c->roundtrip = SDL_LoadFunction(library, "wl_display_roundtrip");
    *(void **)&c->disconnect = SDL_LoadFunction(library, "wl_display_disconnect");
    c->callback = SDL_LoadFunction(library, "wl_callback_interface");
    c->registry = SDL_LoadFunction(library, "wl_registry_interface");
    if (c->request && c->listen && c->destroy && c->error && c->connect && c->roundtrip && c->disconnect &&
        c->callback && c->registry)
        return library;
    SDL_UnloadObject(library);
    return NULL;
}

static void look_for_seat(void *has_seat, struct wl_proxy *registry, uint32_t name, const char *interface,
                          uint32_t version)
{
    (void)registry, (void)name, (void)version;
    *(bool *)has_seat |= strcmp(interface, "wl_seat") == 0;
}

static void look_away(void *has_seat, struct wl_proxy *registry, uint32_t name)
{
    (void)has_seat, (void)registry, (void)name;
}

static const struct {
    void (*global)(void *, struct wl_proxy *, uint32_t name, const char *interface, uint32_t version);
    void (*global_remove)(void *, struct wl_proxy *, uint32_t name);
} seats = {look_for_seat, look_away};

static bool has_seat(const struct client *client, struct wl_display *display)
{
    bool has = false;
    struct wl_proxy *registry =
        client->request((struct wl_proxy *)display, WL_DISPLAY_GET_REGISTRY, client->registry, NULL);
    if (!registry)
        return true;
    client->listen(registry, (void (**)(void))(uintptr_t)&seats, &has);
    const bool answered = client->roundtrip(display) >= 0;
    client->destroy(registry);
    return has || !answered;
}

bool fz_wayland_may_start(void)
{
    SDL_version version;
    SDL_GetVersion(&version);
    if (version.major > 2 || version.minor >= 30 || getenv("WAYLAND_SOCKET")) /* that is there for one */
        return true;
    struct client client;
    void *library = load(&client);
    struct wl_display *display = library ? client.connect(NULL) : NULL;
    const bool may = !display || has_seat(&client, display);
    if (display)
        client.disconnect(display);
    if (library)
        SDL_UnloadObject(library);
    return may;
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
    wayland->library = load(&wayland->client);
    if (wayland->library)
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
bool fz_wayland_may_start(void)
{
    return true;
}

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
