#include "gpu/head_internal.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sync/thread.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE_SIDE = 1028,   /* about 4 MB: 20 tiles of 256x192 */
    MASK_SIDE = 514,    /* of texts: they come in many sizes, and each begins a page */
    GUTTER = 1,         /* between cells, against bleeding */
    MAX_CELL = 514,     /* larger ones stand alone */
    MAX_CELLS = 128,    /* the bits of fz_page.taken */
    SPARE_PART = 4,     /* of the budget, for pages that are spare, */
    SPARE_US = 2000000, /* so long */
};

static uint64_t page_bytes(int w, int h)
{
    return (uint64_t)w * (uint64_t)h * 4;
}

static void page_shape(int cell_w, int cell_h, bool alpha, int *columns, int *rows)
{
    int side = alpha ? MASK_SIDE : PAGE_SIDE;
    *columns = *rows = 1;
    if (cell_w >= MAX_CELL || cell_h >= MAX_CELL)
        return;
    int across = side / (cell_w + GUTTER), down = side / (cell_h + GUTTER);
    *columns = across < MAX_CELLS ? across : MAX_CELLS;
    *rows = down * *columns > MAX_CELLS ? MAX_CELLS / *columns : down;
}

/* Mesa's CPU renderer compiles another shader for a texture with a side that is a power of two: 20 ms in the middle of a
 * frame. So none has one, and what was compiled when the window opened serves them all. */
static int page_side(const struct fz_head *head, int side)
{
    bool power_of_two = (side & (side - 1)) == 0;
    return power_of_two && side < head->max_side ? side + 1 : side;
}

static void page_free(struct fz_head *head, struct fz_page *page)
{
    head->spare_bytes -= page->used == 0 ? page_bytes(page->w, page->h) : 0;
    struct fz_page **link = &head->pages;
    while (*link != page)
        link = &(*link)->next;
    *link = page->next;
    head->counts.bytes -= page_bytes(page->w, page->h);
    head->mask_bytes -= page->alpha ? page_bytes(page->w, page->h) : 0;
    SDL_DestroyTexture(page->sdl);
    free(page);
}

/* The one that was spare for longest; false where there is none. */
static bool free_spare(struct fz_head *head, int64_t before_us)
{
    struct fz_page *oldest = NULL;
    for (struct fz_page *page = head->pages; page; page = page->next)
        if (page->used == 0 && page->spare_us <= before_us && (!oldest || page->spare_us < oldest->spare_us))
            oldest = page;
    if (oldest)
        page_free(head, oldest);
    return oldest != NULL;
}

/* Texts come in too many sizes to be kept for. */
static void page_leave(struct fz_head *head, struct fz_page *page)
{
    uint64_t bytes = page_bytes(page->w, page->h);
    head->spare_bytes += bytes;
    page->spare_us = fz_now_us();
    if (page->alpha || head->spare_bytes > head->budget_bytes / SPARE_PART)
        page_free(head, page);
}

static struct fz_page *page_new(struct fz_head *head, int cell_w, int cell_h, bool alpha)
{
    int columns, rows;
    page_shape(cell_w, cell_h, alpha, &columns, &rows);
    struct fz_page *page = fz_calloc(1, sizeof *page);
    *page = (struct fz_page){.cell_w = cell_w, .cell_h = cell_h, .columns = columns, .cells = columns * rows};
    page->w = page_side(head, columns * cell_w + (columns - 1) * GUTTER);
    page->h = page_side(head, rows * cell_h + (rows - 1) * GUTTER);
    page->alpha = alpha;
    uint64_t bytes = page_bytes(page->w, page->h);
    while (head->counts.bytes + head->held_bytes + bytes > head->budget_bytes && free_spare(head, INT64_MAX))
        continue;
    /* In OpenGL what can be locked has a second copy; in memory it is the texture. */
    int access = head->plain ? SDL_TEXTUREACCESS_STREAMING : SDL_TEXTUREACCESS_STATIC;
    do
        page->sdl = SDL_CreateTexture(head->renderer, SDL_PIXELFORMAT_ARGB8888, access, page->w, page->h);
    while (!page->sdl && free_spare(head, INT64_MAX));
    if (!page->sdl) {
        free(page);
        return NULL;
    }
    if (head->plain)
        fz_stretch_map(page->sdl, &page->bitmap);
    page->next = head->pages;
    head->pages = page;
    page->spare_us = fz_now_us();
    head->spare_bytes += bytes;
    head->counts.bytes += bytes;
    head->mask_bytes += alpha ? bytes : 0;
    if (head->counts.bytes > head->counts.bytes_peak)
        head->counts.bytes_peak = head->counts.bytes;
    return page;
}

