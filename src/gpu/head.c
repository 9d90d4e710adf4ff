#include "gpu/head_internal.h"

#include "base/mem.h"
#include "decode/job.h"
#include "gpu/draw.h"
#include "gpu/renderer.h"
#include "gpu/stretch.h"
#include "gpu/x11.h"
#include "sync/thread.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a text of the usual size, in its units: about thirty characters of a line, ten lines. */
static const double LINE_ROOM = 300, PAGE_ROOM = 240;

enum {
    WINDOWED = 6, /* eighths of each side of the display: a window that was fullscreen from the start */
    DRAWN_AT_ONCE = 256, /* of tiles, their marks and captions */
};

/* Who names no refresh rate has nothing to wait for; but on Wayland, where headless compositors name none, SDL waits for the compositor
 * to ask for a frame. */
static bool waits_for_display(const struct fz_head *head, const SDL_RendererInfo *info)
{
    return (info->flags & SDL_RENDERER_PRESENTVSYNC) != 0 && (fz_head_refresh_hz(head) > 0 || head->wayland);
}

static enum fz_err open_renderer(struct fz_head *head, struct fz_error *err)
{
    head->renderer = fz_renderer_open(head->window, head->plain);
    if (!head->renderer)
        return fz_fail(err, FZ_E_DISPLAY, 0, "no renderer: %s", SDL_GetError());

    SDL_RendererInfo info = {0};
    SDL_GetRendererInfo(head->renderer, &info);
    snprintf(head->renderer_name, sizeof head->renderer_name, "%s", info.name ? info.name : "unknown");
    head->software = fz_renderer_is_software(head->renderer);
    head->wayland = fz_wayland_new(head->window);
    head->may_sync = head->vsync = waits_for_display(head, &info);
    head->max_side = info.max_texture_width > 0 ? info.max_texture_width : 8192;
    if (info.max_texture_height > 0 && info.max_texture_height < head->max_side)
        head->max_side = info.max_texture_height;
    return FZ_OK;
}

/* What SDL's own renderer draws into. */
static void populate_window(SDL_Window *window)
{
    SDL_Surface *surface = SDL_GetWindowSurface(window);
    if (surface)
        fz_mem_populate(surface->pixels, (size_t)surface->pitch * (size_t)surface->h);
}

/* SDL links what a frame draws into a list, and allocates a link when it has none left. What is made here lies together; later each
 * would lie where the names of 100,000 pictures left room, in a page of its own, which took 10 us a frame to come by. */
static void make_links(struct fz_head *head)
{
    for (int i = 0; i < DRAWN_AT_ONCE; i++)
        SDL_RenderDrawPoint(head->renderer, -1, -1); /* out of view */
}

/* A driver compiles each way of drawing when it is first used, on a CPU renderer for tens of milliseconds; and an X server maps
 * the memory that a window is drawn into page by page when it is first shown, for 30 ms where pages of a guest are shadowed. That
 * belongs to the opening of the window, not to the first frame with pictures. */
static void warm_up(struct fz_head *head)
{
    struct fz_texture *opaque = NULL, *mask = NULL;
    struct fz_rect r = {0, 0, 2, 2};
    fz_head_begin(head, (struct fz_color){0, 0, 0, 255});
    make_links(head);
    if (head->plain) { /* which compiles nothing */
        fz_head_present(head);
        return;
    }
    fz_draw_fill(head, r, (struct fz_color){0, 0, 0, 255});
    fz_draw_fill(head, r, (struct fz_color){0, 0, 0, 128});
    if (fz_texture_new(head, 2, 2, (struct fz_texture_cell){.w = 2, .h = 2}, FZ_TEXTURE_IN_VIEW, &opaque)) {
        fz_draw_texture(head, opaque, r, 1, (struct fz_turn){0});
        fz_draw_texture(head, opaque, r, 0.5, (struct fz_turn){0});
    }
    if (fz_texture_new_mask(head, 90, 19, &mask))
        fz_draw_mask(head, mask, 0, 19, 0, 0, (struct fz_color){0, 0, 0, 255});
    fz_head_begin(head, (struct fz_color){0, 0, 0, 255});
    fz_head_present(head);
    fz_texture_free(head, opaque);
    fz_texture_free(head, mask);
}

/* SDL asks a window manager for a fullscreen window, and gives it a tenth of a second to answer, at the start and at the
 * end. Where there is none, a window as large as the display is all that fullscreen means. */
static bool is_unmanaged(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver && strcmp(driver, "x11") == 0 && !fz_x11_has_window_manager();
}

