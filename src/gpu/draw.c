#include "gpu/draw.h"

#include "gpu/batch.h"
#include "gpu/head_internal.h"
#include "gpu/stretch.h"
#include "sync/thread.h"

#include <math.h>

enum { VEIL_PX = 128 };

static SDL_FRect to_sdl(struct fz_rect r)
{
    return (SDL_FRect){(float)r.x, (float)r.y, (float)r.w, (float)r.h};
}

void fz_draw_fill(struct fz_head *head, struct fz_rect rect, struct fz_color color)
{
    FZ_MAIN_ONLY();
    SDL_FRect r = to_sdl(rect);
    SDL_SetRenderDrawBlendMode(head->renderer, color.a == 255 ? SDL_BLENDMODE_NONE : SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(head->renderer, color.r, color.g, color.b, color.a);
    SDL_RenderFillRectF(head->renderer, &r);
}

void fz_draw_fills(struct fz_head *head, const struct fz_rect *rects, int count, struct fz_color color)
{
    FZ_MAIN_ONLY();
    SDL_FRect r[FZ_FILLS_MOST];
    count = count < FZ_FILLS_MOST ? count : FZ_FILLS_MOST;
    for (int i = 0; i < count; i++)
        r[i] = to_sdl(rects[i]);
    SDL_SetRenderDrawBlendMode(head->renderer, color.a == 255 ? SDL_BLENDMODE_NONE : SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(head->renderer, color.r, color.g, color.b, color.a);
    SDL_RenderFillRectsF(head->renderer, r, count);
}

/* Where SDL's renderer blends a fill, it does so pixel by pixel; what has no alpha of its own it copies by several at
 * once. */
static bool make_veil(struct fz_head *head, struct fz_bitmap *bitmap)
{
    if (!head->veil)
        head->veil = SDL_CreateTexture(head->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
                                       VEIL_PX, VEIL_PX);
    return head->veil && fz_stretch_map(head->veil, bitmap);
}

void fz_draw_veil(struct fz_head *head, struct fz_color color)
{
    FZ_MAIN_ONLY();
    struct fz_bitmap bitmap;
    if (!head->plain || !make_veil(head, &bitmap)) {
        fz_draw_fill(head, (struct fz_rect){0, 0, head->w, head->h}, color);
        return;
    }
    for (int y = 0; y < VEIL_PX; y++)
        for (int x = 0; x < VEIL_PX; x++)
            bitmap.at[y * bitmap.pitch_px + x] = (uint32_t)(color.r << 16 | color.g << 8 | color.b);
    SDL_SetTextureBlendMode(head->veil, SDL_BLENDMODE_BLEND);
    SDL_SetTextureAlphaMod(head->veil, color.a);
    for (int y = 0; y < head->h; y += VEIL_PX)
        for (int x = 0; x < head->w; x += VEIL_PX)
            SDL_RenderCopy(head->renderer, head->veil, NULL, &(SDL_Rect){x, y, VEIL_PX, VEIL_PX});
}

void fz_draw_ring(struct fz_head *head, struct fz_rect r, double t, struct fz_color color)
{
    fz_draw_fill(head, (struct fz_rect){r.x - t, r.y - t, r.w + 2 * t, t}, color);
    fz_draw_fill(head, (struct fz_rect){r.x - t, r.y + r.h, r.w + 2 * t, t}, color);
    fz_draw_fill(head, (struct fz_rect){r.x - t, r.y, t, r.h}, color);
    fz_draw_fill(head, (struct fz_rect){r.x + r.w, r.y, t, r.h}, color);
}

static bool is_as_large(const SDL_Rect *from, struct fz_rect rect)
{
    static const double next_to_nothing = 0.01;
    return fabs(rect.w - from->w) < next_to_nothing && fabs(rect.h - from->h) < next_to_nothing;
}

static void copy_turned(struct fz_head *head, struct fz_texture *texture, const SDL_Rect *from,
                        struct fz_rect rect, struct fz_turn turn)
{
    SDL_Texture *sdl = texture->page->sdl;
    bool as_it_is = turn.quarters == 0 && !turn.flip_h && !turn.flip_v;
    if (head->plain && !(as_it_is && is_as_large(from, rect))) {
        if (from != &texture->rect || !fz_scaled_copy_draw(head, texture, rect, turn))
            fz_stretch(head, texture->page, from, &texture->rect, rect, turn);
        return;
    }
    if (as_it_is) {
        SDL_FRect r = to_sdl(rect);
        if (head->plain) /* it would cut off what is not whole */
            r = (SDL_FRect){roundf(r.x), roundf(r.y), (float)from->w, (float)from->h};
        SDL_RenderCopyF(head->renderer, sdl, from, &r);
        return;
    }
    /* SDL mirrors before it turns, and takes the rectangle as it stands before the turn. */
    bool sideways = turn.quarters % 2 != 0;
    double w = sideways ? rect.h : rect.w, h = sideways ? rect.w : rect.h;
    SDL_FRect r = to_sdl((struct fz_rect){rect.x + (rect.w - w) / 2, rect.y + (rect.h - h) / 2, w, h});
    bool flip_h = sideways ? turn.flip_v : turn.flip_h, flip_v = sideways ? turn.flip_h : turn.flip_v;
    int flip = (flip_h ? SDL_FLIP_HORIZONTAL : 0) | (flip_v ? SDL_FLIP_VERTICAL : 0);
    SDL_RenderCopyExF(head->renderer, sdl, from, &r, turn.quarters * 90.0, NULL, (SDL_RendererFlip)flip);
}

void fz_draw_texture(struct fz_head *head, struct fz_texture *texture, struct fz_rect rect, double alpha,
                     struct fz_turn turn)
{
    FZ_MAIN_ONLY();
    fz_texture_keep(head, texture);
    SDL_Texture *sdl = texture->page->sdl;
    bool as_it_is = turn.quarters == 0 && !turn.flip_h && !turn.flip_v;
    if (alpha >= 1 && as_it_is && fz_sprite_batch_take(head, texture->page, &texture->rect, to_sdl(rect)))
        return;
    SDL_SetTextureBlendMode(sdl, alpha >= 1 ? SDL_BLENDMODE_NONE : SDL_BLENDMODE_BLEND);
    SDL_SetTextureAlphaMod(sdl, (uint8_t)lround(fmin(fmax(alpha, 0), 1) * 255));
    SDL_SetTextureColorMod(sdl, 255, 255, 255);
    copy_turned(head, texture, &texture->rect, rect, turn);
}

void fz_draw_texture_part(struct fz_head *head, struct fz_texture *texture, const SDL_Rect *part,
                          struct fz_rect rect, struct fz_turn turn)
{
    FZ_MAIN_ONLY();
    fz_texture_keep(head, texture);
    SDL_Texture *sdl = texture->page->sdl;
    SDL_SetTextureBlendMode(sdl, SDL_BLENDMODE_NONE);
    SDL_SetTextureAlphaMod(sdl, 255);
    SDL_SetTextureColorMod(sdl, 255, 255, 255);
    SDL_Rect from = {texture->rect.x + part->x, texture->rect.y + part->y, part->w, part->h};
    copy_turned(head, texture, &from, rect, turn);
}

void fz_draw_mask(struct fz_head *head, struct fz_texture *texture, int row, int rows, double x, double y,
                  struct fz_color color)
{
    FZ_MAIN_ONLY();
    fz_texture_keep(head, texture);
    SDL_Texture *sdl = texture->page->sdl;
    SDL_SetTextureBlendMode(sdl, SDL_BLENDMODE_BLEND);
    SDL_SetTextureAlphaMod(sdl, color.a);
    SDL_SetTextureColorMod(sdl, color.r, color.g, color.b);
    SDL_Rect from = {texture->rect.x, texture->rect.y + row, texture->rect.w, rows};
    SDL_FRect r = {(float)floor(x), (float)floor(y), (float)from.w, (float)from.h};
    SDL_RenderCopyF(head->renderer, sdl, &from, &r);
}
