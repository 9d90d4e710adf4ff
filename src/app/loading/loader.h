/* The loader turns what is wanted into jobs, and their results into textures: tiles of the wall, pictures of the
 * picture view, each a rendition of an item at a size. */
#ifndef FZ_APP_LOADING_LOADER_H
#define FZ_APP_LOADING_LOADER_H

#include "app/loading/missing.h"
#include "app/loading/revisit.h"
#include "app/run/run.h"
#include "app/scale/window.h"
#include "app/wall/rate.h"
#include "app/wall/shapes.h"
#include "base/slab.h"
#include "decode/job.h"
#include "gpu/draw.h"
#include "source/list.h"

struct fz_app;

/* For what a rendition is. */
enum fz_purpose { FZ_FOR_WALL, FZ_FOR_PICTURE, FZ_PURPOSES };

/* A picture at a size. `texture` shows until `incoming` is complete. */
struct fz_rendition {
    struct fz_texture *texture;       /* owned by the head; NULL: none, or evicted */
    struct fz_texture *incoming;      /* being uploaded */
    const struct fz_job *incoming_of; /* whose pixels those are; only compared */
    struct fz_job *job;               /* on its way (borrowed; NULL: none) */
    int box_w, box_h;                 /* that `texture` was made for */
    bool arrived;                     /* the job is done: its pixels wait for their upload */
    /* Decoded for the box above, but out of view there was no room for it, in this view; 0: there was. */
    uint32_t no_room_view;
    bool first;       /* `texture` is a first picture only, made for no box */
    bool covers;      /* it fills a box: but the middle of the picture */
    bool refused;     /* no texture could be made at all */
    int64_t shown_us; /* when it was first complete: fades start here; 0: it does not fade in */
    int64_t read_us;  /* when `texture` last became what the file says */
    /* `texture` is what that batch made of the picture (app/scale); 0: the picture itself */
    uint32_t result_of;
    uint32_t lost_of;   /* what that batch made of it could not be read */
    uint32_t filled_of; /* the batch that is done with it, as far as can be shown, */
    int64_t filled_us;  /* and since when */
};

/* What is known of an item beyond its name; made when it is first wanted, let go of (trim.c) some time after its pixels went. What a
 * frame looks at for each tile near the view comes first, in a line or two of the cache. */
struct fz_tile {
    fz_item_id item;
    uint32_t final_epoch;   /* decoded, or failed, at the wall's size of that epoch */
    struct fz_error *error; /* why it cannot be shown; owned */
    int64_t retry_us;       /* after a transient error: when it is tried again, if in view; 0: never */
    struct fz_rendition renditions[FZ_PURPOSES];
    int picture_w, picture_h; /* upright, px; 0: not known yet */
    int whole_w, whole_h;     /* RAW: of what the sensor saw; 0 for all else */
    const char *format;       /* static; NULL: not known yet */
    int frames;               /* of an animation, or pages; 0: not known yet */
    struct fz_file_facts file;
    struct fz_turn turn;
    int retries;    /* after transient errors, so far */
    bool reread;    /* from its file, next time */
    bool not_kept;  /* the tile cache went without it */
    char *damage;   /* why it is shown in part; owned; NULL: it is shown whole */
    bool no_detail; /* parts of it cannot be decoded: it is shown as large as fits */
    bool unsaid;    /* that its file is not there, see missing.h */
    bool missing;   /* named by the user, and not there or no picture: counted in fz_scan */
};

static inline bool fz_tile_is_sideways(const struct fz_tile *tile)
{
    return tile->turn.quarters % 2 != 0;
}

enum {
    FZ_MAX_FLYING = 1024,
    FZ_MAX_FIRSTS = 64, /* first pictures at once: of files held open, of 64 KiB each */
    FZ_SPARE_FLYING =
        16 + FZ_SHAPES_JOBS + 2 * FZ_RATES_FLYING + FZ_RUNS_MOST +
        FZ_SCALE_MOST, /* for jobs that are no pictures: screenshots, sorting, programs of the user, files to be written */
};

/* Places in the list, the end not included, whose tiles are all as they are wanted: as long as no texture is freed, and for one size
 * of the wall's box. */
struct fz_served {
    size_t start, end;
    uint64_t freed;
    uint32_t epoch;
};

/* A walk round all slots that lets go of tiles which hold nothing any more. */
struct fz_trim {
    size_t next;   /* slot */
    size_t kept;   /* so many tiles are not looked at */
    size_t looked; /* slots, since there were more than that */
};

