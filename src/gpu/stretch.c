#include "gpu/stretch.h"

#include "base/mem.h"
#include "gpu/head_internal.h"
#include "image/pixels/bilinear.h"

#include <SDL.h>
#include <math.h>
#include <stdlib.h>

enum {
    CANVASES_PART = 16, /* of the budget */
    /* Of a larger copy at a time, 1 MB: fresh memory as large as a window takes longer than the copy. */
    BAND_PX = 1 << 18,
};

/* --- one axis ------------------------------------------------------------------------------------------------------- */

/* Of the copy, and of the page that lies along it. */
struct axis {
    double at, length;        /* where the copy stands, px of the window */
    double from, from_length; /* px of the page */
    int least, most;          /* of these samples may be taken */
    int stride;               /* px */
    bool reversed;
};

static struct fz_bilinear step_at(const struct axis *axis, int pixel)
{
    double part = (pixel + 0.5 - axis->at) / axis->length;
    double place = axis->from + (axis->reversed ? 1 - part : part) * axis->from_length - 0.5;
    return fz_bilinear_at(place, axis->least, axis->most, axis->stride);
}

/* The pixels of the window, which has `most`, whose middle lies in it. */
static void covered(double at, double length, int most, int *begin, int *count)
{
    double least = fmax(ceil(at - 0.5), 0), end = fmin(ceil(at + length - 0.5), most);
    *begin = end > least ? (int)least : 0;
    *count = end > least ? (int)(end - least) : 0;
}

/* --- pixels --------------------------------------------------------------------------------------------------------- */

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

    if (to_at->w <= 0 || to_at->h <= 0)
        return true;
    struct fz_bilinear *across_steps = fz_try_malloc((size_t)(to_at->w + to_at->h) * sizeof *across_steps);
    if (!across_steps)
        return false;
    struct fz_bilinear *down_steps = across_steps + to_at->w;
    for (int i = 0; i < to_at->w; i++)
        across_steps[i] = step_at(&x, to_at->x + i);
    for (int i = 0; i < to_at->h; i++)
        down_steps[i] = step_at(&y, to_at->y + i);
    bool done = true;
    if (sideways) /* neither step follows the other in memory */
        for (int i = 0; i < to_at->h; i++)
            fz_bilinear_between(page.at + down_steps[i].first, page.at + down_steps[i].second,
                                down_steps[i].weight, across_steps, to_at->w,
                                to.at + (ptrdiff_t)i * to.pitch_px);
    else
        done = fz_bilinear_fill(page.at, across_steps, to_at->w, down_steps, to_at->h, to.at, to.pitch_px);
    free(across_steps);
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

/* What all canvases may take, but for a single one that is larger. */
static uint64_t canvases_most(const struct fz_head *head)
{
    return head->plain ? head->budget_bytes / CANVASES_PART : 0;
}

uint64_t fz_stretch_room(const struct fz_head *head)
{
    uint64_t most = canvases_most(head);
    return most > head->canvas_bytes ? most - head->canvas_bytes : 0;
}

static void canvas_free(struct fz_head *head, struct fz_stretch_canvas *c)
{
    if (c->sdl) {
        SDL_DestroyTexture(c->sdl);
        head->canvas_bytes -= fz_texture_bytes(c->w, c->h);
        head->counts.bytes -= fz_texture_bytes(c->w, c->h);
    }
    *c = (struct fz_stretch_canvas){0};
}

static bool canvas_make(struct fz_head *head, struct fz_stretch_canvas *c, int w, int h)
{
    canvas_free(head, c);
    fz_texture_make_room(head, fz_texture_bytes(w, h));
    c->sdl = SDL_CreateTexture(head->renderer, FZ_OPAQUE_FORMAT, SDL_TEXTUREACCESS_STREAMING, w, h);
    if (!c->sdl)
        return false;
    c->w = w;
    c->h = h;
    head->canvas_bytes += fz_texture_bytes(w, h);
    fz_texture_count(head, fz_texture_bytes(w, h));
    if (fz_stretch_map(c->sdl, &c->bitmap))
        return true;
    canvas_free(head, c);
    return false;
}

