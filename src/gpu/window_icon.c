/* The icon of the window, for X11 desktops that show none by the desktop entry's name: assets/icon/frieze.svg in few
 * pixels and plain colours. Wayland has only the entry's. */
#include "gpu/head_internal.h"

#include <SDL_video.h>

enum { SIDE = 48, UNIT = SIDE / 16 };

/* On the drawing's grid of 16. */
static const struct {
    SDL_Rect at;
    uint32_t top, bottom;
} tiles[] = {
    {{2, 2, 5, 5}, 0xff3fa7c4, 0xff2f7f86},
    {{8, 2, 6, 5}, 0xffffcf5c, 0xffe0742f},
    {{2, 8, 7, 6}, 0xff93568a, 0xff43356b},
    {{10, 8, 4, 6}, 0xff8fc866, 0xff4c9a5c},
};
static const uint32_t WALL = 0xff202026;

static void fill(SDL_Surface *icon, int x, int y, int w, int h, uint32_t argb)
{
    SDL_FillRect(icon, &(SDL_Rect){x * UNIT, y * UNIT, w * UNIT, h * UNIT}, argb);
}

void fz_head_set_icon(struct fz_head *head)
{
    SDL_Surface *icon = SDL_CreateRGBSurfaceWithFormat(0, SIDE, SIDE, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!icon)
        return;
    fill(icon, 0, 1, 16, 14, WALL); /* its corners stay clear */
    fill(icon, 1, 0, 14, 16, WALL);
    for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++) {
        SDL_Rect r = tiles[i].at;
        int below = r.h / 2;
        fill(icon, r.x, r.y, r.w, r.h - below, tiles[i].top);
        fill(icon, r.x, r.y + r.h - below, r.w, below, tiles[i].bottom);
    }
    SDL_SetWindowIcon(head->window, icon);
    SDL_FreeSurface(icon);
}
