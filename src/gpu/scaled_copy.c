#include "gpu/scaled_copy.h"

#include "base/mem.h"
#include "gpu/head_internal.h"
#include "gpu/stretch.h"

#include <math.h>
#include <stdlib.h>

enum {
    BUDGET_PART = 4, /* of the textures, that copies may take, */
    WINDOWS = 2,     /* and windows' pixels: one, and as much again for rows at its edges */
};

struct fz_scaled_copy {
    struct fz_scaled_copy *before, *behind; /* of the head's */
    struct fz_texture *texture;             /* whose it is */
    SDL_Texture *sdl;                       /* NULL: it was drawn so, and no copy is made yet */
    int w, h;                               /* px */
    struct fz_turn turn;
    uint64_t frame; /* that drew it last */
};

static uint64_t most_bytes(const struct fz_head *head)
{
    uint64_t part = head->budget_bytes / BUDGET_PART, windows = WINDOWS * fz_texture_bytes(head->w, head->h);
    return part < windows ? part : windows;
}

uint64_t fz_scaled_copy_room(const struct fz_head *head)
{
    uint64_t most = most_bytes(head);
    return head->scaled_copy_bytes > 0 && most > head->scaled_copy_bytes ? most - head->scaled_copy_bytes : 0;
}

static bool is_over_budget(const struct fz_head *head, uint64_t more_bytes)
{
    return head->counts.bytes + head->held_bytes + more_bytes > head->budget_bytes;
}

static void drop_copy(struct fz_head *head, struct fz_scaled_copy *copy)
{
    if (!copy->sdl)
        return;
    SDL_DestroyTexture(copy->sdl);
    copy->sdl = NULL;
    head->scaled_copy_bytes -= fz_texture_bytes(copy->w, copy->h);
    head->counts.bytes -= fz_texture_bytes(copy->w, copy->h);
}

void fz_scaled_copy_drop(struct fz_head *head, struct fz_texture *texture)
{
    struct fz_scaled_copy *copy = texture->scaled_copy;
    if (!copy)
        return;
    drop_copy(head, copy);
    *(copy->before ? &copy->before->behind : &head->scaled_copies) = copy->behind;
    if (copy->behind)
        copy->behind->before = copy->before;
    texture->scaled_copy = NULL;
    free(copy);
}

void fz_scaled_copy_changed(struct fz_head *head, struct fz_texture *texture)
{
    struct fz_scaled_copy *copy = texture->scaled_copy;
    if (!copy)
        return;
    drop_copy(head, copy);
    copy->w = 0;
}

static struct fz_scaled_copy *note(struct fz_head *head, struct fz_texture *texture)
{
    struct fz_scaled_copy *copy = fz_calloc(1, sizeof *copy);
    copy->texture = texture;
    copy->behind = head->scaled_copies;
    if (head->scaled_copies)
        head->scaled_copies->before = copy;
    head->scaled_copies = texture->scaled_copy = copy;
    return copy;
}

static bool make_copy(struct fz_head *head, struct fz_scaled_copy *copy)
{
    const struct fz_texture *texture = copy->texture;
    uint64_t bytes = fz_texture_bytes(copy->w, copy->h);
    struct fz_bitmap bitmap;
    if (head->scaled_copy_bytes + bytes > most_bytes(head) || !texture->page->bitmap.at)
        return false;
    fz_texture_make_room(head, bytes);
    if (is_over_budget(head, bytes))
        return false;
    copy->sdl =
        SDL_CreateTexture(head->renderer, FZ_OPAQUE_FORMAT, SDL_TEXTUREACCESS_STREAMING, copy->w, copy->h);
    if (!copy->sdl)
        return false;
    head->scaled_copy_bytes += bytes;
    fz_texture_count(head, bytes);
    struct fz_rect rect = {0, 0, copy->w, copy->h};
    if (fz_stretch_map(copy->sdl, &bitmap) &&
        fz_stretch_pixels(texture->page->bitmap, &texture->rect, &texture->rect, rect, copy->turn, bitmap,
                          &(SDL_Rect){0, 0, copy->w, copy->h}))
        return true;
    drop_copy(head, copy);
    return false;
}

static bool is_same(const struct fz_scaled_copy *copy, int w, int h, struct fz_turn turn)
{
    return copy->w == w && copy->h == h && copy->turn.quarters == turn.quarters &&
           copy->turn.flip_h == turn.flip_h && copy->turn.flip_v == turn.flip_v;
}

static bool is_whole(double px)
{
    return px == floor(px);
}

bool fz_scaled_copy_draw(struct fz_head *head, struct fz_texture *texture, struct fz_rect rect,
                         struct fz_turn turn)
{
    if (!is_whole(rect.x) || !is_whole(rect.y) || !is_whole(rect.w) || !is_whole(rect.h) || rect.w < 1 ||
        rect.h < 1 || rect.w * rect.h * sizeof(uint32_t) > (double)most_bytes(head))
        return false;
    int w = (int)rect.w, h = (int)rect.h;
    struct fz_scaled_copy *copy = texture->scaled_copy;
    bool stays = copy && is_same(copy, w, h, turn);
    if (!copy)
        copy = note(head, texture);
    if (!stays)
        drop_copy(head, copy);
    copy->w = w;
    copy->h = h;
    copy->turn = turn;
    copy->frame = head->frame;
    if (stays && !copy->sdl)
        make_copy(head, copy);
    if (!copy->sdl)
        return false;
    fz_stretch_blend_as(copy->sdl, texture->page->sdl);
    SDL_RenderCopy(head->renderer, copy->sdl, NULL, &(SDL_Rect){(int)rect.x, (int)rect.y, w, h});
    return true;
}

void fz_scaled_copy_trim(struct fz_head *head)
{
    for (struct fz_scaled_copy *copy = head->scaled_copies; copy; copy = copy->behind)
        if (head->scaled_copy_bytes > most_bytes(head) || is_over_budget(head, 0))
            drop_copy(head, copy);
}

void fz_scaled_copy_rest(struct fz_head *head)
{
    fz_scaled_copy_trim(head);
    for (struct fz_scaled_copy *copy = head->scaled_copies, *behind; copy; copy = behind) {
        behind = copy->behind;
        if (copy->frame != head->frame)
            fz_scaled_copy_drop(head, copy->texture);
    }
}
