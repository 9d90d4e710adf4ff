/* Animations: the one picture that plays now, in the picture view or under the pointer. Workers make its frames one at a time, each by the job that carries the
 * stream; a few wait here until their time has come. The pages of a file are turned over in the same way, each by a job of its own. */
#ifndef FZ_APP_PICTURE_ANIMATE_H
#define FZ_APP_PICTURE_ANIMATE_H

#include "app/loading/loader.h"

#include <jansson.h>

struct fz_app;

enum { FZ_FRAMES_AHEAD = 3 }; /* that are made or being made, beside those that are textures */

/* A frame as a texture. */
struct fz_frame {
    struct fz_texture *texture; /* owned by the head; NULL: none, or evicted */
    bool ready;                 /* all of it is there */
    int index;
    int64_t at_us, delay_us; /* on the time line */
    bool last;               /* none follows */
    int box_w, box_h;        /* that it was made for */
};

struct fz_animate {
    fz_item_id item;          /* what plays, or still shows a frame of it; NONE: nothing does */
    enum fz_purpose purpose;  /* and where */
    fz_item_id asked;         /* what the user asked to be played, or stepped through, in this view */
    bool stepped;             /* the latter */
    fz_item_id hovered;       /* what could be played under the pointer, */
    int64_t hovered_us;       /* and since when it is there */
    bool halted;              /* nothing more is made of it */
    bool refused;             /* and never will be, until it is left */
    bool paused;              /* by the user */
    bool hidden;              /* the window is */
    bool reveal;              /* the next frame is shown although the time line stands */
    int sought;               /* that is to be revealed */
    int seek;                 /* the frame to be made next; FZ_ANIM_NEXT: the one that follows */
    int next;                 /* which that is, should its decoder be lost */
    bool made_last;           /* none follows the last one that was made */
    int plays;                /* made to their end, by whichever decoder, since a frame was asked for */
    int64_t at_us;            /* of the one to be made next */
    int64_t base_us;          /* where the time line begins, on the clock; 0: it stands */
    struct fz_stream *stream; /* owned, while no job has it */
    struct fz_anim_facts facts;
    uint64_t held_bytes;                  /* by it and its frames out of the budget of textures, */
    uint64_t needed_bytes;                /* and with its textures */
    struct fz_job *job;                   /* that makes the next frame; borrowed */
    struct fz_job *made[FZ_FRAMES_AHEAD]; /* oldest first; owned */
    int made_count;
    struct fz_frame frames[2]; /* one is shown, the next one fills */
    int front;                 /* the one that is shown, where it is ready */
};

/* Render thread only, all of these. */
void fz_animate_init(struct fz_animate *animate);
void fz_animate_fini(struct fz_app *app);
/* Starts and stops what is to play, shows the frame whose time has come; returns the time of the next look, or FZ_NEVER. */
int64_t fz_animate_step(struct fz_app *app);
/* Uploads what waits, until `end_us`. */
void fz_animate_upload(struct fz_app *app, int64_t end_us);
bool fz_animate_uploads_wait(const struct fz_app *app);
/* A FRAME job came back. */
void fz_animate_take(struct fz_app *app, struct fz_job *job);
/* An item went, or is read again. */
void fz_animate_forget(struct fz_app *app, fz_item_id item);
/* What to draw of an item: the frame whose time it is, or the still picture (which may be NULL). */
struct fz_texture *fz_animate_texture(struct fz_app *app, fz_item_id item, enum fz_purpose purpose,
                                      struct fz_texture *still);
/* That frame; NULL: none is shown. */
struct fz_texture *fz_animate_frame(const struct fz_app *app, fz_item_id item, enum fz_purpose purpose);
/* Whether that is another page than the first, which is what all else knows of the picture. */
bool fz_animate_shows_page(const struct fz_app *app, fz_item_id item);
void fz_animate_set_hidden(struct fz_app *app, bool hidden);

/* For the picture that was asked for, which is shown now. NOT_FOUND where it is no animation, or has yet to come. */
enum fz_err fz_animate_toggle(struct fz_app *app, struct fz_error *err);
enum fz_err fz_animate_go(struct fz_app *app, long frames, struct fz_error *err);
/* Whether a frame that was asked for is not shown yet, and will be. */
bool fz_animate_is_seeking(const struct fz_app *app);
/* For ctl status: what plays; null where nothing does. */
json_t *fz_animate_status(const struct fz_app *app);

#endif
