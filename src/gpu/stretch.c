#include "gpu/stretch.h"

#include "base/mem.h"
#include "gpu/head_internal.h"

#include <SDL.h>
#include <math.h>
#include <stdlib.h>

/* --- one axis ------------------------------------------------------------------------------------------------------- */

/* Where a pixel of the copy lies between two of the page. */
struct step {
    int first, second; /* px from the page's beginning, times the axis' stride */
    uint32_t weight;   /* of the second, 0 to 256 */
};

/* Of the copy, and of the page that lies along it. */
struct axis {
    double at, length;        /* where the copy stands, px of the window */
    double from, from_length; /* px of the page */
    int least, most;          /* of these samples may be taken */
    int stride;               /* px */
    bool reversed;
};

static struct step step_at(const struct axis *axis, int pixel)
{
    enum { WEIGHTS = 256 };
    double part = (pixel + 0.5 - axis->at) / axis->length;
    double u = axis->from + (axis->reversed ? 1 - part : part) * axis->from_length - 0.5;
    u = fmin(fmax(u, axis->least), axis->most);
    int first = (int)u, second = first < axis->most ? first + 1 : first;
    return (struct step){first * axis->stride, second * axis->stride,
                         (uint32_t)lround((u - first) * WEIGHTS)};
}

/* The pixels of the window, which has `most`, whose middle lies in it. */
static void covered(double at, double length, int most, int *begin, int *count)
{
    double least = fmax(ceil(at - 0.5), 0), end = fmin(ceil(at + length - 0.5), most);
    *begin = end > least ? (int)least : 0;
    *count = end > least ? (int)(end - least) : 0;
}

/* --- pixels --------------------------------------------------------------------------------------------------------- */

/* Two channels at a time. */
static inline uint32_t blend(uint32_t a, uint32_t b, uint32_t weight)
{
    enum { EVEN = 0xff00ff, HALF = 0x800080 };
    uint32_t even = ((a & EVEN) * (256 - weight) + (b & EVEN) * weight + HALF) >> 8 & EVEN;
    uint32_t odd = ((a >> 8 & EVEN) * (256 - weight) + (b >> 8 & EVEN) * weight + HALF) & ~(uint32_t)EVEN;
    return even | odd;
}

static inline uint8_t between(uint8_t one, uint8_t other, uint16_t weight)
{
    return (uint8_t)((uint16_t)(one * (256 - weight) + other * weight + 128) >> 8);
}

/* Blocks of fixed length vectorise at -O2. */
static void blend_rows(const uint8_t *restrict upper, const uint8_t *restrict lower, uint16_t weight,
                       size_t count, uint8_t *restrict to)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 16; k++)
            to[i + k] = between(upper[i + k], lower[i + k], weight);
    for (; i < count; i++)
        to[i] = between(upper[i], lower[i], weight);
}

static void stretch_row(const uint32_t *row, int begin, const struct step *steps, int count, uint32_t *to)
{
    for (int x = 0; x < count; x++)
        to[x] = blend(row[steps[x].first - begin], row[steps[x].second - begin], steps[x].weight);
}

/* Of which neither step follows the other in memory. */
static void stretch_turned_row(const uint32_t *upper, const uint32_t *lower, uint32_t weight,
                               const struct step *steps, int count, uint32_t *to)
{
    for (int x = 0; x < count; x++) {
        struct step s = steps[x];
        to[x] = blend(blend(upper[s.first], upper[s.second], s.weight),
                      blend(lower[s.first], lower[s.second], s.weight), weight);
    }
}

/* What a row of the copy reads of the page's rows. */
static void extent(const struct step *steps, int count, int *begin, int *end)
{
    const struct step *last = &steps[count - 1];
    *begin = steps->first < last->first ? steps->first : last->first;
    *end = (steps->second > last->second ? steps->second : last->second) + 1;
}

bool fz_stretch_pixels(struct fz_bitmap page, const SDL_Rect *from, const SDL_Rect *within,
                       struct fz_rect rect, struct fz_turn turn, struct fz_bitmap to, const SDL_Rect *to_at)
{
    bool sideways = turn.quarters % 2 != 0;
    struct axis across = {.from = from->x,
                          .from_length = from->w,
                          .least = within->x,
                          .most = within->x + within->w - 1,
                          .stride = 1};
    struct axis down = {.from = from->y,
                        .from_length = from->h,
                        .least = within->y,
                        .most = within->y + within->h - 1,
                        .stride = page.pitch_px};
    struct axis x = sideways ? down : across, y = sideways ? across : down;
    x.at = rect.x;
    x.length = rect.w;
    x.reversed = turn.flip_h != (turn.quarters == 1 || turn.quarters == 2);
    y.at = rect.y;
    y.length = rect.h;
    y.reversed = turn.flip_v != (turn.quarters == 2 || turn.quarters == 3);

