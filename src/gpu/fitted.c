#include "gpu/fitted.h"

#include "base/mem.h"
#include "gpu/head_internal.h"
#include "gpu/stretch.h"

#include <math.h>
#include <stdlib.h>

enum {
    BUDGET_PART = 4, /* of the textures, that copies may take, */
    WINDOWS = 2,     /* and windows' pixels: one, and as much again for rows at its edges */
};

struct fz_fitted {
    struct fz_fitted *before, *behind; /* of the head's */
    struct fz_texture *texture;        /* whose it is */
    SDL_Texture *sdl;                  /* NULL: it was drawn so, and no copy is made yet */
    int w, h;                          /* px */
    struct fz_turn turn;
    uint64_t frame; /* that drew it last */
};

static uint64_t most_bytes(const struct fz_head *head)
{
    uint64_t part = head->budget_bytes / BUDGET_PART, windows = WINDOWS * fz_texture_bytes(head->w, head->h);
    return part < windows ? part : windows;
}

uint64_t fz_fitted_room(const struct fz_head *head)
{
    uint64_t most = most_bytes(head);
    return head->fitted_bytes > 0 && most > head->fitted_bytes ? most - head->fitted_bytes : 0;
}

static bool is_over_budget(const struct fz_head *head, uint64_t more_bytes)
{
    return head->counts.bytes + head->held_bytes + more_bytes > head->budget_bytes;
}

static void drop_copy(struct fz_head *head, struct fz_fitted *fitted)
{
    if (!fitted->sdl)
        return;
    SDL_DestroyTexture(fitted->sdl);
    fitted->sdl = NULL;
    head->fitted_bytes -= fz_texture_bytes(fitted->w, fitted->h);
    head->counts.bytes -= fz_texture_bytes(fitted->w, fitted->h);
}

void fz_fitted_drop(struct fz_head *head, struct fz_texture *texture)
{
    struct fz_fitted *fitted = texture->fitted;
    if (!fitted)
        return;
    drop_copy(head, fitted);
    *(fitted->before ? &fitted->before->behind : &head->fitted) = fitted->behind;
    if (fitted->behind)
        fitted->behind->before = fitted->before;
    texture->fitted = NULL;
    free(fitted);
}

void fz_fitted_changed(struct fz_head *head, struct fz_texture *texture)
{
    struct fz_fitted *fitted = texture->fitted;
    if (!fitted)
        return;
    drop_copy(head, fitted);
    fitted->w = 0;
}

static struct fz_fitted *note(struct fz_head *head, struct fz_texture *texture)
{
    struct fz_fitted *fitted = fz_calloc(1, sizeof *fitted);
    fitted->texture = texture;
    fitted->behind = head->fitted;
    if (head->fitted)
        head->fitted->before = fitted;
    head->fitted = texture->fitted = fitted;
    return fitted;
}

static bool make_copy(struct fz_head *head, struct fz_fitted *fitted)
{
    const struct fz_texture *texture = fitted->texture;
    uint64_t bytes = fz_texture_bytes(fitted->w, fitted->h);
    struct fz_bitmap bitmap;
    if (head->fitted_bytes + bytes > most_bytes(head) || !texture->page->bitmap.at)
        return false;
    fz_texture_make_room(head, bytes);
    if (is_over_budget(head, bytes))
        return false;
    fitted->sdl = SDL_CreateTexture(head->renderer, FZ_OPAQUE_FORMAT, SDL_TEXTUREACCESS_STREAMING, fitted->w,
                                    fitted->h);
    if (!fitted->sdl)
        return false;
    head->fitted_bytes += bytes;
    fz_texture_count(head, bytes);
    struct fz_rect rect = {0, 0, fitted->w, fitted->h};
    if (fz_stretch_map(fitted->sdl, &bitmap) &&
        fz_stretch_pixels(texture->page->bitmap, &texture->rect, &texture->rect, rect, fitted->turn, bitmap,
                          &(SDL_Rect){0, 0, fitted->w, fitted->h}))
        return true;
    drop_copy(head, fitted);
    return false;
}

static bool is_same(const struct fz_fitted *fitted, int w, int h, struct fz_turn turn)
{
    return fitted->w == w && fitted->h == h && fitted->turn.quarters == turn.quarters &&
           fitted->turn.flip_h == turn.flip_h && fitted->turn.flip_v == turn.flip_v;
}

static bool is_whole(double px)
{
    return px == floor(px);
}

bool fz_fitted_draw(struct fz_head *head, struct fz_texture *texture, struct fz_rect rect,
                    struct fz_turn turn)
{
    if (!is_whole(rect.x) || !is_whole(rect.y) || !is_whole(rect.w) || !is_whole(rect.h) || rect.w < 1 ||
        rect.h < 1 || rect.w * rect.h * sizeof(uint32_t) > (double)most_bytes(head))
        return false;
    int w = (int)rect.w, h = (int)rect.h;
    struct fz_fitted *fitted = texture->fitted;
    bool stays = !fitted || is_same(fitted, w, h, turn);
    if (!fitted)
        fitted = note(head, texture);
    if (!stays)
        drop_copy(head, fitted);
    fitted->w = w;
    fitted->h = h;
    fitted->turn = turn;
    fitted->frame = head->frame;
    if (stays && !fitted->sdl)
        make_copy(head, fitted);
    if (!fitted->sdl)
        return false;
    fz_stretch_blend_as(fitted->sdl, texture->page->sdl);
    SDL_RenderCopy(head->renderer, fitted->sdl, NULL, &(SDL_Rect){(int)rect.x, (int)rect.y, w, h});
    return true;
}

void fz_fitted_trim(struct fz_head *head)
{
    for (struct fz_fitted *fitted = head->fitted; fitted; fitted = fitted->behind)
        if (head->fitted_bytes > most_bytes(head) || is_over_budget(head, 0))
            drop_copy(head, fitted);
}

void fz_fitted_rest(struct fz_head *head)
{
    fz_fitted_trim(head);
    for (struct fz_fitted *fitted = head->fitted, *behind; fitted; fitted = behind) {
        behind = fitted->behind;
        if (fitted->frame != head->frame)
            fz_fitted_drop(head, fitted->texture);
    }
}
