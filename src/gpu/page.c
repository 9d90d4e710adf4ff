#include "gpu/page.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    PAGE_SIDE = 1028, /* about 4 MB: 20 tiles of 256x192 */
    SMALL_SIDE = 514, /* about 1 MB: see page_side_most */
    SHAPE_SIDE = 257, /* about 0.25 MB, the same */
    SMALL_CELLS = 8,  /* where sizes are many, of small pictures */
    GUTTER = 1,       /* between cells, against bleeding */
    MAX_CELL = 514,   /* larger ones stand alone */
    MAX_CELLS = 128,  /* of a page: each is looked at for a free one, and takes its 72 bytes from the start */
    SPARE_PART = 4,   /* of the budget, for pages that are spare */
};

/* Small where sizes are many, because each begins a page, of which but a part is in view later; and where SDL draws: there each
 * tile is a copy of its own, whatever page it comes from, and a page is written to as a whole when it is made. */
static int page_side_most(const struct fz_head *head, enum fz_page_kind kind)
{
    if (head->plain)
        return kind == FZ_PAGE_SHAPES ? SHAPE_SIDE : SMALL_SIDE;
    return kind == FZ_PAGE_PICTURES ? PAGE_SIDE : SMALL_SIDE;
}

static void page_shape(const struct fz_head *head, struct fz_cell cell, int *columns, int *rows)
{
    int side = page_side_most(head, cell.kind);
    int most = cell.kind == FZ_PAGE_SHAPES ? SMALL_CELLS : MAX_CELLS;
    *columns = *rows = 1;
    if (cell.w >= MAX_CELL || cell.h >= MAX_CELL)
        return;
    int across = side / (cell.w + GUTTER), down = side / (cell.h + GUTTER);
    if (across == 0 || down == 0)
        return;
    *columns = across < most ? across : most;
    *rows = down * *columns > most ? most / *columns : down;
}

uint64_t fz_page_need(const struct fz_head *head, struct fz_cell cell, size_t *cells)
{
    int columns, rows;
    page_shape(head, cell, &columns, &rows);
    *cells = (size_t)columns * (size_t)rows;
    return fz_texture_bytes(columns * (cell.w + GUTTER), rows * (cell.h + GUTTER));
}

