/* What only the X server can tell. Xlib is taken from the library that SDL has loaded: not linked, not needed without X. */
#ifndef FZ_GPU_X11_H
#define FZ_GPU_X11_H

#include <SDL_video.h>
#include <stdbool.h>

/* Render thread. How much larger than usual the desktop's resources want texts (Xft.dpi); 1 where the window is not X's. */
double fz_x11_text_scale(SDL_Window *window);

/* Render thread. False: nobody on this X server manages windows, as on most kiosks. Asked by a connection of its own, as
 * SDL tells its own only by a window. */
bool fz_x11_has_window_manager(void);

#endif
