/* What is left to SDL2_image: a whole surface, whose rows then go through the reducer. */
#include "image/format.h"

#include "image/pixels/alpha.h"
#include "image/limits.h"

#include <SDL_image.h>
#include <limits.h>
#include <string.h>

enum { CANCEL_ROWS = 64, FIXED_BYTES = 256 << 10 };

/* B G R x in memory; newer versions of SDL name it SDL_PIXELFORMAT_BGRX32. */
enum { BGRX32 = SDL_BYTEORDER == SDL_LIL_ENDIAN ? SDL_PIXELFORMAT_RGB888 : SDL_PIXELFORMAT_BGRX8888 };

/* One surface as rows of straight B G R A. */
struct rows {
    const SDL_Surface *surface;
    bool keyed;
    Uint32 key;
    uint8_t palette[256 * 4];
};

static bool is_vector(const struct fz_format *format)
{
    return strcmp(format->sdl_type, "SVG") == 0;
}

uint64_t fz_sdl_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    const struct fz_header *h = &d->header;
    uint64_t px = (uint64_t)h->width * h->height;
    if (is_vector(d->format)) {
        int width, height;
        fz_decode_target(d, (int)h->width, (int)h->height, &width, &height);
        px = (uint64_t)width * (uint64_t)height;
    }
    return px * d->format->bytes_per_px + file_bytes * d->format->file_copies + FIXED_BYTES;
}

static void put(uint8_t *to, unsigned r, unsigned g, unsigned b, unsigned a)
{
    to[0] = (uint8_t)b;
    to[1] = (uint8_t)g;
    to[2] = (uint8_t)r;
    to[3] = (uint8_t)a;
}

static void rows_init(struct rows *rows, SDL_Surface *surface)
{
    rows->surface = surface;
    const SDL_Palette *palette = surface->format->palette;
    rows->keyed = SDL_GetColorKey(surface, &rows->key) == 0;
    for (int i = 0; palette && i < 256; i++) {
        SDL_Color c = i < palette->ncolors ? palette->colors[i] : (SDL_Color){0, 0, 0, 255};
        put(rows->palette + (size_t)i * 4, c.r, c.g, c.b, rows->keyed && (Uint32)i == rows->key ? 0 : c.a);
    }
}

/* What rows_get reads as it is; everything else is converted by SDL first. */
static bool rows_can_read(SDL_Surface *surface)
{
    switch (surface->format->format) {
    case SDL_PIXELFORMAT_INDEX8:
        return surface->format->palette != NULL;
    case SDL_PIXELFORMAT_RGB24:
    case SDL_PIXELFORMAT_BGR24:
        return true;
    case SDL_PIXELFORMAT_RGBA32:
    case SDL_PIXELFORMAT_BGRA32:
    case BGRX32:
        return !SDL_HasColorKey(surface);
    default:
        return false;
    }
}

/* `red` is the place of red in a pixel of 3 bytes, 0 or 2; blue has the other one. */
static void rgb_row(const struct rows *rows, const uint8_t *from, int red, uint8_t *to)
{
    const SDL_PixelFormat *format = rows->surface->format;
    for (int x = 0; x < rows->surface->w; x++, to += 4, from += 3) {
        unsigned r = from[red], g = from[1], b = from[2 - red];
        bool clear = rows->keyed && SDL_MapRGB(format, (Uint8)r, (Uint8)g, (Uint8)b) == rows->key;
        put(to, r, g, b, clear ? 0 : 255);
    }
}

/* The same of 4 bytes with alpha. */
static void rgba_row(const struct rows *rows, const uint8_t *from, int red, uint8_t *to)
{
    for (int x = 0; x < rows->surface->w; x++, to += 4, from += 4)
        put(to, from[red], from[1], from[2 - red], from[3]);
}

