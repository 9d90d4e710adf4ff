/* A head is a window with all that belongs to it: renderer, textures, atlas pages, texts. Textures belong to one
 * renderer, so nothing in a head is ever shared with another. Only this folder names SDL's renderer. */
#ifndef FZ_GPU_HEAD_H
#define FZ_GPU_HEAD_H

#include "base/error.h"
#include "view/geometry.h"

#include <SDL_events.h>
#include <SDL_surface.h>
#include <stdbool.h>
#include <stdint.h>

struct fz_head;

/* Main thread, before any other thread: it changes the environment and what SDL is told. */
void fz_video_prepare(void);

/* Main thread. Starts SDL's video for a real display, or without one (`headless`: offscreen, else dummy). Where no
 * display is there and `may_be_headless`, it goes on without. *headless tells which it became. The error names
 * every driver tried, why it failed, and what mends it. */
enum fz_err fz_video_start(bool *headless, bool may_be_headless, struct fz_error *err);
void fz_video_stop(void);

/* Main thread, after fz_video_start. The size of a fullscreen window on the first display, px. */
void fz_video_desktop_size(int *w, int *h);

/* w x h of 0 = fullscreen. */
struct fz_head_options {
    int w, h;
    bool headless;
    bool fullscreen;
    const char *title;
    uint64_t texture_budget_bytes;
    double text_scale;             /* what the user wants texts enlarged by */
    struct fz_text_service *texts; /* borrowed */
};

/* Render thread only, all that follows. */
enum fz_err fz_head_open(struct fz_head **head, const struct fz_head_options *options, struct fz_error *err);
void fz_head_close(struct fz_head *head);

int fz_head_w(const struct fz_head *head); /* px */
int fz_head_h(const struct fz_head *head);
bool fz_head_update_size(struct fz_head *head); /* after a window event; true when it changed */
/* Pixels for each unit that a text size is given in: the display's own scale times the user's, which enlarges only as
 * far as the window keeps room for lines of about thirty characters, and for ten of them. */
double fz_head_text_scale(const struct fz_head *head);
void fz_head_set_text_scale(struct fz_head *head, double scale); /* the user's part of it */
void fz_head_mouse_to_px(const struct fz_head *head, double *x, double *y);
bool fz_head_is_software(const struct fz_head *head); /* pixels are drawn by the CPU */
const char *fz_head_renderer_name(const struct fz_head *head);
double fz_head_refresh_hz(const struct fz_head *head); /* 0 = unknown */
bool fz_head_has_vsync(const struct fz_head *head);
/* Nobody sees the window, as far as the window system tells: presenting waits for nothing then. */
bool fz_head_is_unseen(const struct fz_head *head);
/* The display has gone, and an end of the program that SDL asks for is due to that. */
bool fz_head_is_lost(const struct fz_head *head);
void fz_head_set_fullscreen(struct fz_head *head, bool fullscreen);
bool fz_head_is_fullscreen(const struct fz_head *head);
void fz_head_set_title(struct fz_head *head, const char *title);
void fz_head_show_cursor(struct fz_head *head, bool show);

/* A frame: begin, draw, optionally read back, present. */
struct fz_color {
    uint8_t r, g, b, a;
};
void fz_head_begin(struct fz_head *head, struct fz_color background);
void fz_head_present(struct fz_head *head);
/* What was drawn since begin, as a new surface (caller frees), or NULL. */
SDL_Surface *fz_head_read_pixels(struct fz_head *head);

/* The renderer lost its textures (an SDL_RENDER_..._RESET event): every owner's pointer becomes NULL. */
void fz_head_drop_textures(struct fz_head *head);

#endif
