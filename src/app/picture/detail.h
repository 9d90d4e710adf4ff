/* Detail of a large picture, one that no texture or no share of --memory holds as a whole, or that would take long to become one:
 * drawn over its coarse form, square by square, decoded for what is in view, and for what will be. Squares are textures of the
 * head: counted, and evicted, as all are. */
#ifndef FZ_APP_PICTURE_DETAIL_H
#define FZ_APP_PICTURE_DETAIL_H

#include "decode/job.h"
#include "gpu/texture.h"
#include "source/list.h"
#include "view/detail.h"

struct fz_app;
struct fz_tile;

enum {
    FZ_DETAIL_AT_ONCE_PX =
        4
        << 20, /* of a texture that is made within a frame: Mesa's CPU renderer takes 40 to 300 ms for 24 Mpx */
    FZ_DETAIL_MOST = 1024, /* squares of a picture that are kept */
    FZ_DETAILS_MOST =
        16, /* pictures of which some are: with one zoom for all, those that come next, and that were */
};

struct fz_detail_square {
    int level, column, row;
    struct fz_texture *texture; /* owned by the head; NULL: a free place, or evicted */
};

struct fz_detail {
    fz_item_id item; /* whose squares these are */
    uint64_t used;   /* when this was last of use, as fz_details counts it */
    struct fz_detail_square squares[FZ_DETAIL_MOST];
    struct fz_image_index *index; /* where rows begin in its file; owned; NULL: with `job`, or none yet */
    struct fz_job *job;           /* on its way (borrowed; NULL: none) */
    struct fz_job *arrived;       /* its result, being cut into squares; owned */
    struct fz_detail_grid block;  /* what either is of */
    int next;                     /* the first square of `arrived` that is not cut yet */
    struct fz_detail_grid spare;  /* what was in view when squares beyond were last asked for */
    int spare_asked;              /* how often for that: they may push each other out */
};

struct fz_details {
    struct fz_detail *of[FZ_DETAILS_MOST]; /* owned; NULL: a free place */
    uint64_t uses;
    struct fz_rect looked; /* the camera's target at the last look */
};

/* How much is asked for. */
enum fz_detail_extent {
    FZ_DETAIL_IN_VIEW, /* what the window shows, or would show */
    FZ_DETAIL_NEARBY,  /* and some squares around that */
    FZ_DETAIL_REST, /* and all else, where there is room for it: of formats that have to decode all for any part */
};

/* Render thread only, all of these. */
void fz_detail_fini(struct fz_app *app);

/* Whether this picture is too large to be shown in any other way, once it is zoomed. */
bool fz_detail_must_serve(const struct fz_app *app, const struct fz_tile *tile);

/* How many times as large as it says a picture can be drawn; 1 for what has pixels of its own, or is not known yet. Its squares
 * are of a picture of that size. */
int fz_detail_times(const struct fz_tile *tile);

/* Whether this picture, zoomed, is shown in squares. */
bool fz_detail_serves(const struct fz_app *app, const struct fz_tile *tile);

/* Pixels for one of the picture in what is shown of it, once that is there; 0: not known yet. */
double fz_detail_scale(const struct fz_app *app);

/* Whether the camera has another target since it was last asked. */
bool fz_detail_moved(struct fz_app *app);

/* Sends a job for what of an item, the one that is shown or comes next, is not there; false when it waits for credit. */
bool fz_detail_issue(struct fz_app *app, fz_item_id item, enum fz_detail_extent extent);

/* Whether some of what the window shows of it, or would, is not there yet. */
bool fz_detail_is_missing(const struct fz_app *app, fz_item_id item);

/* As the job heap asks: its priority, or FZ_HEAP_DROP where the view has left it. */
uint64_t fz_detail_judge(const struct fz_app *app, const struct fz_job *job);

/* A job came back, or was taken back before it began; the caller frees it. What it knows of the file stays. */
void fz_detail_lost(struct fz_app *app, struct fz_job *job);

/* Whether a finished job read the file that the tile is of, as far as can be told. */
bool fz_detail_is_of(const struct fz_tile *tile, const struct fz_job *job);

/* Takes a finished job. */
void fz_detail_take(struct fz_app *app, struct fz_job *job);

bool fz_detail_uploads_wait(const struct fz_app *app);
/* Cuts one square; true when all of them are there, and the window shows them. */
bool fz_detail_upload(struct fz_app *app);

/* The picture is another now, or gone. */
void fz_detail_forget(struct fz_app *app, fz_item_id item);

/* Whether nothing of the coarse picture would be seen beneath. */
bool fz_detail_covers(const struct fz_app *app);

/* Over the coarse picture, as the camera shows it now. */
void fz_detail_draw(struct fz_app *app);

#endif