static int page_take_cell(struct fz_head *head, struct fz_page *page)
{
    head->spare_bytes -= page->used == 0 ? page_bytes(page->w, page->h) : 0;
    for (int i = 0; i < page->cells; i++) {
        uint32_t bit = 1u << (i % 32);
        if (!(page->taken[i / 32] & bit)) {
            page->taken[i / 32] |= bit;
            page->used++;
            return i;
        }
    }
    return -1;
}

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

void fz_texture_touch(struct fz_head *head, struct fz_texture *texture)
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
    struct fz_page *page = texture->page;
    int column = texture->rect.x / (page->cell_w + GUTTER), row = texture->rect.y / (page->cell_h + GUTTER);
    int cell = row * page->columns + column;
    page->taken[cell / 32] &= ~(1u << (cell % 32));
    page->used--;
    if (page->used == 0)
        page_leave(head, page);
    unlink_texture(head, texture);
    *texture->owner = NULL;
    free(texture->luma);
    free(texture);
}

static bool fits_budget(const struct fz_head *head, int cell_w, int cell_h, bool alpha)
{
    int columns, rows;
    page_shape(cell_w, cell_h, alpha, &columns, &rows);
    return head->counts.bytes - head->spare_bytes + head->held_bytes +
               page_bytes(columns * (cell_w + GUTTER), rows * (cell_h + GUTTER)) <=
           head->budget_bytes;
}

size_t fz_texture_capacity(const struct fz_head *head, int cell_w, int cell_h)
{
    int columns, rows;
    page_shape(cell_w, cell_h, false, &columns, &rows);
    uint64_t bytes = page_bytes(columns * (cell_w + GUTTER), rows * (cell_h + GUTTER));
    uint64_t left = head->budget_bytes > head->held_bytes ? head->budget_bytes - head->held_bytes : 0;
    return (size_t)(left / bytes) * (size_t)(columns * rows);
}

/* A spare page of one cell serves what is a little smaller, too. */
static bool page_serves(const struct fz_page *page, int cell_w, int cell_h, bool alpha)
{
    if (page->alpha != alpha || page->used == page->cells)
        return false;
    if (page->cell_w == cell_w && page->cell_h == cell_h)
        return true;
    bool alone = cell_w >= MAX_CELL || cell_h >= MAX_CELL;
    return alone && page->cells == 1 && page->cell_w >= cell_w && page->cell_h >= cell_h &&
           page_bytes(page->w, page->h) <= page_bytes(cell_w, cell_h) / 2 * 3;
}

static struct fz_page *page_with_room(const struct fz_head *head, int cell_w, int cell_h, bool alpha)
{
    for (struct fz_page *page = head->pages; page; page = page->next)
        if (page_serves(page, cell_w, cell_h, alpha))
            return page;
    return NULL;
}

bool fz_texture_has_room(const struct fz_head *head, int cell_w, int cell_h)
{
    return page_with_room(head, cell_w, cell_h, false) || fits_budget(head, cell_w, cell_h, false);
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
    fz_texture_touch(head, texture);
}

void fz_texture_make_room(struct fz_head *head, uint64_t bytes)
{
    while (head->counts.bytes + head->held_bytes + bytes > head->budget_bytes &&
           (free_spare(head, INT64_MAX) || evict_oldest(head)))
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
    free_spare(head, now_us - SPARE_US);
    while (is_over_budget(head) && (free_spare(head, INT64_MAX) || evict_oldest(head)))
        if (fz_now_us() >= now_us + patience_us)
            return false;
    return true;
}

void fz_texture_set_held(struct fz_head *head, uint64_t bytes)
{
    head->held_bytes = bytes;
    while (is_over_budget(head) && (free_spare(head, INT64_MAX) || evict_oldest(head)))
        continue;
}

