/* Keeps the screen from flashing, however fast pictures are asked for and frames follow each other: what was presented goes
 * into the meter of view/flash.h, and what is to come is held until that lets it. */
#ifndef FZ_APP_PICTURE_STEADY_H
#define FZ_APP_PICTURE_STEADY_H

#include "source/list.h"
#include "view/flash.h"

struct fz_app;
struct fz_texture;

/* How often one place may go from dark to bright, or back, until what was asked for is at rest. */
enum {
    FZ_STEADY_CUT = 2,     /* a ground, then its texts; another order, then what was not loaded */
    FZ_STEADY_OPENING = 3, /* the tile goes, the background comes, then the picture */
};

struct fz_steady {
    struct fz_flash flash;
    fz_item_id item; /* of which a picture or a frame was presented last; NONE: the wall was */
    int changes;     /* of much of the window, that the next frame begins with */
};

/* Render thread only, all of these. */
void fz_steady_init(struct fz_steady *steady);
/* With the next frame much of the window becomes something else: the help, another order. */
void fz_steady_cut(struct fz_app *app, int changes);
/* Before this no frame is to be drawn: it would flash. What is asked for meanwhile is obeyed, and seen then. */
int64_t fz_steady_cut_due_us(const struct fz_app *app);
/* A frame was presented. */
void fz_steady_note(struct fz_app *app);
/* When an item may take the place of the picture in view: now, or later, to be asked again then. */
int64_t fz_steady_picture_us(const struct fz_app *app, fz_item_id item);
/* The same of a frame that the animation has ready; `asked`: by the user, who may hold a key. */
int64_t fz_steady_frame_us(const struct fz_app *app, const struct fz_texture *frame, bool asked);

#endif
