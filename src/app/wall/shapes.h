/* The shapes of pictures, for layouts whose tiles have them: read ahead of the view from headers, learned from whatever is decoded.
 * Tiles that are seen stay where they are; a block that was not seen yet waits a moment for its shapes. */
#ifndef FZ_APP_WALL_SHAPES_H
#define FZ_APP_WALL_SHAPES_H

#include "source/list.h"
#include "view/mosaic.h"

struct fz_app;
struct fz_focus;
struct fz_job;

enum { FZ_SHAPES_JOBS = 8 };

/* Render thread only. */
struct fz_shapes {
    struct fz_mosaic mosaic; /* what the wall's layout borrows */
    /* By slot, owned. Width over height as the user turned it, or what is known instead of it (shapes.c); and by what a tile that is seen
     * was laid out, where more is known by now (0: by what is known). */
    float *ratios, *kept;
    size_t capacity, kept_capacity;
    fz_item_id *keepers; /* those that keep one, for longer than they are seen perhaps; owned */
    size_t keeper_count, keeper_capacity;
    /* Places in the list of which none is to be asked for, the end not included: what is known of a long list lies all over memory. */
    size_t asked_start, asked_end;
    /* The first two tiles of blocks that are seen, and of the one behind: they begin there also once the list is another. */
    fz_item_id pinned[FZ_MOSAIC_PINS][2];
    size_t pinned_count;
    struct fz_mosaic_range pinned_of;    /* these blocks; none: of a layout before this one */
    struct fz_job *jobs[FZ_SHAPES_JOBS]; /* on their way (borrowed; NULL: none) */
    bool is_news;                        /* a shape became known since the last refresh */
    bool was_shown;                      /* the wall was seen before it was laid out anew: it is at once */
    bool is_waiting;                     /* something in view is not shown yet, */
    bool is_passing;                     /* or only as it is guessed, while the wall rushes past it */
    int64_t since_us; /* since when that waits, whatever comes into the list meanwhile; 0: nothing does */
    int64_t due_us;   /* when a block is shown that still waits, or FZ_NEVER */
};

/* Render thread, all of these. */
void fz_shapes_init(struct fz_app *app);
void fz_shapes_fini(struct fz_app *app);

/* Something that was decoded, or read: px. */
void fz_shapes_learn(struct fz_app *app, fz_item_id item, int width, int height);

/* The user laid it on its side, or put it upright again: its row is another at once. */
void fz_shapes_turn(struct fz_app *app, fz_item_id item);

/* It has other bytes now, or is gone. */
void fz_shapes_forget(struct fz_app *app, fz_item_id item, bool gone);

/* No tile that is out of view keeps the shape that it was seen in, or none at all, as when the wall stands in another order soon: true
 * when any did. */
bool fz_shapes_let_go(struct fz_app *app, bool all);

/* Asks for those near the view that are not known; while the wall rushes past them for none. */
void fz_shapes_issue(struct fz_app *app);

/* The priority of a job of this file: before the tiles in view as long as what is in view waits for it, behind them where it is of what
 * lies around, FZ_HEAP_DROP farther away. All other jobs keep theirs. */
uint64_t fz_shapes_judge(const struct fz_app *app, const struct fz_focus *focus, const struct fz_job *job);

/* Whether shapes that another layout would go by are still to be read. */
bool fz_shapes_are_awaited(struct fz_app *app);

/* The wall is about to be laid out anew. */
void fz_shapes_keep_shown(struct fz_app *app, const struct fz_layout_params *next);

/* Lays out anew where the tile stands, though it is seen. */
void fz_shapes_set_again(struct fz_app *app, size_t index);

/* A turn of the loop: what is known now counts for tiles that were not seen. */
void fz_shapes_step(struct fz_app *app);

/* Within a frame, first of all: what is not drawn, because a picture covers it, say, is not waited for. */
void fz_shapes_begin_frame(struct fz_app *app);
/* Within a frame, before tiles [first, last] are drawn. */
void fz_shapes_show(struct fz_app *app, size_t first, size_t last);

/* Within a frame. Whether a tile in view is drawn; if so its block stays as it is while any of it is in view. */
bool fz_shapes_may_show(const struct fz_app *app, size_t index);

/* Whether all that is in view is shown, in the layout that was asked for. */
bool fz_shapes_are_settled(const struct fz_app *app);

#endif
