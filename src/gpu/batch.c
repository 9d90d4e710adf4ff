#include "gpu/batch.h"

#include "base/mem.h"
#include "gpu/draw.h"
#include "gpu/head_internal.h"
#include "sync/thread.h"

#include <stdlib.h>

void fz_draw_begin_batch(struct fz_head *head)
{
    FZ_MAIN_ONLY();
    head->batch.is_open = !head->plain; /* each picture is a copy of its own there */
}

static void enter_page(struct fz_sprite_batch *batch, struct fz_page *page)
{
    page->batch_behind = NULL;
    *(batch->last ? &batch->last->batch_behind : &batch->first) = page;
    batch->last = page;
}

bool fz_sprite_batch_take(struct fz_head *head, struct fz_page *page, const SDL_Rect *from, SDL_FRect to)
{
    struct fz_sprite_batch *batch = &head->batch;
    if (!batch->is_open)
        return false;
    batch->at = fz_grow(batch->at, &batch->capacity, batch->count + 1, sizeof *batch->at);
    batch->at[batch->count++] = (struct fz_batched){.from = *from, .to = to};
    if (page->batch_first == 0)
        enter_page(batch, page);
    *(page->batch_first == 0 ? &page->batch_first : &batch->at[page->batch_last - 1].behind) = batch->count;
    page->batch_last = batch->count;
    return true;
}

static void draw_page(struct fz_head *head, struct fz_page *page)
{
    SDL_SetTextureBlendMode(page->sdl, SDL_BLENDMODE_NONE);
    SDL_SetTextureAlphaMod(page->sdl, 255);
    SDL_SetTextureColorMod(page->sdl, 255, 255, 255);
    for (size_t i = page->batch_first; i > 0; i = head->batch.at[i - 1].behind)
        SDL_RenderCopyF(head->renderer, page->sdl, &head->batch.at[i - 1].from, &head->batch.at[i - 1].to);
    page->batch_first = 0;
}

void fz_draw_end_batch(struct fz_head *head)
{
    FZ_MAIN_ONLY();
    struct fz_sprite_batch *batch = &head->batch;
    for (struct fz_page *page = batch->first; page; page = page->batch_behind)
        draw_page(head, page);
    batch->first = batch->last = NULL;
    batch->count = 0;
    batch->is_open = false;
}

void fz_sprite_batch_free(struct fz_sprite_batch *batch)
{
    free(batch->at);
    *batch = (struct fz_sprite_batch){0};
}