static SDL_Window *open_window(const struct fz_head_options *options, bool covers, bool plain)
{
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    int w = options->w > 0 ? options->w : 1280, h = options->h > 0 ? options->h : 800;
    if (covers) {
        flags |= SDL_WINDOW_BORDERLESS;
    } else if (options->fullscreen) { /* the size is that of the window that comes after */
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
        w = w * WINDOWED / 8;
        h = h * WINDOWED / 8;
    }
    int centre = SDL_WINDOWPOS_CENTERED;
    /* With the flag there from the start, SDL need not make the window a second time for its OpenGL renderer. */
    SDL_Window *window =
        SDL_CreateWindow(options->title, centre, centre, w, h, flags | (plain ? 0 : SDL_WINDOW_OPENGL));
    return window || plain ? window : SDL_CreateWindow(options->title, centre, centre, w, h, flags);
}

enum fz_err fz_head_open(struct fz_head **out, const struct fz_head_options *options, struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_head *head = fz_calloc(1, sizeof *head);
    head->budget_bytes = options->texture_budget_bytes;
    head->frame = 1;
    head->is_unmanaged = is_unmanaged();
    head->covers = options->fullscreen && head->is_unmanaged;
    head->plain = fz_renderer_is_plain();
    SDL_ShowCursor(options->fullscreen ? SDL_DISABLE : SDL_ENABLE);
    head->window = open_window(options, head->covers, head->plain);
    if (!head->window) {
        enum fz_err code = fz_fail(err, FZ_E_DISPLAY, 0, "no window: %s", SDL_GetError());
        free(head);
        return code;
    }
    fz_wayland_show(head->window);
    enum fz_err code = open_renderer(head, err);
    if (code != FZ_OK) {
        SDL_DestroyWindow(head->window);
        free(head);
        return code;
    }
    fz_head_set_icon(head);
    SDL_StartTextInput(); /* keys are matched by the character that they produce */
    head->queues_frames = options->headless && head->software && !head->plain;
    head->texts = fz_texts_new(options->texts);
    head->text_scale = options->text_scale;
    fz_head_update_size(head);
    if (head->plain)
        populate_window(head->window);
    warm_up(head);
    *out = head;
    return FZ_OK;
}

void fz_head_close(struct fz_head *head)
{
    if (!head)
        return;
    fz_texts_free(head);
    fz_sprite_batch_free(&head->batch);
    fz_head_drop_textures(head);
    fz_wayland_free(head->wayland);
    SDL_DestroyRenderer(head->renderer);
    SDL_DestroyWindow(head->window);
    free(head);
}

int fz_head_w(const struct fz_head *head)
{
    return head->w;
}

int fz_head_h(const struct fz_head *head)
{
    return head->h;
}

bool fz_head_update_size(struct fz_head *head)
{
    int w = head->w, h = head->h;
    double scale = head->display_scale;
    SDL_GetRendererOutputSize(head->renderer, &head->w, &head->h);
    head->display_scale = fz_window_density(head->window, head->w);
    return w != head->w || h != head->h || scale != head->display_scale;
}

double fz_head_text_scale(const struct fz_head *head)
{
    double room = fmin(head->w / LINE_ROOM, head->h / PAGE_ROOM) / head->display_scale;
    return fmin(head->text_scale, fmax(room, 1)) * head->display_scale;
}

void fz_head_set_text_scale(struct fz_head *head, double scale)
{
    head->text_scale = scale;
}

void fz_head_mouse_to_px(const struct fz_head *head, double *x, double *y)
{
    int w = 0, h = 0;
    SDL_GetWindowSize(head->window, &w, &h);
    if (w > 0 && h > 0) {
        *x *= (double)head->w / w;
        *y *= (double)head->h / h;
    }
}

bool fz_head_is_software(const struct fz_head *head)
{
    return head->software;
}

const char *fz_head_renderer_name(const struct fz_head *head)
{
    return head->renderer_name;
}

double fz_head_refresh_hz(const struct fz_head *head)
{
    SDL_DisplayMode mode;
    int display = SDL_GetWindowDisplayIndex(head->window);
    return display >= 0 && SDL_GetCurrentDisplayMode(display, &mode) == 0 ? mode.refresh_rate : 0;
}

bool fz_head_has_vsync(const struct fz_head *head)
{
    return head->vsync;
}

bool fz_head_is_unseen(const struct fz_head *head)
{
    return fz_wayland_is_unseen(head->wayland);
}

bool fz_head_is_lost(const struct fz_head *head)
{
    return fz_wayland_is_lost(head->wayland);
}

