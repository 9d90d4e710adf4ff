#include "gpu/page.h"

#include "base/clock.h"
#include "base/prefetch.h"
#include "sync/thread.h"

#include <stdlib.h>

enum {
    SPARE_US = 2000000,      /* so long a page is spare */
    SDL_TEXTURE_BYTES = 320, /* of SDL 2.26's own structure, what drawing reads */
    NEVER_DRAWN = 0,         /* frames are counted from 1 */
};

static void unlink_texture(struct fz_head *head, struct fz_texture *texture)
{
    *(texture->newer ? &texture->newer->older : &head->newest) = texture->older;
    *(texture->older ? &texture->older->newer : &head->oldest) = texture->newer;
}

static void link_newest(struct fz_head *head, struct fz_texture *texture)
{
    texture->newer = NULL;
    texture->older = head->newest;
    *(head->newest ? &head->newest->newer : &head->oldest) = texture;
    head->newest = texture;
}

static void link_oldest(struct fz_head *head, struct fz_texture *texture)
{
    texture->older = NULL;
    texture->newer = head->oldest;
    *(head->oldest ? &head->oldest->older : &head->newest) = texture;
    head->oldest = texture;
}

/* It was drawn: it is the last to be evicted. */
static void touch(struct fz_head *head, struct fz_texture *texture)
{
    if (head->newest == texture)
        return;
    unlink_texture(head, texture);
    link_newest(head, texture);
}

void fz_texture_free(struct fz_head *head, struct fz_texture *texture)
{
    if (!texture)
        return;
    FZ_MAIN_ONLY();
    unlink_texture(head, texture);
    *texture->owner = NULL;
    head->counts.freed++;
    free(texture->luma);
    fz_scaled_copy_drop(head, texture);
    fz_page_give_cell(head, texture);
}

static bool fits_budget(const struct fz_head *head, uint64_t bytes)
{
    uint64_t others = head->held_bytes + fz_stretch_room(head) + fz_scaled_copy_room(head);
    return head->counts.bytes - head->spare_bytes + others + bytes <= head->budget_bytes;
}

/* Four sizes to each doubling: no more than a quarter is added, and few kinds of cells arise. */
static int round_up(int side, int most)
{
    int step = 1;
    while (step * 8 <= side)
        step *= 2;
    int up = (side + step - 1) / step * step;
    return up <= most ? up : side > most ? side : most;
}

/* Of a w x h texture. */
static struct fz_cell cell_in(struct fz_texture_cell in, int w, int h)
{
    if (!in.shaped)
        return (struct fz_cell){in.w, in.h, FZ_PAGE_PICTURES};
    return (struct fz_cell){round_up(w, in.w), round_up(h, in.h), FZ_PAGE_SHAPES};
}

static uint64_t room(const struct fz_head *head)
{
    uint64_t others = head->held_bytes + head->canvas_bytes + fz_stretch_room(head) +
                      head->scaled_copy_bytes + fz_scaled_copy_room(head);
    return head->budget_bytes > others ? head->budget_bytes - others : 0;
}

size_t fz_texture_capacity(const struct fz_head *head, struct fz_texture_cell cell, uint64_t beside_bytes)
{
    size_t cells;
    uint64_t bytes = fz_page_need(head, cell_in(cell, cell.w, cell.h), &cells), left = room(head);
    return (size_t)((left > beside_bytes ? left - beside_bytes : 0) / bytes) * cells;
}

bool fz_texture_has_room(const struct fz_head *head, struct fz_texture_cell cell, uint64_t beside_bytes)
{
    struct fz_cell whole = cell_in(cell, cell.w, cell.h);
    size_t cells;
    if (cell.shaped) /* the next one may begin a page of any kind */
        return fits_budget(head, beside_bytes + fz_page_most(head, whole));
    const struct fz_page *page = fz_page_with_room(head, whole); /* a spare one counts as free */
    uint64_t more = page && page->used > 0 ? 0 : fz_page_need(head, whole, &cells);
    return fits_budget(head, beside_bytes + more);
}

/* Frees the least recently drawn one; false when all that is left was drawn in the last frame or is being drawn. */
static bool evict_oldest(struct fz_head *head)
{
    struct fz_texture *oldest = head->oldest;
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): a freed texture was unlinked; the analyser loses the list */
    if (!oldest || oldest->drawn_frame + 1 >= head->frame)
        return false;
    fz_texture_free(head, oldest);
    return true;
}

void fz_texture_keep(struct fz_head *head, struct fz_texture *texture)
{
    texture->drawn_frame = head->frame;
    touch(head, texture);
}