struct fz_loader {
    struct fz_tile **tiles; /* by item slot; owned, */
    struct fz_slab slab;    /* in the order in which they were wanted, which is about that of the list */
    size_t tile_capacity, tile_count;
    struct fz_trim trim;
    /* every job out there; half of them may be parked */
    struct fz_job *flying[2 * FZ_MAX_FLYING + FZ_SPARE_FLYING];
    size_t flying_count;
    size_t firsts; /* of these, jobs that may hold their files open until their turn comes again */
    uint64_t credit_bytes, credit_limit_bytes;
    uint64_t picture_limit_px;                    /* of one picture, however far it is zoomed */
    uint64_t coming_bytes;                        /* of the pictures that the picture view waits for */
    struct fz_ready_node *uploads, **uploads_end; /* results that wait for their upload */
    uint32_t view;     /* counts what was in view: with it, what found no room is tried again */
    size_t view_first; /* the first tile of it */
    uint32_t view_epoch;
    uint32_t epoch;     /* counts sizes of the wall's box */
    int box_w, box_h;   /* the wall's box now, */
    bool covers;        /* and whether tiles fill it */
    size_t final_count; /* tiles known to be final in this epoch */
    size_t failed_count;
    struct fz_missing missing;
    struct fz_revisit revisit;
    bool refusal_told;       /* that the renderer refused a texture */
    int64_t retry_us;        /* when it looks again, whatever happens, or FZ_NEVER */
    int64_t renew_us;        /* the same of what shows a file that changes all the time */
    struct fz_served served; /* which no frame looks at again: those of a long list lie all over memory */
    size_t fill_cursor, fill_left; /* the rest of the list, still to be looked at */
    bool stale;                    /* what is wanted may have changed */
    bool moved;                    /* the view moved: queued jobs must be judged anew */
    bool settled;                  /* files turned out to be pictures, since the wall was laid out last; */
    fz_item_id settled_anchor;     /* what was to keep its place then */
    bool load_all;                 /* decode everything, even what cannot be kept */
    int workers;
};

/* Render thread only, all of these. */
void fz_loader_init(struct fz_loader *loader, int workers, uint64_t credit_limit_bytes);
void fz_loader_fini(struct fz_app *app);

/* The tile of an item, or NULL where nothing was wanted of it yet. */
struct fz_tile *fz_loader_tile(const struct fz_app *app, fz_item_id item);
/* Begins to bring the tiles [first, last] and their textures into the cache, as they are to be drawn: those of a long list lie all over
 * memory. */
void fz_loader_prefetch(const struct fz_app *app, size_t first, size_t last);
/* The tile, made where there is none. */
struct fz_tile *fz_loader_make_tile(struct fz_app *app, fz_item_id item);

/* The wall's box changed: every tile is wanted anew, old textures stay until then. */
void fz_loader_set_box(struct fz_app *app, int box_w, int box_h, bool covers);
/* The user turned the picture: from now on it is shown so. */
void fz_loader_turn(struct fz_app *app, fz_item_id item, struct fz_turn turn);
void fz_loader_list_changed(struct fz_app *app);

/* Judges what is out there, then issues what is wanted and has credit. Cheap where nothing changed. */
void fz_loader_issue(struct fz_app *app);

/* Makes the texture of the picture that was asked for while that is decoded: fresh memory takes as long as an upload. */
void fz_loader_prepare(struct fz_app *app);

/* Takes finished jobs; uploads within `budget_us` (0: takes only). True when something that is in view changed. */
bool fz_loader_collect(struct fz_app *app, int64_t budget_us);

/* The wall shows what a batch made of an item in place of the picture itself, as soon as it has been read. */
void fz_loader_show_result(struct fz_app *app, fz_item_id item);
/* All tiles show the pictures themselves again, once those have been read. */
void fz_loader_drop_results(struct fz_app *app);

/* Forgets what is known of an item, so that it is read again; with `gone` for ever. */
void fz_loader_forget(struct fz_app *app, fz_item_id item, bool gone);
/* The same of one whose file has another name now: what plays, or the page that was turned to, stays. */
void fz_loader_renamed(struct fz_app *app, fz_item_id item);
/* As the first, so that its tile comes from its file, whatever the tile cache holds of it; */
void fz_loader_read_anew(struct fz_app *app, fz_item_id item);
/* and what the file tells as well. */
void fz_loader_reread(struct fz_app *app, fz_item_id item);
/* All of them, to be read again. */
void fz_loader_forget_all(struct fz_app *app);

/* Its picture is not needed any more, unless it is on its way: its texture goes. */
void fz_loader_release_picture(struct fz_app *app, fz_item_id item);

/* Sends a job out (taken); it is counted until its result is taken. */
void fz_loader_launch(struct fz_app *app, struct fz_job *job, uint64_t priority);

/* The end has begun, or loading was paused: what no worker has begun is taken back, all else that loads is cancelled. */
void fz_loader_abandon(struct fz_app *app);

/* A source is away (source/await.h), or back, and says so. While it is away nothing is read of it: what is known stays. */
void fz_loader_set_away(struct fz_app *app, uint32_t root, const char *dir, bool away);
bool fz_loader_is_away(const struct fz_app *app, fz_item_id item);

/* Takes in ACCESS: what could not be opened for want of permission is tried again, and nothing else. False: there is more of it, for which it
 * is to be called again. */
bool fz_loader_hear_access(struct fz_app *app, struct fz_source_event *event);

bool fz_loader_is_final(const struct fz_app *app, fz_item_id item);
/* Behind a picture that covers the wall nothing is decoded for it while what is in view leaves no texture to spare. */
bool fz_loader_waits_for_room(const struct fz_app *app);
/* All tiles in view are final, uploaded, or failed, but for those that wait for room. */
bool fz_loader_screenful(const struct fz_app *app);
bool fz_loader_covers_view(const struct fz_app *app); /* each of them shows something, coarse at least */
bool fz_loader_loaded(const struct fz_app *app);    /* all items are, where a search hides some all others */
size_t fz_loader_pending(const struct fz_app *app); /* of these, what is not final */
bool fz_loader_uploads_wait(const struct fz_app *app);

#endif
