/* The pages that textures stand on: each is an SDL texture, cut into equal cells. One that is empty is spare for a while.
 * Only files of gpu/ include this. */
#ifndef FZ_GPU_PAGE_H
#define FZ_GPU_PAGE_H

#include "gpu/head_internal.h"

#include <SDL_rect.h>

/* Render thread only, all of these. */

/* What a page of such cells takes, and how many it has. */
uint64_t fz_page_need(const struct fz_head *head, struct fz_cell cell, size_t *cells);

/* What a page takes at most that is cut for a shape within `box`. */
uint64_t fz_page_most(const struct fz_head *head, struct fz_cell box);

/* One that exists and has a cell to give, or NULL. */
struct fz_page *fz_page_with_room(const struct fz_head *head, struct fz_cell cell);

/* Whatever the budget says; NULL where the renderer has none. */
struct fz_page *fz_page_new(struct fz_head *head, struct fz_cell cell);

/* Takes a cell of a page that has one to give: a texture that begins there, of no size, else zeroed. */
struct fz_texture *fz_page_take_cell(struct fz_head *head, struct fz_page *page);
/* Gives that cell back; with the last one the page is spare, or gone with its textures. */
void fz_page_give_cell(struct fz_head *head, struct fz_texture *texture);

/* Frees the one that was spare for longest, if that began no later than `before_us`; false where there is none. */
bool fz_page_free_spare(struct fz_head *head, int64_t before_us);

#endif