void fz_texture_prefetch(struct fz_texture *const *textures, size_t count)
{
    FZ_MAIN_ONLY();
    for (size_t i = 0; i < count; i++)
        fz_prefetch(textures[i], sizeof *textures[i]);
    for (size_t i = 0; i < count; i++)
        fz_prefetch(textures[i]->page, sizeof *textures[i]->page);
    for (size_t i = 0; i < count; i++)
        fz_prefetch(textures[i]->page->sdl, SDL_TEXTURE_BYTES);
}

void fz_texture_count(struct fz_head *head, uint64_t bytes)
{
    head->counts.bytes += bytes;
    if (head->counts.bytes > head->counts.bytes_peak)
        head->counts.bytes_peak = head->counts.bytes;
}

void fz_texture_make_room(struct fz_head *head, uint64_t bytes)
{
    while (head->counts.bytes + head->held_bytes + bytes > head->budget_bytes &&
           (fz_page_free_spare(head, INT64_MAX) || evict_oldest(head)))
        continue;
}

uint64_t fz_texture_budget(const struct fz_head *head)
{
    return head->budget_bytes;
}

uint64_t fz_texture_mask_bytes(const struct fz_head *head)
{
    return head->mask_bytes;
}

void fz_texture_set_budget(struct fz_head *head, uint64_t bytes)
{
    head->budget_bytes = bytes;
}

static bool is_over_budget(const struct fz_head *head)
{
    return head->counts.bytes + head->held_bytes > head->budget_bytes;
}

bool fz_texture_trim(struct fz_head *head, int64_t patience_us)
{
    int64_t now_us = fz_now_us();
    fz_page_free_spare(head, now_us - SPARE_US);
    while (is_over_budget(head) && (fz_page_free_spare(head, INT64_MAX) || evict_oldest(head)))
        if (fz_now_us() >= now_us + patience_us)
            return false;
    fz_scaled_copy_trim(head);
    return true;
}

void fz_texture_set_held(struct fz_head *head, uint64_t bytes)
{
    head->held_bytes = bytes;
    while (is_over_budget(head) && (fz_page_free_spare(head, INT64_MAX) || evict_oldest(head)))
        continue;
}

static struct fz_page *find_page(struct fz_head *head, struct fz_cell cell, enum fz_texture_need need)
{
    for (;;) {
        size_t cells;
        struct fz_page *page = fz_page_with_room(head, cell);
        if (page)
            return page;
        if (fits_budget(head, fz_page_need(head, cell, &cells)) && (page = fz_page_new(head, cell)) != NULL)
            return page;
        if (need == FZ_TEXTURE_SPARE || !evict_oldest(head))
            break;
    }
    return need == FZ_TEXTURE_IN_VIEW ? fz_page_new(head, cell) : NULL;
}

static struct fz_texture *texture_in(struct fz_head *head, struct fz_page *page, int w, int h,
                                     enum fz_texture_need need, struct fz_texture **owner)
{
    if (!page)
        return NULL;
    struct fz_texture *texture = fz_page_take_cell(head, page);
    texture->owner = owner;
    texture->rect.w = w;
    texture->rect.h = h;
    texture->drawn_frame = need == FZ_TEXTURE_SPARE ? NEVER_DRAWN : head->frame;
    (need == FZ_TEXTURE_SPARE ? link_oldest : link_newest)(head, texture);
    *owner = texture;
    return texture;
}

struct fz_texture *fz_texture_new(struct fz_head *head, int w, int h, struct fz_texture_cell cell,
                                  enum fz_texture_need need, struct fz_texture **owner)
{
    FZ_MAIN_ONLY();
    return texture_in(head, find_page(head, cell_in(cell, w, h), need), w, h, need, owner);
}

/* Texts share pages; their sizes are rounded up, so that few kinds of cells arise. */
struct fz_texture *fz_texture_new_mask(struct fz_head *head, int w, int h, struct fz_texture **owner)
{
    struct fz_cell cell = {(w + 127) / 128 * 128, (h + 7) / 8 * 8, FZ_PAGE_TEXTS};
    if (w > head->max_side || h > head->max_side)
        return NULL;
    cell.w = cell.w < head->max_side ? cell.w : head->max_side;
    cell.h = cell.h < head->max_side ? cell.h : head->max_side;
    return texture_in(head, find_page(head, cell, FZ_TEXTURE_IN_VIEW), w, h, FZ_TEXTURE_IN_VIEW, owner);
}

/* Where the renderer refuses, what was not drawn lately makes room, as for a texture that cannot be made, but the one that it is for;
 * then once more. */
