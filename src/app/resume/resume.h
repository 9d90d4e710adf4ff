/* --resume: remembers where frieze is closed, and opens there again.
 *
 * The file is read before the loop; "frieze:resume" writes it: at the end, and with --resume now and then before, so that a
 * power cut costs little. Without --resume a run on a display is remembered too, for a later one with it; "resume = no" in
 * a config file remembers nothing. */
#ifndef FZ_APP_RESUME_RESUME_H
#define FZ_APP_RESUME_RESUME_H

#include "ctl/place.h"
#include "source/list.h"

struct fz_app;
struct fz_resume_writer;

struct fz_resume {
    char *file; /* owned; NULL: nothing is remembered */
    uint64_t sources;
    struct fz_resume_writer *writer; /* NULL until something is written */
    /* the place that is gone to */
    struct fz_place goal; /* without a path: none */
    char *dir;            /* the folder part of its path; owned */
    fz_item_id item;      /* it, once it was found */
    bool awaited;         /* it is not selected yet */
    bool held;            /* nobody moved since: it keeps its place while the list grows */
    bool opens;           /* in the picture view, when there is a window */
    double held_target;   /* of the scroll */
    /* what was written last */
    struct fz_place saved;
    int64_t saved_us;
};

/* Main thread, before the loop. Reads the place of these sources; what is wrong with the file is one line. */
void fz_resume_start(struct fz_app *app, const char *const *sources, size_t count);

/* Render thread. The layout was made, or made anew, before anybody could have moved. */
void fz_resume_laid_out(struct fz_app *app);
/* Render thread. Around a change of the list: whether nobody moved so far, and what came. */
bool fz_resume_holds(const struct fz_app *app);
void fz_resume_note(struct fz_app *app, const struct fz_source_event *event, bool held);
/* Render thread. Goes there as soon as it can be. */
void fz_resume_go(struct fz_app *app);
/* Render thread. Has the place written, where it changed and some time has passed. */
void fz_resume_step(struct fz_app *app);

/* Main thread, after the loop. Has the last place written; then waits for that, and frees all. False where the disk did not
 * answer in time. */
void fz_resume_end(struct fz_app *app);
bool fz_resume_stop(struct fz_app *app, int patience_ms);

#endif
