/* The info overlay: name, position and caption of the picture, or all that is known of it. */
#ifndef FZ_APP_OVERLAY_INFO_H
#define FZ_APP_OVERLAY_INFO_H

#include "gpu/text.h"
#include "image/metadata/metadata.h"

#include <stddef.h>

struct fz_app;

enum fz_info_level { FZ_INFO_OFF, FZ_INFO_NAME, FZ_INFO_DETAILS, FZ_INFO_LEVELS };
enum { FZ_INFO_LINES = 24, FZ_INFO_TEXT = 512 };

/* What it says at a time. */
struct fz_info_page {
    char name[FZ_INFO_TEXT], position[64];
    struct {
        const char *label; /* static */
        char text[FZ_INFO_TEXT];
    } lines[FZ_INFO_LINES];
    size_t count;
};

/* How wide everything may be, and how wide it is. */
struct fz_info_measure {
    struct fz_text_style name, label, text;
    double label_w, position_w, w, line; /* px, all without the padding */
};

struct fz_info {
    enum fz_info_level level;
    struct fz_info_page shown,
        next; /* the first is drawn until the texts of the second are there; name "": none */
    struct fz_info_measure measure; /* of the first, by which its texts are there */
};

/* Render thread only, all of these. */
void fz_info_next(struct fz_app *app); /* the next level, and from the last to the first */
void fz_info_draw(struct fz_app *app);
/* How high it is with what is usually known, in px; 0 where it is off. Of one height for all pictures. */
double fz_info_usual_h(const struct fz_app *app);

/* A line more, while there is room; `label` is static. */
void fz_info_add(struct fz_info_page *page, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What the file tells of itself: in words, and all else. */
void fz_info_add_caption(struct fz_info_page *page, const struct fz_metadata *about);
void fz_info_add_about(struct fz_info_page *page, const struct fz_metadata *about);

#endif
