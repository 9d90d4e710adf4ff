/* Which of SDL's renderers a head gets. */
#ifndef FZ_GPU_RENDERER_H
#define FZ_GPU_RENDERER_H

#include <SDL_render.h>
#include <stdbool.h>

/* Render thread, after fz_video_start and before the window is made: whether SDL's own renderer shall draw into plain
 * memory. So it is where no GPU is there, on X11 and without a display: OpenGL on the CPU (Mesa's llvmpipe) takes 60 MB,
 * most of the time that a window needs to open, and all cores for each frame. SDL_RENDER_DRIVER overrules it. */
bool fz_renderer_is_plain(void);

/* For the window, made with SDL_WINDOW_OPENGL unless it is plain. NULL: SDL_GetError tells why. */
SDL_Renderer *fz_renderer_open(SDL_Window *window, bool plain);

/* Whether the CPU draws: SDL's own renderer, or an OpenGL that runs on the CPU. */
bool fz_renderer_is_software(SDL_Renderer *renderer);

#endif
