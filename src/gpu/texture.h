/* Textures by bytes: small ones share atlas pages of equal cells, large ones stand alone. What comes in many sizes has them rounded
 * up to a few, and smaller pages, or each size would hold a page for itself. The least recently drawn
 * go first when the budget is used up; their owner's pointer becomes NULL. A page that becomes empty is spare for a while: the
 * next one of its size, or a little smaller, takes it, because memory that is fresh costs more than pixels do (Mesa's CPU
 * renderer: 12 ms for 7 MB). */
#ifndef FZ_GPU_TEXTURE_H
#define FZ_GPU_TEXTURE_H

#include "gpu/head.h"
#include "image/pixels/luma.h"

struct fz_texture;

/* How much a texture is needed. */
enum fz_texture_need {
    FZ_TEXTURE_SPARE,  /* only into room that is free; until it is drawn, it is the first to go for others */
    FZ_TEXTURE_SOON,   /* what was not drawn in the last frame may go for it */
    FZ_TEXTURE_IN_VIEW /* the same, and where that is not enough the budget is exceeded */
};

/* What a texture stands in, px. */
struct fz_texture_cell {
    int w, h;
    bool shaped; /* pictures have shapes of their own: each has what it takes, within this box */
};

/* What the textures of a head did so far. */
struct fz_texture_counts {
    uint64_t bytes, bytes_peak;       /* allocated on the renderer */
    uint64_t uploads, upload_bytes;   /* of pictures: texts do not count, nor in what follows */
    int64_t upload_us, upload_max_us; /* all of it, and the longest single call */
    uint64_t freed;                   /* textures, for whatever reason */
};

/* Render thread only, all of these. Makes room for w x h px in a cell (no smaller); *owner is set,
 * and becomes NULL when it is evicted or lost. NULL when there is no room for what is needed so
 * much. */
struct fz_texture *fz_texture_new(struct fz_head *head, int w, int h, struct fz_texture_cell cell,
                                  enum fz_texture_need need, struct fz_texture **owner);
void fz_texture_free(struct fz_head *head, struct fz_texture *texture); /* NULL-safe; *owner becomes NULL */

/* Uploads rows from *next_row on, at most about `max_bytes` (at least one row); true when the last row is there, or when the
 * renderer refuses one: the texture is freed then, and *owner NULL. */
bool fz_texture_upload(struct fz_head *head, struct fz_texture *texture, const SDL_Surface *surface,
                       int *next_row, uint64_t max_bytes);

/* Uploads a part of a surface, to (x, y) of the texture, at once. False where the renderer refuses: what the texture shows is
 * not known then, and it is to be freed. */
bool fz_texture_upload_part(struct fz_head *head, struct fz_texture *texture, const SDL_Surface *surface,
                            const SDL_Rect *part, int x, int y);

/* The owner's pointer moved. */
void fz_texture_set_owner(struct fz_texture *texture, struct fz_texture **owner);
/* How bright it is where, as whoever made its pixels found; takes *luma (NULL after). NULL where nobody did. */
void fz_texture_set_luma(struct fz_texture *texture, struct fz_luma **luma);
const struct fz_luma *fz_texture_luma(const struct fz_texture *texture);
int fz_texture_w(const struct fz_texture *texture);
int fz_texture_h(const struct fz_texture *texture);
/* Whether one more texture would fit without evicting, beside others that come; of shapes, whichever it has. */
bool fz_texture_has_room(const struct fz_head *head, struct fz_texture_cell cell, uint64_t beside_bytes);
/* How many textures in such cells the budget holds beside others; of shapes as if each filled the box. */
size_t fz_texture_capacity(const struct fz_head *head, struct fz_texture_cell cell, uint64_t beside_bytes);
/* It is needed although it was not drawn: as if it had been. */
void fz_texture_keep(struct fz_head *head, struct fz_texture *texture);
/* Begins to bring what drawing them reads into the cache (base/prefetch.h). */
void fz_texture_prefetch(struct fz_texture *const *textures, size_t count);
/* What all of them may take together; of it others than textures hold `bytes`. */
uint64_t fz_texture_budget(const struct fz_head *head);
void fz_texture_set_held(struct fz_head *head, uint64_t bytes);
void fz_texture_set_budget(struct fz_head *head, uint64_t bytes);
/* Gives back pages that were spare for long, one at a time; and where the budget is exceeded, by what was in view or because it
 * became less, what was not drawn lately, least recently drawn first, for `patience_us`. False where it is to be called again for more. */
bool fz_texture_trim(struct fz_head *head, int64_t patience_us);
int fz_texture_max_side(const struct fz_head *head);
const struct fz_texture_counts *fz_texture_get_counts(const struct fz_head *head);

#endif
