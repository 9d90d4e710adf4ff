/* What only a Wayland compositor can tell. Its library is the one that SDL has loaded: not linked, not needed elsewhere. */
#ifndef FZ_GPU_WAYLAND_H
#define FZ_GPU_WAYLAND_H

#include <SDL_video.h>
#include <stdbool.h>
#include <stdint.h>

struct fz_wayland;

/* Render thread, before SDL's video. False: SDL would crash, for the compositor has no seat, as Weston where nothing is plugged in;
 * versions before 2.30 do (github.com/libsdl-org/SDL/issues/8898). True also where there is no compositor. */
bool fz_wayland_may_start(void);

/* Render thread, before the window's renderer. Shows the window where SDL 2.26 left it hidden: with a compositor that tells of decorations
 * and leaves them to its clients, as cage does. */
void fz_wayland_show(SDL_Window *window);

/* Render thread, all that follows; a NULL is no Wayland, where nothing is asked and nothing known. */
/* NULL: the window is not Wayland's. */
struct fz_wayland *fz_wayland_new(SDL_Window *window);
/* Before the window is destroyed. */
void fz_wayland_free(struct fz_wayland *wayland);

/* Before what is drawn is presented: asks to be told when a next frame is wanted, unless that was asked and not answered. The
 * answer comes out of SDL's queue of events as one of the window, EXPOSED, where it was late. */
void fz_wayland_ask(struct fz_wayland *wayland);
/* What was asked is not answered for so long that nobody sees the window: on another workspace, covered, a display that
 * sleeps. */
bool fz_wayland_is_unseen(const struct fz_wayland *wayland);

/* The compositor has gone, or has thrown its client out. */
bool fz_wayland_is_lost(const struct fz_wayland *wayland);

#endif