static struct fz_stretch_canvas *canvas_that_fits(struct fz_head *head, int w, int h)
{
    for (struct fz_stretch_canvas *c = head->canvases; c < head->canvases + FZ_CANVASES; c++)
        if (!c->waits && c->w >= w && c->h >= h)
            return c;
    return NULL;
}

/* One that is not there yet, or that nothing waits in; NULL where all are to be drawn first, or a further one would be too much. */
static struct fz_stretch_canvas *canvas_to_make(struct fz_head *head, int w, int h)
{
    struct fz_stretch_canvas *found = NULL;
    for (struct fz_stretch_canvas *c = head->canvases; c < head->canvases + FZ_CANVASES; c++)
        if (!c->waits && (!found || c->w == 0))
            found = c;
    uint64_t left = found ? head->canvas_bytes - fz_texture_bytes(found->w, found->h) : 0;
    return left == 0 || left + fz_texture_bytes(w, h) <= canvases_most(head) ? found : NULL;
}

static void draw_waiting(struct fz_head *head)
{
    SDL_RenderFlush(head->renderer);
    for (struct fz_stretch_canvas *c = head->canvases; c < head->canvases + FZ_CANVASES; c++)
        c->waits = false;
}

/* One that nothing waits in to be drawn: that fits, or is made to. */
static struct fz_stretch_canvas *canvas_take(struct fz_head *head, int w, int h)
{
    struct fz_stretch_canvas *fits = canvas_that_fits(head, w, h),
                             *other = fits ? NULL : canvas_to_make(head, w, h);
    if (!fits && !other) {
        draw_waiting(head);
        fits = canvas_that_fits(head, w, h);
    }
    if (fits)
        return fits;
    for (struct fz_stretch_canvas *c = head->canvases; !other; c++) {
        canvas_free(head, c);
        other = canvas_to_make(head, w, h);
    }
    return canvas_make(head, other, w, h) ? other : NULL;
}

void fz_stretch_blend_as(SDL_Texture *sdl, SDL_Texture *as)
{
    SDL_BlendMode mode;
    uint8_t alpha;
    SDL_GetTextureBlendMode(as, &mode);
    SDL_GetTextureAlphaMod(as, &alpha);
    SDL_SetTextureBlendMode(sdl, mode);
    SDL_SetTextureAlphaMod(sdl, alpha);
}

/* What of it lies in `band`, px of the window. */
static void stretch_band(struct fz_head *head, const struct fz_page *page, const SDL_Rect *from,
                         const SDL_Rect *within, struct fz_rect rect, struct fz_turn turn,
                         const SDL_Rect *band)
{
    struct fz_stretch_canvas *c = canvas_take(head, band->w, band->h);
    if (!c || !fz_stretch_pixels(page->bitmap, from, within, rect, turn, c->bitmap, band))
        return;
    c->waits = c->was_used = true;
    fz_stretch_blend_as(c->sdl, page->sdl);
    SDL_RenderCopy(head->renderer, c->sdl, &(SDL_Rect){0, 0, band->w, band->h}, band);
}

void fz_stretch(struct fz_head *head, const struct fz_page *page, const SDL_Rect *from,
                const SDL_Rect *within, struct fz_rect rect, struct fz_turn turn)
{
    SDL_Rect band;
    int rows;
    covered(rect.x, rect.w, head->w, &band.x, &band.w);
    covered(rect.y, rect.h, head->h, &band.y, &rows);
    if (band.w <= 0 || rows <= 0 || !page->bitmap.at)
        return;
    const int begin = band.y, end = band.y + rows, most = BAND_PX / band.w > 1 ? BAND_PX / band.w : 1;
    for (; band.y < end; band.y += band.h) {
        band.h = end - band.y < most ? end - band.y : most;
        if (band.y > begin)
            draw_waiting(head);
        stretch_band(head, page, from, within, rect, turn, &band);
    }
}

void fz_stretch_rest(struct fz_head *head)
{
    for (struct fz_stretch_canvas *c = head->canvases; c < head->canvases + FZ_CANVASES; c++) {
        if (!c->was_used)
            canvas_free(head, c);
        c->waits = c->was_used = false;
    }
}
