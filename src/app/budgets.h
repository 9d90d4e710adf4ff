/* What textures and pixels on their way may take now. They give back of it while memory is short: first what is kept to be quick, then the
 * decoders that have nothing to do. And textures give up some for a picture that takes more than decodes have (sync/ledger.h), and for
 * the libraries of heavy formats once a folder has such pictures. */
#ifndef FZ_APP_BUDGETS_H
#define FZ_APP_BUDGETS_H

#include "base/error.h"
#include "base/pressure.h"

#include <stdbool.h>
#include <stdint.h>

struct fz_app;
struct fz_budgets_watch;

/* What textures are for beside a wall. */
enum {
    FZ_PICTURES_IN_BUDGET = 2, /* the one in view and the one that comes, */
    FZ_BESIDE_PART = 8, /* with texts, what lies between textures and what the CPU stretches pictures with */
};

/* Render thread. */
struct fz_budgets {
    struct fz_budgets_watch *watch;       /* owned; NULL: nobody looks */
    enum fz_pressure pressure;            /* what holds now */
    int count;                            /* how often memory became short */
    int frames;                           /* still to be drawn, to know what is in view and what is not */
    uint64_t texture_bytes, credit_bytes; /* where it is not */
    uint64_t most_bytes, screen_bytes;    /* of textures at first; of the largest window or screen */
    uint64_t giving_bytes;                /* for decodes: what textures have not given back yet */
    uint64_t library_bytes;               /* that textures leave to the libraries of heavy formats */
    bool is_fitting;                      /* textures exceed what they may take since it became less */
};

/* Main thread, when the pool runs. Starts the thread that looks at `places` (borrowed). */
enum fz_err fz_budgets_start(struct fz_app *app, const struct fz_pressure_places *places,
                             struct fz_error *err);
/* Main thread, before the first decode for a window of that size. Settles how much of `texture_bytes` decodes may claim. */
void fz_budgets_keep_for(struct fz_app *app, uint64_t texture_bytes, int w, int h);
/* Main thread, while the pool still runs. Joins it; NULL-safe. */
void fz_budgets_stop(struct fz_app *app);

/* Render thread. Follows what the thread found: textures, and pixels on their way, get a quarter of what they may take else,
 * and come back to that. Gives the time at which there is more to do, or FZ_NEVER. */
int64_t fz_budgets_step(struct fz_app *app);
bool fz_budgets_is_due(const struct fz_app *app);

#endif
