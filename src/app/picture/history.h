/* The pictures that were shown last: going back to one of them opens no file. As many as --history says keep the textures that they
 * were shown with, as far as --memory goes (least recently drawn first out), and of what plays a copy of the file; who leaves gives
 * both back. */
#ifndef FZ_APP_PICTURE_HISTORY_H
#define FZ_APP_PICTURE_HISTORY_H

#include "decode/job.h"
#include "source/list.h"

struct fz_app;

struct fz_visit {
    fz_item_id item;             /* may be gone from the list */
    int copy_fd;                 /* its file in memory, from which it plays again; owned; -1: none */
    struct fz_file_facts copied; /* what the file system said of that file then */
};

struct fz_history {
    struct fz_visit *visits; /* owned; the latest last, each item once */
    size_t count, capacity;
    uint64_t copied_bytes; /* all copies, */
    size_t copy_count;     /* and how many */
    int way;               /* of travel when one came last that was not among them: -1 or 1 */
};

/* Render thread, all of these. It is shown from now on, come to by app->picture.direction. */
void fz_history_add(struct fz_app *app, fz_item_id item);
/* Whether the picture that was asked for is one of these, and the way back leads to it. */
bool fz_history_retraces(const struct fz_app *app);
/* A copy of the file of one of these (borrowed), if that is still as `file` says; -1: none. */
int fz_history_copy(const struct fz_app *app, fz_item_id item, const struct fz_file_facts *file);
/* What all of them may take: an eighth of the textures' budget, as far as what plays leaves it. */
uint64_t fz_history_room(const struct fz_app *app);
/* Takes that of a FRAME job that came home; what was left longest makes room for it. */
void fz_history_take_copy(struct fz_app *app, struct fz_job *job);
/* It has left the list: the others keep their places. */
void fz_history_forget(struct fz_app *app, fz_item_id item);
/* Its file has changed, or went. */
void fz_history_drop_copy(struct fz_app *app, fz_item_id item);
/* That may have become less. */
void fz_history_fit(struct fz_app *app);
void fz_history_fini(struct fz_history *history);

#endif
