/* The pages of a TIFF, turned over as the frames of an animation are, but for time: each stays until another is asked for.
 * The canvas is the first page's; larger ones are reduced to it, smaller ones stand in its middle. */
#include "image/anim/format.h"

#include "base/mem.h"
#include "image/codecs/tiff.h"

#include <stdlib.h>

enum { PAGE_MS = 1000 * 60 * 60 * 24, PAPER = 0xffffff };

struct pages {
    struct fz_image_scratch *scratch; /* owned */
    uint8_t *canvas;                  /* owned */
    uint8_t *page;                    /* owned, while one is decoded */
};

static enum fz_err pages_open(struct fz_anim *anim, struct fz_error *err)
{
    struct pages *p = anim->state = fz_calloc(1, sizeof *p);
    uint64_t at;
    anim->facts.frames = fz_tiff_find_page(&anim->bytes, 0, &at).count;
    anim->facts.plays = 0;
    if (fz_orient_swaps(anim->turn)) {
        uint32_t width = anim->width;
        anim->width = anim->height;
        anim->height = width;
    }
    anim->turn = 1; /* each page is turned by itself */
    p->scratch = fz_image_scratch_new(0);
    p->canvas = fz_try_malloc((size_t)anim->width * anim->height * 4);
    return p->canvas ? FZ_OK : fz_fail(err, FZ_E_MEMORY, 0, "no memory for a page");
}

static uint8_t *alloc_page(void *ctx, int width, int height, int *pitch_bytes)
{
    const struct fz_anim *anim = ctx;
    struct pages *p = anim->state;
    *pitch_bytes = width * 4;
    free(p->page);
    p->page = fz_try_malloc((size_t)width * (size_t)height * 4);
    return p->page;
}

static bool is_cancelled(void *ctx)
{
    return fz_anim_cancelled(ctx);
}

static enum fz_err pages_next(struct fz_anim *anim, struct fz_error *err)
{
    struct pages *p = anim->state;
    struct fz_image page;
    struct fz_image_request request = {
        .fd = -1,
        .bytes = anim->bytes.at,
        .len = anim->bytes.len,
        .page = anim->next,
        .box_w = (int)anim->width,
        .box_h = (int)anim->height,
        .background = PAPER,
        .limits = fz_image_default_limits,
        .host = {.ctx = anim, .cancelled = is_cancelled, .alloc = alloc_page},
    };
    request.limits.max_whole_px = request.limits.max_rows_px = anim->max_px;
    enum fz_err code = fz_image_load(&request, p->scratch, &page, err);
    if (code == FZ_OK) {
        const size_t pitch = (size_t)anim->width * 4;
        memset(p->canvas, 0, pitch * anim->height);
        uint8_t *to = p->canvas + ((size_t)anim->height - (size_t)page.out_h) / 2 * pitch +
                      ((size_t)anim->width - (size_t)page.out_w) / 2 * 4;
        for (int y = 0; y < page.out_h; y++, to += pitch)
            memcpy(to, page.pixels + (ptrdiff_t)y * page.pitch_bytes, (size_t)page.out_w * 4);
        anim->canvas = p->canvas;
        anim->delay_ms = PAGE_MS;
    }
    free(p->page);
    p->page = NULL;
    return code;
}

static void pages_rewind(struct fz_anim *anim)
{
    (void)anim; /* any page may be the next */
}

static void pages_close(struct fz_anim *anim)
{
    struct pages *p = anim->state;
    fz_image_scratch_free(p->scratch);
    free(p->canvas);
    free(p);
}

/* The canvas, a page, and what libtiff takes for one that is a single strip. */
const struct fz_anim_format fz_anim_tiff = {.name = "tiff",
                                            .px_bytes = 16,
                                            .open = pages_open,
                                            .next = pages_next,
                                            .rewind = pages_rewind,
                                            .close = pages_close};
