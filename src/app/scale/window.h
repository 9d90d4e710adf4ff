/* Scaling in the window: the pictures of the wall, or those that are marked, through the wall's own workers. Each tile shows how
 * far its picture is, a bar (bar.h) how far all are. */
#ifndef FZ_APP_SCALE_WINDOW_H
#define FZ_APP_SCALE_WINDOW_H

#include "app/scale/batch.h"
#include "app/scale/scale.h"
#include "ctl/command.h"
#include "source/list.h"

struct fz_app;

enum { FZ_SCALE_MOST = 256 }; /* jobs out at once */

/* Render thread only. */
struct fz_scale_window {
    /* of frieze scale --show, borrowed: all of the list is scaled; NULL: the wall */
    const struct fz_scale_settings *shown;
    bool has_looked;                   /* its names have been taken from the list */
    struct fz_scale_settings settings; /* of the batch; its `out` is owned */
    struct fz_scale_batch batch;       /* the last one, over or not, */
    uint32_t number;                   /* and which that is, from 1 */
    struct fz_job *plan; /* on its way (borrowed; NULL: none): it has the batch's items meanwhile */
    uint32_t *places;    /* of items in the batch, from 1, by the slot of the list; owned */
    size_t place_count;
    /* the reader of what is written; NULL until something is, and where readers are threads */
    struct fz_sources *target;
    bool stands;    /* there is something to show of it */
    bool told_anew; /* its state has changed: the bar says so at once */
};

/* Main thread, before the sources are read: of frieze scale --show, the work begins. */
void fz_scale_window_init(struct fz_app *app);
/* Render thread only, all of these. What is marked, or else `item`, into the folder `out`, which is taken. FZ_E_BUSY
 * where one is under way. */
enum fz_err fz_scale_window_begin(struct fz_app *app, fz_item_id item, int box_w, int box_h, char *out,
                                  struct fz_error *err);
/* The command: its arguments say size and folder, or a panel asks for them. */
enum fz_err fz_scale_window_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);
/* Once a turn. */
void fz_scale_window_step(struct fz_app *app);
void fz_scale_window_fini(struct fz_app *app); /* main thread; no worker runs any more */

/* Its jobs: come back, how urgent, taken back before anybody began. */
void fz_scale_window_take(struct fz_app *app, struct fz_job *job);
uint64_t fz_scale_window_judge(const struct fz_app *app, const struct fz_job *job);
void fz_scale_window_lost(struct fz_app *app, struct fz_job *job);
size_t fz_scale_window_jobs(const struct fz_app *app); /* how many are out */

/* Whether something is under way that can be cancelled, or is being cancelled. */
bool fz_scale_window_works(const struct fz_app *app);
/* Cancels what is under way, or takes away what stands of what was; false where there is neither. */
bool fz_scale_window_back(struct fz_app *app);
/* What ctl status says: IDLE, WORKING, CANCELED, TERMINATING; NULL: nothing was ever scaled. */
const char *fz_scale_window_state(const struct fz_app *app);
/* Of an item; LEFT_OUT where the batch that stands has nothing of it. */
enum fz_scale_state fz_scale_window_state_of(const struct fz_app *app, fz_item_id item);
/* Whether a file lies there that the batch that stands has made of it, or found. */
bool fz_scale_window_has_result(const struct fz_app *app, fz_item_id item);
/* Where the file lies that the batch that stands has made of it; NULL: there is none but the picture itself. The caller frees. */
char *fz_scale_window_result(const struct fz_app *app, fz_item_id item);
/* frieze scale --show has ended: says what was done, and gives the status to end with. */
enum fz_err fz_scale_window_summary(struct fz_app *app);

#endif