static void cover_display(struct fz_head *head, bool covers)
{
    SDL_Rect bounds;
    int display = SDL_GetWindowDisplayIndex(head->window);
    if (covers == head->covers || display < 0 || SDL_GetDisplayBounds(display, &bounds) != 0)
        return;
    SDL_Rect to = bounds;
    if (covers) {
        SDL_GetWindowPosition(head->window, &head->uncovered.x, &head->uncovered.y);
        SDL_GetWindowSize(head->window, &head->uncovered.w, &head->uncovered.h);
    } else if (head->uncovered.w > 0) {
        to = head->uncovered;
    } else { /* in the middle */
        int w = bounds.w * WINDOWED / 8, h = bounds.h * WINDOWED / 8;
        to = (SDL_Rect){bounds.x + (bounds.w - w) / 2, bounds.y + (bounds.h - h) / 2, w, h};
    }
    SDL_SetWindowPosition(head->window, to.x, to.y);
    SDL_SetWindowSize(head->window, to.w, to.h);
    head->covers = covers;
}

void fz_head_set_fullscreen(struct fz_head *head, bool fullscreen)
{
    if (head->is_unmanaged) {
        cover_display(head, fullscreen);
        return;
    }
    uint32_t flags = SDL_GetWindowFlags(head->window);
    if (fullscreen && !(flags & SDL_WINDOW_FULLSCREEN))
        head->was_maximised = (flags & SDL_WINDOW_MAXIMIZED) != 0;
    SDL_SetWindowFullscreen(head->window, fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (!fullscreen && head->was_maximised) {
        SDL_MaximizeWindow(head->window); /* some managers take the size that SDL gives back for its end */
        head->was_maximised = false;
    }
}

bool fz_head_is_fullscreen(const struct fz_head *head)
{
    return head->covers || (SDL_GetWindowFlags(head->window) & SDL_WINDOW_FULLSCREEN) != 0;
}

void fz_head_set_title(struct fz_head *head, const char *title)
{
    SDL_SetWindowTitle(head->window, title);
}

void fz_head_show_cursor(struct fz_head *head, bool show)
{
    (void)head;
    SDL_ShowCursor(show ? SDL_ENABLE : SDL_DISABLE);
}

void fz_head_begin(struct fz_head *head, struct fz_color background)
{
    FZ_MAIN_ONLY();
    SDL_SetRenderDrawColor(head->renderer, background.r, background.g, background.b, 255);
    SDL_RenderClear(head->renderer);
    /* SDL's fixed-function OpenGL turns texturing off when it creates a texture, and does not note that it did: what is
     * drawn next would be white. A fill, out of view here, makes it turn texturing on again. */
    SDL_FRect outside = {-2, -2, 1, 1};
    SDL_RenderFillRectF(head->renderer, &outside);
}

/* A compositor asks for no frames of a window that it does not show, and SDL waits ten of them long for that, at each present. */
static void wait_only_where_seen(struct fz_head *head)
{
    bool waits = head->may_sync && !fz_head_is_unseen(head);
    if (waits != head->vsync && SDL_RenderSetVSync(head->renderer, waits) == 0)
        head->vsync = waits;
    fz_wayland_ask(head->wayland);
}

void fz_head_present(struct fz_head *head)
{
    FZ_MAIN_ONLY();
    if (head->queues_frames) {
        /* Without a window system nothing holds the renderer back: frames would pile up faster than the CPU draws them,
         * and whatever needs the last one would wait for all. Reading a pixel waits for this one. */
        uint32_t pixel;
        SDL_Rect corner = {0, 0, 1, 1};
        SDL_RenderReadPixels(head->renderer, &corner, SDL_PIXELFORMAT_ARGB8888, &pixel, sizeof pixel);
    }
    wait_only_where_seen(head);
    /* SDL 2.26 would look for ever for an answer to the last frame, which nobody can read any more. */
    if (!fz_head_is_lost(head))
        SDL_RenderPresent(head->renderer);
    fz_stretch_rest(head);
    fz_scaled_copy_rest(head);
    head->frame++;
}

SDL_Surface *fz_head_read_pixels(struct fz_head *head)
{
    SDL_Surface *surface = fz_surface_new(head->w, head->h);
    if (surface && SDL_RenderReadPixels(head->renderer, NULL, SDL_PIXELFORMAT_ARGB8888, surface->pixels,
                                        surface->pitch) != 0) {
        fz_surface_free(surface);
        return NULL;
    }
    return surface;
}