static struct fz_page *find_page(struct fz_head *head, int cell_w, int cell_h, bool alpha,
                                 enum fz_texture_need need)
{
    for (;;) {
        struct fz_page *page = page_with_room(head, cell_w, cell_h, alpha);
        if (page)
            return page;
        if (fits_budget(head, cell_w, cell_h, alpha) &&
            (page = page_new(head, cell_w, cell_h, alpha)) != NULL)
            return page;
        if (need == FZ_TEXTURE_SPARE || !evict_oldest(head))
            break;
    }
    return need == FZ_TEXTURE_IN_VIEW ? page_new(head, cell_w, cell_h, alpha) : NULL;
}

static struct fz_texture *texture_in(struct fz_head *head, struct fz_page *page, int w, int h,
                                     struct fz_texture **owner)
{
    if (!page)
        return NULL;
    int cell = page_take_cell(head, page);
    struct fz_texture *texture = fz_calloc(1, sizeof *texture);
    texture->page = page;
    texture->owner = owner;
    texture->rect = (SDL_Rect){.x = cell % page->columns * (page->cell_w + GUTTER),
                               .y = cell / page->columns * (page->cell_h + GUTTER),
                               .w = w,
                               .h = h};
    texture->drawn_frame = head->frame;
    link_newest(head, texture);
    *owner = texture;
    return texture;
}

struct fz_texture *fz_texture_new(struct fz_head *head, int w, int h, int cell_w, int cell_h,
                                  enum fz_texture_need need, struct fz_texture **owner)
{
    FZ_MAIN_ONLY();
    return texture_in(head, find_page(head, cell_w, cell_h, false, need), w, h, owner);
}

/* Texts share pages; their sizes are rounded up, so that few kinds of cells arise. */
struct fz_texture *fz_texture_new_mask(struct fz_head *head, int w, int h, struct fz_texture **owner)
{
    int cell_w = (w + 127) / 128 * 128, cell_h = (h + 7) / 8 * 8;
    if (w > head->max_side || h > head->max_side)
        return NULL;
    cell_w = cell_w < head->max_side ? cell_w : head->max_side;
    cell_h = cell_h < head->max_side ? cell_h : head->max_side;
    return texture_in(head, find_page(head, cell_w, cell_h, true, FZ_TEXTURE_IN_VIEW), w, h, owner);
}

/* Where the renderer refuses, what was not drawn lately makes room, as for a texture that cannot be made; then once more. */
static bool update(struct fz_head *head, SDL_Texture *texture, const SDL_Rect *area, const void *pixels,
                   int pitch)
{
    if (SDL_UpdateTexture(texture, area, pixels, pitch) == 0)
        return true;
    while (evict_oldest(head) || free_spare(head, INT64_MAX))
        continue;
    return SDL_UpdateTexture(texture, area, pixels, pitch) == 0;
}

bool fz_texture_upload_part(struct fz_head *head, struct fz_texture *texture, const SDL_Surface *surface,
                            const SDL_Rect *part, int x, int y)
{
    FZ_MAIN_ONLY();
    SDL_Rect area = {texture->rect.x + x, texture->rect.y + y, part->w, part->h};
    const uint8_t *first =
        (const uint8_t *)surface->pixels + (size_t)part->y * (size_t)surface->pitch + (size_t)part->x * 4;
    texture->drawn_frame = head->frame;
    int64_t start = fz_now_us();
    bool uploaded = update(head, texture->page->sdl, &area, first, surface->pitch);
    int64_t took = fz_now_us() - start;
    head->counts.upload_us += took;
    if (took > head->counts.upload_max_us)
        head->counts.upload_max_us = took;
    head->counts.upload_bytes += (uint64_t)part->w * (uint64_t)part->h * 4;
    return uploaded;
}

/* In a page that is larger, its last column and row once more: what is enlarged is blended with what lies beside it. */
static bool repeat_edges(struct fz_head *head, struct fz_texture *texture, const SDL_Surface *surface,
                         const SDL_Rect *rows)
{
    const struct fz_page *page = texture->page;
    int w = rows->w, h = surface->h;
    SDL_Rect column = {w - 1, rows->y, 1, rows->h}, row = {0, h - 1, w, 1}, corner = {w - 1, h - 1, 1, 1};
    bool is_wider = w < page->w, is_below = h < page->h && rows->y + rows->h == h;
    if (page->cells > 1)
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
    head->counts.uploads++;
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
    while (free_spare(head, INT64_MAX))
        continue;
}
