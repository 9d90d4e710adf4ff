/* Pictures that stand beside each other, drawn page by page: a renderer draws what comes from one texture in one call, and each
 * call more takes Mesa's CPU renderer some 25 us. Only files of gpu/ include this; who draws sees draw.h. */
#ifndef FZ_GPU_BATCH_H
#define FZ_GPU_BATCH_H

#include <SDL_rect.h>
#include <stdbool.h>
#include <stddef.h>

struct fz_head;
struct fz_page;

struct fz_batched {
    SDL_Rect from; /* px of the page */
    SDL_FRect to;
    size_t behind; /* 1 more than the index of the next one of the same page; 0: none */
};

struct fz_sprite_batch {
    bool is_open;
    struct fz_batched *at; /* owned */
    size_t count, capacity;
    struct fz_page *first, *last; /* by their first pictures */
};

/* Render thread, all of these. False where no batch is open: it is to be drawn at once. */
bool fz_sprite_batch_take(struct fz_head *head, struct fz_page *page, const SDL_Rect *from, SDL_FRect to);
void fz_sprite_batch_free(struct fz_sprite_batch *batch);

#endif