uint64_t fz_page_most(const struct fz_head *head, struct fz_cell box)
{
    int side = page_side_most(head, FZ_PAGE_SHAPES);
    uint64_t alone = fz_texture_bytes(box.w + GUTTER, box.h + GUTTER), shared = fz_texture_bytes(side, side);
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

static void link_last(struct fz_page_list *list, struct fz_page *page, enum fz_page_lists which)
{
    page->before[which] = list->last;
    page->behind[which] = NULL;
    *(list->last ? &list->last->behind[which] : &list->first) = page;
    list->last = page;
}

static void link_first(struct fz_page_list *list, struct fz_page *page, enum fz_page_lists which)
{
    page->before[which] = NULL;
    page->behind[which] = list->first;
    *(list->first ? &list->first->before[which] : &list->last) = page;
    list->first = page;
}

static void unlink_from(struct fz_page_list *list, struct fz_page *page, enum fz_page_lists which)
{
    struct fz_page *before = page->before[which], *behind = page->behind[which];
    *(before ? &before->behind[which] : &list->first) = behind;
    *(behind ? &behind->before[which] : &list->last) = before;
}

static struct fz_page_list *spare_list(struct fz_head *head, const struct fz_page *page)
{
    return page->cells == 1 ? &head->spare_alone : &head->spare;
}

/* From then on its class takes it last. */
static void page_begin_spare(struct fz_head *head, struct fz_page *page)
{
    unlink_from(&page->class->with_room, page, FZ_PAGE_WITH_ROOM);
    link_last(&page->class->with_room, page, FZ_PAGE_WITH_ROOM);
    page->spare_us = fz_now_us();
    head->spare_bytes += fz_texture_bytes(page->w, page->h);
    link_last(spare_list(head, page), page, FZ_PAGE_SPARE);
}

static void page_end_spare(struct fz_head *head, struct fz_page *page)
{
    head->spare_bytes -= fz_texture_bytes(page->w, page->h);
    unlink_from(spare_list(head, page), page, FZ_PAGE_SPARE);
}

/* Where the class of such cells hangs, or would. */
static struct fz_page_class **class_link(struct fz_page_class *const *buckets, struct fz_cell cell)
{
    uint32_t hash = ((uint32_t)cell.w * 31 + (uint32_t)cell.h) * 31 + (uint32_t)cell.kind;
    struct fz_page_class **link = (struct fz_page_class **)&buckets[hash % FZ_PAGE_BUCKETS];
    while (*link &&
           ((*link)->cell.w != cell.w || (*link)->cell.h != cell.h || (*link)->cell.kind != cell.kind))
        link = &(*link)->next;
    return link;
}

static void class_enter(struct fz_head *head, struct fz_page *page, struct fz_cell cell)
{
    struct fz_page_class **link = class_link(head->pages, cell);
    if (!*link) {
        *link = fz_calloc(1, sizeof **link);
        (*link)->cell = cell;
    }
    page->class = *link;
    page->class->pages++;
    link_last(&page->class->with_room, page, FZ_PAGE_WITH_ROOM);
}

static void class_leave(struct fz_head *head, struct fz_page *page)
{
    struct fz_page_class *class = page->class;
    unlink_from(&class->with_room, page, FZ_PAGE_WITH_ROOM);
    if (--class->pages > 0)
        return;
    *class_link(head->pages, class->cell) = class->next;
    free(class);
}

/* A spare one. */
static void page_free(struct fz_head *head, struct fz_page *page)
{
    uint64_t bytes = fz_texture_bytes(page->w, page->h);
    page_end_spare(head, page);
    head->counts.bytes -= bytes;
    head->mask_bytes -= page->class->cell.kind == FZ_PAGE_TEXTS ? bytes : 0;
    class_leave(head, page);
    SDL_DestroyTexture(page->sdl);
    free(page);
}

bool fz_page_free_spare(struct fz_head *head, int64_t before_us)
{
    struct fz_page *oldest = head->spare.first, *alone = head->spare_alone.first;
    if (!oldest || (alone && alone->spare_us < oldest->spare_us))
        oldest = alone;
    if (!oldest || oldest->spare_us > before_us)
        return false;
    page_free(head, oldest);
    return true;
}

/* Texts come in too many sizes to be kept for. */
static void page_leave(struct fz_head *head, struct fz_page *page)
{
    page_begin_spare(head, page);
    if (page->class->cell.kind == FZ_PAGE_TEXTS || head->spare_bytes > head->budget_bytes / SPARE_PART)
        page_free(head, page);
}

struct fz_page *fz_page_new(struct fz_head *head, struct fz_cell cell)
{
    int columns, rows;
    page_shape(head, cell, &columns, &rows);
    struct fz_page *page = fz_calloc(1, sizeof *page + (size_t)(columns * rows) * sizeof *page->textures);
    page->columns = columns;
    page->cells = columns * rows;
    page->w = page_side(head, columns * cell.w + (columns - 1) * GUTTER);
    page->h = page_side(head, rows * cell.h + (rows - 1) * GUTTER);
    uint64_t bytes = fz_texture_bytes(page->w, page->h);
    while (head->counts.bytes + head->held_bytes + bytes > head->budget_bytes &&
           fz_page_free_spare(head, INT64_MAX))
        continue;
    /* In OpenGL what can be locked has a second copy; in memory it is the texture. */
    int access = head->plain ? SDL_TEXTUREACCESS_STREAMING : SDL_TEXTUREACCESS_STATIC;
    bool is_opaque = head->plain && cell.kind != FZ_PAGE_TEXTS;
    uint32_t format = is_opaque ? FZ_OPAQUE_FORMAT : SDL_PIXELFORMAT_ARGB8888;
    do
        page->sdl = SDL_CreateTexture(head->renderer, format, access, page->w, page->h);
    while (!page->sdl && fz_page_free_spare(head, INT64_MAX));
    if (!page->sdl) {
        free(page);
        return NULL;
    }
    if (head->plain)
        fz_stretch_map(page->sdl, &page->bitmap);
    class_enter(head, page, cell);
    page_begin_spare(head, page);
    head->mask_bytes += cell.kind == FZ_PAGE_TEXTS ? bytes : 0;
    fz_texture_count(head, bytes);
    return page;
}

struct fz_texture *fz_page_take_cell(struct fz_head *head, struct fz_page *page)
{
    const struct fz_cell *size = &page->class->cell;
    int cell = 0;
    while (page->textures[cell].page)
        cell++;
    if (page->used++ == 0)
        page_end_spare(head, page);
    if (page->used == page->cells)
        unlink_from(&page->class->with_room, page, FZ_PAGE_WITH_ROOM);
    int x = cell % page->columns * (size->w + GUTTER), y = cell / page->columns * (size->h + GUTTER);
    page->textures[cell] = (struct fz_texture){.page = page, .rect = {x, y, 0, 0}};
    return &page->textures[cell];
}

void fz_page_give_cell(struct fz_head *head, struct fz_texture *texture)
{
    struct fz_page *page = texture->page;
    texture->page = NULL;
    if (page->used-- == page->cells)
        link_first(&page->class->with_room, page, FZ_PAGE_WITH_ROOM);
    if (page->used == 0)
        page_leave(head, page);
}

/* A spare page of one cell serves what is a little smaller, too. */
static bool alone_serves(const struct fz_page *page, struct fz_cell cell)
{
    const struct fz_cell *has = &page->class->cell;
    return has->kind == cell.kind && has->w >= cell.w && has->h >= cell.h &&
           fz_texture_bytes(page->w, page->h) <= fz_texture_bytes(cell.w, cell.h) / 2 * 3;
}

struct fz_page *fz_page_with_room(const struct fz_head *head, struct fz_cell cell)
{
    const struct fz_page_class *class = *class_link(head->pages, cell);
    if (class && class->with_room.first)
        return class->with_room.first;
    if (cell.w < MAX_CELL && cell.h < MAX_CELL)
        return NULL;
    for (struct fz_page *page = head->spare_alone.first; page; page = page->behind[FZ_PAGE_SPARE])
        if (alone_serves(page, cell))
            return page;
    return NULL;
}