    if (to_at->w <= 0)
        return true;
    struct step *steps = fz_try_malloc((size_t)to_at->w * sizeof *steps);
    for (int i = 0; steps && i < to_at->w; i++)
        steps[i] = step_at(&x, to_at->x + i);
    int begin = 0, end = 1;
    if (steps && !sideways)
        extent(steps, to_at->w, &begin, &end);
    uint32_t *row = fz_try_malloc((size_t)(end - begin) * sizeof *row);
    for (int i = 0; steps && row && i < to_at->h; i++) {
        struct step s = step_at(&y, to_at->y + i);
        const uint32_t *upper = page.at + s.first, *lower = page.at + s.second;
        uint32_t *out = to.at + (ptrdiff_t)i * to.pitch_px;
        if (sideways) {
            stretch_turned_row(upper, lower, s.weight, steps, to_at->w, out);
            continue;
        }
        blend_rows((const uint8_t *)(upper + begin), (const uint8_t *)(lower + begin), (uint16_t)s.weight,
                   (size_t)(end - begin) * sizeof *row, (uint8_t *)row);
        stretch_row(row, begin, steps, to_at->w, out);
    }
    bool done = steps && row;
    free(steps);
    free(row);
    return done;
}

/* --- textures ------------------------------------------------------------------------------------------------------- */

bool fz_stretch_map(SDL_Texture *texture, struct fz_bitmap *bitmap)
{
    void *at;
    int pitch_bytes;
    if (SDL_LockTexture(texture, NULL, &at, &pitch_bytes) != 0)
        return false;
    SDL_UnlockTexture(texture);
    *bitmap = (struct fz_bitmap){at, pitch_bytes / (int)sizeof(uint32_t)};
    return true;
}

static void canvas_free(struct fz_head *head, struct fz_canvas *c)
{
    if (c->sdl) {
        SDL_DestroyTexture(c->sdl);
        head->counts.bytes -= (uint64_t)c->w * (uint64_t)c->h * sizeof(uint32_t);
    }
    *c = (struct fz_canvas){0};
}

static bool canvas_make(struct fz_head *head, struct fz_canvas *c, int w, int h)
{
    canvas_free(head, c);
    fz_texture_make_room(head, (uint64_t)w * (uint64_t)h * sizeof(uint32_t));
    c->sdl = SDL_CreateTexture(head->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, w, h);
    if (!c->sdl)
        return false;
    c->w = w;
    c->h = h;
    head->counts.bytes += (uint64_t)w * (uint64_t)h * sizeof(uint32_t);
    if (head->counts.bytes > head->counts.bytes_peak)
        head->counts.bytes_peak = head->counts.bytes;
    if (fz_stretch_map(c->sdl, &c->bitmap))
        return true;
    canvas_free(head, c);
    return false;
}

/* One that nothing waits in to be drawn: that fits, or is made to. */
static struct fz_canvas *canvas_take(struct fz_head *head, int w, int h)
{
    struct fz_canvas *end = head->canvases + FZ_CANVASES, *other = NULL;
    for (struct fz_canvas *c = head->canvases; c < end; c++) {
        if (!c->waits && c->w >= w && c->h >= h)
            return c;
        if (!c->waits && (!other || c->w == 0))
            other = c;
    }
    if (!other) {
        SDL_RenderFlush(head->renderer);
        for (struct fz_canvas *c = head->canvases; c < end; c++)
            c->waits = false;
        other = head->canvases;
    }
    return canvas_make(head, other, w, h) ? other : NULL;
}

void fz_stretch(struct fz_head *head, const struct fz_page *page, const SDL_Rect *from,
                const SDL_Rect *within, struct fz_rect rect, struct fz_turn turn)
{
    SDL_Rect shown;
    covered(rect.x, rect.w, head->w, &shown.x, &shown.w);
    covered(rect.y, rect.h, head->h, &shown.y, &shown.h);
    bool is_shown = shown.w > 0 && shown.h > 0 && page->bitmap.at;
    struct fz_canvas *c = is_shown ? canvas_take(head, shown.w, shown.h) : NULL;
    if (!c || !fz_stretch_pixels(page->bitmap, from, within, rect, turn, c->bitmap, &shown))
        return;
    c->waits = c->was_used = true;
    SDL_BlendMode mode;
    uint8_t alpha;
    SDL_GetTextureBlendMode(page->sdl, &mode);
    SDL_GetTextureAlphaMod(page->sdl, &alpha);
    SDL_SetTextureBlendMode(c->sdl, mode);
    SDL_SetTextureAlphaMod(c->sdl, alpha);
    SDL_RenderCopy(head->renderer, c->sdl, &(SDL_Rect){0, 0, shown.w, shown.h}, &shown);
}

void fz_stretch_rest(struct fz_head *head)
{
    for (struct fz_canvas *c = head->canvases; c < head->canvases + FZ_CANVASES; c++) {
        if (!c->was_used)
            canvas_free(head, c);
        c->waits = c->was_used = false;
    }
}
