#include "gpu/page.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    PAGE_SIDE = 1028, /* about 4 MB: 20 tiles of 256x192 */
    SMALL_SIDE = 514, /* about 1 MB: see page_shape */
    SMALL_CELLS = 8,  /* where sizes are many, of small pictures */
    GUTTER = 1,       /* between cells, against bleeding */
    MAX_CELL = 514,   /* larger ones stand alone */
    MAX_CELLS = 128,  /* the bits of fz_page.taken */
    SPARE_PART = 4,   /* of the budget, for pages that are spare */
};

static uint64_t page_bytes(int w, int h)
{
    return (uint64_t)w * (uint64_t)h * 4;
}

/* Small where sizes are many, because each begins a page; and where SDL draws: there each tile is a copy of its own, whatever page it
 * comes from, and a page is written to as a whole when it is made. */
static void page_shape(const struct fz_head *head, struct fz_cell cell, int *columns, int *rows)
{
    int side = cell.kind == FZ_PAGE_PICTURES && !head->plain ? PAGE_SIDE : SMALL_SIDE;
    int most = cell.kind == FZ_PAGE_SHAPES ? SMALL_CELLS : MAX_CELLS;
    *columns = *rows = 1;
    if (cell.w >= MAX_CELL || cell.h >= MAX_CELL)
        return;
    int across = side / (cell.w + GUTTER), down = side / (cell.h + GUTTER);
    *columns = across < most ? across : most;
    *rows = down * *columns > most ? most / *columns : down;
}

uint64_t fz_page_need(const struct fz_head *head, struct fz_cell cell, size_t *cells)
{
    int columns, rows;
    page_shape(head, cell, &columns, &rows);
    *cells = (size_t)columns * (size_t)rows;
    return page_bytes(columns * (cell.w + GUTTER), rows * (cell.h + GUTTER));
}

uint64_t fz_page_most(struct fz_cell box)
{
    uint64_t alone = page_bytes(box.w + GUTTER, box.h + GUTTER), shared = page_bytes(SMALL_SIDE, SMALL_SIDE);
    shared = shared < alone * SMALL_CELLS ? shared : alone * SMALL_CELLS;
    return shared > alone ? shared : alone;
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
    head->mask_bytes -= page->cell.kind == FZ_PAGE_TEXTS ? page_bytes(page->w, page->h) : 0;
    SDL_DestroyTexture(page->sdl);
    free(page);
}

/* The one that was spare for longest; false where there is none. */
bool fz_page_free_spare(struct fz_head *head, int64_t before_us)
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
    if (page->cell.kind == FZ_PAGE_TEXTS || head->spare_bytes > head->budget_bytes / SPARE_PART)
        page_free(head, page);
}

struct fz_page *fz_page_new(struct fz_head *head, struct fz_cell cell)
{
    int columns, rows;
    page_shape(head, cell, &columns, &rows);
    struct fz_page *page = fz_calloc(1, sizeof *page);
    *page = (struct fz_page){.cell = cell, .columns = columns, .cells = columns * rows};
    page->w = page_side(head, columns * cell.w + (columns - 1) * GUTTER);
    page->h = page_side(head, rows * cell.h + (rows - 1) * GUTTER);
    uint64_t bytes = page_bytes(page->w, page->h);
    while (head->counts.bytes + head->held_bytes + bytes > head->budget_bytes &&
           fz_page_free_spare(head, INT64_MAX))
        continue;
    /* In OpenGL what can be locked has a second copy; in memory it is the texture. */
    int access = head->plain ? SDL_TEXTUREACCESS_STREAMING : SDL_TEXTUREACCESS_STATIC;
    do
        page->sdl = SDL_CreateTexture(head->renderer, SDL_PIXELFORMAT_ARGB8888, access, page->w, page->h);
    while (!page->sdl && fz_page_free_spare(head, INT64_MAX));
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
    head->mask_bytes += cell.kind == FZ_PAGE_TEXTS ? bytes : 0;
    if (head->counts.bytes > head->counts.bytes_peak)
        head->counts.bytes_peak = head->counts.bytes;
    return page;
}

SDL_Point fz_page_take_cell(struct fz_head *head, struct fz_page *page)
{
    head->spare_bytes -= page->used == 0 ? page_bytes(page->w, page->h) : 0;
    int cell = 0;
    while (page->taken[cell / 32] & 1u << (cell % 32))
        cell++;
    page->taken[cell / 32] |= 1u << (cell % 32);
    page->used++;
    return (SDL_Point){cell % page->columns * (page->cell.w + GUTTER),
                       cell / page->columns * (page->cell.h + GUTTER)};
}

void fz_page_give_cell(struct fz_head *head, struct fz_page *page, SDL_Point at)
{
    int cell = at.y / (page->cell.h + GUTTER) * page->columns + at.x / (page->cell.w + GUTTER);
    page->taken[cell / 32] &= ~(1u << (cell % 32));
    page->used--;
    if (page->used == 0)
        page_leave(head, page);
}

/* A spare page of one cell serves what is a little smaller, too. */
static bool page_serves(const struct fz_page *page, struct fz_cell cell)
{
    if (page->cell.kind != cell.kind || page->used == page->cells)
        return false;
    if (page->cell.w == cell.w && page->cell.h == cell.h)
        return true;
    bool alone = cell.w >= MAX_CELL || cell.h >= MAX_CELL;
    return alone && page->cells == 1 && page->cell.w >= cell.w && page->cell.h >= cell.h &&
           page_bytes(page->w, page->h) <= page_bytes(cell.w, cell.h) / 2 * 3;
}

struct fz_page *fz_page_with_room(const struct fz_head *head, struct fz_cell cell)
{
    for (struct fz_page *page = head->pages; page; page = page->next)
        if (page_serves(page, cell))
            return page;
    return NULL;
}
