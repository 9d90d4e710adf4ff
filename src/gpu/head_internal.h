/* What the files of gpu/ know of a head; nobody else includes this. */
#ifndef FZ_GPU_HEAD_INTERNAL_H
#define FZ_GPU_HEAD_INTERNAL_H

#include "gpu/batch.h"
#include "gpu/scaled_copy.h"
#include "gpu/stretch.h"
#include "gpu/texture.h"
#include "gpu/wayland.h"

#include <SDL_render.h>
#include <SDL_video.h>

/* What a page is cut for. */
enum fz_page_kind {
    FZ_PAGE_PICTURES, /* of one size */
    FZ_PAGE_SHAPES,   /* pictures in many sizes */
    FZ_PAGE_TEXTS,    /* in many sizes too, and with an alpha channel */
};

/* px, without the gutter */
struct fz_cell {
    int w, h;
    enum fz_page_kind kind;
};

/* The lists that a page stands in. */
enum fz_page_lists {
    FZ_PAGE_WITH_ROOM, /* of its class, as long as it has a cell to give */
    FZ_PAGE_SPARE,     /* as long as none is taken; by age */
    FZ_PAGE_LISTS
};

struct fz_page_list {
    struct fz_page *first, *last;
};

/* The pages of one kind of cell. */
struct fz_page_class {
    struct fz_page_class *next; /* of those with the same hash */
    struct fz_cell cell;
    struct fz_page_list with_room;
    size_t pages; /* with the last one it is gone */
};

struct fz_texture {
    struct fz_texture *newer, *older; /* by last draw */
    struct fz_texture **owner;
    struct fz_page *page; /* that it is a cell of; NULL: the cell is free */
    SDL_Rect rect;        /* px of the page */
    uint64_t drawn_frame;
    struct fz_luma *luma;               /* owned; NULL: not known */
    struct fz_scaled_copy *scaled_copy; /* owned, as gpu/scaled_copy.c does; NULL: none */
};

/* One SDL texture, cut into equal cells; a texture that stands alone is a page of one cell. */
struct fz_page {
    struct fz_page *before[FZ_PAGE_LISTS], *behind[FZ_PAGE_LISTS];
    struct fz_page_class *class;
    SDL_Texture *sdl;
    struct fz_bitmap bitmap; /* its memory, where the renderer is plain */
    int w, h;                /* px */
    int columns, cells;
    int used;                       /* cells taken; 0: a spare page */
    int64_t spare_us;               /* since when */
    struct fz_page *batch_behind;   /* gpu/batch.h: the next page of it, */
    size_t batch_first, batch_last; /* and 1 more than the indices of what is drawn of this one; 0: nothing */
    struct fz_texture textures[];   /* of each cell */
};

/* Of pictures, which have no alpha channel, where SDL draws: a window's own, for it takes four times as long to copy from any other,
 * measured with SDL 2.26. Its name from SDL 2.0.14 on is XRGB8888. */
#define FZ_OPAQUE_FORMAT SDL_PIXELFORMAT_RGB888

enum { FZ_CANVASES = 16, FZ_PAGE_BUCKETS = 256 };

/* Where gpu/stretch.c makes a copy. */
struct fz_stretch_canvas {
    SDL_Texture *sdl; /* NULL: none */
    int w, h;         /* px */
    struct fz_bitmap bitmap;
    bool waits;    /* what stands there may not be drawn yet */
    bool was_used; /* in this frame */
};

struct fz_head {
    SDL_Window *window;
    SDL_Renderer *renderer;
    int w, h;             /* px */
    double display_scale; /* what the display wants texts enlarged by */
    double text_scale;    /* the user's */
    bool software;
    bool may_sync;                                  /* the display tells when to present: */
    bool vsync;                                     /* it is waited for, as long as the window is seen */
    struct fz_wayland *wayland;                     /* owned; NULL: another window system */
    bool plain;                                     /* SDL draws, into memory that it shows: gpu/renderer.h */
    struct fz_stretch_canvas canvases[FZ_CANVASES]; /* where it is plain */
    uint64_t canvas_bytes;                          /* what they take, of counts.bytes */
    struct fz_scaled_copy *scaled_copies;           /* gpu/scaled_copy.h: all of them */
    uint64_t scaled_copy_bytes;                     /* what they take, of counts.bytes */
    SDL_Texture *veil;                              /* the same; NULL: none yet */
    bool is_unmanaged;  /* X11 without a window manager, where fullscreen is but */
    bool covers;        /* a window as large as the display */
    SDL_Rect uncovered; /* what it was before that; empty: it never was less */
    bool was_maximised; /* before it was fullscreen */
    bool queues_frames; /* presenting does not wait for what was drawn */
    char renderer_name[32];
    int max_side;
    uint64_t frame; /* counts presents */
    uint64_t budget_bytes, held_bytes, mask_bytes, spare_bytes;
    struct fz_page_class *pages[FZ_PAGE_BUCKETS]; /* by a hash of their cell */
    struct fz_page_list spare, spare_alone;       /* of one cell: the latter */
    struct fz_texture *newest, *oldest;
    struct fz_texture_counts counts;
    struct fz_sprite_batch batch;
    struct fz_texts *texts; /* owned; gpu/text.c */
};

/* Called by head.c. */
/* How much larger a text has to be on the display of this window, 1 to 4; the window is width_px wide. */
double fz_window_density(SDL_Window *window, int width_px);
struct fz_texts *fz_texts_new(struct fz_text_service *service);
void fz_texts_free(struct fz_head *head);
/* Before what is no texture of a picture takes so many bytes of the budget: what was not drawn lately goes. */
void fz_texture_make_room(struct fz_head *head, uint64_t bytes);
/* What so many pixels take. */
static inline uint64_t fz_texture_bytes(int w, int h)
{
    return (uint64_t)w * (uint64_t)h * sizeof(uint32_t);
}

/* So many were allocated. */
void fz_texture_count(struct fz_head *head, uint64_t bytes);
/* As fz_texture_new, for a surface with an alpha channel. */
struct fz_texture *fz_texture_new_mask(struct fz_head *head, int w, int h, struct fz_texture **owner);

/* What the pages of such textures take, however few of their cells are used. */
uint64_t fz_texture_mask_bytes(const struct fz_head *head);

/* Render thread. */
void fz_head_set_icon(struct fz_head *head);

#endif
