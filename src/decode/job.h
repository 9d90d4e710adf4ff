/* A job carries all that a worker needs to know and comes back as its own result: exactly one result for each job,
 * also when it was cancelled or dropped. Workers never look at options or at the list.
 *
 * Beside its result a DECODE may yield a first picture: a job of its own that nobody sent out (`first_of`), with pixels to be
 * shown until the result is there. To find one, a worker opens the file and reads its head, which costs nearly nothing, and
 * queues the job again behind the others whose first pictures are wanted; file and head stay with it. */
#ifndef FZ_DECODE_JOB_H
#define FZ_DECODE_JOB_H

#include "base/error.h"
#include "decode/ask.h"
#include "decode/engine.h"
#include "image/pixels/luma.h"
#include "sync/cancel.h"
#include "sync/heap.h"
#include "sync/ready.h"

#include <SDL_surface.h>

enum fz_job_kind {
    FZ_JOB_DECODE,  /* path -> surface that fits the box */
    FZ_JOB_KEEP,    /* path -> the same, in the tile cache alone */
    FZ_JOB_DETAIL,  /* path -> surface of a region, as large as the box */
    FZ_JOB_SNIFF,   /* path -> is it a picture? */
    FZ_JOB_SAVE,    /* surface -> PNG file at path */
    FZ_JOB_MEASURE, /* -> proportional set size of the process */
    FZ_JOB_SCALE,   /* path -> file, as `load` says (decode/scaled.h) */
    FZ_JOB_WORK,    /* whatever `work` does with `load` */
    FZ_JOB_FRAME, /* path, or the stream that was opened -> the next frame, as a surface that fits the box */
};

/* What a DECODE has to do with the tile cache. */
enum fz_caching {
    FZ_CACHING_OFF,
    FZ_CACHING_ON,    /* taken from there, or kept there */
    FZ_CACHING_RENEW, /* read from the file all the same, and kept there */
};

/* What the file system says of the file that was read. */
struct fz_file_facts {
    bool known;
    uint64_t bytes;
    int64_t mtime_ns, ctime_ns; /* since 1970 */
};

/* What the job has asked of a reader (decode/files.h). The worker's; the files' thread's while the job is parked. */
struct fz_asking {
    struct fz_lane *lane;
    struct fz_channel *channel; /* over which an answer will come; NULL: nobody was asked yet */
    struct fz_parcel request, answer;
    uint64_t room_bytes; /* what a copy of the file will take; 0: not known, or next to nothing */
    int patience_ms;     /* of the worker; 0: a moment */
    bool waits, answered;
};

/* A copy of a file on a share, as long as the job may hold one. */
struct fz_copy {
    struct fz_lane *lane; /* NULL: none */
    uint64_t bytes;
};

/* Of a FRAME job: what is wanted, and what it became. Of a page nothing is held from one to the next: no stream. */
struct fz_play {
    struct fz_stream *stream; /* owned, moves with the job; NULL: the file is opened first */
    /* of a file that takes no more a copy is made, so that it need not be opened again */
    unsigned copy_most_mib;
    uint64_t max_held_bytes; /* what it may hold from then on */
    int index; /* FZ_ANIM_NEXT (of no page), or the one that is sought: of pages also fz_job.want.page */
    /* where it stands on the time line; afterwards: the frame that came, later ones skipped to */
    int64_t at_us;
    int64_t base_us;            /* where that line begins, on the clock; 0: it stands, and nothing is late */
    struct fz_anim_frame frame; /* the result */
};

struct fz_app; /* whoever made the job; nothing here looks into it */

struct fz_job;

/* What a job of the kind WORK does: a constant of whoever asks. */
struct fz_work {
    void (*run)(struct fz_job *job); /* on a worker; touches nothing but `load`, `cancel` and `decoder` */
    void (*free)(void *load);        /* any thread, with the job */
    /* Render thread; called with the result, before the job is retired. */
    void (*take)(struct fz_app *app, struct fz_job *job);
};

struct fz_job {
    struct fz_heap_node queued; /* the heap's while queued */
    _Atomic uint64_t priority;  /* atomic: as the render thread judged last; the heap is told by itself */
    struct fz_ready_node ready; /* the ready list's once finished */

