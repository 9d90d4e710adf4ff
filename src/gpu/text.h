/* Text: a thread of its own finds fonts and draws strings (fontconfig may read for seconds in a fresh home), the render
 * thread asks by string and draws what has arrived; until then nothing is drawn. */
#ifndef FZ_GPU_TEXT_H
#define FZ_GPU_TEXT_H

#include "gpu/draw.h"
#include "sync/doorbell.h"

struct fz_text_service;

/* Main thread. Starts the text thread; rings `bell` for each finished text. */
enum fz_err fz_text_service_start(struct fz_text_service **service, struct fz_doorbell *bell,
                                  struct fz_error *err);
/* Main thread. Joins the thread and frees what was not fetched; NULL-safe. False, with nothing freed, where the thread
 * is still reading fonts after `patience_ms`. */
bool fz_text_service_stop(struct fz_text_service *service, int patience_ms);

/* What to draw. */
struct fz_text_style {
    int px;    /* height of the font at a text scale of 1 */
    int max_w; /* shortened in the middle to this width, px of the window; 0 = what a texture can hold */
    bool bold;
};

/* Render thread. The size of `text`, any bytes, in px of the window once it is there: false until then (and asks for it).
 * Control characters and direction overrides are shown as marks, invalid bytes as U+FFFD. */
bool fz_text_size(struct fz_head *head, const char *text, const struct fz_text_style *style, int *w, int *h);

/* Render thread. Draws it with its upper left corner at x, y; false until it is there. */
bool fz_text_draw(struct fz_head *head, const char *text, const struct fz_text_style *style, double x,
                  double y, struct fz_color color);

/* Any thread. Whether anything in it is read from right to left: numbers beside that are drawn on its other side. */
bool fz_text_has_right_to_left(const char *text);

/* Render thread. True while finished texts wait to be taken in. */
bool fz_text_has_arrived(const struct fz_head *head);

/* Render thread. Takes finished texts in, for a millisecond or two; true when any came. */
bool fz_text_collect(struct fz_head *head);

/* Render thread. True while a text that was asked for has not come back. */
bool fz_text_is_pending(const struct fz_head *head);

#endif