static bool update(struct fz_head *head, struct fz_texture *texture, const SDL_Rect *area, const void *pixels,
                   int pitch)
{
    if (SDL_UpdateTexture(texture->page->sdl, area, pixels, pitch) == 0)
        return true;
    unlink_texture(head, texture);
    while (evict_oldest(head) || fz_page_free_spare(head, INT64_MAX))
        continue;
    link_newest(head, texture);
    return SDL_UpdateTexture(texture->page->sdl, area, pixels, pitch) == 0;
}

static bool is_text(const struct fz_texture *texture)
{
    return texture->page->class->cell.kind == FZ_PAGE_TEXTS;
}

bool fz_texture_upload_part(struct fz_head *head, struct fz_texture *texture, const SDL_Surface *surface,
                            const SDL_Rect *part, int x, int y)
{
    FZ_MAIN_ONLY();
    SDL_Rect area = {texture->rect.x + x, texture->rect.y + y, part->w, part->h};
    const uint8_t *first =
        (const uint8_t *)surface->pixels + (size_t)part->y * (size_t)surface->pitch + (size_t)part->x * 4;
    if (texture->drawn_frame != NEVER_DRAWN)
        texture->drawn_frame = head->frame;
    fz_scaled_copy_changed(head, texture);
    int64_t start = fz_now_us();
    bool uploaded = update(head, texture, &area, first, surface->pitch);
    if (is_text(texture))
        return uploaded;
    int64_t took = fz_now_us() - start;
    head->counts.upload_us += took;
    if (took > head->counts.upload_max_us)
        head->counts.upload_max_us = took;
    head->counts.upload_bytes += (uint64_t)part->w * (uint64_t)part->h * 4;
    return uploaded;
}

/* In a cell that is larger, its last column and row once more: what is enlarged is blended with what lies beside it. */
static bool repeat_edges(struct fz_head *head, struct fz_texture *texture, const SDL_Surface *surface,
                         const SDL_Rect *rows)
{
    const struct fz_page *page = texture->page;
    bool alone = page->cells == 1;
    int w = rows->w, h = surface->h;
    SDL_Rect column = {w - 1, rows->y, 1, rows->h}, row = {0, h - 1, w, 1}, corner = {w - 1, h - 1, 1, 1};
    bool is_wider = w < (alone ? page->w : page->class->cell.w);
    bool is_below = h < (alone ? page->h : page->class->cell.h) && rows->y + rows->h == h;
    if (!alone && page->class->cell.kind != FZ_PAGE_SHAPES)
        return true;
    return (!is_wider || fz_texture_upload_part(head, texture, surface, &column, w, rows->y)) &&
           (!is_below || fz_texture_upload_part(head, texture, surface, &row, 0, h)) &&
           (!is_wider || !is_below || fz_texture_upload_part(head, texture, surface, &corner, w, h));
}

bool fz_texture_upload(struct fz_head *head, struct fz_texture *texture, const SDL_Surface *surface,
                       int *next_row, uint64_t max_bytes)
{
    uint64_t row_bytes = (uint64_t)surface->w * 4, rows = max_bytes / row_bytes;
    int left = surface->h - *next_row, count = rows < 1 ? 1 : rows < (uint64_t)left ? (int)rows : left;
    SDL_Rect part = {0, *next_row, texture->rect.w, count};
    if (!fz_texture_upload_part(head, texture, surface, &part, 0, *next_row) ||
        !repeat_edges(head, texture, surface, &part)) {
        fz_texture_free(head, texture);
        return true;
    }
    *next_row += count;
    if (*next_row < surface->h)
        return false;
    head->counts.uploads += !is_text(texture);
    return true;
}

void fz_texture_set_owner(struct fz_texture *texture, struct fz_texture **owner)
{
    *texture->owner = NULL;
    texture->owner = owner;
    *owner = texture;
}

void fz_texture_set_luma(struct fz_texture *texture, struct fz_luma **luma)
{
    free(texture->luma);
    texture->luma = *luma;
    *luma = NULL;
}

const struct fz_luma *fz_texture_luma(const struct fz_texture *texture)
{
    return texture->luma;
}

int fz_texture_w(const struct fz_texture *texture)
{
    return texture->rect.w;
}

int fz_texture_h(const struct fz_texture *texture)
{
    return texture->rect.h;
}

int fz_texture_max_side(const struct fz_head *head)
{
    return head->max_side;
}

const struct fz_texture_counts *fz_texture_get_counts(const struct fz_head *head)
{
    return &head->counts;
}

void fz_head_drop_textures(struct fz_head *head)
{
    while (head->oldest)
        fz_texture_free(head, head->oldest); /* NOLINT(clang-analyzer-unix.Malloc): as above */
    while (fz_page_free_spare(head, INT64_MAX))
        continue;
}