    /* what to do: written by the render thread before the push, immutable from then on */
    enum fz_job_kind kind;
    uint32_t item; /* fz_item_id, 0 where it concerns none */
    int purpose;   /* the render thread's, never looked at by workers */
    char *path;    /* owned */
    uint32_t root; /* the source that it lies in; WORK, SCALE: the one that is reached next, the worker's */
    /* What an engine is asked for. Where that covers the box, what is beside the box is cut off on both sides alike. A FRAME with a sheet
     * is a page, one without is of an animation. */
    struct fz_image_want want;
    /* DECODE, DETAIL: owned, moves with the job, added to by the worker; NULL: none */
    struct fz_image_index *index;
    /* DECODE: another job reads the same file, whose index the render thread puts here, once; owned. */
    bool rows_come;
    _Atomic(struct fz_image_index *) rows;
    struct fz_image_limits limits;
    uint64_t later;          /* DECODE: its priority after the first picture, when it is sent out */
    enum fz_caching caching; /* DECODE */
    bool wants_luma;         /* DECODE, FRAME */
    bool wants_told;         /* DECODE: what its file tells beside the pixels, while that is open */
    bool told_anew;          /* DECODE, WORK: that from the file itself, whatever the tile cache says */
    bool comes_again;        /* DECODE: see struct fz_image_host; whoever made it tries again after NOT_YET */
    bool wants_reader;       /* SAVE: where it may hang a process writes it (fz_decoder_save) */
    bool foreground;         /* for the picture view: readers keep channels free for these */
    struct fz_cancel cancel;
    const struct fz_work *work; /* WORK; SCALE: only how the load is freed */
    /* WORK: the worker's own, while it runs, which returns at once where it has to wait for files, and runs again */
    struct fz_decoder *decoder;

    /* DECODE: whether to look for a first picture and come back to the rest later. The worker's, under the heap's lock while
     * queued; and the file, opened and begun meanwhile. */
    bool wants_first;
    int64_t put_off_us; /* DECODE: when NOT_YET was said first; 0: never. The worker's, as what follows */
    int fd;             /* -1: not open */
    /* FRAME: a copy of the file in memory, open for reading, from which it is played; owned, -1: none yet */
    int kept_fd;
    atomic_int *along; /* counts it among those opened with others (decode/along.h); NULL: it is none */
    struct fz_image_head head;
    bool is_on_disk;     /* as `head` tells, though `fd` is not open: there will be no copy */
    struct fz_look look; /* at its file */
    bool looked;
    struct fz_asking ask;
    struct fz_copy copy; /* as `ask` */

    /* the result: the worker's until it is pushed, the render thread's afterwards */
    struct fz_error error;         /* code FZ_OK: done; with `damaged` the message says what is missing */
    SDL_Surface *surface;          /* owned; moves between threads, never shared; also the pixels to SAVE */
    struct fz_image image;         /* `pixels` are those of the surface */
    struct fz_luma *luma;          /* owned; of the surface, where it was wanted */
    const struct fz_job *first_of; /* this is but a first picture of what that job decodes; only compared */
    struct fz_metadata *told;      /* owned; where it was wanted, and the picture is there */
    struct fz_file_facts file;
    bool from_cache; /* its file was not opened */
    bool
        not_kept; /* the tile cache goes without it: nobody said in time that its file is still the same, or too much waits to be written */
    int64_t cpu_us;
    void *load; /* WORK: owned; to be worked on, and the result */
    struct fz_play play;

    /* render thread only, all the time */
    void *context; /* who asked for it */
    /* DECODE: the batch (app/scale) that made the file at `path`; 0: it is the item's own */
    uint32_t result_of;
    uint32_t fills_view; /* DECODE: begun behind this view (fz_loader.view) or as fill around it; 0: not so */
    uint64_t credit_bytes; /* what it counts for while it is out */
    int upload_row;        /* rows before this one are in the texture */
};

/* Any thread. Takes `path` (may be NULL). */
struct fz_job *fz_job_new(enum fz_job_kind kind, uint32_t item, char *path, const struct fz_cancel *parent);
/* Of the kind WORK. Takes `load`; `work` outlives the job. */
struct fz_job *fz_job_new_work(const struct fz_work *work, void *load, uint32_t item,
                               const struct fz_cancel *parent);

/* Any thread. Whether it reads pictures of the list. */
bool fz_job_loads(const struct fz_job *job);

/* Any thread but, with a large surface, the render thread: see fz_pool_trash. NULL-safe. */
void fz_job_free(struct fz_job *job);

/* A worker. Copies what the render thread has put into `rows`; false: nothing yet. */
bool fz_job_rows(const struct fz_job *job, struct fz_image_index *index);

/* A worker. For who asks an engine on its behalf: whether anybody still wants it. Good as long as the job is. */
struct fz_image_host fz_job_host(struct fz_job *job);

/* A worker. Whether the file of a DECODE, which is open, ends before that which was looked at: a share could not give the rest. */
bool fz_job_is_cut(const struct fz_job *job);

/* A worker. Closes the file of a DECODE, if it is open. */
void fz_job_close(struct fz_job *job);

/* Any thread. A surface over fresh pixels (ARGB8888), not cleared; NULL when the memory is not there. */
SDL_Surface *fz_surface_new(int width, int height);

/* Any thread. The same over pixels that are there already, and stay whoever's they are. */
SDL_Surface *fz_surface_over(void *pixels, int width, int height);

/* Whose pixels a surface lies over, where they are not to be freed from their first one on: its userdata. */
struct fz_surface_owner {
    void (*release)(struct fz_surface_owner *owner); /* any thread; frees the owner, too */
};

/* Any thread. Leaves w x h px of it, from (x, y) on, where they are. */
void fz_surface_crop(SDL_Surface *surface, int x, int y, int w, int h);

/* Any thread. With its pixels, wherever they lie. NULL-safe. */
void fz_surface_free(SDL_Surface *surface);

#endif