static void rows_get(const struct rows *rows, int y, uint8_t *to)
{
    const SDL_Surface *s = rows->surface;
    const uint8_t *from = (const uint8_t *)s->pixels + (ptrdiff_t)y * s->pitch;
    switch (s->format->format) {
    case SDL_PIXELFORMAT_INDEX8:
        for (int x = 0; x < s->w; x++, to += 4)
            memcpy(to, rows->palette + (size_t)from[x] * 4, 4);
        break;
    case SDL_PIXELFORMAT_RGB24:
        rgb_row(rows, from, 0, to);
        break;
    case SDL_PIXELFORMAT_BGR24:
        rgb_row(rows, from, 2, to);
        break;
    case BGRX32:
        for (int x = 0; x < s->w; x++, to += 4, from += 4)
            put(to, from[2], from[1], from[0], 255);
        break;
    case SDL_PIXELFORMAT_RGBA32:
        rgba_row(rows, from, 0, to);
        break;
    default:
        rgba_row(rows, from, 2, to);
        break;
    }
}

static enum fz_err push_rows(struct fz_decode *d, SDL_Surface *surface)
{
    struct rows rows;
    rows_init(&rows, surface);
    for (int y = 0; y < surface->h; y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        uint8_t *row = fz_reduce_input(&d->reduce);
        rows_get(&rows, y, row);
        fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
    }
    return FZ_OK;
}

static SDL_Surface *load_surface(struct fz_decode *d)
{
    SDL_ClearError();
    SDL_RWops *rw = SDL_RWFromConstMem(d->file.at, (int)d->file.len);
    if (!rw)
        return NULL;
    SDL_Surface *surface;
    if (is_vector(d->format)) {
        /* Drawn at the size of the result, whatever size the renderer would have made of it. */
        int width, height;
        fz_decode_target(d, (int)d->header.width, (int)d->header.height, &width, &height);
        surface = IMG_LoadSizedSVG_RW(rw, width, height);
    } else {
        surface = IMG_LoadTyped_RW(rw, 0, d->format->sdl_type);
    }
    SDL_RWclose(rw);
    return surface;
}

/* Believes the surface more than the header, within the same limits. */
static enum fz_err begin(struct fz_decode *d, const SDL_Surface *surface)
{
    struct fz_header *h = &d->header;
    bool vector = is_vector(d->format);
    uint32_t w = (uint32_t)surface->w, high = (uint32_t)surface->h;
    if (surface->w < 1 || surface->h < 1 || !surface->pixels)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "it has no pixels");
    if (!vector && (w != h->width || high != h->height)) {
        enum fz_err code = fz_limits_check(&d->request->limits, w, high, false, d->err);
        if (code != FZ_OK)
            return code;
        h->width = w;
        h->height = high;
    }
    if (vector) {
        int target_w, target_h;
        fz_decode_target(d, (int)h->width, (int)h->height, &target_w, &target_h);
        bool covers = surface->w >= target_w && surface->h >= target_h;
        return fz_decode_begin(d, covers ? (int)h->width : surface->w, covers ? (int)h->height : surface->h,
                               surface->w, surface->h);
    }
    return fz_decode_begin(d, (int)h->width, (int)h->height, (int)h->width, (int)h->height);
}

enum fz_err fz_sdl_load(struct fz_decode *d)
{
    if (d->file.len > INT_MAX)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "file is too large for SDL2_image");
    if (fz_decode_cancelled(d))
        return fz_decode_fail_cancelled(d);
    SDL_Surface *surface = load_surface(d);
    if (!surface) {
        const char *why = SDL_GetError();
        bool memory = strcmp(why, "Out of memory") == 0;
        return fz_fail(d->err, memory ? FZ_E_MEMORY : FZ_E_DAMAGED, 0, "%s: %s", d->format->name,
                       *why ? why : "cannot be decoded");
    }
    if (!rows_can_read(surface)) {
        SDL_Surface *converted = SDL_ConvertSurfaceFormat(surface, SDL_PIXELFORMAT_RGBA32, 0);
        SDL_FreeSurface(surface);
        surface = converted;
        if (!surface)
            return fz_fail(d->err, FZ_E_MEMORY, 0, "%s", SDL_GetError());
    }
    enum fz_err code = begin(d, surface);
    if (code == FZ_OK)
        code = push_rows(d, surface);
    SDL_FreeSurface(surface);
    return code;
}
