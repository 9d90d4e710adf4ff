/* The canvas that the frames of GIF and APNG are drawn on. */
#include "image/anim/format.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

bool fz_canvas_init(struct fz_canvas *canvas, uint32_t w, uint32_t h)
{
    *canvas = (struct fz_canvas){.w = w, .h = h};
    size_t bytes = (size_t)w * h * 4;
    canvas->pixels = fz_try_malloc(bytes);
    canvas->saved = canvas->pixels ? fz_try_malloc(bytes) : NULL;
    if (!canvas->saved)
        return false;
    fz_canvas_reset(canvas);
    return true;
}

void fz_canvas_fini(struct fz_canvas *canvas)
{
    free(canvas->pixels);
    free(canvas->saved);
    *canvas = (struct fz_canvas){0};
}

void fz_canvas_reset(struct fz_canvas *canvas)
{
    memset(canvas->pixels, 0, (size_t)canvas->w * canvas->h * 4);
    canvas->area = (struct fz_area){0};
    canvas->dispose = FZ_DISPOSE_KEEP;
}

static void copy_area(const struct fz_canvas *canvas, uint8_t *to, const uint8_t *from)
{
    const struct fz_area *a = &canvas->area;
    for (uint32_t y = a->y; y < a->y + a->h; y++) {
        size_t at = ((size_t)y * canvas->w + a->x) * 4;
        memcpy(to + at, from + at, (size_t)a->w * 4);
    }
}

void fz_canvas_begin(struct fz_canvas *canvas, struct fz_area area, enum fz_dispose dispose)
{
    const struct fz_area *last = &canvas->area;
    for (uint32_t y = 0; y < last->h && canvas->dispose == FZ_DISPOSE_CLEAR; y++)
        memset(fz_canvas_at(canvas, last->x, last->y + y), 0, (size_t)last->w * 4);
    if (canvas->dispose == FZ_DISPOSE_RESTORE)
        copy_area(canvas, canvas->pixels, canvas->saved);
    area.x = area.x < canvas->w ? area.x : canvas->w;
    area.y = area.y < canvas->h ? area.y : canvas->h;
    area.w = area.w < canvas->w - area.x ? area.w : canvas->w - area.x;
    area.h = area.h < canvas->h - area.y ? area.h : canvas->h - area.y;
    canvas->area = area;
    canvas->dispose = dispose;
    if (dispose == FZ_DISPOSE_RESTORE)
        copy_area(canvas, canvas->saved, canvas->pixels);
}
